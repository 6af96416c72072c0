//! The vectors of one operation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::values::setters;
use crate::emit::tokens::{ident, inner_doc, number, operation_type};
use crate::ir::{Operation, Service};
use crate::names::OperationType;
use crate::vectors::{Body, Case, Check, Field, Headers, HttpRequest, HttpResponse};

/// `vectors/list_associated_contacts.rs`
pub(super) fn module(operation: &Operation, cases: &[&Case], service: &Service) -> TokenStream {
    let title = inner_doc(&format!("Vectors of `{}`.", operation.name));
    let module = ident(&operation.method);
    let cases: Vec<TokenStream> = cases
        .iter()
        .enumerate()
        .map(|(at, case)| one(operation, service, case, at))
        .collect();
    let names = (0..cases.len()).map(|at| format_ident!("case_{at}"));
    let wire = wire(operation);
    quote! {
        #title

        use crate::client::#module as client;
        use crate::operation::#module as shapes;
        use connect_protocol::test_util::Compared;

        pub(super) fn run(run: &mut conformance::Run) {
            #(#names(run);)*
        }

        #wire

        #(#cases)*
    }
}

/// Functions that put the operation's values on the wire, and read them from there.
fn wire(operation: &Operation) -> TokenStream {
    let method = ident(&operation.method);
    let builder = format_ident!("{}Builder", operation.input.name);
    let (output, error) = (
        ident(&operation.output.name),
        operation_type(operation, OperationType::Error),
    );
    let input = ident(&operation.input.name);
    quote! {
        async fn send(
            config: crate::config::Builder,
            input: conformance::Built<shapes::builders::#builder>,
        ) -> Result<(), String> {
            let client = crate::Client::from_conf(config.build());
            let input = input.map_err(|error| error.to_string())?;
            let sent = input.send_with(&client).await;
            sent.map(drop).map_err(|error| conformance::told(&error))
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

fn one(operation: &Operation, service: &Service, case: &Case, at: usize) -> TokenStream {
    let (name, id) = (format_ident!("case_{at}"), &case.id);
    let body = match &case.check {
        Check::Request {
            client,
            server,
            request,
            input,
        } => {
            let vector = request_vector(request);
            let written = client
                .then(|| quote!(run.request_written(#id, VECTOR, |config| send(config, input()));));
            let read = server.then(|| {
                quote! {
                    let expected = async { Ok(input()?.build()?.compared().await) };
                    run.request_read(#id, VECTOR, expected, serve);
                }
            });
            let builder = format_ident!("{}Builder", operation.input.name);
            let setters = setters(input);
            quote! {
                const VECTOR: &conformance::Request = &#vector;
                fn input() -> conformance::Built<shapes::builders::#builder> {
                    Ok(shapes::builders::#builder::default()#setters)
                }
                #written
                #read
            }
        }
        Check::Response {
            client,
            server,
            response,
            error,
            output,
        } => response_case(
            operation,
            service,
            id,
            (*client, *server),
            response,
            error.as_deref(),
            output,
        ),
        Check::Malformed { request, response } => {
            let (request, response) = (request_vector(request), response_vector(response));
            quote! {
                const VECTOR: &conformance::Request = &#request;
                const REFUSAL: &conformance::Response = &#response;
                run.refused(#id, (VECTOR, REFUSAL), serve);
            }
        }
    };
    quote! {
        fn #name(run: &mut conformance::Run) {
            #body
        }
    }
}

fn response_case(
    operation: &Operation,
    service: &Service,
    id: &str,
    (client, server): (bool, bool),
    response: &HttpResponse,
    error: Option<&str>,
    fields: &[Field],
) -> TokenStream {
    let vector = response_vector(response);
    let structure = match error {
        None => Some(&operation.output),
        Some(error) => service.errors.iter().find(|shape| shape.name == error),
    };
    let Some(structure) = structure else {
        return quote!();
    };
    let name = ident(&structure.name);
    let path = match error {
        None => quote!(shapes::#name),
        Some(_) => quote!(types::error::#name),
    };
    let setters = setters(fields);
    let question = structure.fallible().then(|| quote!(?));
    let method = ident(&operation.method);
    let enumeration = operation_type(operation, OperationType::Error);
    let received = match error {
        None => quote! {
            match receive(config).await {
                Ok(output) => Ok(output.compared().await),
                Err(error) => Err(conformance::told(&error)),
            }
        },
        Some(_) => quote! {
            match receive(config).await.map_err(error::SdkError::into_service_error) {
                Ok(output) => Err(format!("{output:?}")),
                Err(shapes::#enumeration::#name(error)) => Ok(error),
                Err(other) => Err(conformance::told(&other)),
            }
        },
    };
    let read = client.then(|| {
        quote! {
            let expected = async { Ok(output()?.compared().await) };
            run.response_read(#id, VECTOR, expected, async |config| #received);
        }
    });
    let answer = match error {
        None => quote!(Ok(output()?)),
        Some(_) => quote!(Err(shapes::#enumeration::#name(output()?))),
    };
    let written = server.then(|| {
        quote! {
            let response = async {
                let answer = crate::server::#method::respond(#answer).await;
                Ok(answer.unwrap_or_else(server::ErrorResponse::into_response))
            };
            run.response_written(#id, VECTOR, response);
        }
    });
    quote! {
        const VECTOR: &conformance::Response = &#vector;
        fn output() -> conformance::Built<#path> {
            Ok(#path::builder()#setters.build()#question)
        }
        #read
        #written
    }
}

fn request_vector(request: &HttpRequest) -> TokenStream {
    let HttpRequest {
        method,
        uri,
        host,
        resolved_host,
        query,
        forbid_query,
        require_query,
        headers,
        body,
    } = request;
    let (host, resolved_host) = (option(host.as_ref()), option(resolved_host.as_ref()));
    let (headers, body) = (headers_of(headers), body_of(body.as_ref()));
    quote! {
        conformance::Request {
            method: #method,
            uri: #uri,
            host: #host,
            resolved_host: #resolved_host,
            query: &[#(#query),*],
            forbid_query: &[#(#forbid_query),*],
            require_query: &[#(#require_query),*],
            headers: #headers,
            body: #body,
        }
    }
}

fn response_vector(response: &HttpResponse) -> TokenStream {
    let HttpResponse {
        status,
        headers,
        body,
    } = response;
    let (status, headers, body) = (number(*status), headers_of(headers), body_of(body.as_ref()));
    quote!(conformance::Response { status: #status, headers: #headers, body: #body })
}

fn headers_of(headers: &Headers) -> TokenStream {
    let Headers {
        are,
        forbid,
        require,
    } = headers;
    let are = are.iter().map(|(name, value)| quote!((#name, #value)));
    quote! {
        conformance::Headers {
            are: &[#(#are),*],
            forbid: &[#(#forbid),*],
            require: &[#(#require),*],
        }
    }
}

fn body_of(body: Option<&Body>) -> TokenStream {
    match body {
        None => quote!(None),
        Some(Body::Is { text, media_type }) => {
            let media_type = option(media_type.as_ref());
            quote!(Some(conformance::Body::Is { text: #text, media_type: #media_type }))
        }
        Some(Body::MessageMatches(regex)) => {
            quote!(Some(conformance::Body::MessageMatches(#regex)))
        }
    }
}

fn option(text: Option<&String>) -> TokenStream {
    match text {
        Some(text) => quote!(Some(#text)),
        None => quote!(None),
    }
}
