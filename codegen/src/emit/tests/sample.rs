//! `Sample` for every shape: random values that keep to the model's constraints.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::cannot::Cannot;
use super::text::Place;
use super::value::{always_there, in_text, is_plain, place, prefix_headers, query_map, value};
use crate::emit::codec;
use crate::emit::tokens::{as_option, ident, number, type_path};
use crate::ir::{
    Binding, Member, Operation, Role, Service, Structure, Target, TimestampFormat, Union,
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
            // A server fills in the default of one that is not.
            true if member.required || member.default.is_some() => quote!(Some(#value)),
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
        let chosen = match variants.as_slice() {
            [(_, only)]
                if union
                    .members
                    .iter()
                    .all(|member| member.target == Target::Unit) =>
            {
                quote!(let _ = s; #only)
            }
            [(_, only)] => quote!(#only),
            _ => quote!(match s.variant(#count, #shallow) { #(#arms,)* }),
        };
        quote! {
            impl Sample for #path {
                fn sample(source: &mut Source) -> Self {
                    let s = &mut *source.deeper();
                    #chosen
                }
            }
        }
    }
}
