//! One vector as code: what it says, the value that it stands for, and how the two are brought together.

use connect_codegen::emit::tokens::operation_type;
use connect_codegen::ir::{Operation, Structure};
use connect_codegen::names::{OperationType, ident};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The sides that a vector applies to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides {
    pub(super) client: bool,
    pub(super) server: bool,
}

/// Functions that put an operation's values on the wire, and read them from there.
pub(super) fn wire(operation: &Operation) -> TokenStream {
    let method = ident(&operation.method);
    let builder = format_ident!("{}Builder", operation.input.name);
    let (input, output) = (ident(&operation.input.name), ident(&operation.output.name));
    let error = operation_type(operation, OperationType::Error);
    quote! {
        async fn send(
            config: crate::config::Builder,
            input: conformance::Built<shapes::builders::#builder>,
        ) -> Result<(), String> {
            let client = crate::Client::from_conf(config.build());
            let input = input.map_err(|error| error.to_string())?;
            let sent = input.send_with(&client).await;
            sent.map(drop).map_err(|error| conformance::with_causes(&error))
        }

        async fn receive(
            config: crate::config::Builder,
        ) -> Result<shapes::#output, error::SdkError<shapes::#error>> {
            let handle = transport::Handle::new(&crate::client::SERVICE, config.build());
            let request = http::Request::new(http::Method::GET, "/".to_owned());
            handle.send(&client::OPERATION, Ok(request), None, client::decode, client::decode_error).await
        }

        async fn serve(
            request: server::HttpRequest<server::Bytes>,
        ) -> (server::HttpResponse<server::Bytes>, Option<<shapes::#input as Compared>::Form>) {
            let server = super::Server::default();
            let response = crate::server::handle(&server, request).await;
            let input = match server.#method.take_input() {
                Some(input) => Some(input.compared().await),
                None => None,
            };
            (response, input)
        }
    }
}

/// A request, and the setters of the input that it stands for.
pub(super) fn request(
    operation: &Operation,
    (id, vector): (&str, &str),
    sides: Sides,
    setters: &TokenStream,
) -> TokenStream {
    let builder = format_ident!("{}Builder", operation.input.name);
    let written = sides
        .client
        .then(|| quote!(run.request_written(#id, VECTOR, |config| send(config, input()));));
    let read = sides.server.then(|| {
        quote! {
            let expected = async { Ok(input()?.build()?.compared().await) };
            run.request_read(#id, VECTOR, expected, serve);
        }
    });
    quote! {
        const VECTOR: &str = #vector;
        fn input() -> conformance::Built<shapes::builders::#builder> {
            Ok(shapes::builders::#builder::default()#setters)
        }
        #written
        #read
    }
}

/// A response, and the setters of the output, or of the `error`, that it stands for.
pub(super) fn response(
    operation: &Operation,
    error: Option<&Structure>,
    (id, vector): (&str, &str),
    sides: Sides,
    setters: &TokenStream,
) -> TokenStream {
    let structure = error.unwrap_or(&operation.output);
    let (name, method) = (ident(&structure.name), ident(&operation.method));
    let errors = operation_type(operation, OperationType::Error);
    let question = structure.fallible().then(|| quote!(?));
    let (path, received, result) = match error {
        None => (
            quote!(shapes::#name),
            quote! {
                match receive(config).await {
                    Ok(output) => Ok(output.compared().await),
                    Err(error) => Err(conformance::with_causes(&error)),
                }
            },
            quote!(Ok(output()?)),
        ),
        Some(_) => (
            quote!(types::error::#name),
            quote! {
                match receive(config).await.map_err(error::SdkError::into_service_error) {
                    Ok(output) => Err(format!("{output:?}")),
                    Err(shapes::#errors::#name(error)) => Ok(error),
                    Err(other) => Err(conformance::with_causes(&other)),
                }
            },
            quote!(Err(shapes::#errors::#name(output()?))),
        ),
    };
    let read = sides.client.then(|| {
        quote! {
            let expected = async { Ok(output()?.compared().await) };
            run.response_read(#id, VECTOR, expected, async |config| #received);
        }
    });
    let written = sides.server.then(|| {
        quote! {
            let response = async {
                let response = crate::server::#method::respond(#result).await;
                Ok(response.unwrap_or_else(server::ErrorResponse::into_response))
            };
            run.response_written(#id, VECTOR, response);
        }
    });
    quote! {
        const VECTOR: &str = #vector;
        fn output() -> conformance::Built<#path> {
            Ok(#path::builder()#setters.build()#question)
        }
        #read
        #written
    }
}

/// A request that a server rejects.
pub(super) fn malformed((id, vector): (&str, &str)) -> TokenStream {
    quote!(run.rejected(#id, #vector, serve);)
}
