//! Settings that are a service's own: its client context parameters.

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::{docs, ident};
use crate::ir::{ClientParam, Service};

/// `config.rs`. The transport's `Builder` knows no service: what a service adds to it is a trait.
pub(super) fn module(service: &Service) -> TokenStream {
    let params = &service.client_params;
    let declarations = params.iter().map(|param| {
        let (text, signature) = (docs(&param.docs), signature(param));
        quote!(#text #[must_use] #signature;)
    });
    let definitions = params.iter().map(|param| {
        let (name, signature) = (&param.name, signature(param));
        let (kind, value) = (kind(param), ident(&param.method));
        quote! {
            #signature {
                let value: #kind = #value.into();
                self.endpoint_param(#name, value.into())
            }
        }
    });
    quote! {
        //! Settings of a client.

        pub use transport::config::*;

        /// Settings that this service adds: its endpoint depends on them.
        pub trait ServiceSettings: Sized { #(#declarations)* }

        impl ServiceSettings for Builder { #(#definitions)* }
    }
}

/// `fn zone(self, zone: impl Into<String>) -> Self`
fn signature(param: &ClientParam) -> TokenStream {
    let (kind, method) = (kind(param), ident(&param.method));
    quote!(fn #method(self, #method: impl Into<#kind>) -> Self)
}

fn kind(param: &ClientParam) -> TokenStream {
    if param.boolean {
        quote!(bool)
    } else {
        quote!(String)
    }
}
