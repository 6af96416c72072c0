//! Expressions of values that keep to their constraints and fit where they travel.

use proc_macro2::TokenStream;
use quote::quote;

use super::text::{self, Place};
use crate::emit::tokens::{number, parsed};
use crate::ir::{
    Binding, Constraints, List, Map, Member, Operation, Role, Structure, Target, TimestampFormat,
};

/// Whether a member that is bound to it has a value even where none was set.
pub(super) fn always_there(member: &Member) -> bool {
    match &member.binding {
        Binding::ResponseCode => true,
        Binding::Header(name) => name == "content-type",
        _ => false,
    }
}

/// A value in a query or header, where a list without entries may look like none, and there are no nulls.
pub(super) fn in_text(member: &Member, place: Place) -> Option<TokenStream> {
    let Target::List(list) = &member.target else {
        return value(&member.target, &member.constraints, place);
    };
    let constraints = match member.binding {
        Binding::Query(_) => not_empty(&member.constraints),
        _ => member.constraints.clone(),
    };
    let dense = List {
        sparse: false,
        ..list.as_ref().clone()
    };
    let value = list_value(&dense, &constraints, place, true)?;
    Some(if list.sparse {
        quote!(#value.into_iter().map(Some).collect())
    } else {
        value
    })
}

/// The same constraints, and at least one entry.
fn not_empty(constraints: &Constraints) -> Constraints {
    let (min, max) = constraints.length.unwrap_or_default();
    Constraints {
        length: Some((Some(min.unwrap_or(0).max(1)), max)),
        ..constraints.clone()
    }
}

/// Query parameters: at least one, each with at least one value, since none is no value.
pub(super) fn query_map(member: &Member) -> Option<TokenStream> {
    let Target::Map(map) = &member.target else {
        return None;
    };
    let map = Map {
        value_constraints: match map.value {
            Target::List(_) => not_empty(&map.value_constraints),
            _ => map.value_constraints.clone(),
        },
        ..map.as_ref().clone()
    };
    map_value(&map, &not_empty(&member.constraints))
}

/// Headers with a prefix: at least one, since none is no value.
pub(super) fn prefix_headers(member: &Member) -> Option<TokenStream> {
    let Target::Map(map) = &member.target else {
        return None;
    };
    let (min, max) = text::limits(&member.constraints);
    let (low, high) = (number(min.max(1)), text::limit(max));
    let (min, max) = text::limits(&map.key_constraints);
    let (key_low, key_high) = (number(min.max(1)), text::limit(max));
    let entry = value(&map.value, &map.value_constraints, Place::Header)?;
    Some(quote! {
        s.map(#low, #high, |s| s.header_name(#key_low, #key_high), |s| #entry)
    })
}

/// Where a member's text travels.
pub(super) fn place(
    structure: &Structure,
    member: &Member,
    operation: Option<&Operation>,
) -> Place {
    match (&member.binding, operation) {
        (_, Some(operation))
            if structure.role == Role::Input
                && text::in_host(structure, &operation.host_prefix, &member.name) =>
        {
            Place::Host
        }
        (Binding::Label, Some(operation)) => Place::of_label(&operation.path, &member.name),
        (Binding::Header(_), _) => Place::Header,
        (Binding::Payload, _) => Place::Payload,
        _ => Place::Anywhere,
    }
}

/// Whether an expression is `s.value()`, which is of every type.
pub(super) fn is_plain(value: &TokenStream) -> bool {
    value.to_string() == quote!(s.value()).to_string()
}

/// An expression of a value; none if there is none that keeps to the constraints.
pub(super) fn value(
    target: &Target,
    constraints: &Constraints,
    place: Place,
) -> Option<TokenStream> {
    Some(match target {
        // A header holds it as base64.
        Target::String {
            media_type: Some(_),
        } if place == Place::Header => text::expression(constraints, Place::Anywhere)?,
        Target::String { .. } => text::expression(constraints, place)?,
        Target::Byte => integer(constraints, i8::MIN.into(), i8::MAX.into()),
        Target::Short => integer(constraints, i16::MIN.into(), i16::MAX.into()),
        Target::Integer => integer(constraints, i32::MIN.into(), i32::MAX.into()),
        Target::Long => integer(constraints, i64::MIN, i64::MAX),
        Target::Float => match fraction(constraints) {
            None => quote!(s.value()),
            Some(value) => quote!(#value as f32),
        },
        Target::BigInteger | Target::BigDecimal if constraints.range.is_some() => return None,
        Target::Double => fraction(constraints).unwrap_or_else(|| quote!(s.value())),
        Target::Timestamp(format) => {
            let format = format.unwrap_or(match place {
                Place::Header => TimestampFormat::HttpDate,
                Place::Label | Place::Path => TimestampFormat::DateTime,
                _ => TimestampFormat::EpochSeconds,
            });
            match format {
                TimestampFormat::HttpDate => quote!(s.second()),
                _ => quote!(s.value()),
            }
        }
        Target::Blob { .. } => {
            let (min, max) = text::limits(constraints);
            let min = if place == Place::Payload {
                min.max(1)
            } else {
                min
            };
            if (min, max) == (0, u64::MAX) {
                quote!(s.value())
            } else {
                let (min, max) = (number(min), text::limit(max));
                quote!(s.blob(#min, #max))
            }
        }
        Target::IntEnum(values) => {
            let values = values.iter().map(|value| number(*value));
            quote!(s.pick(&[#(#values),*]))
        }
        Target::List(list) => list_value(list, constraints, Place::Anywhere, false)?,
        Target::Map(map) => map_value(map, constraints)?,
        _ => quote!(s.value()),
    })
}

fn integer(constraints: &Constraints, least: i64, most: i64) -> TokenStream {
    let Some((min, max)) = &constraints.range else {
        return quote!(s.value());
    };
    let bound = |bound: &Option<String>, otherwise: i64| match bound {
        Some(bound) => parsed(bound),
        None => {
            let literal = number(otherwise);
            quote!(#literal)
        }
    };
    let (min, max) = (bound(min, least), bound(max, most));
    quote!(s.integer(#min, #max))
}

fn fraction(constraints: &Constraints) -> Option<TokenStream> {
    let (min, max) = constraints.range.as_ref()?;
    let bound = |bound: &Option<String>, otherwise: TokenStream| match bound {
        Some(bound) => parsed(bound),
        None => otherwise,
    };
    let min = bound(min, quote!(f64::MIN));
    let max = bound(max, quote!(f64::MAX));
    Some(quote!(s.fraction(#min, #max)))
}

fn list_value(
    list: &List,
    constraints: &Constraints,
    place: Place,
    in_text: bool,
) -> Option<TokenStream> {
    let (min, max) = text::limits(constraints);
    let place = if in_text { place } else { Place::Anywhere };
    let entry = match value(&list.element, &list.constraints, place) {
        Some(entry) => entry,
        // Without entries, it needs no value of theirs.
        None if min == 0 => return Some(quote!(Vec::new())),
        None => return None,
    };
    let entry = if list.sparse { option(&entry) } else { entry };
    if (min, max) == (0, u64::MAX) && !constraints.unique && is_plain(&entry) {
        return Some(quote!(s.value()));
    }
    let (low, high) = (number(min), text::limit(max));
    let method = if constraints.unique {
        quote!(unique)
    } else {
        quote!(list)
    };
    Some(quote!(s.#method(#low, #high, |s| #entry)))
}

fn map_value(map: &Map, constraints: &Constraints) -> Option<TokenStream> {
    let (min, max) = text::limits(constraints);
    let key = value(&map.key, &map.key_constraints, Place::Anywhere);
    let entry = value(&map.value, &map.value_constraints, Place::Anywhere);
    let (Some(key), Some(entry)) = (key, entry) else {
        return (min == 0).then(|| quote!(HashMap::new()));
    };
    let entry = if map.sparse { option(&entry) } else { entry };
    if (min, max) == (0, u64::MAX) && is_plain(&key) && is_plain(&entry) {
        return Some(quote!(s.value()));
    }
    let (low, high) = (number(min), text::limit(max));
    Some(quote!(s.map(#low, #high, |s| #key, |s| #entry)))
}

fn option(value: &TokenStream) -> TokenStream {
    if is_plain(value) {
        value.clone()
    } else {
        quote!(option!(s, #value))
    }
}
