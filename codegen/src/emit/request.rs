//! Input to request, on the client's side.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::codec;
use super::structure::{streams, write_lines};
use super::tokens::{Std, as_option, ident, type_path};
use crate::ir::{Binding, List, Member, Operation, Segment, Target, TimestampFormat};

/// What a query literal has encoded: all that RFC 3986 reserves, so that it means itself wherever it is read.
const NOT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// `fn encode(input) -> Result<http::Request, error::InputError>`.
pub(super) fn encode(operation: &Operation) -> TokenStream {
    let input = &operation.input;
    let name = ident(&input.name);
    let owner = quote!(input);
    let check = input
        .checked
        .then(|| quote!(check::client(|check| input._check(check))?;));
    let path = operation.path.iter().map(|segment| match segment {
        Segment::Literal(text) => quote!(uri.literal(#text);),
        Segment::Label { member, greedy } => {
            let value = input
                .member(member)
                .map(|member| text_option(&owner, member, TimestampFormat::DateTime));
            let method = format_ident!("{}", if *greedy { "greedy_label" } else { "label" });
            quote!(uri.#method(#member, #value)?;)
        }
    });
    let literals = operation.query.iter().map(|(name, value)| {
        let encoded = |text| utf8_percent_encode(text, NOT_UNRESERVED);
        let literal = match value {
            Some(value) => format!("{}={}", encoded(name), encoded(value)),
            None => encoded(name).to_string(),
        };
        quote!(uri.query_literal(#literal);)
    });
    let query = query(operation);
    let rest = [
        headers(operation),
        body(operation),
        host_prefix(operation),
        params(operation),
    ];
    let checksum = operation.checksum.then(|| quote!(request.add_md5();));
    let rest = quote!(#(#rest)* #checksum);
    let mutable = (!rest.is_empty()).then(|| quote!(mut));
    let method = format_ident!("{}", operation.http_method);
    let method = match operation.http_method.as_str() {
        "GET" | "PUT" | "POST" | "DELETE" | "PATCH" | "HEAD" | "OPTIONS" | "TRACE" | "CONNECT" => {
            quote!(http::Method::#method)
        }
        other => quote!(http::method(#other)?),
    };
    // A stream is sent, not copied: an input with one is consumed.
    let reference = (!streams(input)).then(|| quote!(&));
    let argument = if input.members.is_empty() {
        quote!(_)
    } else {
        quote!(input)
    };
    quote! {
        #[inline]
        pub(crate) fn encode(#argument: #reference #name) -> Result<http::Request, error::InputError> {
            #check
            let mut uri = uri::UriWriter::new();
            #(#path)*
            #(#literals)*
            #query
            let #mutable request = http::Request::new(#method, uri.finish());
            #rest
            Ok(request)
        }
    }
}

/// A member's value as `Option` of text.
fn text_option(owner: &TokenStream, member: &Member, default: TimestampFormat) -> TokenStream {
    let form = codec::text(&member.target, default);
    let encode = form.encode;
    if !member.optional {
        let field = ident(&member.field);
        let raise = form.fallible.then(|| quote!(?));
        return quote!(Some(#encode(&#owner.#field) #raise));
    }
    let value = as_option(owner, member);
    if form.fallible {
        quote!(#value.map(#encode).transpose()?)
    } else {
        quote!(#value.map(#encode))
    }
}

/// A list member's values as `Option` of an iterator of text.
fn text_items(
    own: &str,
    owner: &TokenStream,
    member: &Member,
    list: &List,
    default: TimestampFormat,
) -> TokenStream {
    let value = as_option(owner, member);
    let form = codec::text(&list.element, default);
    let encode = form.encode;
    let flatten = list.sparse.then(|| quote!(.flatten()));
    let items = quote!(items.iter()#flatten.map(#encode));
    if form.fallible {
        let (result, vec) = (Std::Result.in_file_of(own), Std::Vec.in_file_of(own));
        quote!(#value.map(|items| #items.collect::<#result<#vec<_>, _>>()).transpose()?)
    } else {
        quote!(#value.map(|items| #items))
    }
}

fn query(operation: &Operation) -> TokenStream {
    let owner = quote!(input);
    let mut lines = Vec::new();
    let mut named: Vec<&String> = operation.query.iter().map(|(name, _)| name).collect();
    for member in &operation.input.members {
        let Binding::Query(name) = &member.binding else {
            continue;
        };
        named.push(name);
        lines.push(match &member.target {
            Target::List(list) => {
                let items = text_items("", &owner, member, list, TimestampFormat::DateTime);
                quote!(uri.query_list(#name, #items.into_iter().flatten());)
            }
            _ => {
                let value = text_option(&owner, member, TimestampFormat::DateTime);
                quote!(uri.query(#name, #value);)
            }
        });
    }
    for member in &operation.input.members {
        if member.binding == Binding::QueryParams {
            let value = as_option(&owner, member);
            lines.push(quote!(uri.query_map(#value, &[#(#named),*]);));
        }
    }
    quote!(#(#lines)*)
}

fn headers(operation: &Operation) -> TokenStream {
    let owner = quote!(input);
    let explicit = operation
        .input
        .members
        .iter()
        .filter_map(|member| header_line("", &owner, member, &quote!(&mut request.headers)));
    quote!(#(#explicit)*)
}

/// The line that writes a member into headers, if it is bound to one, in the file of the shape `own`. A header of a member's own wins over
/// one of prefix headers, whichever is written first.
pub(super) fn header_line(
    own: &str,
    owner: &TokenStream,
    member: &Member,
    headers: &TokenStream,
) -> Option<TokenStream> {
    match &member.binding {
        Binding::Header(name) => Some(match &member.target {
            Target::List(list) => {
                let items = text_items(own, owner, member, list, TimestampFormat::HttpDate);
                let method = match list.element {
                    Target::Timestamp(_) => quote!(set_date_list),
                    _ => quote!(set_list),
                };
                quote!(header::#method(#headers, #name, #items)?;)
            }
            Target::String {
                media_type: Some(_),
            } => {
                let value = as_option(owner, member);
                quote!(header::set(#headers, #name, #value.map(text::base64))?;)
            }
            _ => {
                let value = text_option(owner, member, TimestampFormat::HttpDate);
                quote!(header::set(#headers, #name, #value)?;)
            }
        }),
        Binding::PrefixHeaders(prefix) => {
            let value = as_option(owner, member);
            Some(quote!(header::set_prefix(#headers, #prefix, #value)?;))
        }
        _ => None,
    }
}

fn body(operation: &Operation) -> TokenStream {
    let owner = quote!(input);
    if let Some(payload) = operation.input.payload() {
        return payload_line(&owner, payload, &quote!(request), true);
    }
    let members: Vec<&Member> = operation.input.body().collect();
    if members.is_empty() {
        return quote!();
    }
    if members.len() == operation.input.members.len() {
        return quote!(request.json(|w| w.value(input))?;);
    }
    let lines = write_lines(&owner, &members);
    quote! {
        request.json(|writer| {
            writer.begin_object();
            #lines
            writer.end_object();
            Ok(())
                })?;
    }
}

/// The line that makes a member the body of a request or response.
pub(super) fn payload_line(
    owner: &TokenStream,
    member: &Member,
    message: &TokenStream,
    empty_object: bool,
) -> TokenStream {
    let value = as_option(owner, member);
    let field = ident(&member.field);
    let content_type = codec::content_type(&member.target);
    match &member.target {
        Target::Stream { .. } => quote!(#message.stream(#content_type, #owner.#field);),
        Target::Blob { .. } | Target::String { .. } => {
            quote!(#message.payload(#content_type, #value);)
        }
        Target::Enum(name) => {
            let path = type_path(name);
            quote!(#message.payload(#content_type, #value.map(#path::as_str).as_ref());)
        }
        Target::Structure(_) if empty_object => quote! {
            #message.json(|writer| match #value {
                Some(value) => writer.value(value),
                None => writer.object(|_| Ok(())),
            })?;
        },
        target => {
            let write = match codec::write_with(target) {
                Some(write) => quote!(writer.value_with(value, #write)),
                None => quote!(writer.value(value)),
            };
            quote! {
                if let Some(value) = #value {
                    #message.json(|writer| #write)?;
                }
            }
        }
    }
}

fn host_prefix(operation: &Operation) -> TokenStream {
    if operation.host_prefix.is_empty() {
        return quote!();
    }
    let parts = operation.host_prefix.iter().map(|segment| match segment {
        Segment::Literal(text) => quote!(prefix.literal(#text);),
        Segment::Label { member, .. } => {
            let found = operation.input.member(member);
            let value = found.map(|member| as_option(&quote!(input), member));
            quote!(prefix.label(#member, #value)?;)
        }
    });
    quote! {
        let mut prefix = uri::HostPrefix::new();
        #(#parts)*
        request.host_prefix = Some(prefix.finish());
    }
}

fn params(operation: &Operation) -> TokenStream {
    let lines = operation.input.members.iter().filter_map(|member| {
        let param = member.context_param.as_ref()?;
        let value = as_option(&quote!(input), member);
        let owned = match member.target {
            Target::Enum(_) => quote!(value.as_str().to_owned()),
            _ => quote!(value.clone()),
        };
        Some(quote! {
            if let Some(value) = #value {
                request.endpoint_params.push((#param, #owned.into()));
            }
        })
    });
    quote!(#(#lines)*)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_literals_are_encoded_as_values_are() {
        let text: String = ('\0'..='\u{ff}').collect();
        let mut uri = connect_protocol::uri::UriWriter::new();
        uri.query(&text, Some(&text));
        let encoded = utf8_percent_encode(&text, NOT_UNRESERVED);
        assert_eq!(uri.finish(), format!("?{encoded}={encoded}"));
    }
}
