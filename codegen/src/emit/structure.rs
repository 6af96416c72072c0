//! Structures: the type, its accessors and builder, its JSON codec, its checks.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::tokens::{
    Std, as_option, docs, field_type_in, ident, item_type, number, parsed, rust_type_in, type_path,
};
use super::{Context, checks, client_gate, codec};
use crate::ir::{Default, Member, Role, Structure, Target};
use crate::names;

impl Structure {
    /// The shape that the structure's file defines. Those of an operation share a file, and no shape has their names.
    pub(super) fn own(&self) -> &str {
        match self.role {
            Role::Nested | Role::Error(_) => &self.name,
            Role::Input | Role::Output => "",
        }
    }

    fn is_sensitive(&self) -> bool {
        self.sensitive || self.members.iter().any(|member| member.sensitive)
    }
}

/// A structure with its builder, codec and checks. An input names the fluent builder that gets its setters too.
pub(super) fn definition(
    context: &Context<'_>,
    structure: &Structure,
    fluent: Option<&Ident>,
) -> TokenStream {
    let (fields, builder) = (fields(structure), builder(structure, fluent));
    // What streams is no JSON as a whole.
    let codec = (!streams(structure)).then(|| codec(context, structure));
    let check = checks::structure(structure, context);
    quote!(#fields #builder #codec #check)
}

/// The type with its derives; outputs keep their request ID, errors their metadata.
fn fields(structure: &Structure) -> TokenStream {
    let name = ident(&structure.name);
    let text = docs(&structure.docs);
    let fields = structure.members.iter().map(|member| {
        let (text, field) = (docs(&member.docs), ident(&member.field));
        let kind = field_type_in(structure.own(), member);
        quote!(#text pub #field: #kind,)
    });
    let extra = match structure.role {
        Role::Output => quote!(pub(crate) _request_id: Option<String>),
        Role::Error(_) => quote!(pub(crate) meta: error::ErrorMetadata),
        Role::Nested | Role::Input => quote!(),
    };
    let sensitive = structure.is_sensitive();
    let redacted = sensitive.then(|| redacted(&name, structure));
    let derives = match (streams(structure), sensitive) {
        (true, true) => quote!(),
        (true, false) => quote!(#[derive(Debug)]),
        (false, true) => quote!(#[derive(Clone, PartialEq)]),
        (false, false) => quote!(#[derive(Clone, Debug, PartialEq)]),
    };
    quote! {
        #text
        #derives
        #[non_exhaustive]
        pub struct #name { #(#fields)* #extra }

        #redacted
    }
}

/// Whether a member streams: such a structure cannot be cloned or compared.
pub fn streams(structure: &Structure) -> bool {
    structure
        .members
        .iter()
        .any(|member| matches!(member.target, Target::Stream { .. }))
}

/// `Debug` without the values that must not show.
fn redacted(name: &Ident, structure: &Structure) -> TokenStream {
    let fields = structure.members.iter().map(|member| {
        let field = ident(&member.field);
        let redacted = (structure.sensitive || member.sensitive).then(|| quote!(: redacted));
        quote!(#field #redacted)
    });
    quote!(connect_protocol::redacted_debug!(#name { #(#fields),* });)
}

/// Accessors, and the builder with its methods and `build()`.
fn builder(structure: &Structure, fluent: Option<&Ident>) -> TokenStream {
    let name = ident(&structure.name);
    let builder = builder_name(structure);
    let rows = structure
        .members
        .iter()
        .map(|member| row(structure.own(), member));
    let sensitive = structure.is_sensitive();
    let debug = (!sensitive).then(|| quote!(Debug));
    let redacted = sensitive.then(|| redacted(&builder, structure));
    let derives = if streams(structure) {
        quote!(#debug Default)
    } else {
        quote!(Clone #debug Default PartialEq)
    };
    // An input's `build()` always returns a result, as aws-sdk-rust has it.
    let build = if structure.fallible() || structure.role == Role::Input {
        quote!(result)
    } else {
        quote!(plain)
    };
    let client = client_gate();
    let extra = match structure.role {
        Role::Output => quote!(output),
        Role::Error(_) => quote!(error),
        Role::Input => quote!(#client builders::#fluent),
        Role::Nested => quote!(),
    };
    quote! {
        connect_protocol::builder!(#name, #builder: #derives => #build #extra { #(#rows)* });

        #redacted
    }
}

pub(super) fn builder_name(structure: &Structure) -> Ident {
    format_ident!("{}Builder", structure.name)
}

/// A member's line in the table of `builder!`: `required copy(i32) count set_count get_count "Count" = 1;`
fn row(own: &str, member: &Member) -> TokenStream {
    let presence = format_ident!(
        "{}",
        if member.optional {
            "optional"
        } else {
            "required"
        }
    );
    let kind = kind(own, member);
    let field = ident(&member.field);
    let (set, get) = (
        ident(&names::setter_name(&member.name)),
        ident(&names::getter_name(&member.name)),
    );
    let wire = &member.name;
    let default = member.default.as_ref().filter(|_| !member.optional);
    let default = default.map(|default| {
        let value = default_value(default, &member.target);
        quote!(= #value)
    });
    quote!(#presence #kind #field #set #get #wire #default;)
}

/// How accessors and setters treat a member: `string`, `copy(i32)`, `list(string)`.
fn kind(own: &str, member: &Member) -> TokenStream {
    // Plain strings may be set from whatever becomes one.
    let item = |target: &Target, sparse: bool| match target {
        Target::String { .. } if !sparse => quote!(string),
        target => item_type(own, target, sparse),
    };
    match &member.target {
        Target::String { .. } => quote!(string),
        Target::List(list) => {
            let element = item(&list.element, list.sparse);
            quote!(list(#element))
        }
        Target::Map(map) => {
            let (key, value) = (item(&map.key, false), item(&map.value, map.sparse));
            quote!(map(#key, #value))
        }
        target => {
            let kind = format_ident!(
                "{}",
                match target {
                    _ if member.boxed => "boxed",
                    Target::Boolean
                    | Target::Byte
                    | Target::Short
                    | Target::Integer
                    | Target::IntEnum(_)
                    | Target::Long
                    | Target::Float
                    | Target::Double => "copy",
                    _ => "value",
                }
            );
            let value = rust_type_in(own, target);
            quote!(#kind(#value))
        }
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

/// The JSON codec. Both sides and `serde` share it, and what nobody calls costs nothing.
fn codec(context: &Context<'_>, structure: &Structure) -> TokenStream {
    let name = ident(&structure.name);
    let builder = builder_name(structure);
    let result = Std::Result.in_file_of(structure.own());
    let members: Vec<&Member> = structure.members.iter().collect();
    let finish = finish(structure, &quote!());
    let read_member = (!members.is_empty()).then(|| {
        let arms = read_arms(&quote!(self), &members);
        quote! {
            impl #builder {
                #[inline]
                pub(crate) fn _read_member(&mut self, reader: &mut json::Reader<'_>, name: &str) -> #result<(), json::ReadError> {
                    #arms
                }
            }
        }
    });
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
    quote! {
        #read_member

        impl json::ReadJson for #name {
            #[inline]
            fn read_json(reader: &mut json::Reader<'_>) -> #result<Self, json::ReadError> {
                #read
            }
        }

        impl json::WriteJson for #name {
            #[inline]
            fn write_json(&self, writer: &mut json::Writer) -> #result<(), json::WriteError> {
                writer.begin_object();
                #lines
                writer.end_object();
                Ok(())
            }
        }

        connect_protocol::serde_shape!(#name);
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
    // An input's `build()` returns a result, which a reader has no use for.
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
