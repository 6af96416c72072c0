//! `Sample` for every shape: random values that keep to the model's constraints.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::cannot::Cannot;
use super::text::{self, Place};
use crate::emit::codec;
use crate::emit::tokens::{as_option, ident, number, parsed, type_path};
use crate::ir::{
    Binding, Constraints, List, Map, Member, Operation, Role, Service, Structure, Target,
    TimestampFormat, Union,
};

/// Emits the samples of a service.
pub(super) struct Samples<'a> {
    service: &'a Service,
    /// How many levels lie below a structure or union at the least, by its name.
    levels: BTreeMap<&'a str, usize>,
    pub(super) cannot: Vec<Cannot>,
}

/// More levels than any shape has that ends.
const ENDLESS: usize = 1_000;

impl<'a> Samples<'a> {
    pub(super) fn new(service: &'a Service) -> Self {
        let mut samples = Self {
            service,
            levels: BTreeMap::new(),
            cannot: Vec::new(),
        };
        samples.measure();
        samples
    }

    /// Finds the levels below every structure and union, from those that have none upwards.
    fn measure(&mut self) {
        loop {
            let before = self.levels.clone();
            for structure in &self.service.structures {
                let required = structure.members.iter().filter(|member| !member.optional);
                let deepest = required.map(|member| self.levels_of(&member.target)).max();
                self.levels.insert(
                    &structure.name,
                    deepest.unwrap_or(0).saturating_add(1).min(ENDLESS),
                );
            }
            for union in &self.service.unions {
                let least = union
                    .members
                    .iter()
                    .map(|member| self.levels_of(&member.target))
                    .min();
                self.levels.insert(
                    &union.name,
                    least.unwrap_or(ENDLESS).saturating_add(1).min(ENDLESS),
                );
            }
            if self.levels == before {
                return;
            }
        }
    }

    fn levels_of(&self, target: &Target) -> usize {
        match target {
            Target::Structure(name) | Target::Union(name) => {
                self.levels.get(name.as_str()).copied().unwrap_or(ENDLESS)
            }
            // Deep down they are as short as can be, which mostly is empty.
            Target::List(list) => self.levels_of(&list.element).min(2),
            Target::Map(map) => self.levels_of(&map.value).min(2),
            _ => 0,
        }
    }

