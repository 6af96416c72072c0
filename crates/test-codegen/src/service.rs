//! The service under test.

use connect_codegen::emit::streams;
use connect_codegen::emit::tokens::{field_type, operation_type};
use connect_codegen::ir::{Operation, Service, Structure, Target};
use connect_codegen::names::{OperationType, ident};
use proc_macro2::TokenStream;
use quote::quote;

/// A service that keeps each input and returns the output that it was given for it; and how messages with a stream are compared: by
/// their members, the stream read to the end.
pub(crate) fn under_test(service: &Service) -> TokenStream {
    let rows = service.operations.iter().map(|operation| {
        let (method, name) = (ident(&operation.method), &operation.name);
        let (input, output) = (ident(&operation.input.name), ident(&operation.output.name));
        let error = operation_type(operation, OperationType::Error);
        quote! {
            #method #name operation::#method::#input, operation::#method::#output, operation::#method::#error;
        }
    });
    let compared = service.operations.iter().flat_map(|operation| {
        let messages = [&operation.input, &operation.output].into_iter();
        let streaming = messages.filter(|message| streams(message));
        streaming.map(|message| compared(operation, message))
    });
    quote! {
        connect_protocol::exchange_service!(Server, crate::server::Service { #(#rows)* });
        #(#compared)*
    }
}

fn compared(operation: &Operation, message: &Structure) -> TokenStream {
    let (module, name) = (ident(&operation.method), ident(&message.name));
    let members = message.members.iter().map(|member| {
        let field = ident(&member.field);
        match member.target {
            Target::Stream { .. } => (
                quote!(String),
                quote!(connect_protocol::test_util::collected(self.#field).await),
            ),
            _ => (field_type(member), quote!(self.#field)),
        }
    });
    let (types, values): (Vec<_>, Vec<_>) = members.unzip();
    quote! {
        impl connect_protocol::test_util::Compared for operation::#module::#name {
            type Form = connect_protocol::test_util::Parts<(#(#types,)*)>;

            async fn compared(self) -> Self::Form {
                connect_protocol::test_util::Parts((#(#values,)*))
            }
        }
    }
}
