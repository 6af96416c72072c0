//! Expressions of random values that keep to their constraints and fit where they travel.

use connect_codegen::emit::tokens::{number, parsed};
use connect_codegen::ir::{Constraints, List, Map, Target, TimestampFormat};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::place::Place;
use crate::examples;

/// An expression of a value, which draws on a source `s`; none if there is no value that keeps to the constraints.
pub(super) fn value(
    target: &Target,
    constraints: &Constraints,
    place: Place,
) -> Option<TokenStream> {
    let integer = |least, most| {
        let ends = ends(constraints, number(least), number(most));
        quote!(s.integer(#ends))
    };
    let ends = ends(constraints, quote!(f64::MIN), quote!(f64::MAX));
    let fraction = quote!(s.fraction(#ends));
    let ranged = constraints.range.is_some();
    Some(match target {
        // A header holds it as base64.
        Target::String {
            media_type: Some(_),
        } if place == Place::Header => text(constraints, Place::Anywhere)?,
        Target::String { .. } => text(constraints, place)?,
        Target::Byte if ranged => integer(i64::from(i8::MIN), i64::from(i8::MAX)),
        Target::Short if ranged => integer(i16::MIN.into(), i16::MAX.into()),
        Target::Integer if ranged => integer(i32::MIN.into(), i32::MAX.into()),
        Target::Long if ranged => integer(i64::MIN, i64::MAX),
        Target::Float if ranged => quote!(#fraction as f32),
        Target::Double if ranged => fraction,
        Target::BigInteger | Target::BigDecimal if ranged => return None,
        Target::Timestamp(Some(TimestampFormat::HttpDate)) => quote!(s.second()),
        Target::Timestamp(None) if place == Place::Header => quote!(s.second()),
        Target::Blob { .. } => {
            let (min, max) = limits(constraints, place == Place::Payload);
            quote!(s.blob(#min, #max))
        }
        Target::IntEnum(values) => {
            let values = values.iter().map(|value| number(*value));
            quote!(s.pick(&[#(#values),*]))
        }
        Target::List(list) => list_value(list, constraints, place)?,
        Target::Map(map) => map_value(map, constraints, place)?,
        _ => quote!(s.value()),
    })
}

/// An expression of a `String`.
fn text(constraints: &Constraints, place: Place) -> Option<TokenStream> {
    let (min, max) = constraints.length.unwrap_or_default();
    let (min, max) = (min.unwrap_or(0), max.unwrap_or(u64::MAX));
    if let Some(pattern) = &constraints.pattern {
        let examples = examples::of_pattern(pattern, |text| {
            let length = text.chars().count() as u64;
            (min..=max).contains(&length) && place.holds(text)
        });
        return (!examples.is_empty()).then(|| quote!(s.one_of(&[#(#examples),*])));
    }
    let method = match place {
        Place::Header => quote!(header_text),
        Place::Path => quote!(path),
        Place::Host => quote!(host_label),
        _ => quote!(text),
    };
    let filled = !place.holds("");
    let (low, high) = limits(constraints, filled);
    (max > 0 || !filled).then(|| quote!(s.#method(#low, #high)))
}

/// Least and most of a length; the least is not zero if the value must be `filled`.
fn limits(constraints: &Constraints, filled: bool) -> (TokenStream, TokenStream) {
    let (min, max) = constraints.length.unwrap_or_default();
    let (min, max) = (min.unwrap_or(0).max(filled.into()), max.map(number));
    let max = max.map_or_else(|| quote!(u64::MAX), ToTokens::into_token_stream);
    (number(min).into_token_stream(), max)
}

/// The ends of a range, where it has some.
fn ends(constraints: &Constraints, least: impl ToTokens, most: impl ToTokens) -> TokenStream {
    let (min, max) = constraints.range.clone().unwrap_or_default();
    let min = min.map_or_else(|| least.to_token_stream(), |bound| parsed(&bound));
    let max = max.map_or_else(|| most.to_token_stream(), |bound| parsed(&bound));
    quote!(#min, #max)
}

fn list_value(list: &List, constraints: &Constraints, place: Place) -> Option<TokenStream> {
    let filled = place == Place::Query;
    let Some(entry) = value(&list.element, &list.constraints, place.inside()) else {
        return none_of(quote!(Vec::new()), constraints, filled);
    };
    let entry = entry_of(&entry, list.sparse, place);
    let method = if constraints.unique {
        quote!(unique)
    } else {
        quote!(list)
    };
    let (low, high) = limits(constraints, filled);
    Some(quote!(s.#method(#low, #high, |s| #entry)))
}

fn map_value(map: &Map, constraints: &Constraints, place: Place) -> Option<TokenStream> {
    let filled = place.is_text();
    let key = if place == Place::Header {
        let (low, high) = limits(&map.key_constraints, true);
        Some(quote!(s.header_name(#low, #high)))
    } else {
        value(&map.key, &map.key_constraints, place.inside())
    };
    let entry = value(&map.value, &map.value_constraints, place.inside());
    let (Some(key), Some(entry)) = (key, entry) else {
        return none_of(quote!(HashMap::new()), constraints, filled);
    };
    let entry = entry_of(&entry, map.sparse, place);
    let (low, high) = limits(constraints, filled);
    Some(quote!(s.map(#low, #high, |s| #key, |s| #entry)))
}

/// An entry of a list or map, which may be null where it is JSON.
fn entry_of(value: &TokenStream, sparse: bool, place: Place) -> TokenStream {
    match sparse {
        true if place.is_text() => quote!(Some(#value)),
        true => quote!(s.option(|s| #value)),
        false => value.clone(),
    }
}

/// A list or map of entries that there are no values of, if it may be without any.
fn none_of(empty: TokenStream, constraints: &Constraints, filled: bool) -> Option<TokenStream> {
    let (min, _) = constraints.length.unwrap_or_default();
    (!filled && min.unwrap_or(0) == 0).then_some(empty)
}
