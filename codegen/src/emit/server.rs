//! The server side: a trait with a method per operation, a router, request parsers and response writers.

use percent_encoding::percent_decode_str;
use proc_macro2::TokenStream;
use quote::quote;

use super::codec;
use super::response::{read_header, read_payload, response_lines};
use super::structure::{finish, read_arms, server_defaults, streams};
use super::tokens::{first_sentence, ident, inner_doc, number, operation_type};
use crate::ir::{Binding, Member, Operation, Segment, Service, Target, TimestampFormat};
use crate::names::{self, OperationType};

/// `server/mod.rs`
pub(super) fn module(service: &Service) -> TokenStream {
    let title = inner_doc(&format!(
        "{} as a service: implement [`Service`], and [`handle`] requests with it.",
        super::tokens::title(service)
    ));
    let modules = service.operations.iter().map(|operation| {
        let module = ident(&operation.method);
        quote!(pub(crate) mod #module;)
    });
    let methods = service.operations.iter().map(|operation| {
        let method = ident(&operation.method);
        let (input, output) = (ident(&operation.input.name), ident(&operation.output.name));
        let error = operation_type(operation, OperationType::Error);
        let text = super::tokens::doc(first_sentence(&operation.docs));
        let name = &operation.name;
        quote! {
            #text
            fn #method(
                &self,
                input: operation::#method::#input,
            ) -> impl Future<Output = Result<operation::#method::#output, operation::#method::#error>> + Send {
                let _ = input;
                let error = operation::#method::#error::generic(self.not_implemented(#name));
                async { Err(error) }
            }
        }
    });
    let variants: Vec<_> = service
        .operations
        .iter()
        .map(|operation| ident(&names::operation_variant(&operation.name)))
        .collect();
    let routes = service.operations.iter().map(route);
    let arms = service.operations.iter().map(|operation| {
        let variant = ident(&names::operation_variant(&operation.name));
        let module = ident(&operation.method);
        quote!(Operation::#variant => #module::handle(service, request).await)
    });
    quote! {
        #title

        #(#modules)*

        pub use connect_protocol::server::{ErrorResponse, Violation, ViolationKind};

        /// The operations. Each returns [`not_implemented`](Self::not_implemented) until it is.
        pub trait Service: Send + Sync + 'static {
            #(#methods)*

            /// The response to an input that breaks constraints; the operation is not called then.
            fn invalid_input(&self, operation: &'static str, violations: &[Violation]) -> ErrorResponse {
                let _ = operation;
                ErrorResponse::validation(violations)
            }

            /// The error of an operation that this service does not implement.
            fn not_implemented(&self, operation: &'static str) -> server::ErrorMetadata {
                server::not_implemented(operation)
            }
        }

        /// Handles a request: finds its operation, reads and checks its input, calls the service, writes its output.
        pub async fn handle<S: Service>(service: &S, request: server::HttpRequest<server::Bytes>) -> server::HttpResponse<server::Bytes> {
            match dispatch(service, &request).await {
                Ok(response) => response,
                Err(error) => error.into_response(),
            }
        }

        async fn dispatch<S: Service>(
            service: &S,
            request: &server::HttpRequest<server::Bytes>,
        ) -> Result<server::HttpResponse<server::Bytes>, ErrorResponse> {
            let uri = request.uri();
            let (operation, labels) = server::find(ROUTES, request.method().as_str(), uri.path(), uri.query())?;
            let request = server::Request::new(request.headers(), uri.query(), request.body(), labels)?;
            match operation {
                #(#arms,)*
            }
        }

        enum Operation { #(#variants,)* }

        static ROUTES: &[server::Route<Operation>] = &[#(#routes,)*];
    }
}

fn route(operation: &Operation) -> TokenStream {
    let variant = ident(&names::operation_variant(&operation.name));
    let method = &operation.http_method;
    let parts = parts(&operation.path);
    let query = operation.query.iter().map(|(name, value)| match value {
        Some(value) => quote!((#name, Some(#value))),
        None => quote!((#name, None)),
    });
    quote! {
        server::Route {
            operation: Operation::#variant,
            method: #method,
            path: &[#(#parts),*],
            query: &[#(#query),*],
        }
    }
}

/// The path's segments. A label fills one whole segment: Smithy allows nothing else.
fn parts(path: &[Segment]) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    for segment in path {
        match segment {
            Segment::Literal(text) => {
                parts.extend(
                    text.split('/')
                        .filter(|part| !part.is_empty())
                        .map(|part| percent_decode_str(part).decode_utf8_lossy())
                        .map(|part| quote!(server::Part::Literal(#part))),
                );
            }
            Segment::Label {
                member,
                greedy: false,
            } => parts.push(quote!(server::Part::Label(#member))),
            Segment::Label {
                member,
                greedy: true,
            } => parts.push(quote!(server::Part::Greedy(#member))),
        }
    }
    parts
}

/// `server/list_associated_contacts.rs`
pub(super) fn operation(operation: &Operation) -> TokenStream {
    let module = ident(&operation.method);
    let title = inner_doc(&format!("Requests and responses of `{}`.", operation.name));
    let name = &operation.name;
    let takes = takes(operation);
    // Where the header is a member, the service judges it.
    let accept = |member: &Member| matches!(&member.binding, Binding::Header(name) if name.eq_ignore_ascii_case("accept"));
    let wants = response_type(operation)
        .filter(|_| !operation.input.members.iter().any(accept))
        .map(|wanted| quote!(request.wants(#wanted)?;));
    let check = operation.input.checked.then(|| {
        quote! {
            let mut check = server::Check::server_after(request.take_missing());
            input._check(&mut check);
            let violations = check.violations();
            if !violations.is_empty() {
                return Err(service.invalid_input(#name, &violations));
            }
        }
    });
    // Without constraints of its own, an input may still lack what a nested structure requires.
    let reads_json = reads_json(operation);
    let missing = || {
        quote! {
            let violations = request.take_missing();
            if !violations.is_empty() {
                return Err(service.invalid_input(#name, &violations));
            }
        }
    };
    let check = check.or_else(|| reads_json.then(missing));
    let reference = (!streams(&operation.output)).then(|| quote!(&));
    let decode = decode(operation);
    let encode = encode(operation);
    let error_response = error_response(operation);
    let (output, error) = (
        ident(&operation.output.name),
        operation_type(operation, OperationType::Error),
    );
    let mutable = (reads_json || operation.input.checked).then(|| quote!(mut));
    let reads = reads_json.then(|| quote!(mut));
    quote! {
        #title

        use crate::operation::#module as shapes;

        pub(super) async fn handle<S: super::Service>(
            service: &S,
            #mutable request: server::Request<'_>,
        ) -> Result<server::HttpResponse<server::Bytes>, server::ErrorResponse> {
            request.takes(#takes)?;
            #wants
            let input = decode(&#reads request)?;
            #check
            respond(service.#module(input).await).await
        }

        #[inline]
        pub(crate) async fn respond(
            result: Result<shapes::#output, shapes::#error>,
        ) -> Result<server::HttpResponse<server::Bytes>, server::ErrorResponse> {
            match result {
                Ok(output) => encode(#reference output)?.finish().await,
                Err(error) => Err(error_response(error)),
            }
        }

        #decode
        #encode
        #error_response
    }
}

/// Whether a member travels as JSON in the body.
fn in_json(member: &Member) -> bool {
    match member.binding {
        Binding::Body => true,
        Binding::Payload => !matches!(
            member.target,
            Target::Blob { .. } | Target::Stream { .. } | Target::String { .. } | Target::Enum(_)
        ),
        _ => false,
    }
}

/// Whether the body is read as JSON. That of an input without members is one, too, if it is there.
fn reads_json(operation: &Operation) -> bool {
    let members = &operation.input.members;
    members.iter().any(in_json) || takes_empty_object(operation)
}

/// Whether the input is stated and has no members at all. One whose members all travel elsewhere has no body.
fn takes_empty_object(operation: &Operation) -> bool {
    operation.has_input && operation.input.members.is_empty()
}

/// The body's content type: any for bytes, which may be anything.
fn takes(operation: &Operation) -> TokenStream {
    match operation.input.payload() {
        Some(payload) => match &payload.target {
            Target::Blob { media_type: None }
            | Target::Stream {
                media_type: None, ..
            } => quote!(server::Body::Any),
            target => {
                let media_type = codec::content_type(target);
                quote!(server::Body::Type(#media_type))
            }
        },
        None if reads_json(operation) => {
            quote!(server::Body::Type("application/json"))
        }
        None => quote!(server::Body::None),
    }
}

/// The content type of the response, unless it is bytes, which may be anything.
pub(super) fn response_type(operation: &Operation) -> Option<&str> {
    match operation.output.payload().map(|payload| &payload.target) {
        Some(
            Target::Blob { media_type: None }
            | Target::Stream {
                media_type: None, ..
            },
        ) => None,
        payload => Some(payload.map_or("application/json", codec::content_type)),
    }
}

fn decode(operation: &Operation) -> TokenStream {
    let input = &operation.input;
    let name = ident(&input.name);
    if takes_empty_object(operation) {
        return quote! {
            #[inline]
            fn decode(request: &mut server::Request<'_>) -> Result<shapes::#name, json::ReadError> {
                request.json(json::ReadJson::read_json)
            }
        };
    }
    if input.members.is_empty() {
        return quote! {
            #[inline]
            fn decode(_: &server::Request<'_>) -> Result<shapes::#name, json::ReadError> {
                Ok(shapes::#name {})
            }
        };
    }
    let mut lines = Vec::new();
    if let Some(payload) = input.payload() {
        lines.push(server_payload(payload));
    }
    let body: Vec<&Member> = input.body().collect();
    if body.len() == input.members.len() {
        lines.push(quote!(request.json(|r| r.object(|r, name| shape._read_member(r, name)))?;));
    } else if !body.is_empty() {
        let arms = read_arms(&quote!(shape), &body);
        lines.push(quote!(request.json(|reader| reader.object(|reader, name| #arms))?;));
    }
    lines.extend(input.members.iter().filter_map(|member| match &member.binding {
        Binding::Label => {
            let (field, label) = (ident(&member.field), &member.name);
            let decode = text_decode(&member.target, TimestampFormat::DateTime);
            Some(quote!(shape.#field = request.label(#label, #decode)?;))
        }
        Binding::Query(name) => Some(query(member, name)),
        Binding::QueryParams => {
            let field = ident(&member.field);
            let lists = matches!(&member.target, Target::Map(map) if matches!(map.value, Target::List(_)));
            let method = if lists { quote!(query_map_of_lists) } else { quote!(query_map) };
            Some(quote!(shape.#field = request.#method();))
        }
        _ => read_header(member, &quote!(request.headers())),
    }));
    let defaults = server_defaults(input);
    let finish = finish(input, &quote!(shapes::));
    let reads = input.members.iter().any(in_json).then(|| quote!(mut));
    quote! {
        #[inline]
        fn decode(request: &#reads server::Request<'_>) -> Result<shapes::#name, json::ReadError> {
            let mut shape = shapes::#name::builder();
            #(#lines)*
            #defaults
            #finish
        }
    }
}

fn server_payload(member: &Member) -> TokenStream {
    let field = ident(&member.field);
    match &member.target {
        Target::Stream { .. } => {
            quote!(shape.#field = Some(primitives::ByteStream::from(request.body()));)
        }
        target if in_json(member) => {
            let read =
                codec::read_with(target).unwrap_or_else(|| quote!(json::ReadJson::read_json));
            let name = &member.name;
            let method = match target {
                Target::Structure(_) if !member.required => quote!(structure_payload),
                _ => quote!(json_payload),
            };
            quote!(shape.#field = request.#method(#name, #read)?;)
        }
        _ => read_payload(member, &quote!(request.bytes())),
    }
}

/// Servers read times in UTC only.
fn text_decode(target: &Target, default: TimestampFormat) -> TokenStream {
    match target {
        Target::Timestamp(format) if format.unwrap_or(default) == TimestampFormat::DateTime => {
            quote!(text::parse_utc_date_time)
        }
        target => codec::text(target, default).decode,
    }
}

fn query(member: &Member, name: &str) -> TokenStream {
    let field = ident(&member.field);
    match &member.target {
        Target::List(list) => {
            let decode = text_decode(&list.element, TimestampFormat::DateTime);
            let decode = codec::item(list, decode);
            quote!(shape.#field = request.query_list(#name, #decode)?;)
        }
        target => {
            let decode = text_decode(target, TimestampFormat::DateTime);
            quote!(shape.#field = request.query(#name, #decode)?;)
        }
    }
}

fn encode(operation: &Operation) -> TokenStream {
    let output = &operation.output;
    let name = ident(&output.name);
    let status = number(operation.status);
    let lines = response_lines(
        output,
        &quote!(output),
        &quote!(output),
        operation.has_output,
    );
    // A stream is sent, not copied.
    let reference = (!streams(output)).then(|| quote!(&));
    let argument = if output.members.is_empty() {
        quote!(_)
    } else {
        quote!(output)
    };
    let mutable = (!lines.is_empty()).then(|| quote!(mut));
    quote! {
        #[inline]
        fn encode(#argument: #reference shapes::#name) -> Result<server::Response, error::InputError> {
            let #mutable response = server::Response::new(#status);
            #lines
            Ok(response)
        }
    }
}

fn error_response(operation: &Operation) -> TokenStream {
    let name = operation_type(operation, OperationType::Error);
    let arms = operation.errors.iter().map(|error| {
        let variant = ident(&error.name);
        quote!(shapes::#name::#variant(error) => error.into())
    });
    quote! {
        #[inline]
        fn error_response(error: shapes::#name) -> server::ErrorResponse {
            match error {
                #(#arms,)*
                shapes::#name::Unhandled(error) => server::ErrorResponse::unmodeled(error::ProvideErrorMetadata::meta(&error)),
            }
        }
    }
}
