//! Unions: the type, its predicates, its JSON codec, its checks.

use proc_macro2::TokenStream;
use quote::quote;

use super::checks::value_checks;
use super::tokens::{docs, ident, prefixed, rust_type};
use super::{Context, codec};
use crate::ir::{Member, Target, Union};
use crate::names;

pub(super) fn definition(context: &Context, union: &Union) -> TokenStream {
    let name = ident(&union.name);
    let text = docs(&union.docs);
    let variants = union.members.iter().map(|member| {
        let (text, variant) = (docs(&member.docs), ident(&member.field));
        let value = payload(member).map(|kind| quote!((#kind)));
        quote!(#text #variant #value)
    });
    let rows = union.members.iter().map(|member| {
        let variant = ident(&member.field);
        let method = names::module_name(&member.name);
        let (is, as_) = (prefixed("is_", &method), prefixed("as_", &method));
        match payload(member) {
            Some(kind) => quote!(#variant #as_ #is: #kind;),
            None => quote!(#variant #is;),
        }
    });
    let sensitive = union.sensitive || union.members.iter().any(|member| member.sensitive);
    let derives = if sensitive { quote!(Clone, PartialEq) } else { quote!(Clone, PartialEq, Debug) };
    let debug = sensitive.then(|| quote!(connect_protocol::redacted_debug!(#name);));
    let codec = codec_impl(context, union);
    quote! {
        #text
        #[derive(#derives)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            #[doc = "A member that the model did not know when this code was generated."]
            #[non_exhaustive]
            Unknown,
        }

        #debug

        connect_protocol::union_variants!(#name { #(#rows)* });

        #codec
    }
}

/// The type of a variant's value; none for a member that targets `Unit`.
fn payload(member: &Member) -> Option<TokenStream> {
    if member.target == Target::Unit {
        return None;
    }
    let kind = rust_type(&member.target);
    Some(if member.boxed { quote!(Box<#kind>) } else { kind })
}

fn codec_impl(context: &Context, union: &Union) -> TokenStream {
    let name = ident(&union.name);
    let (read_gate, write_gate) = context.gates(union.usage);
    let read = read_gate.map(|gate| {
        let arms = union.members.iter().map(|member| {
            let (json, variant) = (&member.json, ident(&member.field));
            if member.target == Target::Unit {
                return quote!(#json => { reader.skip()?; Self::#variant });
            }
            let read = codec::read(&member.target);
            // A closure called where it stands is a detour: lists and maps are read by the method itself.
            let value = direct(&member.target).unwrap_or_else(|| quote!(#read(reader)?));
            let value = if member.boxed { quote!(Box::new(#value)) } else { value };
            quote!(#json => Self::#variant(#value))
        });
        quote! {
            #gate
            pub(crate) fn read(reader: &mut json::Reader<'_>) -> Result<Self, json::ReadError> {
                reader.union(|| Self::Unknown, |reader, key| {
                    Ok(Some(match key {
                        #(#arms,)*
                        _ => return Ok(None),
                    }))
                })
            }
        }
    });
    let write = write_gate.map(|gate| {
        let arms = union.members.iter().map(|member| {
            let (json, variant) = (&member.json, ident(&member.field));
            if member.target == Target::Unit {
                return quote!(Self::#variant => writer.member(#json, Some(&()), |w, ()| w.object(|_| Ok(()))));
            }
            let write = codec::write(&member.target);
            let value = if member.boxed { quote!(Some(&**value)) } else { quote!(Some(value)) };
            quote!(Self::#variant(value) => writer.member(#json, #value, #write))
        });
        let label = &union.name;
        quote! {
            #gate
            pub(crate) fn write(&self, writer: &mut json::Writer) -> Result<(), json::WriteError> {
                writer.object(|writer| match self {
                    #(#arms,)*
                    Self::Unknown => Err(json::WriteError::unknown_variant(#label)),
                })
            }
        }
    });
    let check = union.checked.then(|| check(context, union));
    quote!(impl #name { #read #write #check })
}

/// The call that reads a list or map without a closure around it.
fn direct(target: &Target) -> Option<TokenStream> {
    match target {
        Target::List(list) => {
            let element = codec::read(&list.element);
            Some(if list.sparse { quote!(reader.sparse_list(#element)?) } else { quote!(reader.list(#element)?) })
        }
        Target::Map(map) => {
            let value = codec::read(&map.value);
            Some(if map.sparse { quote!(reader.sparse_map(#value)?) } else { quote!(reader.map(#value)?) })
        }
        _ => None,
    }
}

fn check(context: &Context, union: &Union) -> TokenStream {
    let arms = union.members.iter().filter_map(|member| {
        let check = value_checks(&member.target, &member.constraints, &|name| context.is_checked(name))?;
        let (name, variant) = (&member.name, ident(&member.field));
        let value = if member.boxed { quote!(Some(&**value)) } else { quote!(Some(value)) };
        Some(quote!(Self::#variant(value) => check.optional(#name, #value, #check)))
    });
    quote! {
        pub(crate) fn check(&self, check: &mut check::Check) {
            match self {
                #(#arms,)*
                _ => {}
            }
        }
    }
}
