//! The client: `Client`, a fluent builder per operation, paginators, waiters.

use proc_macro2::TokenStream;
use quote::quote;

use super::server::response_type;
use super::structure::{builder_name, streams};
use super::tokens::{
    deprecated, doc, docs, first_sentence, follow, ident, inner_doc, item_type, number,
    operation_type, pattern, rust_type,
};
use super::{request, response, waiter};
use crate::ir::{Auth, Items, Operation, Pagination, ParamValue, Service, Target};
use crate::names::OperationType;

/// `client/mod.rs`
pub(super) fn module(service: &Service) -> TokenStream {
    let modules = service.operations.iter().map(|operation| {
        let module = ident(&operation.method);
        quote!(pub(crate) mod #module;)
    });
    let methods = service.operations.iter().map(|operation| {
        let (method, fluent) = (
            ident(&operation.method),
            operation_type(operation, OperationType::FluentBuilder),
        );
        let text = format!(
            "A request of [`{}`](crate::operation::{}). {}",
            operation.name,
            // A link names a module without `r#`.
            operation.method.trim_start_matches("r#"),
            first_sentence(&operation.docs)
        );
        let (text, deprecated) = (doc(&text), deprecated(&operation.docs));
        quote! {
            #text
            #deprecated
            #[inline]
            pub fn #method(&self) -> #method::#fluent {
                #method::#fluent::_new(self.handle.clone())
            }
        }
    });
    let title = doc(&format!(
        "A client of {}. Clones share connections, credentials and retry budget.",
        super::tokens::title(service)
    ));
    let (sdk_id, version, signing_name) =
        (&service.sdk_id, &service.version, &service.signing_name);
    quote! {
        //! The client and its requests.

        mod endpoint;
        #(#modules)*

        pub use transport::client::customize;

        use transport::SdkConfig;

        use crate::config::Config;

        /// What all requests have in common.
        pub(crate) static SERVICE: meta::Service = meta::Service {
            sdk_id: #sdk_id,
            version: #version,
            signing_name: #signing_name,
            endpoint: endpoint::resolve,
        };

        #title
        #[derive(Clone, Debug)]
        pub struct Client { handle: transport::Handle }

        impl Client {
            /// A client with the settings that all AWS clients of a program share.
            pub fn new(config: &SdkConfig) -> Self {
                Self::from_conf(Config::from(config))
            }

            /// A client with settings of its own.
            pub fn from_conf(config: Config) -> Self {
                Self { handle: transport::Handle::new(&SERVICE, config) }
            }

            /// The settings.
            pub fn config(&self) -> &Config {
                self.handle.config()
            }

            #(#methods)*
        }
    }
}

/// `client/list_associated_contacts.rs`
pub(super) fn operation(operation: &Operation) -> TokenStream {
    let module = ident(&operation.method);
    let title = inner_doc(&format!(
        "`{} {}`: requests of `{}`.",
        operation.http_method,
        pattern(&operation.path),
        operation.name
    ));
    let statics = metadata(operation);
    let fluent = fluent(operation);
    let encode = request::encode(operation);
    let decode = response::decode(operation);
    let decode_error = decode_error(operation);
    let paginator = operation
        .pagination
        .as_ref()
        .map(|pagination| paginator(operation, pagination));
    let waiters = operation
        .waiters
        .iter()
        .map(|it| waiter::method(operation, it));
    let input = ident(&operation.input.name);
    quote! {
        #title

        use crate::operation::#module::{self as shapes, #input};

        #statics
        #fluent
        #encode
        #decode
        #decode_error
        #paginator
        #(#waiters)*
    }
}

