//! Constraint checks.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::Context;
use super::tokens::{ident, number, parsed, type_path};
use crate::ir::{Constraints, Member, Target};

/// A `_check` function over a structure's members; a member's accessor may be called `check`.
pub(super) fn structure(members: &[Member], context: &Context) -> TokenStream {
    let lines = members.iter().filter_map(|member| {
        let (name, field) = (&member.name, ident(&member.field));
        let body = value_checks(&member.target, &member.constraints, context);
        match (member.required && member.optional, member.optional, body) {
            (true, _, body) => {
                let body = body.unwrap_or_else(|| quote!(|_, _| {}));
                Some(quote!(check.required(#name, &self.#field, #body);))
            }
            (false, true, Some(body)) => Some(quote!(check.optional(#name, &self.#field, #body);)),
            (false, false, Some(body)) => Some(quote!(check.value(#name, &self.#field, #body);)),
            (false, _, None) => None,
        }
    });
    quote! {
        pub(crate) fn _check(&self, check: &mut check::Check) {
            #(#lines)*
        }
    }
}

/// A closure that checks one value: `|c, v| ..`, if there is anything to check.
pub(super) fn value_checks(
    target: &Target,
    constraints: &Constraints,
    context: &Context,
) -> Option<TokenStream> {
    let mut calls = Vec::new();
    if let Some((min, max)) = constraints.length {
        let range = range(min.map(number), max.map(number));
        calls.push(quote!(c.length(v, #range)));
    }
    if let Some((min, max)) = &constraints.range {
        calls.push(match target {
            Target::BigInteger | Target::BigDecimal => {
                let (min, max) = (limit(min.as_ref()), limit(max.as_ref()));
                quote!(c.big_range(v, #min, #max))
            }
            _ => {
                let range = range(min.as_deref().map(parsed), max.as_deref().map(parsed));
                quote!(c.range(v, #range))
            }
        });
    }
    if let Some(pattern) = &constraints.pattern {
        calls.push(quote!({
            static PATTERN: check::Pattern = check::Pattern::new(#pattern);
            c.pattern(v, &PATTERN);
        }));
    }
    if constraints.unique {
        calls.push(quote!(c.unique(v)));
    }
    let sparse = |sparse: bool, check: TokenStream| {
        if sparse {
            quote!(|c, v| c.present(v, #check))
        } else {
            check
        }
    };
    match target {
        Target::List(list) => {
            if let Some(each) = value_checks(&list.element, &list.constraints, context) {
                let each = sparse(list.sparse, each);
                calls.push(quote!(c.each(v, #each)));
            }
        }
        Target::Map(map) => {
            if let Some(each) = value_checks(&map.key, &map.key_constraints, context) {
                calls.push(quote!(c.each_key(v, #each)));
            }
            if let Some(each) = value_checks(&map.value, &map.value_constraints, context) {
                let each = sparse(map.sparse, each);
                calls.push(quote!(c.each_value(v, #each)));
            }
        }
        Target::Structure(name) | Target::Union(name) if context.is_checked(name) => {
            calls.push(quote!(v._check(c)));
        }
        Target::Enum(name) => {
            let path = type_path(name);
            calls.push(match context.public_values.get(name) {
                None => quote!(c.known(v.as_str(), #path::values())),
                Some(public) => {
                    quote!(c.known_to_all(v.as_str(), #path::values(), &[#(#public),*]))
                }
            });
        }
        Target::IntEnum(values) => {
            let values = values.iter().map(|value| number(*value));
            calls.push(quote!(c.known_number(*v, &[#(#values),*])));
        }
        _ => {}
    }
    match calls.as_slice() {
        [] => None,
        [call] => Some(quote!(|c, v| #call)),
        calls => Some(quote!(|c, v| { #(#calls;)* })),
    }
}

/// `Some("1")`
fn limit(digits: Option<&String>) -> TokenStream {
    match digits {
        Some(digits) => quote!(Some(#digits)),
        None => quote!(None),
    }
}

/// `1..=100`
fn range(min: Option<impl ToTokens>, max: Option<impl ToTokens>) -> TokenStream {
    match (min, max) {
        (Some(min), Some(max)) => quote!(#min..=#max),
        (Some(min), None) => quote!(#min..),
        (None, Some(max)) => quote!(..=#max),
        (None, None) => quote!(..),
    }
}
