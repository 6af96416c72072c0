//! Constraint checks.

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::{as_option, number, parsed};
use crate::ir::{Constraints, Member, Target};

/// A `check` function over a structure's members.
pub(super) fn structure(members: &[Member], is_checked: &dyn Fn(&str) -> bool) -> TokenStream {
    let owner = quote!(self);
    let lines = members.iter().filter_map(|member| {
        let name = &member.name;
        let value = as_option(&owner, member);
        let body = value_checks(&member.target, &member.constraints, is_checked);
        match (member.required && member.optional, body) {
            (true, body) => {
                let body = body.unwrap_or_else(|| quote!(|_, _| {}));
                Some(quote!(check.required(#name, #value, #body);))
            }
            (false, Some(body)) => Some(quote!(check.optional(#name, #value, #body);)),
            (false, None) => None,
        }
    });
    quote! {
        pub(crate) fn check(&self, check: &mut check::Check) {
            #(#lines)*
        }
    }
}

/// A closure that checks one value: `|check, value| ..`, if there is anything to check.
pub(super) fn value_checks(
    target: &Target,
    constraints: &Constraints,
    is_checked: &dyn Fn(&str) -> bool,
) -> Option<TokenStream> {
    let mut calls = Vec::new();
    if let Some((min, max)) = constraints.length {
        let (min, max) = (bound(min.map(number)), bound(max.map(number)));
        calls.push(quote!(check.length(value, #min, #max)));
    }
    if let Some((min, max)) = &constraints.range {
        let (min, max) = (bound(min.as_deref().map(parsed)), bound(max.as_deref().map(parsed)));
        calls.push(quote!(check.range(value, #min, #max)));
    }
    if let Some(pattern) = &constraints.pattern {
        calls.push(quote!(check.pattern(value, #pattern)));
    }
    if constraints.unique {
        calls.push(quote!(check.unique(value)));
    }
    match target {
        Target::List(list) => {
            if let Some(each) = value_checks(&list.element, &list.constraints, is_checked) {
                let method = if list.sparse { quote!(each_sparse) } else { quote!(each) };
                calls.push(quote!(check.#method(value, #each)));
            }
        }
        Target::Map(map) => {
            if let Some(each) = value_checks(&map.key, &map.key_constraints, is_checked) {
                calls.push(quote!(check.each_key(value, #each)));
            }
            if let Some(each) = value_checks(&map.value, &map.value_constraints, is_checked) {
                let method = if map.sparse { quote!(each_sparse_value) } else { quote!(each_value) };
                calls.push(quote!(check.#method(value, #each)));
            }
        }
        Target::Structure(name) | Target::Union(name) if is_checked(name) => calls.push(quote!(value.check(check))),
        _ => {}
    }
    match calls.as_slice() {
        [] => None,
        [call] => Some(quote!(|check, value| #call)),
        calls => Some(quote!(|check, value| { #(#calls;)* })),
    }
}

fn bound(value: Option<impl quote::ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}
