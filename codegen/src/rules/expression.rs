//! Expressions of rules to Rust expressions.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::ir::{Expr, Part, Type};
use crate::names::ident;

/// An expression of exactly the type that [`Expr::ty`] says.
pub(super) fn emit_expr(value: &Expr) -> TokenStream {
    match value {
        Expr::Bool(value) => quote!(#value),
        Expr::Int(value) => {
            let value = proc_macro2::Literal::i64_unsuffixed(*value);
            quote!(#value)
        }
        Expr::Text(parts) => emit_text(parts),
        Expr::Variable { name, .. } => {
            let name = ident(name);
            quote!(#name)
        }
        Expr::Field { record, field, .. } => emit_field(record, field),
        Expr::Item { list, position } => emit_item(list, *position),
        Expr::Not(_) | Expr::Equals(..) | Expr::IsSet(_) => emit_test(value, true),
        Expr::Coalesce { values, ty } => {
            let Some((first, others)) = values.split_first() else {
                return quote!();
            };
            others.iter().fold(convert(first, ty), |before, value| {
                let next = convert(value, ty);
                if value.ty().is_option() {
                    quote!(#before.or(#next))
                } else {
                    quote!(#before.unwrap_or(#next))
                }
            })
        }
        Expr::IfElse {
            condition,
            yes,
            no,
            ty,
        } => {
            let condition = emit_test(condition, true);
            let [yes, no] = [yes, no].map(|arm| {
                let tokens = convert(arm, ty);
                if ty.is_option() && !arm.ty().is_option() {
                    quote!(Some(#tokens))
                } else {
                    tokens
                }
            });
            quote!(if #condition { #yes } else { #no })
        }
        Expr::Call {
            function,
            arguments,
            ..
        } => {
            let function = format_ident!("{function}");
            let arguments = arguments.iter().map(as_argument);
            quote!(endpoint::#function(#(#arguments),*))
        }
    }
}

/// An expression as the string type of `target`, where the two differ; options stay options.
fn convert(value: &Expr, target: &Type) -> TokenStream {
    let tokens = emit_expr(value);
    match (target.inner(), value.ty()) {
        (Type::String, Type::Str) => quote!(#tokens.to_owned()),
        (Type::String, Type::String) if is_place(value) => quote!(#tokens.clone()),
        (Type::String, Type::Option(inner)) if *inner == Type::Str => {
            quote!(#tokens.map(str::to_owned))
        }
        _ => tokens,
    }
}

/// Whether the expression names a value that somebody else may still want.
fn is_place(value: &Expr) -> bool {
    match value {
        Expr::Variable { .. } | Expr::Field { .. } => true,
        Expr::Text(parts) => matches!(parts.as_slice(), [Part::Value(value)] if is_place(value)),
        _ => false,
    }
}

fn emit_field(record: &Expr, field: &str) -> TokenStream {
    let field = ident(field);
    let tokens = emit_expr(record);
    if record.ty().is_option() {
        quote!(#tokens.map(|value| value.#field))
    } else {
        quote!(#tokens.#field)
    }
}

fn emit_item(list: &Expr, position: i64) -> TokenStream {
    let item = match position {
        0 => quote!(first()),
        -1 => quote!(last()),
        1.. => {
            let position = proc_macro2::Literal::i64_unsuffixed(position);
            quote!(get(#position))
        }
        _ => {
            let from_end = proc_macro2::Literal::i64_unsuffixed(-(position + 1));
            quote!(iter().nth_back(#from_end))
        }
    };
    let tokens = emit_expr(list);
    if list.ty().is_option() {
        quote!(#tokens.and_then(|list| list.#item.copied()))
    } else {
        quote!(#tokens.#item.copied())
    }
}

/// A template: a literal, the one value it consists of, or `format!`.
fn emit_text(parts: &[Part]) -> TokenStream {
    match parts {
        [] => return quote!(""),
        [Part::Text(text)] => return quote!(#text),
        [Part::Value(value)] => return emit_expr(value),
        _ => {}
    }
    let mut template = String::new();
    let mut values = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => template.push_str(&text.replace('{', "{{").replace('}', "}}")),
            Part::Value(Expr::Variable { name, .. }) => {
                // A format string takes a keyword as it stands.
                template.push_str(&format!("{{{}}}", name.trim_start_matches("r#")));
            }
            Part::Value(value) => {
                template.push_str("{}");
                values.push(emit_expr(value));
            }
        }
    }
    quote!(format!(#template #(, #values)*))
}

/// A function's argument; strings are passed by reference.
pub(super) fn as_argument(value: &Expr) -> TokenStream {
    let tokens = emit_expr(value);
    match value.ty() {
        Type::String => quote!(&#tokens),
        _ => tokens,
    }
}

/// A string as something that turns into `Cow<'static, str>`: literals are not copied.
pub(super) fn into_text(value: &Expr) -> TokenStream {
    match value {
        Expr::Text(parts) if matches!(parts.as_slice(), [] | [Part::Text(_)]) => emit_expr(value),
        _ => into_string(value),
    }
}

pub(super) fn into_string(value: &Expr) -> TokenStream {
    convert(value, &Type::String)
}

/// A condition that is a boolean expression, or its opposite.
pub(super) fn emit_test(value: &Expr, expected: bool) -> TokenStream {
    match value {
        Expr::Not(value) => emit_test(value, !expected),
        Expr::IsSet(value) => {
            let value = emit_expr(value);
            if expected {
                quote!(#value.is_some())
            } else {
                quote!(#value.is_none())
            }
        }
        Expr::Equals(left, right) => emit_equals(left, right, expected),
        value => {
            let value = emit_expr(value);
            if expected { value } else { quote!(!#value) }
        }
    }
}

fn emit_equals(left: &Expr, right: &Expr, expected: bool) -> TokenStream {
    for (text, other) in [(left, right), (right, left)] {
        if matches!(other, Expr::Text(parts) if parts.is_empty()) {
            let text = emit_expr(text);
            let not = (!expected).then(|| quote!(!));
            return quote!(#not #text.is_empty());
        }
    }
    let mut expected = expected;
    let mut side = |value: &Expr| {
        let mut value = value;
        while let Expr::Not(inner) = value {
            value = inner;
            expected = !expected;
        }
        let tokens = emit_expr(value);
        match value {
            Expr::Equals(..) | Expr::IfElse { .. } => quote!((#tokens)),
            _ => tokens,
        }
    };
    let (left, right) = (side(left), side(right));
    if expected {
        quote!(#left == #right)
    } else {
        quote!(#left != #right)
    }
}
