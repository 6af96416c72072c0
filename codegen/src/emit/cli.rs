//! The command line: each operation as data, and one function that calls it by the client crate.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::structure::streams;
use super::tokens::{ident, inner_doc, option};
use super::{Context, Files, Options};
use crate::error::Error;
use crate::file_set::FileSet;
use crate::ir::{Member, Operation, Pagination, Service, Step, Target};
use crate::names;

/// Emits the commands of a service below a folder of a crate that has the modules `call` and `model`.
///
/// # Errors
/// The emitted tokens are no Rust, which is a defect of the generator.
pub fn commands(service: &Service, sdk: &str, folder: &str) -> Result<FileSet, Error> {
    let context = Context::new(service, Options::default());
    let mut files = Files {
        set: FileSet::default(),
        context: &context,
        folder,
    };
    let sdk = format_ident!("{}", sdk.replace('-', "_"));
    let (streaming, operations): (Vec<_>, Vec<_>) = service
        .operations
        .iter()
        .partition(|operation| streams(&operation.input) || streams(&operation.output));
    for operation in &operations {
        let module = operation.method.trim_start_matches("r#");
        files.as_it_is(&format!("{module}.rs"), &command(operation, &sdk))?;
    }
    files.as_it_is("shapes.rs", &shapes(service))?;
    let modules = operations.iter().map(|operation| ident(&operation.method));
    let statics = operations.iter().map(|operation| {
        let module = ident(&operation.method);
        quote!(&#module::OPERATION)
    });
    let left_out = (!streaming.is_empty()).then(|| {
        let names = streaming.iter().map(|operation| operation.name.as_str());
        let names: Vec<&str> = names.collect();
        inner_doc(&format!(
            "\nWithout a command, since they stream: {}.",
            names.join(", ")
        ))
    });
    let allow = service.deprecates().then(|| {
        quote!(#![allow(deprecated, reason = "what a model deprecates is still a command and a flag")])
    });
    files.as_it_is(
        "mod.rs",
        &quote! {
            //! One command for each operation of the model.
            #left_out
            #allow

            #(mod #modules;)*
            mod shapes;

            use crate::model::Operation;

            /// The operations, by name.
            pub(crate) static OPERATIONS: &[&Operation] = &[#(#statics),*];
        },
    )?;
    Ok(files.set)
}

fn command(operation: &Operation, sdk: &proc_macro2::Ident) -> TokenStream {
    let (name, method) = (&operation.name, ident(&operation.method));
    let command = kebab(name);
    let title = inner_doc(&format!("`connect {command}`"));
    let about = &operation.docs.plain;
    let (input, output) = (&operation.input, &operation.output);
    let input_name = ident(&input.name);
    let arguments = input.members.iter().map(|member| {
        let (flag, about, member) = (kebab(&member.name), &member.docs.plain, member_of(member));
        quote!(Argument { flag: #flag, about: #about, member: #member })
    });
    let members = output.members.iter().map(member_of);
    let pages = match &operation.pagination {
        Some(pagination) => pages(pagination),
        None => quote!(None),
    };
    let setters = input.members.iter().map(|member| {
        let set = ident(&names::setter_name(&member.name));
        let field = ident(&member.field);
        let value = quote!(input.#field);
        let value = if member.optional {
            value
        } else {
            quote!(Some(#value))
        };
        quote!(.#set(#value))
    });
    let input_value = if input.members.is_empty() {
        quote!(_)
    } else {
        quote!(input)
    };
    let mut members_of_both = input.members.iter().chain(&output.members);
    let uses_shapes = members_of_both
        .clone()
        .any(|it| named(&it.target).is_some());
    let shapes = uses_shapes.then(|| {
        quote!(
            use super::shapes;
        )
    });
    let argument = (!input.members.is_empty()).then(|| quote!(Argument,));
    let has_members = members_of_both.next().is_some();
    let member = has_members.then(|| quote!(Member,));
    let shape = has_members.then(|| quote!(Shape));
    let items = operation
        .pagination
        .as_ref()
        .and_then(|it| it.items.as_ref());
    let pages_use = items.map(|_| quote!(Pages,));
    quote! {
        #title

        use #sdk::Client;
        use #sdk::operation::#method::#input_name;
        use serde_json::Value;

        #shapes
        use crate::call::{self, Reply};
        use crate::model::{#argument #member Operation, #pages_use #shape};

        /// The command.
        pub(crate) static OPERATION: Operation = Operation {
            name: #name,
            command: #command,
            about: #about,
            input: &[#(#arguments),*],
            output: &[#(#members),*],
            pages: #pages,
            call,
        };

        fn call(client: &Client, input: Value) -> Reply<'_> {
            Box::pin(async move {
                let #input_value: #input_name = call::read(input)?;
                let output = client.#method()#(#setters)*.send().await?;
                call::write(&output)
            })
        }
    }
}

/// Without items there is nothing to merge: such results are one page at a time.
fn pages(pagination: &Pagination) -> TokenStream {
    let Some(items) = &pagination.items else {
        return quote!(None);
    };
    let path = |steps: &[Step]| {
        let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
        names.join(".")
    };
    let (output_token, items) = (path(&pagination.output_token), path(&items.path));
    let input_token = &pagination.input_token.name;
    let page_size = pagination.page_size.as_ref().map(|(step, _)| &step.name);
    let page_size = option(page_size);
    quote!(Some(Pages {
        input_token: #input_token,
        output_token: #output_token,
        page_size: #page_size,
        items: #items,
    }))
}

fn member_of(member: &Member) -> TokenStream {
    member_in(member, &quote!(shapes::))
}

fn member_in(member: &Member, module: &TokenStream) -> TokenStream {
    let (name, shape) = (&member.json, reference(&member.target, module));
    if member.required {
        quote!(Member::required(#name, #shape))
    } else {
        quote!(Member::optional(#name, #shape))
    }
}

/// A reference to the shape of a target.
fn reference(target: &Target, module: &TokenStream) -> TokenStream {
    let simple = match target {
        Target::Boolean => quote!(Boolean),
        Target::Byte => quote!(BYTE),
        Target::Short => quote!(SHORT),
        Target::Integer | Target::IntEnum(_) => quote!(INTEGER),
        Target::Long => quote!(LONG),
        Target::Float | Target::Double | Target::BigInteger | Target::BigDecimal => quote!(Float),
        Target::Document | Target::Unit => quote!(Document),
        Target::Timestamp(_) => quote!(Timestamp),
        Target::Blob { .. } | Target::Stream { .. } => quote!(Blob),
        Target::String { .. } => quote!(String),
        Target::Enum(name) | Target::Structure(name) | Target::Union(name) => {
            let name = static_name(name);
            return quote!(&#module #name);
        }
        Target::List(list) => {
            let element = reference(&list.element, module);
            quote!(List(#element))
        }
        Target::Map(map) => {
            let value = reference(&map.value, module);
            quote!(Map(#value))
        }
    };
    quote!(&Shape::#simple)
}

/// `shapes.rs`: what members hold, where it has a name.
fn shapes(service: &Service) -> TokenStream {
    let mut used: Vec<&str> = used(service).into_iter().collect();
    used.sort_by_key(|name| names::unqualified(name));
    let with_members = used.iter().any(|name| service.members(name).is_some());
    let member = with_members.then(|| quote!(Member,));
    let uses = (!used.is_empty()).then(|| {
        quote!(
            use crate::model::{#member Shape};
        )
    });
    let statics = used.iter().map(|name| {
        let members = service.members(name).unwrap_or_default();
        let members = members.iter().map(|member| member_in(member, &quote!()));
        let shape = match service.enumeration(name) {
            Some(shape) => {
                let values = shape.variants.iter().map(|variant| &variant.value);
                quote!(Enum(&[#(#values),*]))
            }
            None if service.union(name).is_some() => quote!(Union(&[#(#members),*])),
            None => quote!(Structure(&[#(#members),*])),
        };
        let name = static_name(name);
        quote!(pub(super) static #name: Shape = Shape::#shape;)
    });
    quote! {
        //! Shapes that members of operations hold.

        #uses

        #(#statics)*
    }
}

/// The named shapes that commands reach; errors reach others, which no command needs.
fn used(service: &Service) -> BTreeSet<&str> {
    let mut used = BTreeSet::new();
    let operations = service.operations.iter();
    let messages = operations.flat_map(|operation| [&operation.input, &operation.output]);
    let members = messages.flat_map(|message| &message.members);
    let mut open: Vec<&str> = members.filter_map(|member| named(&member.target)).collect();
    while let Some(name) = open.pop() {
        if used.insert(name) {
            let members = service.members(name).unwrap_or_default();
            open.extend(members.iter().filter_map(|member| named(&member.target)));
        }
    }
    used
}

/// The named shape that a target is, or lists or maps.
fn named(target: &Target) -> Option<&str> {
    match target {
        Target::Enum(name) | Target::Structure(name) | Target::Union(name) => Some(name),
        Target::List(list) => named(&list.element),
        Target::Map(map) => named(&map.value),
        _ => None,
    }
}

fn static_name(name: &str) -> proc_macro2::Ident {
    let name = names::snake_case(names::unqualified(name)).to_ascii_uppercase();
    // A shape's name may begin with an underscore and a digit.
    let digit = name.starts_with(|c: char| c.is_ascii_digit());
    ident(&if digit { format!("_{name}") } else { name })
}

fn kebab(name: &str) -> String {
    names::snake_case(name).replace('_', "-")
}
