//! Tests of a generated crate: random values of every operation and error go over the wire and come back the same.

mod cannot;
mod sample;
mod text;
mod value;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

pub use self::cannot::Cannot;
use self::sample::Samples;
use super::Files;
use super::structure::streams;
use super::tokens::{field_type, ident, operation_type};
use crate::error::Error;
use crate::ir::{Operation, Service, Structure, Target};
use crate::names::{self, OperationType};

/// What tests of a service cannot cover.
pub fn cannot_test(service: &Service) -> Vec<Cannot> {
    let mut samples = Samples::new(service);
    let _ = (samples.structures(), samples.unions());
    let _ = (samples.messages(), samples.errors());
    samples.cannot
}

/// Adds the tests below `tests/`.
pub(super) fn add(service: &Service, files: &mut Files<'_>) -> Result<(), Error> {
    let mut samples = Samples::new(service);
    let mut modules = Vec::new();
    for (path, title, tokens) in [
        ("structures", "Values of structures.", samples.structures()),
        ("unions", "Values of unions.", samples.unions()),
        (
            "messages",
            "Values of inputs and outputs.",
            samples.messages(),
        ),
        ("errors", "Values of errors.", samples.errors()),
    ] {
        if tokens.is_empty() {
            continue;
        }
        modules.push(ident(path));
        let title = super::tokens::inner_doc(title);
        let options = tokens.to_string().contains("option !").then(|| {
            quote!(
                use connect_protocol::sample_option as option;
            )
        });
        let tokens = quote! {
            #title
            use connect_protocol::test_util::{Sample, Source};
            #options
            #tokens
        };
        files.add(&format!("tests/{path}.rs"), tokens)?;
    }
    modules.sort();
    let root = root(service, &modules, &samples.cannot);
    files.add("tests/mod.rs", root)
}

/// `tests/mod.rs`: the service under test, and a row per test.
fn root(service: &Service, modules: &[Ident], cannot: &[Cannot]) -> TokenStream {
    let rows = service
        .operations
        .iter()
        .filter(|operation| !cannot.iter().any(|cannot| cannot.excludes(&operation.name)))
        .map(|operation| {
            let (method, name) = (ident(&operation.method), &operation.name);
            let (input, output) = (ident(&operation.input.name), ident(&operation.output.name));
            let by = (!streams(&operation.input)).then(|| quote!(&));
            quote! {
                #method #name (#by) operation::#method::#input, operation::#method::#output;
            }
        });
    let rows: Vec<TokenStream> = rows.collect();
    let errors = service.errors.iter().map(|error| {
        let (test, name) = (
            format_ident!("error_{}", names::snake_case(&error.name)),
            ident(&error.name),
        );
        let code = match &error.role {
            crate::ir::Role::Error(wire) => &wire.code,
            _ => &error.name,
        };
        quote!(#test #code types::error::#name;)
    });
    let enums = service.enums.iter().map(|shape| {
        let path = super::tokens::type_path(&shape.name);
        quote!(#path)
    });
    let (compared, service) = (compared(service), exchange_service(service));
    quote! {
        //! Random values of every operation and error go over the wire and come back the same.
        #![allow(
            clippy::redundant_closure_for_method_calls,
            clippy::vec_init_then_push,
            reason = "one form for all values"
        )]

        #(mod #modules;)*

        #service

        #compared

        connect_protocol::sample_enums!(#(#enums),*);

        connect_protocol::round_trips!(Server { #(#rows)* });

        /// Requests and responses arrive broken.
        mod hostile {
            use super::Server;
            use crate::operation;

            connect_protocol::hostile_trips!(Server { #(#rows)* });
        }

        connect_protocol::error_trips!({ #(#errors)* });
    }
}

/// A service that answers what it is told.
pub(super) fn exchange_service(service: &Service) -> TokenStream {
    let rows = service.operations.iter().map(|operation| {
        let (method, name) = (ident(&operation.method), &operation.name);
        let (input, output) = (ident(&operation.input.name), ident(&operation.output.name));
        let error = operation_type(operation, OperationType::Error);
        quote! {
            #method #name operation::#method::#input, operation::#method::#output, operation::#method::#error;
        }
    });
    quote!(connect_protocol::exchange_service!(Server, crate::server::Service { #(#rows)* });)
}

/// How messages with a stream are compared: by their members, the stream read to the end.
pub(super) fn compared(service: &Service) -> TokenStream {
    let impls = service.operations.iter().flat_map(|operation| {
        [&operation.input, &operation.output]
            .into_iter()
            .filter(|message| streams(message))
            .map(|message| compared_message(operation, message))
    });
    quote!(#(#impls)*)
}

fn compared_message(operation: &Operation, message: &Structure) -> TokenStream {
    let (module, name) = (ident(&operation.method), ident(&message.name));
    let kinds = message.members.iter().map(|member| match member.target {
        Target::Stream { .. } => quote!(String),
        _ => field_type(member),
    });
    let values = message.members.iter().map(|member| {
        let field = ident(&member.field);
        match member.target {
            Target::Stream { .. } => {
                quote!(connect_protocol::test_util::collected(self.#field).await)
            }
            _ => quote!(self.#field),
        }
    });
    quote! {
        impl connect_protocol::test_util::Compared for operation::#module::#name {
            type Form = connect_protocol::test_util::Parts<(#(#kinds,)*)>;

            async fn compared(self) -> Self::Form {
                connect_protocol::test_util::Parts((#(#values,)*))
            }
        }
    }
}
