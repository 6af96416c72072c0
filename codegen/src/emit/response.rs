//! Response to output or error on the client's side, and the other way round on the server's.

use proc_macro2::TokenStream;
use quote::quote;

use super::structure::{finish, read_arms, write_lines};
use super::tokens::{Std, as_option, ident, number};
use super::{Context, client_gate, codec, request};
use crate::ir::{Binding, Member, Operation, Role, Structure, Target, TimestampFormat};

/// `fn decode(response) -> Result<Output, json::ReadError>`.
pub(super) fn decode(operation: &Operation) -> TokenStream {
    let output = &operation.output;
    let name = ident(&output.name);
    let lines = message_lines(output, &quote!(response.headers()));
    let finish = finish(output, &quote!(shapes::));
    quote! {
        #[inline]
        pub(crate) fn decode(response: &mut http::HttpResponse) -> Result<shapes::#name, json::ReadError> {
            let mut shape = shapes::#name::builder();
            #lines
            shape._request_id = response.request_id().map(str::to_owned);
            #finish
        }
    }
}

/// Lines that fill the builder `shape` from a response.
fn message_lines(structure: &Structure, headers: &TokenStream) -> TokenStream {
    let mut lines = Vec::new();
    if let Some(payload) = structure.payload() {
        lines.push(read_payload(payload, &quote!(response.bytes())));
    }
    let body: Vec<&Member> = structure.body().collect();
    if body.len() == structure.members.len() && !body.is_empty() {
        lines.push(quote!(json::read_object(response.bytes(), &mut |r, name| shape._read_member(r, name))?;));
    } else if !body.is_empty() {
        let arms = read_arms(&quote!(shape), &body);
        lines.push(quote!(json::read_object(response.bytes(), &mut |reader, name| #arms)?;));
    }
    lines.extend(
        structure
            .members
            .iter()
            .filter_map(|member| match &member.binding {
                Binding::ResponseCode => {
                    let field = ident(&member.field);
                    Some(quote!(shape.#field = Some(i32::from(response.status().as_u16()));))
                }
                _ => read_header(member, headers),
            }),
    );
    quote!(#(#lines)*)
}

/// The line that reads the body into a payload member.
pub(super) fn read_payload(member: &Member, bytes: &TokenStream) -> TokenStream {
    let field = ident(&member.field);
    match &member.target {
        Target::Stream { .. } => {
            quote!(shape.#field = Some(primitives::ByteStream::new(response.take_body()));)
        }
        Target::Blob { .. } => {
            quote!(shape.#field = text::payload(#bytes).map(primitives::Blob::new);)
        }
        Target::String { .. } => {
            quote!(shape.#field = text::payload_text(#bytes)?.map(str::to_owned);)
        }
        Target::Enum(_) => {
            quote!(shape.#field = text::payload_text(#bytes)?.map(std::convert::From::from);)
        }
        target => {
            let read =
                codec::read_with(target).unwrap_or_else(|| quote!(json::ReadJson::read_json));
            quote!(shape.#field = json::read_payload(#bytes, #read)?;)
        }
    }
}

/// The line that reads a member from headers, if it is bound to one.
pub(super) fn read_header(member: &Member, headers: &TokenStream) -> Option<TokenStream> {
    let field = ident(&member.field);
    match &member.binding {
        Binding::Header(name) => Some(match &member.target {
            Target::List(list) => {
                let decode = codec::text(&list.element, TimestampFormat::HttpDate).decode;
                let decode = codec::item(list, decode);
                let method = match &list.element {
                    Target::Timestamp(None | Some(TimestampFormat::HttpDate)) => {
                        quote!(parse_date_list)
                    }
                    _ => quote!(parse_list),
                };
                quote!(shape.#field = header::#method(#headers, #name, #decode)?;)
            }
            Target::String {
                media_type: Some(_),
            } => {
                quote!(shape.#field = header::parse(#headers, #name, text::parse_base64)?;)
            }
            target => {
                let decode = codec::text(target, TimestampFormat::HttpDate).decode;
                quote!(shape.#field = header::parse(#headers, #name, #decode)?;)
            }
        }),
        Binding::PrefixHeaders(prefix) => {
            Some(quote!(shape.#field = header::prefix(#headers, #prefix)?;))
        }
        _ => None,
    }
}

/// An error's `_parse`, for the client.
pub(super) fn parse_error(error: &Structure) -> TokenStream {
    let name = ident(&error.name);
    let lines = message_lines(error, &quote!(response.headers()));
    let message = error
        .members
        .iter()
        .any(|member| member.field == "message" && matches!(member.target, Target::String { .. }))
        .then(
            || quote!(shape.message = shape.message.or_else(|| meta.message().map(str::to_owned));),
        );
    let finish = finish(error, &quote!());
    let result = Std::Result.in_file_of(&error.name);
    let response = if lines.is_empty() {
        quote!(_)
    } else {
        quote!(response)
    };
    let gate = client_gate();
    quote! {
        #gate
        impl #name {
            #[cold]
            pub(crate) fn _parse(#response: &connect_protocol::http::HttpResponse, meta: &error::ErrorMetadata) -> #result<Self, json::ReadError> {
                let mut shape = Self::builder();
                #lines
                #message
                shape.meta = Some(meta.clone());
                #finish
            }
        }
    }
}

/// `From<Error> for server::ErrorResponse`, for the server.
pub(super) fn error_response(context: &Context<'_>, error: &Structure) -> TokenStream {
    let Role::Error(wire) = &error.role else {
        return quote!();
    };
    let Some(gate) = context.server_gate() else {
        return quote!();
    };
    let name = ident(&error.name);
    let (code, status) = (&wire.code, number(wire.status));
    let lines = response_lines(error, &quote!(error), &quote!(&error), true);
    let members = !error.members.is_empty();
    let body = if members {
        quote! {
            server::ErrorResponse::build(#code, #status, |response| {
                #lines
                Ok(())
            })
        }
    } else {
        quote!(server::ErrorResponse::new(#code, #status))
    };
    let argument = if members { quote!(error) } else { quote!(_) };
    let from = Std::From.in_file_of(&error.name);
    quote! {
        #gate
        impl #from<#name> for server::ErrorResponse {
            #[inline]
            fn from(#argument: #name) -> Self { #body }
        }
    }
}

/// Lines that write a structure into `response`: headers, body or payload, status. `whole` is a reference to it. One
/// that is `stated` and has no members in the body is an empty object all the same.
pub(super) fn response_lines(
    structure: &Structure,
    owner: &TokenStream,
    whole: &TokenStream,
    stated: bool,
) -> TokenStream {
    let mut lines: Vec<TokenStream> = structure
        .members
        .iter()
        .filter_map(|member| {
            request::header_line(
                structure.own(),
                owner,
                member,
                &quote!(response.headers_mut()),
            )
        })
        .collect();
    let body: Vec<&Member> = structure.body().collect();
    if let Some(payload) = structure.payload() {
        lines.push(request::payload_line(
            owner,
            payload,
            &quote!(response),
            false,
        ));
    } else if body.is_empty() && stated {
        lines.push(quote!(response.json(|w| w.object(|_| Ok(())))?;));
    }
    if !body.is_empty() {
        let writes = write_lines(owner, &body);
        lines.push(if body.len() == structure.members.len() {
            quote!(response.json(|w| w.value(#whole))?;)
        } else {
            quote! {
                response.json(|writer| {
                    writer.begin_object();
                    #writes
                    writer.end_object();
                    Ok(())
                })?;
            }
        });
    }
    lines.extend(
        structure
            .members
            .iter()
            .filter(|member| member.binding == Binding::ResponseCode)
            .map(|member| {
                let value = as_option(owner, member);
                quote!(response.set_status(#value.copied());)
            }),
    );
    quote!(#(#lines)*)
}
