//! Errors: the structures of `types::error`, an operation's error enum, the crate-wide one.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::structure;
use super::tokens::{docs, ident};
use super::{Context, response};
use crate::ir::{Operation, OperationError, Service, Structure};

/// An error structure with its codecs.
pub(super) fn shape(context: &Context, error: &Structure) -> TokenStream {
    let name = ident(&error.name);
    let definition = structure::definition(error);
    let builder = structure::builder(error);
    let message = error.members.iter().any(|member| member.field == "message");
    let message = if message { quote!(message) } else { quote!() };
    let parse = response::parse_error(context, error);
    let respond = response::error_response(context, error);
    quote! {
        #definition
        #builder
        connect_protocol::error_shape!(#name { #message });
        #parse
        #respond
    }
}

/// `ListAssociatedContactsError`.
pub(super) fn operation_enum(operation: &Operation) -> TokenStream {
    let name = format_ident!("{}Error", operation.name);
    let title = format!("What can go wrong with `{}`.", operation.name);
    let variants = operation.errors.iter().map(variant);
    let rows = operation.errors.iter().map(|error| {
        let (name, predicate) = (ident(&error.name), ident(&error.predicate));
        quote!(#name #predicate,)
    });
    quote! {
        #[doc = #title]
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            #[doc = "Anything else, such as an error that the model does not know; [`code`](error::ProvideErrorMetadata::code) tells it."]
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
pub(super) fn module(context: &Context, service: &Service) -> TokenStream {
    let gate = context.client_gate();
    let title = format!("Any error of {}.", service.title);
    let variants = service.errors.iter().map(|error| {
        let (text, name) = (docs(&error.docs), ident(&error.name));
        quote!(#text #name(types::error::#name))
    });
    let names = service.errors.iter().map(|error| ident(&error.name));
    let froms = service.operations.iter().map(|operation| {
        let module = ident(&operation.method);
        let name = format_ident!("{}Error", operation.name);
        let rows = operation.errors.iter().map(|error| ident(&error.name));
        quote!(operation::#module::#name { #(#rows),* };)
    });
    quote! {
        #![doc = "Errors."]

        pub use connect_protocol::error::*;
        #gate
        pub use transport::error::*;
        #gate
        use crate::{operation, types};

        #[doc = #title]
        #gate
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum Error {
            #(#variants,)*
            #[doc = "Anything else: an error without a model, or a request that never reached the service."]
            Unhandled(Unhandled),
        }

        #gate
        transport::crate_error!(Error { #(#names),* } #(#froms)*);
    }
}
