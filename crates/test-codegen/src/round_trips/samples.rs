//! `Sample` for every shape: random values that keep to the model's constraints.

use std::collections::{BTreeMap, BTreeSet};

use connect_codegen::emit::codec;
use connect_codegen::emit::tokens::{as_option, number, type_path};
use connect_codegen::ir::{
    Binding, Member, Operation, Role, Service, Structure, Target, TimestampFormat, Union,
};
use connect_codegen::names::ident;
use proc_macro2::TokenStream;
use quote::quote;

use super::place::Place;
use super::value::value;
use crate::boxed;

/// Emits the samples of a service.
pub(super) struct Samples<'a> {
    service: &'a Service,
    /// How many levels lie below a structure or union at the least, by its name.
    levels: BTreeMap<&'a str, usize>,
    /// What is not tested, and why.
    pub(super) uncovered: BTreeSet<String>,
    /// The operations that are not tested.
    pub(super) left_out: BTreeSet<String>,
}

/// More levels than any shape has that ends.
const ENDLESS: usize = 1_000;

const NO_VALUE: &str = "no value for tests can be made that keeps to its constraints";

impl<'a> Samples<'a> {
    pub(super) fn new(service: &'a Service) -> Self {
        Self {
            service,
            levels: levels(service),
            uncovered: BTreeSet::new(),
            left_out: BTreeSet::new(),
        }
    }