    pub(super) fn structures(&mut self) -> TokenStream {
        let service = self.service;
        let impls: Vec<_> = service
            .structures
            .iter()
            .map(|structure| {
                let path = type_path(&structure.name);
                self.structure(&path, structure, None)
            })
            .collect();
        quote!(#(#impls)*)
    }

    pub(super) fn errors(&mut self) -> TokenStream {
        let service = self.service;
        let impls: Vec<_> = service
            .errors
            .iter()
            .map(|error| {
                let name = ident(&error.name);
                self.structure(&quote!(types::error::#name), error, None)
            })
            .collect();
        quote!(#(#impls)*)
    }

    pub(super) fn messages(&mut self) -> TokenStream {
        let service = self.service;
        let mut impls = Vec::new();
        for operation in &service.operations {
            let module = ident(&operation.method);
            for message in [&operation.input, &operation.output] {
                let name = ident(&message.name);
                let path = quote!(operation::#module::#name);
                impls.push(self.structure(&path, message, Some(operation)));
            }
        }
        quote!(#(#impls)*)
    }

    fn structure(
        &mut self,
        path: &TokenStream,
        structure: &Structure,
        operation: Option<&Operation>,
    ) -> TokenStream {
        let fields: Vec<TokenStream> = structure
            .members
            .iter()
            .map(|member| {
                let field = ident(&member.field);
                let value = self.member(structure, member, operation);
                quote!(#field: #value)
            })
            .collect();
        let extra = match structure.role {
            Role::Output => Some(quote!(_request_id: None)),
            Role::Error(_) => Some(quote!(meta: error::ErrorMetadata::default())),
            Role::Nested | Role::Input => None,
        };
        if fields.is_empty() {
            return quote! {
                impl Sample for #path {
                    fn sample(_: &mut Source) -> Self { Self { #extra } }
                }
            };
        }
        let shape = quote!(Self { #(#fields,)* #extra });
        let named = operation
            .filter(|_| structure.role == Role::Input)
            .and_then(|operation| self.named_too(operation));
        let shape = match named {
            None => shape,
            Some(named) => quote! {
                let mut input = #shape;
                #named
                input
            },
        };
        quote! {
            impl Sample for #path {
                fn sample(source: &mut Source) -> Self {
                    let s = &mut *source.deeper();
                    #shape
                }
            }
        }
    }

    /// The expression of a member's field.
    fn member(
        &mut self,
        structure: &Structure,
        member: &Member,
        operation: Option<&Operation>,
    ) -> TokenStream {
        let place = place(structure, member, operation);
        let value = match &member.binding {
            Binding::ResponseCode => Some(quote!(s.pick(&[200, 201, 202]))),
            Binding::PrefixHeaders(prefix) => {
                if prefix.is_empty() {
                    self.cannot.push(Cannot {
                        place: format!("{}${}", structure.shape, member.name),
                        reason: "headers of every name include those of other members".to_owned(),
                        operation: operation.map(|operation| operation.name.clone()),
                    });
                }
                prefix_headers(member)
            }
            Binding::QueryParams => query_map(member),
            Binding::Query(_) | Binding::Header(_) => in_text(member, place),
            _ => value(&member.target, &member.constraints, place),
        };
        let Some(value) = value else {
            return self.without(structure, member, operation);
        };
        let value = if member.boxed && !is_plain(&value) {
            quote!(Box::new(#value))
        } else {
            value
        };
        let payload = member.binding == Binding::Payload && structure.role == Role::Input;
        match member.optional {
            // There always is a status, and a body always comes with a content type.
            true if always_there(member) => quote!(Some(#value)),
            true if member.required => quote!(Some(#value)),
            true if payload && matches!(member.target, Target::Structure(_)) => {
                quote!(connect_protocol::test_util::unless_empty(
                    option!(s, #value)
                ))
            }
            // An option of any value decides by itself.
            true if is_plain(&value) => value,
            true => quote!(option!(s, #value)),
            false => value,
        }
    }

    /// A member of which no value can be made: it is left out, or the operation is.
    fn without(
        &mut self,
        structure: &Structure,
        member: &Member,
        operation: Option<&Operation>,
    ) -> TokenStream {
        let needed = member.required || !member.optional;
        self.cannot.push(Cannot {
            place: format!("{}${}", structure.shape, member.name),
            reason: "no value for tests can be made that keeps to its constraints".to_owned(),
            operation: operation
                .filter(|_| needed)
                .map(|operation| operation.name.clone()),
        });
        if member.optional {
            quote!(None)
        } else {
            quote!(s.value())
        }
    }

    /// The lines that add what other members say in the query to the map of all its parameters, where servers find it too.
    fn named_too(&self, operation: &Operation) -> Option<TokenStream> {
        let input = &operation.input;
        let map = input
            .members
            .iter()
            .find(|member| member.binding == Binding::QueryParams)?;
        let field = ident(&map.field);
        let literals = operation.query.iter().map(|(name, value)| {
            let value = value.as_deref().unwrap_or_default();
            quote!(named.push((#name, #value.to_owned()));)
        });
        let owner = quote!(input);
        let bound = input.members.iter().filter_map(|member| {
            let Binding::Query(name) = &member.binding else {
                return None;
            };
            let value = as_option(&owner, member);
            let (items, element) = match &member.target {
                Target::List(list) if list.sparse => (
                    quote!(#value.into_iter().flatten().flatten()),
                    &list.element,
                ),
                Target::List(list) => (quote!(#value.into_iter().flatten()), &list.element),
                target => (quote!(#value.into_iter()), target),
            };
            let form = codec::text(element, TimestampFormat::DateTime);
            let encode = form.encode;
            let texts = if form.fallible {
                quote!(filter_map(|item| #encode(item).ok()))
            } else {
                quote!(map(|item| #encode(item).to_string()))
            };
            Some(quote!(named.extend(#items.#texts.map(|text| (#name, text)));))
        });
        let lines: Vec<TokenStream> = literals.chain(bound).collect();
        if lines.is_empty() {
            return None;
        }
        Some(quote! {
            let mut named = Vec::new();
            #(#lines)*
            input.#field = connect_protocol::test_util::named_too(input.#field, named);
        })
    }

    pub(super) fn unions(&mut self) -> TokenStream {
        let service = self.service;
        let impls: Vec<_> = service
            .unions
            .iter()
            .map(|union| self.union(union))
            .collect();
        quote!(#(#impls)*)
    }

    fn union(&mut self, union: &Union) -> TokenStream {
        let path = type_path(&union.name);
        let mut variants = Vec::new();
        for member in &union.members {
            let variant = ident(&member.field);
            if member.target == Target::Unit {
                variants.push((0, quote!(Self::#variant)));
                continue;
            }
            let Some(value) = value(&member.target, &member.constraints, Place::Anywhere) else {
                self.cannot.push(Cannot {
                    place: format!("{}${}", union.shape, member.name),
                    reason: "no value for tests can be made that keeps to its constraints"
                        .to_owned(),
                    operation: None,
                });
                continue;
            };
            let value = if member.boxed && !is_plain(&value) {
                quote!(Box::new(#value))
            } else {
                value
            };
            variants.push((
                self.levels_of(&member.target),
                quote!(Self::#variant(#value)),
            ));
        }
        let shallow = (0..variants.len())
            .min_by_key(|at| variants[*at].0)
            .unwrap_or(0);
        let (count, shallow) = (number(variants.len() as u64), number(shallow as u64));
        let last = variants.len().saturating_sub(1);
        let arms = variants.iter().enumerate().map(|(at, (_, value))| {
            if at == last {
                return quote!(_ => #value);
            }
            let at = number(at as u64);
            quote!(#at => #value)
        });
        let value = match variants.as_slice() {
            [(_, only)] => only.clone(),
            _ => quote!(match s.variant(#count, #shallow) { #(#arms,)* }),
        };
        quote! {
            impl Sample for #path {
                fn sample(source: &mut Source) -> Self {
                    let s = &mut *source.deeper();
                    #value
                }
            }
        }
    }
}

/// Whether a member that is bound to it has a value even where none was set.
fn always_there(member: &Member) -> bool {
    match &member.binding {
        Binding::ResponseCode => true,
        Binding::Header(name) => name == "content-type",
        _ => false,
    }
}

/// A value in a query or header, where a list without entries may look like none, and there are no nulls.
fn in_text(member: &Member, place: Place) -> Option<TokenStream> {
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
fn query_map(member: &Member) -> Option<TokenStream> {
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
fn prefix_headers(member: &Member) -> Option<TokenStream> {
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
fn place(structure: &Structure, member: &Member, operation: Option<&Operation>) -> Place {
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
fn is_plain(value: &TokenStream) -> bool {
    value.to_string() == quote!(s.value()).to_string()
}

/// An expression of a value; none if there is none that keeps to the constraints.
fn value(target: &Target, constraints: &Constraints, place: Place) -> Option<TokenStream> {
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
