//! Constraint checks.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::Context;
use super::tokens::{ident, number, option, parsed, type_path};
use crate::ir::{Constraints, Structure, Target, Union};

/// A structure's `_check`, if there is anything to check.
pub(super) fn structure(structure: &Structure, context: &Context<'_>) -> Option<TokenStream> {
    let lines = structure.members.iter().filter_map(|member| {
        let (name, field) = (&member.name, ident(&member.field));
        let body = value_checks(&member.target, &member.constraints, context);
        if member.required && member.optional {
            let body = body.unwrap_or_else(|| quote!(|_, _| {}));
            Some(quote!(check.required(#name, &self.#field, #body);))
        } else if member.optional {
            Some(quote!(check.optional(#name, &self.#field, #body);)).filter(|_| body.is_some())
        } else {
            Some(quote!(check.value(#name, &self.#field, #body);)).filter(|_| body.is_some())
        }
    });
    structure
        .checked
        .then(|| function(&structure.name, context, &quote!(#(#lines)*)))
}

/// A union's `_check`, if there is anything to check.
pub(super) fn union(union: &Union, context: &Context<'_>) -> Option<TokenStream> {
    let checks = union.members.iter().filter_map(|member| {
        let check = value_checks(&member.target, &member.constraints, context)?;
        let (name, variant) = (&member.name, ident(&member.field));
        let check = quote!(check.value(#name, v, #check));
        Some((quote!(Self::#variant(v)), check))
    });
    let checks: Vec<_> = checks.collect();
    let body = match checks.as_slice() {
        [(variant, check)] => quote!(if let #variant = self { #check; }),
        checks => {
            let arms = checks
                .iter()
                .map(|(variant, check)| quote!(#variant => #check));
            quote!(match self { #(#arms,)* _ => {} })
        }
    };
    union.checked.then(|| function(&union.name, context, &body))
}

/// The function has an underscore, since a member's accessor may be called `check`.
fn function(name: &str, context: &Context<'_>, body: &TokenStream) -> TokenStream {
    let (gate, name) = (context.either_gate(), ident(name));
    quote! {
        #gate
        impl #name {
            #[inline]
            pub(crate) fn _check(&self, check: &mut check::Check) {
                #body
            }
        }
    }
}

/// A closure that checks one value: `|c, v| ..`, if there is anything to check.
fn value_checks(
    target: &Target,
    constraints: &Constraints,
    context: &Context<'_>,
) -> Option<TokenStream> {
    let mut calls = Vec::new();
    if let Some((min, max)) = constraints.length {
        let range = range(min.map(number), max.map(number));
        calls.push(quote!(c.length(v, #range)));
    }
    if let Some((min, max)) = &constraints.range {
        calls.push(match target {
            Target::BigInteger | Target::BigDecimal => {
                let (min, max) = (option(min.as_ref()), option(max.as_ref()));
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
            calls.push(match context.public_values(name) {
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

/// `1..=100`
fn range(min: Option<impl ToTokens>, max: Option<impl ToTokens>) -> TokenStream {
    match (min, max) {
        (Some(min), Some(max)) => quote!(#min..=#max),
        (Some(min), None) => quote!(#min..),
        (None, Some(max)) => quote!(..=#max),
        (None, None) => quote!(..),
    }
}
