//! How values are read and written: as JSON, and as text in labels, queries and headers.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::ir::{Target, TimestampFormat};

/// A function that reads a value whose form is not its type's own: a time with a format, or a list or map of such.
pub(super) fn read_with(target: &Target) -> Option<TokenStream> {
    match target {
        Target::Timestamp(Some(format)) if *format != TimestampFormat::EpochSeconds => {
            let method = time_method(*format);
            Some(quote!(json::Reader::#method))
        }
        Target::List(list) => {
            let element = read_with(&list.element)?;
            let method = if list.sparse {
                quote!(sparse_list)
            } else {
                quote!(list)
            };
            Some(quote!(|r| r.#method(#element)))
        }
        Target::Map(map) => {
            let value = read_with(&map.value)?;
            let method = if map.sparse {
                quote!(sparse_map)
            } else {
                quote!(map)
            };
            Some(quote!(|r| r.#method(#value)))
        }
        _ => None,
    }
}

/// A function that writes a value whose form is not its type's own.
pub(super) fn write_with(target: &Target) -> Option<TokenStream> {
    match target {
        Target::Timestamp(Some(format)) if *format != TimestampFormat::EpochSeconds => {
            let method = time_method(*format);
            Some(quote!(json::Writer::#method))
        }
        Target::List(list) => {
            let element = write_with(&list.element)?;
            let method = if list.sparse {
                quote!(sparse_list)
            } else {
                quote!(list)
            };
            Some(quote!(|w, v| w.#method(v, #element)))
        }
        Target::Map(map) => {
            let value = write_with(&map.value)?;
            let method = if map.sparse {
                quote!(sparse_map)
            } else {
                quote!(map)
            };
            Some(quote!(|w, v| w.#method(v, #value)))
        }
        _ => None,
    }
}

fn time_method(format: TimestampFormat) -> TokenStream {
    match format {
        TimestampFormat::EpochSeconds => quote!(epoch_seconds),
        TimestampFormat::DateTime => quote!(date_time),
        TimestampFormat::HttpDate => quote!(http_date),
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
            let parse = format_ident!("parse_{}", method.to_string());
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
