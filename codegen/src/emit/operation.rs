//! Operations: their input, output and error types, shared by both sides.

use proc_macro2::TokenStream;
use quote::quote;

use super::structure::{self, builder_name, codec};
use super::tokens::{inner_doc, operation_type};
use super::{Context, checks, client_gate, error};
use crate::ir::Operation;
use crate::names::OperationType;

/// The module `operation::list_associated_contacts`.
pub(super) fn module(context: &Context, operation: &Operation) -> TokenStream {
    let title = inner_doc(&format!("Input, output and error of `{}`.", operation.name));
    let (input, output) = (&operation.input, &operation.output);
    let input_type = structure::definition(input);
    let input_builder = structure::builder(input);
    let input_codec = message_codec(context, input);
    let output_type = structure::definition(output);
    let output_builder = structure::builder(output);
    let output_codec = message_codec(context, output);
    let output_name = super::tokens::ident(&output.name);
    let errors = error::operation_enum(operation);
    let builders = [builder_name(input), builder_name(output)];
    let fluent = operation_type(operation, OperationType::FluentBuilder);
    let method = super::tokens::ident(&operation.method);
    let client = client_gate();
    let paginator = operation.pagination.as_ref().map(|_| {
        let paginator = operation_type(operation, OperationType::Paginator);
        let items = operation
            .pagination
            .as_ref()
            .and_then(|pagination| pagination.items.as_ref())
            .map(|_| operation_type(operation, OperationType::PaginatorItems));
        let names = [Some(paginator), items].into_iter().flatten();
        quote! {
            /// Paginators.
            #client
            pub mod paginator {
                pub use crate::client::#method::{#(#names),*};
            }
        }
    });
    quote! {
        #title

        #input_type
        #input_builder
        #input_codec
        #output_type
        #output_builder
        #output_codec
        #client
        impl transport::RequestId for #output_name {
            #[inline]
            fn request_id(&self) -> Option<&str> { self._request_id.as_deref() }
        }
        #errors

        /// Builders.
        pub mod builders {
            #client
            pub use crate::client::#method::#fluent;
            pub use super::{#(#builders),*};
        }
        #paginator
    }
}

/// A message's codec. One that streams is no JSON as a whole.
fn message_codec(context: &Context, message: &crate::ir::Structure) -> TokenStream {
    if !structure::streams(message) {
        return codec(context, message);
    }
    let name = super::tokens::ident(&message.name);
    let check = message
        .checked
        .then(|| checks::structure(&message.members, context));
    let gate = context.either_gate();
    check.map_or_else(
        TokenStream::new,
        |check| quote!(#gate impl #name { #check }),
    )
}

/// A structure of `types`.
pub(super) fn nested(context: &Context, shape: &crate::ir::Structure) -> TokenStream {
    let definition = structure::definition(shape);
    let builder = structure::builder(shape);
    let codec = codec(context, shape);
    quote!(#definition #builder #codec)
}
