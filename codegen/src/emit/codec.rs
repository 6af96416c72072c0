//! Expressions that read and write values: as JSON, and as text in labels, queries and headers.

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::type_path;
use crate::ir::{Target, TimestampFormat};

/// A function that reads a value: `json::Reader::string`.
pub(super) fn read(target: &Target) -> TokenStream {
    match target {
        Target::List(list) => {
            let element = read(&list.element);
            if list.sparse {
                quote!(|r| r.sparse_list(#element))
            } else {
                quote!(|r| r.list(#element))
            }
        }
        Target::Map(map) => {
            let value = read(&map.value);
            if map.sparse {
                quote!(|r| r.sparse_map(#value))
            } else {
                quote!(|r| r.map(#value))
            }
        }
        Target::Structure(name) | Target::Union(name) => {
            let path = type_path(name);
            quote!(#path::read)
        }
        Target::Enum(_) => quote!(json::Reader::enumeration),
        simple => {
            let method = json_method(simple);
            quote!(json::Reader::#method)
        }
    }
}

/// A function that writes a value: `json::Writer::string`.
pub(super) fn write(target: &Target) -> TokenStream {
    match target {
        Target::List(list) => {
            let element = write(&list.element);
            if list.sparse {
                quote!(|w, v| w.sparse_list(v, #element))
            } else {
                quote!(|w, v| w.list(v, #element))
            }
        }
        Target::Map(map) => {
            let value = write(&map.value);
            if map.sparse {
                quote!(|w, v| w.sparse_map(v, #value))
            } else {
                quote!(|w, v| w.map(v, #value))
            }
        }
        Target::Structure(_) | Target::Union(_) => quote!(|w, v| v.write(w)),
        Target::Enum(_) => quote!(json::Writer::string),
        simple => {
            let method = json_method(simple);
            quote!(json::Writer::#method)
        }
    }
}

/// The method of both `Reader` and `Writer` for a simple type. Times in JSON are epoch seconds unless the model says otherwise.
fn json_method(target: &Target) -> TokenStream {
    match target {
        Target::Boolean => quote!(boolean),
        Target::Byte => quote!(byte),
        Target::Short => quote!(short),
        Target::Integer | Target::IntEnum(_) => quote!(integer),
        Target::Long => quote!(long),
        Target::Float => quote!(float),
        Target::Double => quote!(double),
        Target::BigInteger => quote!(big_integer),
        Target::BigDecimal => quote!(big_decimal),
        Target::Document => quote!(document),
        Target::Blob { .. } | Target::Stream { .. } => quote!(blob),
        Target::Timestamp(format) => time_method(format.unwrap_or(TimestampFormat::EpochSeconds)),
        _ => quote!(string),
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
pub(super) struct TextForm {
    /// A function from a reference to text, or to a result of text if `fallible`.
    pub(super) encode: TokenStream,
    /// Whether `encode` can fail.
    pub(super) fallible: bool,
    /// A function from text to a result of the value.
    pub(super) decode: TokenStream,
}

/// The text form of a simple type; `default` is the format of times where the model states none.
pub(super) fn text(target: &Target, default: TimestampFormat) -> TextForm {
    match target {
        Target::Timestamp(format) => {
            let method = time_method(format.unwrap_or(default));
            let parse = quote::format_ident!("parse_{}", method.to_string());
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
