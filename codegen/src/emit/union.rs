//! Unions: the type, its predicates, its JSON codec, its checks.

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::{Std, boxed_type, docs, ident, prefixed};
use super::{Context, checks, codec};
use crate::ir::{Member, Target, Union};
use crate::names;

pub(super) fn definition(context: &Context<'_>, union: &Union) -> TokenStream {
    let name = ident(&union.name);
    let text = docs(&union.docs);
    let variants = union.members.iter().map(|member| {
        let (text, variant) = (docs(&member.docs), ident(&member.field));
        let value = payload(union, member).map(|kind| quote!((#kind)));
        quote!(#text #variant #value)
    });
    let rows = union.members.iter().map(|member| {
        let variant = ident(&member.field);
        let method = names::variant_method(&member.name);
        let (is, as_) = (prefixed("is_", &method), prefixed("as_", &method));
        match payload(union, member) {
            Some(kind) => quote!(#variant #is #as_: #kind;),
            None => quote!(#variant #is;),
        }
    });
    let sensitive = union.sensitive || union.members.iter().any(|member| member.sensitive);
    let derives = if sensitive {
        quote!(Clone, PartialEq)
    } else {
        quote!(Clone, Debug, PartialEq)
    };
    let debug = sensitive.then(|| quote!(connect_protocol::redacted_debug!(#name);));
    let codec = codec_impl(context, union);
    quote! {
        #text
        #[derive(#derives)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A member that the model did not know when this code was generated.
            #[non_exhaustive]
            Unknown,
        }

        #debug

        connect_protocol::union_variants!(#name { #(#rows)* });

        #codec
    }
}

/// The type of a variant's value; none for a member that targets `Unit`.
fn payload(union: &Union, member: &Member) -> Option<TokenStream> {
    (member.target != Target::Unit).then(|| boxed_type(&union.name, member))
}

fn codec_impl(context: &Context<'_>, union: &Union) -> TokenStream {
    let name = ident(&union.name);
    let reads = union.members.iter().map(|member| {
        let (json, variant) = (&member.json, ident(&member.field));
        match (&member.target, codec::read_with(&member.target)) {
            (Target::Unit, _) => quote!(#json => { reader.skip()?; Self::#variant }),
            (_, Some(read)) => quote!(#json => Self::#variant(reader.value_with(#read)?)),
            (_, None) => quote!(#json => Self::#variant(reader.value()?)),
        }
    });
    let writes = union.members.iter().map(|member| {
        let (json, variant) = (&member.json, ident(&member.field));
        match (&member.target, codec::write_with(&member.target)) {
            (Target::Unit, _) => quote!(Self::#variant => {
                writer.member_with(#json, Some(&()), |w, ()| w.object(|_| Ok(())))?;
            }),
            (_, Some(write)) => {
                quote!(Self::#variant(v) => { writer.member_with(#json, Some(v), #write)?; })
            }
            (_, None) => quote!(Self::#variant(v) => { writer.member(#json, v)?; }),
        }
    });
    let check = checks::union(union, context);
    let (result, option) = (
        Std::Result.in_file_of(&union.name),
        Std::Option.in_file_of(&union.name),
    );
    quote! {
        impl #name {
            #[inline]
            fn read_variant(reader: &mut json::Reader<'_>, name: &str) -> #result<#option<Self>, json::ReadError> {
                let variant = match name {
                    #(#reads,)*
                    _ => return Ok(None),
                };
                Ok(Some(variant))
            }
        }

        impl json::ReadJson for #name {
            #[inline]
            fn read_json(reader: &mut json::Reader<'_>) -> #result<Self, json::ReadError> {
                reader.union(|| Self::Unknown, Self::read_variant)
            }
        }

        impl json::WriteJson for #name {
            #[inline]
            fn write_json(&self, writer: &mut json::Writer) -> #result<(), json::WriteError> {
                writer.begin_object();
                match self {
                    #(#writes)*
                    Self::Unknown => writer.unknown_variant()?,
                }
                writer.end_object();
                Ok(())
            }
        }

        connect_protocol::serde_shape!(#name);

        #check
    }
}
