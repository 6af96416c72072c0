//! Errors: the structures of `types::error`, an operation's error enum, the crate-wide one.

use proc_macro2::TokenStream;
use quote::quote;

use super::structure;
use super::tokens::{Std, docs, ident, operation_type};
use super::{Context, client_gate, response};
use crate::ir::{Operation, OperationError, Role, Service, Structure, Target};
use crate::names::OperationType;

/// An error structure with its codecs.
pub(super) fn shape(context: &Context<'_>, error: &Structure) -> TokenStream {
    let name = ident(&error.name);
    let definition = structure::definition(context, error, None);
    let option = Std::Option.in_file_of(&error.name);
    let builder_name = structure::builder_name(error);
    let message = match error
        .members
        .iter()
        .find(|member| member.field == "message")
    {
        Some(member) if !matches!(member.target, Target::String { .. }) => quote!(none),
        Some(member) if error.sensitive || member.sensitive => quote!(sensitive),
        Some(member) if member.optional => quote!(optional),
        Some(_) => quote!(required),
        None => quote!(none),
    };
    let Role::Error(wire) = &error.role else {
        return quote!();
    };
    let code = &wire.code;
    let parse = response::parse_error(error);
    let respond = response::error_response(context, error);
    let client = client_gate();
    quote! {
        #definition
        connect_protocol::error_shape!(#name, #builder_name, #code, message: #message);
        #parse
        #client
        impl transport::RequestId for #name {
            #[inline]
            fn request_id(&self) -> #option<&str> { transport::RequestId::request_id(&self.meta) }
        }
        #respond
    }
}

/// `ListAssociatedContactsError`.
pub(super) fn operation_enum(operation: &Operation) -> TokenStream {
    let name = operation_type(operation, OperationType::Error);
    let title = super::tokens::doc(&format!("What can go wrong with `{}`.", operation.name));
    let variants = operation.errors.iter().map(variant);
    let rows = operation.errors.iter().map(|error| {
        let (name, predicate) = (ident(&error.name), ident(&error.predicate));
        quote!(#name #predicate,)
    });
    quote! {
        #title
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// Anything else, such as an error that the model does not know; [`code`](error::ProvideErrorMetadata::code) has its name.
            Unhandled(error::Unhandled),
        }

        connect_protocol::operation_error!(#name { #(#rows)* });
    }
}

fn variant(error: &OperationError) -> TokenStream {
    let (text, name) = (docs(&error.docs), ident(&error.name));
    quote!(#text #name(types::error::#name))
}

/// `error.rs`: the errors of the runtime, and `crate::Error`, which is every error of every operation, so that `?` works across them.
pub(super) fn module(service: &Service) -> TokenStream {
    let gate = client_gate();
    // The transport's errors contain those that both sides know.
    let runtime = quote! {
        #[cfg(not(feature = "client"))]
        pub use connect_protocol::error::*;
        #[cfg(feature = "client")]
        pub use connect_transport::error::*;
    };
    let title = super::tokens::doc(&format!("Any error of {}.", super::tokens::title(service)));
    let variants = service.errors.iter().map(|error| {
        let (text, name) = (docs(&error.docs), ident(&error.name));
        quote!(#text #name(crate::types::error::#name))
    });
    let names = service.errors.iter().map(|error| ident(&error.name));
    let froms = service.operations.iter().map(|operation| {
        let module = ident(&operation.method);
        let name = operation_type(operation, OperationType::Error);
        let rows = operation.errors.iter().map(|error| ident(&error.name));
        quote!(crate::operation::#module::#name { #(#rows),* };)
    });
    quote! {
        //! Errors.

        #runtime
        #title
        #gate
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum Error {
            #(#variants,)*
            /// Anything else: an error without a model, or a request that never reached the service.
            Unhandled(Unhandled),
        }

        #gate
        connect_transport::crate_error!(Error { #(#names),* } #(#froms)*);
    }
}
