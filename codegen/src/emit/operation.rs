//! Operations: their input, output and error types, shared by both sides.

use proc_macro2::TokenStream;
use quote::quote;

use super::structure::{self, builder_name};
use super::tokens::{ident, inner_doc, operation_type};
use super::{Context, client_gate, error};
use crate::ir::Operation;
use crate::names::OperationType;

/// The module `operation::list_associated_contacts`.
pub(super) fn module(context: &Context<'_>, operation: &Operation) -> TokenStream {
    let title = inner_doc(&format!("Input, output and error of `{}`.", operation.name));
    let (input, output) = (&operation.input, &operation.output);
    let fluent = operation_type(operation, OperationType::FluentBuilder);
    let input_type = structure::definition(context, input, Some(&fluent));
    let output_type = structure::definition(context, output, None);
    let output_name = ident(&output.name);
    let errors = error::operation_enum(operation);
    let builders = [builder_name(input), builder_name(output)];
    let method = ident(&operation.method);
    let client = client_gate();
    let paginator = operation.pagination.as_ref().map(|pagination| {
        let paginator = operation_type(operation, OperationType::Paginator);
        let items = pagination.items.as_ref();
        let items = items.map(|_| operation_type(operation, OperationType::PaginatorItems));
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
        #output_type
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