fn metadata(operation: &Operation) -> TokenStream {
    let name = &operation.name;
    let auth = operation.auth.iter().map(|auth| match auth {
        Auth::SigV4 => quote!(meta::Auth::SigV4),
        Auth::Bearer => quote!(meta::Auth::Bearer),
        Auth::Anonymous => quote!(meta::Auth::Anonymous),
    });
    let errors = operation.errors.iter().map(|error| {
        let (code, status) = (&error.wire.code, number(error.wire.status));
        let retry = match error.wire.retry {
            None => quote!(None),
            Some(true) => quote!(Some(meta::Retry::Throttling)),
            Some(false) => quote!(Some(meta::Retry::Transient)),
        };
        quote!(meta::ModeledError::new(#code, #status, #retry))
    });
    let streaming = streams(&operation.output);
    let json = response_type(operation) == Some("application/json");
    let (unsigned, compressible) = (operation.unsigned_payload, operation.compressible);
    let params = operation.static_params.iter().map(|(name, value)| {
        let value = match value {
            ParamValue::String(text) => {
                quote!(endpoint::Value::String(std::borrow::Cow::Borrowed(#text)))
            }
            ParamValue::Bool(flag) => quote!(endpoint::Value::Bool(#flag)),
            ParamValue::StringList(items) => {
                quote!(endpoint::Value::StringList(std::borrow::Cow::Borrowed(&[
                    #(std::borrow::Cow::Borrowed(#items)),*
                ])))
            }
        };
        quote!((#name, #value))
    });
    quote! {
        /// What a transport needs to know of the operation.
        pub(crate) static OPERATION: meta::Operation = meta::Operation {
            service: &crate::client::SERVICE,
            name: #name,
            auth: &[#(#auth),*],
            errors: &[#(#errors),*],
            unsigned_payload: #unsigned,
            streaming_output: #streaming,
            json_output: #json,
            compressible: #compressible,
            endpoint_params: &[#(#params),*],
        };
    }
}

fn fluent(operation: &Operation) -> TokenStream {
    let name = operation_type(operation, OperationType::FluentBuilder);
    let builder = builder_name(&operation.input);
    let (output, error) = (
        ident(&operation.output.name),
        operation_type(operation, OperationType::Error),
    );
    let title = format!(
        "A request of `{}`: set its members, then [`send`](Self::send) it.",
        operation.name
    );
    let title = doc(&title);
    let text = docs(&operation.docs);
    let members = operation.input.members.iter();
    let tokens = members.filter(|member| member.idempotency_token);
    let fill: Vec<_> = tokens
        .map(|member| {
            let field = ident(&member.field);
            quote!(input.#field.get_or_insert_with(|| self.handle.idempotency_token());)
        })
        .collect();
    let mutable = (!fill.is_empty()).then(|| quote!(mut));
    // A stream is sent, not copied.
    let streams = streams(&operation.input);
    let reference = (!streams).then(|| quote!(&));
    let clone = (!streams).then(|| quote!(Clone,));
    let method = ident(&operation.method);
    let paginate = operation.pagination.as_ref().map(|_| {
        let paginator = operation_type(operation, OperationType::Paginator);
        quote! {
            /// Sends the request for every page.
            #[inline]
            pub fn into_paginator(self) -> #paginator {
                #paginator { request: self, stop_on_duplicate_token: true }
            }
        }
    });
    quote! {
        #title
        ///
        #text
        #[derive(#clone Debug)]
        pub struct #name {
            handle: transport::Handle,
            pub(crate) inner: shapes::builders::#builder,
            config_override: Option<std::sync::Arc<transport::config::Builder>>,
        }

        impl #name {
            /// Sends the request and waits for the response.
            ///
            #[doc = " # Errors"]
            /// The input is not complete, the request did not reach the service or its response the caller, or the service returned an error.
            #[inline]
            pub async fn send(self) -> Result<shapes::#output, error::SdkError<shapes::#error>> {
                let #mutable input = self.inner.build().map_err(error::SdkError::construction_failure)?;
                #(#fill)*
                self.handle.send(&OPERATION, encode(#reference input), self.config_override, decode, decode_error).await
            }

            #paginate
        }

        transport::fluent_builder!(
            #name, #method, shapes::builders::#builder => shapes::#output, shapes::#error
        );
    }
}

fn decode_error(operation: &Operation) -> TokenStream {
    let name = operation_type(operation, OperationType::Error);
    let rows = operation.errors.iter().map(|error| {
        let (variant, code) = (ident(&error.name), &error.wire.code);
        if error.name == *code {
            quote!(#variant)
        } else {
            quote!(#variant = #code)
        }
    });
    quote!(transport::decode_error!(shapes::#name { #(#rows),* });)
}

fn paginator(operation: &Operation, pagination: &Pagination) -> TokenStream {
    let name = operation_type(operation, OperationType::Paginator);
    let fluent = operation_type(operation, OperationType::FluentBuilder);
    let (output, error) = (
        ident(&operation.output.name),
        operation_type(operation, OperationType::Error),
    );
    let title = doc(&format!(
        "All pages of `{}`, one request after the other.",
        operation.name
    ));
    let input_token = ident(&pagination.input_token.field);
    let next = follow(&quote!(page), &pagination.output_token);
    let page_size = pagination.page_size.as_ref().map(|(field, target)| {
        let (field, kind) = (ident(&field.field), rust_type(target));
        quote! {
            /// How many items a page holds at the most.
            #[inline]
            #[must_use]
            pub fn page_size(mut self, limit: #kind) -> Self {
                self.request.inner.#field = Some(limit);
                self
            }
        }
    });
    let items_method = pagination.items.as_ref().map(|_| {
        let items = operation_type(operation, OperationType::PaginatorItems);
        quote! {
            /// The items of all pages, one after the other.
            #[inline]
            #[must_use]
            pub fn items(self) -> #items { #items(self) }
        }
    });
    let items_type = pagination.items.as_ref().map(|it| items(operation, it));
    quote! {
        #title
        #[derive(Clone, Debug)]
        pub struct #name { request: #fluent, stop_on_duplicate_token: bool }

        impl #name {
            #page_size

            #items_method

            /// Whether a page that repeats its request's token ends the stream with an error. It does by default:
            /// asking again would give the same page for ever.
            #[inline]
            #[must_use]
            pub fn stop_on_duplicate_token(mut self, stop: bool) -> Self {
                self.stop_on_duplicate_token = stop;
                self
            }

            /// The pages. Nothing is sent before the first is asked for.
            #[inline]
            pub fn send(self) -> transport::pagination::PaginationStream<Result<shapes::#output, error::SdkError<shapes::#error>>> {
                transport::pagination::pages(
                    self.request,
                    self.stop_on_duplicate_token,
                    next_token,
                    |request, token| request.inner.#input_token = Some(token),
                    #fluent::send,
                )
            }
        }

        /// The next page's token; an empty one is none.
        #[inline]
        fn next_token(page: &shapes::#output) -> Option<String> {
            #next.filter(|token| !token.is_empty()).cloned()
        }

        #items_type
    }
}

fn items(operation: &Operation, items: &Items) -> TokenStream {
    let name = operation_type(operation, OperationType::PaginatorItems);
    let paginator = operation_type(operation, OperationType::Paginator);
    let error = operation_type(operation, OperationType::Error);
    let item = match &items.target {
        Target::List(list) => item_type("", &list.element, list.sparse),
        Target::Map(map) => {
            let (key, value) = (rust_type(&map.key), rust_type(&map.value));
            quote!((#key, #value))
        }
        other => rust_type(other),
    };
    let title = doc(&format!("The items of all pages of `{}`.", operation.name));
    let mut taken = quote!(page);
    let mut optional = false;
    for step in &items.path {
        let field = ident(&step.field);
        taken = match (optional, step.optional) {
            (false, _) => quote!(#taken.#field),
            (true, true) => quote!(#taken.and_then(|value| value.#field)),
            (true, false) => quote!(#taken.map(|value| value.#field)),
        };
        optional |= step.optional;
    }
    let taken = if optional {
        quote!(#taken.unwrap_or_default())
    } else {
        taken
    };
    quote! {
        #title
        #[derive(Clone, Debug)]
        pub struct #name(#paginator);

        impl #name {
            /// The items. Nothing is sent before the first is asked for.
            #[inline]
            pub fn send(self) -> transport::pagination::PaginationStream<Result<#item, error::SdkError<shapes::#error>>> {
                transport::pagination::items(self.0.send(), |page| #taken)
            }
        }
    }
}
