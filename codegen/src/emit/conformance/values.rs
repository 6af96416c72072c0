//! Values of vectors as Rust expressions.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::emit::tokens::{ident, number, type_path};
use crate::vectors::{Field, Value};

/// An expression of the value's type; `?` in it answers a `BuildError`.
pub(super) fn expression(value: &Value) -> TokenStream {
    match value {
        Value::Null => quote!(None),
        Value::String(text) => quote!(#text.to_owned()),
        Value::Boolean(value) => quote!(#value),
        Value::Integer(value) => {
            let literal = number(*value);
            quote!(#literal)
        }
        Value::Float(value) if value.is_finite() => {
            let literal = Literal::f32_suffixed(*value);
            quote!(#literal)
        }
        Value::Float(value) => special(&quote!(f32), value.is_nan(), *value > 0.0),
        Value::Double(value) if value.is_finite() => {
            let literal = Literal::f64_suffixed(*value);
            quote!(#literal)
        }
        Value::Double(value) => special(&quote!(f64), value.is_nan(), *value > 0.0),
        Value::Number(digits) => quote!(literal::number(#digits)),
        Value::Document(json) => quote!(literal::document(#json)),
        Value::Timestamp(seconds, nanos) => {
            let (seconds, nanos) = (number(*seconds), number(*nanos));
            quote!(literal::timestamp(#seconds, #nanos))
        }
        Value::Blob(text) => quote!(primitives::Blob::new(#text)),
        Value::Stream(text) => {
            quote!(primitives::ByteStream::from(#text.as_bytes().to_vec()))
        }
        Value::Enum { name, value } => {
            let path = type_path(name);
            quote!(#path::from(#value))
        }
        Value::Structure {
            name,
            fallible,
            fields,
        } => {
            let (path, setters) = (type_path(name), setters(fields));
            let question = fallible.then(|| quote!(?));
            quote!(#path::builder()#setters.build()#question)
        }
        Value::Union {
            name,
            variant,
            value,
            boxed,
        } => {
            let (path, variant) = (type_path(name), ident(variant));
            let value = value.as_ref().map(|value| {
                let value = boxed_if(*boxed, expression(value));
                quote!((#value))
            });
            quote!(#path::#variant #value)
        }
        Value::List { items, sparse } => {
            let items = items.iter().map(|item| entry(item, *sparse));
            quote!(vec![#(#items),*])
        }
        Value::Map { entries, sparse } => {
            let entries = entries.iter().map(|(key, value)| {
                let (key, value) = (expression(key), entry(value, *sparse));
                quote!((#key, #value))
            });
            quote!(HashMap::from([#(#entries),*]))
        }
    }
}

fn special(kind: &TokenStream, nan: bool, positive: bool) -> TokenStream {
    match (nan, positive) {
        (true, _) => quote!(#kind::NAN),
        (false, true) => quote!(#kind::INFINITY),
        (false, false) => quote!(#kind::NEG_INFINITY),
    }
}

fn entry(value: &Value, sparse: bool) -> TokenStream {
    let expression = expression(value);
    if sparse && *value != Value::Null {
        quote!(Some(#expression))
    } else {
        expression
    }
}

fn boxed_if(boxed: bool, expression: TokenStream) -> TokenStream {
    if boxed {
        quote!(Box::new(#expression))
    } else {
        expression
    }
}

/// `.set_a(Some(..)).set_b(Some(..))`
pub(super) fn setters(fields: &[Field]) -> TokenStream {
    let setters = fields.iter().map(|field| {
        let set = ident(&field.setter);
        let value = boxed_if(field.boxed, expression(&field.value));
        quote!(.#set(Some(#value)))
    });
    quote!(#(#setters)*)
}
