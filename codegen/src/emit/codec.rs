//! How values are read and written: as JSON, and as text in labels, queries and headers.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::ir::{List, Target, TimestampFormat};

/// A function that reads a value whose form is not its type's own: a time with a format, or a list or map of such.
pub(super) fn read_with(target: &Target) -> Option<TokenStream> {
    with(
        target,
        &quote!(Reader),
        |method, item| quote!(|r| r.#method(#item)),
    )
}

/// A function that writes a value whose form is not its type's own.
pub(super) fn write_with(target: &Target) -> Option<TokenStream> {
    with(
        target,
        &quote!(Writer),
        |method, item| quote!(|w, v| w.#method(v, #item)),
    )
}

/// `within` makes a function for a list or map of one for its items.
fn with(
    target: &Target,
    codec: &TokenStream,
    within: fn(Ident, TokenStream) -> TokenStream,
) -> Option<TokenStream> {
    let (method, item, sparse) = match target {
        Target::Timestamp(Some(format)) if *format != TimestampFormat::EpochSeconds => {
            let method = time_method(*format);
            return Some(quote!(json::#codec::#method));
        }
        Target::List(list) => ("list", &list.element, list.sparse),
        Target::Map(map) => ("map", &map.value, map.sparse),
        _ => return None,
    };
    let item = with(item, codec, within)?;
    let method = if sparse {
        format_ident!("sparse_{method}")
    } else {
        format_ident!("{method}")
    };
    Some(within(method, item))
}

fn time_method(format: TimestampFormat) -> Ident {
    format_ident!(
        "{}",
        match format {
            TimestampFormat::EpochSeconds => "epoch_seconds",
            TimestampFormat::DateTime => "date_time",
            TimestampFormat::HttpDate => "http_date",
        }
    )
}

/// A function that reads an item of a list, from one that reads its value.
pub(super) fn item(list: &List, decode: TokenStream) -> TokenStream {
    if list.sparse {
        quote!(|item| #decode(item).map(Some))
    } else {
        decode
    }
}

/// How values of a type become text in a label, query or header.
#[derive(Debug)]
pub struct TextForm {
    /// A function from a reference to text, or to a result of text if `fallible`.
    pub encode: TokenStream,
    /// Whether `encode` can fail.
    pub fallible: bool,
    /// A function from text to a result of the value.
    pub decode: TokenStream,
}

/// The text form of a simple type; `default` is the format of times where the model states none.
pub fn text(target: &Target, default: TimestampFormat) -> TextForm {
    match target {
        Target::Timestamp(format) => {
            let method = time_method(format.unwrap_or(default));
            let parse = format_ident!("parse_{method}");
            TextForm {
                encode: quote!(text::#method),
                fallible: true,
                decode: quote!(text::#parse),
            }
        }
        _ => TextForm {
            encode: quote!(text::Text::text),
            fallible: false,
            decode: quote!(text::parse),
        },
    }
}

/// The content type of a payload.
pub(super) fn content_type(target: &Target) -> &str {
    match target {
        Target::Blob { media_type } | Target::Stream { media_type, .. } => {
            media_type.as_deref().unwrap_or("application/octet-stream")
        }
        Target::String { media_type } => media_type.as_deref().unwrap_or("text/plain"),
        Target::Enum(_) => "text/plain",
        _ => "application/json",
    }
}
