//! Structures: the type, its accessors and builder, its JSON codec, its checks.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::tokens::{
    as_option, docs, field_type, ident, is_copy, number, parsed, rust_type, type_path,
};
use super::{Context, codec};
use crate::ir::{Default, Member, Role, Structure, Target};
use crate::names;

/// The type with its derives; outputs keep their request ID, errors their metadata.
pub(super) fn definition(structure: &Structure) -> TokenStream {
    let name = ident(&structure.name);
    let text = docs(&structure.docs);
    let fields = structure.members.iter().map(|member| {
        let (text, field, kind) = (docs(&member.docs), ident(&member.field), field_type(member));
        quote!(#text pub #field: #kind)
    });
    let extra = extra_field(structure).map(|(field, kind)| quote!(pub(crate) #field: #kind));
    let fields = fields.chain(extra);
    let (derives, debug) = debug(structure);
    let derives = if streams(structure) {
        quote!(#derives)
    } else {
        quote!(Clone, #derives PartialEq)
    };
    let derives = if derives.is_empty() {
        quote!()
    } else {
        quote!(#[derive(#derives)])
    };
    quote! {
        #text
        #derives
        #[non_exhaustive]
        pub struct #name { #(#fields,)* }

        #debug
    }
}

/// Whether a member streams: such a structure cannot be cloned or compared.
pub fn streams(structure: &Structure) -> bool {
    structure
        .members
        .iter()
        .any(|member| matches!(member.target, Target::Stream { .. }))
}

/// The field that no member stands for.
fn extra_field(structure: &Structure) -> Option<(TokenStream, TokenStream)> {
    match structure.role {
        Role::Output => Some((quote!(_request_id), quote!(Option<String>))),
        Role::Error(_) => Some((quote!(meta), quote!(error::ErrorMetadata))),
        Role::Nested | Role::Input => None,
    }
}

/// `Debug` by derive, or by hand where values must not show.
fn debug(structure: &Structure) -> (TokenStream, TokenStream) {
    if !structure.sensitive && !structure.members.iter().any(|member| member.sensitive) {
        return (quote!(Debug,), quote!());
    }
    (quote!(), redacted(&structure.name, structure))
}

fn redacted(name: &str, structure: &Structure) -> TokenStream {
    let name = ident(name);
    let fields = structure.members.iter().map(|member| {
        let field = ident(&member.field);
        if structure.sensitive || member.sensitive {
            quote!(#field: redacted)
        } else {
            quote!(#field)
        }
    });
    quote!(connect_protocol::redacted_debug!(#name { #(#fields),* });)
}

/// Accessors, and the builder with its methods and `build()`.
pub(super) fn builder(structure: &Structure) -> TokenStream {
    let name = ident(&structure.name);
    let builder = builder_name(structure);
    let table = structure.members.iter().map(builder_row);
    let sensitive = structure.sensitive || structure.members.iter().any(|member| member.sensitive);
    let debug = if sensitive { quote!() } else { quote!(Debug) };
    let redacted = sensitive.then(|| redacted(&builder.to_string(), structure));
    let derives = if streams(structure) {
        quote!(#debug Default)
    } else {
        quote!(Clone #debug Default PartialEq)
    };
    // An input's `build()` always answers a result, as aws-sdk-rust has it.
    let build = if structure.fallible() || structure.role == Role::Input {
        quote!(result)
    } else {
        quote!(plain)
    };
    let role = match structure.role {
        Role::Output => quote!(output),
        Role::Error(_) => quote!(error),
        Role::Nested | Role::Input => quote!(),
    };
    quote! {
        connect_protocol::builder!(#name, #builder: #derives => #build #role { #(#table)* });

        #redacted
    }
}

pub(super) fn builder_name(structure: &Structure) -> proc_macro2::Ident {
    format_ident!("{}Builder", structure.name)
}

/// A line of the table that `members!` makes accessors and setters from.
pub(super) fn member_row(member: &Member) -> TokenStream {
    let field = ident(&member.field);
    let (set, get) = (
        ident(&names::setter_name(&member.name)),
        ident(&names::getter_name(&member.name)),
    );
    let wire = &member.name;
    let kind = member_kind(member);
    quote!(#kind #field #set #get #wire;)
}

/// The same with the default of a member that is always there.
fn builder_row(member: &Member) -> TokenStream {
    let row = member_row(member);
    match &member.default {
        Some(default) if !member.optional => {
            let value = default_value(default, &member.target);
            let row: TokenStream = row
                .into_iter()
                .filter(|token| !is_semicolon(token))
                .collect();
            quote!(#row = #value;)
        }
        _ => row,
    }
}

fn is_semicolon(token: &proc_macro2::TokenTree) -> bool {
    matches!(token, proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ';')
}

/// How accessors and setters treat a member: `optional string`, `required copy(i32)`, `optional list(string)`.
fn member_kind(member: &Member) -> TokenStream {
    let presence = if member.optional {
        quote!(optional)
    } else {
        quote!(required)
    };
    let kind = match &member.target {
        Target::String { .. } => quote!(string),
        target if is_copy(target) => {
            let kind = rust_type(target);
            quote!(copy(#kind))
        }
        Target::List(list) => {
            let element = item_kind(&list.element, list.sparse);
            quote!(list(#element))
        }
        Target::Map(map) => {
            let (key, value) = (
                item_kind(&map.key, false),
                item_kind(&map.value, map.sparse),
            );
            quote!(map(#key, #value))
        }
        target => {
            let kind = rust_type(target);
            if member.boxed {
                quote!(boxed(#kind))
            } else {
                quote!(value(#kind))
            }
        }
    };
    quote!(#presence #kind)
}

/// An element of a list, a key or value of a map; plain strings may be set from whatever becomes one.
fn item_kind(target: &Target, sparse: bool) -> TokenStream {
    let kind = rust_type(target);
    match target {
        _ if sparse => quote!(Option<#kind>),
        Target::String { .. } => quote!(string),
        _ => kind,
    }
}

/// A builder's field as the structure's, for a member that can do without a value.
fn finished(owner: &TokenStream, member: &Member) -> TokenStream {
    let field = ident(&member.field);
    match &member.default {
        _ if member.optional => quote!(#owner.#field),
        Some(default) => or_default(owner, member, default),
        None => quote!(#owner.#field.unwrap_or_default()),
    }
}

/// The value of a builder's field, or the default.
fn or_default(owner: &TokenStream, member: &Member, default: &Default) -> TokenStream {
    let field = ident(&member.field);
    let value = default_value(default, &member.target);
    match default {
        Default::Zero => quote!(#owner.#field.unwrap_or_default()),
        Default::True | Default::Integer(_) | Default::Float(_) => {
            quote!(#owner.#field.unwrap_or(#value))
        }
        _ => quote!(#owner.#field.unwrap_or_else(|| #value)),
    }
}

/// Lines that set the defaults which clients leave to the server, in the builder called `shape`.
pub(super) fn server_defaults(structure: &Structure) -> TokenStream {
    let optional = structure.members.iter().filter(|member| member.optional);
    let lines = optional.filter_map(|member| {
        let field = ident(&member.field);
        let value = or_default(&quote!(shape), member, member.default.as_ref()?);
        Some(quote!(shape.#field = Some(#value);))
    });
    quote!(#(#lines)*)
}

fn default_value(default: &Default, target: &Target) -> TokenStream {
    match default {
        // A structure may be called `Default`.
        Default::Zero => quote!(<_>::default()),
        Default::True => quote!(true),
        Default::Integer(value) => {
            let literal = number(*value);
            quote!(#literal)
        }
        Default::Float(value) if *target == Target::Float => {
            parsed(&format!("{:?}", *value as f32))
        }
        Default::Float(value) => parsed(&format!("{value:?}")),
        Default::String(text) => match target {
            Target::Enum(name) => {
                let path = type_path(name);
                quote!(#path::from(#text))
            }
            Target::BigInteger | Target::BigDecimal => {
                quote!(literal::number(#text))
            }
            _ => quote!(#text.to_owned()),
        },
        Default::Timestamp(seconds, nanos) => {
            let (seconds, nanos) = (number(*seconds), number(*nanos));
            quote!(literal::timestamp(#seconds, #nanos))
        }
        Default::Blob(base64) => match target {
            Target::Stream { .. } => {
                quote!(primitives::ByteStream::from(literal::blob(#base64).into_inner()))
            }
            _ => quote!(literal::blob(#base64)),
        },
        Default::Document(json) => quote!(literal::document(#json)),
    }
}

/// The JSON codec and the checks. Both sides and `serde` share them, and what nobody calls costs nothing.
pub(super) fn codec(context: &Context, structure: &Structure) -> TokenStream {
    let name = ident(&structure.name);
    let builder = builder_name(structure);
    let members: Vec<&Member> = structure.members.iter().collect();
    let read_member = read_member(&builder, &members);
    let finish = finish(structure, &quote!());
    let read = if members.is_empty() && structure.role == Role::Input {
        quote! {
            reader.object(|reader, _| reader.skip())?;
            Ok(#name {})
        }
    } else if members.is_empty() {
        quote! {
            reader.object(|reader, _| reader.skip())?;
            Ok(#builder::default().build())
        }
    } else {
        let defaults = server_defaults(structure);
        let gate = context.server_gate().filter(|_| !defaults.is_empty());
        let defaults = gate.map(|gate| {
            quote! {
                #gate
                if reader.is_strict() {
                    #defaults
                }
            }
        });
        quote! {
            let mut shape = #builder::default();
            reader.object(|reader, name| shape._read_member(reader, name))?;
            #defaults
            #finish
        }
    };
    let lines = write_lines(&quote!(self), &members);
    let check = structure.checked.then(|| {
        let gate = context.either_gate();
        let check = super::checks::structure(&structure.members, context);
        quote!(#gate impl #name { #check })
    });
    quote! {
        #read_member

        impl json::ReadJson for #name {
            #[inline]
            fn read_json(reader: &mut json::Reader<'_>) -> Result<Self, json::ReadError> {
                #read
            }
        }

        impl json::WriteJson for #name {
            #[inline]
            fn write_json(&self, writer: &mut json::Writer) -> Result<(), json::WriteError> {
                writer.begin_object();
                #lines
                writer.end_object();
                Ok(())
            }
        }

        connect_protocol::serde_shape!(#name);

        #check
    }
}

/// A builder's `_read_member`, which reads a member by its name.
fn read_member(builder: &proc_macro2::Ident, members: &[&Member]) -> TokenStream {
    if members.is_empty() {
        return quote!();
    }
    let owner = quote!(self);
    let arms = read_arms(&owner, members);
    quote! {
        impl #builder {
            #[inline]
            pub(crate) fn _read_member(&mut self, reader: &mut json::Reader<'_>, name: &str) -> Result<(), json::ReadError> {
                #arms
            }
        }
    }
}

/// A `match` that reads the member called `name` into a builder's field.
pub(super) fn read_arms(owner: &TokenStream, members: &[&Member]) -> TokenStream {
    let arms = members.iter().map(|member| {
        let (json, field) = (&member.json, ident(&member.field));
        match codec::read_with(&member.target) {
            Some(read) => quote!(#json => reader.set_with(&mut #owner.#field, #read)),
            None => quote!(#json => reader.set(&mut #owner.#field)),
        }
    });
    quote! {
        match name {
            #(#arms,)*
            _ => reader.skip(),
        }
    }
}

/// Turns the builder called `shape` into the structure. Inside of a message `reader` judges what is required and missing.
pub(super) fn finish(structure: &Structure, module: &TokenStream) -> TokenStream {
    let owner = quote!(shape);
    // An input's `build()` answers a result, which a reader has no use for.
    if !structure.fallible() && structure.role != Role::Input {
        return quote!(Ok(shape.build()));
    }
    let fields = structure.members.iter().map(|member| {
        let field = ident(&member.field);
        let value = if member.must_be_set() {
            match structure.role {
                Role::Nested => {
                    let name = &member.json;
                    quote!(reader.required(#name, shape.#field)?)
                }
                // The service owes the member; what a caller gets for one that is missing is the type's empty value.
                _ => quote!(shape.#field.unwrap_or_else(json::Placeholder::placeholder)),
            }
        } else {
            finished(&owner, member)
        };
        quote!(#field: #value)
    });
    let extra = match structure.role {
        Role::Output => quote!(_request_id: shape._request_id,),
        Role::Error(_) => quote!(meta: shape.meta.unwrap_or_default(),),
        Role::Nested | Role::Input => quote!(),
    };
    let name = ident(&structure.name);
    quote!(Ok(#module #name { #(#fields,)* #extra }))
}

/// A line per member: `writer.member("Name", &self.name)?;`
pub(super) fn write_lines(owner: &TokenStream, members: &[&Member]) -> TokenStream {
    let lines = members.iter().map(|member| {
        let (json, field) = (&member.json, ident(&member.field));
        match codec::write_with(&member.target) {
            Some(write) => {
                let value = as_option(owner, member);
                quote!(writer.member_with(#json, #value, #write)?;)
            }
            None => quote!(writer.member(#json, &#owner.#field)?;),
        }
    });
    quote!(#(#lines)*)
}
