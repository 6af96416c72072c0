//! Small pieces of Rust that every emitter needs: identifiers, documentation, types, imports.

use std::collections::BTreeSet;

use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::Context;
use crate::docs::{plain_to_markdown, printable};
use crate::ir::{Docs, Member, Operation, Segment, Service, Step, Target};
pub(super) use crate::names::ident;
use crate::names::{self, OperationType};

/// A type that an operation has of its own.
pub fn operation_type(operation: &Operation, ty: OperationType) -> Ident {
    ident(&names::operation_type(&operation.name, ty))
}

/// An identifier with a prefix, which makes a raw one plain: `set_type`.
pub(super) fn prefixed(prefix: &str, name: &str) -> Ident {
    ident(&format!(
        "{prefix}{}",
        name.strip_prefix("r#").unwrap_or(name)
    ))
}

/// `#[doc]` attributes, a line each.
pub(super) fn doc(markdown: &str) -> TokenStream {
    let lines = doc_lines(markdown);
    quote!(#(#[doc = #lines])*)
}

/// `#![doc]` attributes, a line each.
pub fn inner_doc(markdown: &str) -> TokenStream {
    let lines = doc_lines(markdown);
    quote!(#(#![doc = #lines])*)
}

/// Lines of which each stays one where it is printed as a comment.
fn doc_lines(markdown: &str) -> impl Iterator<Item = String> {
    markdown.trim_end().lines().map(|line| {
        let line = printable(line).replace(char::is_whitespace, " ");
        // A space behind the slashes, as people write it.
        if line.is_empty() {
            line
        } else {
            format!(" {line}")
        }
    })
}

/// A service's title as Markdown.
pub(super) fn title(service: &Service) -> String {
    plain_to_markdown(&service.title)
}

/// The attribute that says a thing is deprecated, if it is. Rustdoc reads the note as Markdown.
pub(super) fn deprecated(docs: &Docs) -> Option<TokenStream> {
    let note = docs.deprecated.as_deref().map(plain_to_markdown);
    note.map(|note| match note.as_str() {
        "" => quote!(#[deprecated]),
        note => quote!(#[deprecated(note = #note)]),
    })
}

/// Documentation, and the attribute that says a thing is deprecated.
pub(super) fn docs(docs: &Docs) -> TokenStream {
    let text = doc(&docs.markdown);
    let deprecated = deprecated(docs);
    quote!(#text #deprecated)
}

/// Documentation for use inside another macro's table, where attributes for deprecation are of no use.
pub(super) fn first_sentence(docs: &Docs) -> &str {
    docs.markdown.lines().next().unwrap_or_default()
}

/// An integer without a suffix.
pub fn number(value: impl Into<i128>) -> Literal {
    Literal::i128_unsuffixed(value.into())
}

/// The type of a value.
pub fn rust_type(target: &Target) -> TokenStream {
    match target {
        Target::String { .. } => quote!(String),
        Target::Boolean => quote!(bool),
        Target::Byte => quote!(i8),
        Target::Short => quote!(i16),
        Target::Integer | Target::IntEnum(_) => quote!(i32),
        Target::Long => quote!(i64),
        Target::Float => quote!(f32),
        Target::Double => quote!(f64),
        Target::BigInteger => quote!(primitives::BigInteger),
        Target::BigDecimal => quote!(primitives::BigDecimal),
        Target::Document => quote!(primitives::Document),
        Target::Timestamp(_) => quote!(primitives::DateTime),
        Target::Blob { .. } => quote!(primitives::Blob),
        Target::Stream { .. } => quote!(primitives::ByteStream),
        Target::Unit => quote!(()),
        Target::Enum(name) | Target::Structure(name) | Target::Union(name) => type_path(name),
        Target::List(list) => {
            let element = rust_type(&list.element);
            if list.sparse {
                quote!(Vec<Option<#element>>)
            } else {
                quote!(Vec<#element>)
            }
        }
        Target::Map(map) => {
            let (key, value) = (rust_type(&map.key), rust_type(&map.value));
            if map.sparse {
                quote!(HashMap<#key, Option<#value>>)
            } else {
                quote!(HashMap<#key, #value>)
            }
        }
    }
}

/// A type of `types`, or of `types::error`.
pub fn type_path(name: &str) -> TokenStream {
    let path = name.split("::").map(ident);
    quote!(types::#(#path)::*)
}

/// The type of a member's field.
pub fn field_type(member: &Member) -> TokenStream {
    let inner = rust_type(&member.target);
    let inner = if member.boxed {
        quote!(Box<#inner>)
    } else {
        inner
    };
    if member.optional {
        quote!(Option<#inner>)
    } else {
        inner
    }
}

/// Whether values of the type are copied rather than borrowed.
pub(super) fn is_copy(target: &Target) -> bool {
    matches!(
        target,
        Target::Boolean
            | Target::Byte
            | Target::Short
            | Target::Integer
            | Target::IntEnum(_)
            | Target::Long
            | Target::Float
            | Target::Double
    )
}

/// A field as `Option<&T>`.
pub fn as_option(owner: &TokenStream, member: &Member) -> TokenStream {
    let field = ident(&member.field);
    match (member.optional, member.boxed) {
        (true, true) => quote!(#owner.#field.as_deref()),
        (true, false) => quote!(#owner.#field.as_ref()),
        (false, true) => quote!(Some(&*#owner.#field)),
        (false, false) => quote!(Some(&#owner.#field)),
    }
}

/// An expression of `Option<&T>` for the end of a path into `owner`.
pub(super) fn follow(owner: &TokenStream, path: &[Step]) -> TokenStream {
    let mut expression = quote!();
    for (at, step) in path.iter().enumerate() {
        let field = ident(&step.field);
        expression = match (at, step.optional) {
            (0, true) => quote!(#owner.#field.as_ref()),
            (0, false) => quote!(Some(&#owner.#field)),
            (_, true) => quote!(#expression.and_then(|value| value.#field.as_ref())),
            (_, false) => quote!(#expression.map(|value| &value.#field)),
        };
    }
    expression
}

/// `use` lines for the modules that the tokens name: generated code refers to everything outside of its file by module. Those that
/// not every feature has are gated, where a context says how.
pub(super) fn imports(context: Option<&Context>, tokens: &TokenStream) -> TokenStream {
    let mut named = BTreeSet::new();
    let mut declared = BTreeSet::new();
    collect(tokens.clone(), &mut named, &mut declared);
    let lines = IMPORTS
        .iter()
        .filter(|(name, _)| named.contains(*name) && !declared.contains(*name))
        .filter_map(|(name, line)| {
            let gate = match (*name, context) {
                ("transport", Some(_)) => super::client_gate(),
                ("server", Some(context)) => context.server_gate().unwrap_or_default(),
                ("check", Some(context)) => context.either_gate(),
                _ => quote!(),
            };
            let line: TokenStream = line.parse().ok()?;
            Some(quote!(#gate #line))
        });
    quote!(#(#lines)*)
}

/// `types::Name` and `types::error::Name` as `Name`, for the file that defines it.
pub(super) fn unqualified(tokens: TokenStream, name: &str) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let is = |at: usize, name: &Ident| matches!(tokens.get(at), Some(TokenTree::Ident(found)) if found == name);
        if is(at, &ident("types")) {
            let module = if is(at + 3, &ident("error")) { 6 } else { 3 };
            if is(at + module, &ident(name)) {
                at += module;
                continue;
            }
        }
        out.push(match token {
            TokenTree::Group(group) => TokenTree::Group(Group::new(
                group.delimiter(),
                unqualified(group.stream(), name),
            )),
            other => other.clone(),
        });
        at += 1;
    }
    out.into_iter().collect()
}

/// The tokens of a file that defines a type of a name that Rust's prelude has, or an import: what is meant of Rust gets its path. Shapes
/// take no type parameters and the prelude's types do, so `Option<` is not the shape `Option`.
pub(super) fn qualify_prelude(tokens: TokenStream, name: &str) -> TokenStream {
    let path: TokenStream = match name {
        "Box" => quote!(std::boxed::Box),
        "HashMap" => quote!(std::collections::HashMap),
        "Option" => quote!(std::option::Option),
        "Result" => quote!(std::result::Result),
        "Vec" => quote!(std::vec::Vec),
        _ => return tokens,
    };
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: usize, c: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
    let mut out = TokenStream::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(found) if *found == name && is(at + 1, '<') => {
                out.extend(path.clone());
            }
            TokenTree::Group(group) => {
                let inner = qualify_prelude(group.stream(), name);
                out.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            other => out.extend([other.clone()]),
        }
    }
    out
}

/// What generated code may name, and where it comes from.
const IMPORTS: &[(&str, &str)] = &[
    ("HashMap", "use std::collections::HashMap;"),
    ("check", "use connect_protocol::check;"),
    ("endpoint", "use connect_protocol::endpoint;"),
    ("header", "use connect_protocol::header;"),
    ("http", "use connect_protocol::http;"),
    ("json", "use connect_protocol::json;"),
    ("literal", "use connect_protocol::literal;"),
    ("meta", "use connect_protocol::operation as meta;"),
    ("server", "use connect_protocol::server;"),
    ("text", "use connect_protocol::text;"),
    ("uri", "use connect_protocol::uri;"),
    ("transport", "use connect_transport as transport;"),
    ("error", "use crate::error;"),
    ("operation", "use crate::operation;"),
    ("primitives", "use crate::primitives;"),
    ("types", "use crate::types;"),
];

/// Collects every identifier that starts a path, `name::`, or is an imported type, `HashMap<`; and modules and types that are declared.
fn collect(tokens: TokenStream, named: &mut BTreeSet<String>, declared: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: usize, c: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => collect(group.stream(), named, declared),
            TokenTree::Ident(name) => {
                let first = !(at >= 2 && is(at - 1, ':') && is(at - 2, ':'));
                let path = is(at + 1, ':') && is(at + 2, ':');
                let name = name.to_string();
                if matches!(at.checked_sub(1).and_then(|at| tokens.get(at)), Some(TokenTree::Ident(before)) if ["mod", "struct", "enum"].iter().any(|item| before == item))
                {
                    declared.insert(name);
                    continue;
                }
                if first && (path || (name == "HashMap" && is(at + 1, '<'))) {
                    named.insert(name);
                }
            }
            _ => {}
        }
    }
}

/// Path or host prefix as the model writes it, for documentation.
pub(super) fn pattern(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => text.clone(),
            Segment::Label {
                member,
                greedy: false,
            } => format!("{{{member}}}"),
            Segment::Label {
                member,
                greedy: true,
            } => format!("{{{member}+}}"),
        })
        .collect()
}

/// Tokens from text that the generator made itself, such as a number.
pub fn parsed(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|_| text.to_token_stream())
}