    /// The samples of all shapes.
    pub(super) fn all(&mut self) -> TokenStream {
        let service = self.service;
        let mut impls = Vec::new();
        for structure in &service.structures {
            impls.push(self.structure(&type_path(&structure.name), structure, None));
        }
        for union in &service.unions {
            impls.push(self.union(union));
        }
        for operation in &service.operations {
            let module = ident(&operation.method);
            for message in [&operation.input, &operation.output] {
                let name = ident(&message.name);
                let path = quote!(operation::#module::#name);
                impls.push(self.structure(&path, message, Some(operation)));
            }
        }
        for error in &service.errors {
            let name = ident(&error.name);
            impls.push(self.structure(&quote!(types::error::#name), error, None));
        }
        let uses = (!impls.is_empty()).then(|| {
            quote!(
                use connect_protocol::test_util::{Sample, Source};
            )
        });
        quote! {
            //! Values of all shapes.
            #uses
            #(#impls)*
        }
    }

    fn structure(
        &mut self,
        path: &TokenStream,
        structure: &Structure,
        operation: Option<&Operation>,
    ) -> TokenStream {
        let fields = structure.members.iter().map(|member| {
            let field = ident(&member.field);
            let value = self.member(structure, member, operation);
            quote!(#field: #value,)
        });
        let fields: Vec<TokenStream> = fields.collect();
        let extra = match structure.role {
            Role::Output => Some(quote!(_request_id: None)),
            Role::Error(_) => Some(quote!(meta: error::ErrorMetadata::default())),
            Role::Nested | Role::Input => None,
        };
        let shape = quote!(Self { #(#fields)* #extra });
        let input = operation.filter(|_| structure.role == Role::Input);
        let shape = match input.and_then(named_too) {
            None => shape,
            Some(named) => quote! {
                let mut input = #shape;
                #named
                input
            },
        };
        sample(path, &shape)
    }

    /// The expression of a member's field.
    fn member(
        &mut self,
        structure: &Structure,
        member: &Member,
        operation: Option<&Operation>,
    ) -> TokenStream {
        let place = format!("{}${}", structure.shape, member.name);
        if member.binding == Binding::PrefixHeaders(String::new()) {
            let reason = "headers of every name include those of other members";
            self.uncovered.insert(format!("{place}: {reason}"));
            self.left_out.extend(operation.map(|it| it.name.clone()));
        }
        let value = match &member.binding {
            Binding::ResponseCode => Some(quote!(s.pick(&[200, 201, 202]))),
            _ => {
                let place = Place::of(structure, member, operation);
                value(&member.target, &member.constraints, place)
            }
        };
        let Some(value) = value else {
            self.uncovered.insert(format!("{place}: {NO_VALUE}"));
            let needed = operation.filter(|_| member.required || !member.optional);
            self.left_out.extend(needed.map(|it| it.name.clone()));
            return match member.optional {
                true => quote!(None),
                false => quote!(s.value()),
            };
        };
        let value = boxed(member, value);
        let payload = member.binding == Binding::Payload && structure.role == Role::Input;
        if !member.optional {
            value
        } else if always_there(member) {
            quote!(Some(#value))
        } else if payload && matches!(member.target, Target::Structure(_)) {
            quote!(connect_protocol::test_util::unless_empty(s.option(|s| #value)))
        } else {
            quote!(s.option(|s| #value))
        }
    }

    fn union(&mut self, union: &Union) -> TokenStream {
        let mut variants = Vec::new();
        for member in &union.members {
            let variant = ident(&member.field);
            if member.target == Target::Unit {
                variants.push((0, quote!(Self::#variant)));
            } else if let Some(value) = value(&member.target, &member.constraints, Place::Anywhere)
            {
                let value = boxed(member, value);
                let levels = levels_of(&self.levels, &member.target);
                variants.push((levels, quote!(Self::#variant(#value))));
            } else {
                let place = format!("{}${}", union.shape, member.name);
                self.uncovered.insert(format!("{place}: {NO_VALUE}"));
            }
        }
        let shallow = (0..variants.len()).min_by_key(|at| variants[*at].0);
        let shallow = number(shallow.unwrap_or_default() as u64);
        let count = number(variants.len() as u64);
        // Of no variant a value can be made: no sample of the union is asked for, or its test fails.
        let last = variants.pop();
        let last = last.map_or_else(|| quote!(unreachable!()), |(_, value)| value);
        let arms = variants.iter().zip(0_u64..).map(|((_, value), at)| {
            let at = number(at);
            quote!(#at => #value,)
        });
        let chosen = quote!(match s.variant(#count, #shallow) { #(#arms)* _ => #last });
        sample(&type_path(&union.name), &chosen)
    }
}

fn sample(path: &TokenStream, value: &TokenStream) -> TokenStream {
    quote! {
        impl Sample for #path {
            fn sample(source: &mut Source) -> Self {
                let s = &mut *source.deeper();
                #value
            }
        }
    }
}

/// Whether an optional member arrives with a value even where none was set.
fn always_there(member: &Member) -> bool {
    match &member.binding {
        Binding::ResponseCode => true,
        // A body always comes with a content type.
        Binding::Header(name) if name == "content-type" => true,
        // A server fills in the default of one that is not.
        _ => member.required || member.default.is_some(),
    }
}

/// The lines that add what other members say in the query to the map of all its parameters, where servers find it too.
fn named_too(operation: &Operation) -> Option<TokenStream> {
    let members = &operation.input.members;
    let mut maps = members.iter();
    let map = maps.find(|member| member.binding == Binding::QueryParams)?;
    let field = ident(&map.field);
    let literals = operation.query.iter().map(|(name, value)| {
        let value = value.as_deref().unwrap_or_default();
        quote!(named.push((#name, #value.to_owned()));)
    });
    let owner = quote!(input);
    let bound = members.iter().filter_map(|member| {
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
    (!lines.is_empty()).then(|| {
        quote! {
            let mut named = Vec::new();
            #(#lines)*
            input.#field = connect_protocol::test_util::named_too(input.#field, named);
        }
    })
}

/// Finds the levels below every structure and union, from those that have none upwards.
fn levels(service: &Service) -> BTreeMap<&str, usize> {
    let mut levels = BTreeMap::new();
    loop {
        let mut next = BTreeMap::new();
        let below = |member: &Member| levels_of(&levels, &member.target);
        for structure in &service.structures {
            let required = structure.members.iter().filter(|member| !member.optional);
            let deepest = required.map(below).max().unwrap_or(0);
            next.insert(&*structure.name, (deepest + 1).min(ENDLESS));
        }
        for union in &service.unions {
            let least = union.members.iter().map(below).min().unwrap_or(ENDLESS);
            next.insert(&*union.name, (least + 1).min(ENDLESS));
        }
        if levels == next {
            return levels;
        }
        levels = next;
    }
}

fn levels_of(levels: &BTreeMap<&str, usize>, target: &Target) -> usize {
    match target {
        Target::Structure(name) | Target::Union(name) => {
            levels.get(name.as_str()).copied().unwrap_or(ENDLESS)
        }
        // Deep down they are as short as can be, which mostly is empty.
        Target::List(list) => levels_of(levels, &list.element).min(2),
        Target::Map(map) => levels_of(levels, &map.value).min(2),
        _ => 0,
    }
}
