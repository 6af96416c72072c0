//! The parameters of a vector as Rust expressions of the types of its shapes.

use connect_codegen::emit::tokens::{number, rust_type, type_path};
use connect_codegen::ir::{List, Map, Member, Service, Target};
use connect_codegen::lower::time;
use connect_codegen::names::{ident, setter_name};
use connect_codegen::{Error, Place};
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value as Node;

use crate::boxed;

/// Writes the values of one vector.
pub(super) struct Values<'a> {
    pub(super) service: &'a Service,
    /// The vector, for errors.
    pub(super) place: Place,
}

type Params = serde_json::Map<String, Node>;

impl Values<'_> {
    fn error(&self, message: String) -> Error {
        Error::new(self.place.clone(), message)
    }

    fn wrong(&self, node: &Node, what: &str) -> Error {
        self.error(format!("{node} is no {what}"))
    }

    /// The setters of a structure's builder for what `params` has values of: `.set_a(Some(..)).set_b(Some(..))`
    pub(super) fn setters(
        &self,
        name: &str,
        members: &[Member],
        params: &Params,
    ) -> Result<TokenStream, Error> {
        let mut setters = TokenStream::new();
        for (param, node) in params {
            let member = self.member(name, members, param)?;
            if !node.is_null() {
                let set = ident(&setter_name(&member.name));
                let value = boxed(member, self.value(node, &member.target)?);
                setters.extend(quote!(.#set(Some(#value))));
            }
        }
        Ok(setters)
    }

    fn member<'m>(
        &self,
        name: &str,
        members: &'m [Member],
        param: &str,
    ) -> Result<&'m Member, Error> {
        let found = members.iter().find(|member| member.name == param);
        found.ok_or_else(|| self.error(format!("{name} has no member {param:?}")))
    }

    /// An expression of the value's type; `?` in it returns a `BuildError`.
    fn value(&self, node: &Node, target: &Target) -> Result<TokenStream, Error> {
        let text = || node.as_str().ok_or_else(|| self.wrong(node, "text"));
        Ok(match target {
            Target::String { .. } => {
                let text = text()?;
                quote!(#text.to_owned())
            }
            Target::Blob { .. } => {
                let text = text()?;
                quote!(primitives::Blob::new(#text))
            }
            Target::Stream { .. } => {
                let text = text()?;
                quote!(primitives::ByteStream::from(#text.as_bytes().to_vec()))
            }
            Target::Enum(name) => {
                let (path, text) = (type_path(name), text()?);
                quote!(#path::from(#text))
            }
            Target::Boolean => {
                let value = node.as_bool().ok_or_else(|| self.wrong(node, "boolean"))?;
                quote!(#value)
            }
            Target::Byte | Target::Short | Target::Integer | Target::IntEnum(_) | Target::Long => {
                let value = node.as_i64();
                let value = number(value.ok_or_else(|| self.wrong(node, "whole number"))?);
                quote!(#value)
            }
            Target::Float | Target::Double => self.fraction(node, target)?,
            Target::BigInteger | Target::BigDecimal => {
                let digits = match node {
                    Node::Number(number) => number.to_string(),
                    Node::String(digits) => digits.clone(),
                    _ => return Err(self.wrong(node, "number")),
                };
                quote!(literal::number(#digits))
            }
            Target::Document => {
                let json = node.to_string();
                quote!(literal::document(#json))
            }
            Target::Timestamp(_) => {
                let (seconds, nanos) = time(node).ok_or_else(|| self.wrong(node, "time"))?;
                let (seconds, nanos) = (number(seconds), number(nanos));
                quote!(literal::timestamp(#seconds, #nanos))
            }
            Target::Structure(name) => self.structure(node, name)?,
            Target::Union(name) => self.union(node, name)?,
            Target::Unit => return Err(self.wrong(node, "value: Unit has none")),
            Target::List(list) => self.list(node, list)?,
            Target::Map(map) => self.map(node, map)?,
        })
    }

    fn fraction(&self, node: &Node, target: &Target) -> Result<TokenStream, Error> {
        let ty = rust_type(target);
        Ok(match (node.as_str(), node.as_f64()) {
            (Some("NaN"), _) => quote!(#ty::NAN),
            (Some("Infinity"), _) => quote!(#ty::INFINITY),
            (Some("-Infinity"), _) => quote!(#ty::NEG_INFINITY),
            (None, Some(value)) => quote!((#value as #ty)),
            _ => return Err(self.wrong(node, "number")),
        })
    }

    fn object<'n>(&self, node: &'n Node) -> Result<&'n Params, Error> {
        let object = node.as_object();
        object.ok_or_else(|| self.wrong(node, "JSON object"))
    }

    fn structure(&self, node: &Node, name: &str) -> Result<TokenStream, Error> {
        let mut structures = self.service.structures.iter();
        let structure = structures.find(|structure| structure.name == name);
        let structure = structure.ok_or_else(|| self.error(format!("{name} is not there")))?;
        let setters = self.setters(name, &structure.members, self.object(node)?)?;
        let question = structure.fallible().then(|| quote!(?));
        let path = type_path(name);
        Ok(quote!(#path::builder()#setters.build()#question))
    }

    fn union(&self, node: &Node, name: &str) -> Result<TokenStream, Error> {
        let union = self.service.unions.iter().find(|union| union.name == name);
        let union = union.ok_or_else(|| self.error(format!("{name} is not there")))?;
        let mut params = self.object(node)?.iter();
        let (Some((param, node)), None) = (params.next(), params.next()) else {
            return Err(self.wrong(node, "union with one member"));
        };
        let member = self.member(name, &union.members, param)?;
        let (path, variant) = (type_path(name), ident(&member.field));
        if member.target == Target::Unit {
            return Ok(quote!(#path::#variant));
        }
        let value = boxed(member, self.value(node, &member.target)?);
        Ok(quote!(#path::#variant(#value)))
    }

    fn list(&self, node: &Node, list: &List) -> Result<TokenStream, Error> {
        let items = node.as_array().ok_or_else(|| self.wrong(node, "list"))?;
        let items = items.iter();
        let items = items.map(|item| self.entry(item, &list.element, list.sparse));
        let items = items.collect::<Result<Vec<_>, _>>()?;
        Ok(quote!(vec![#(#items),*]))
    }

    fn map(&self, node: &Node, map: &Map) -> Result<TokenStream, Error> {
        let entries = self.object(node)?.iter().map(|(key, value)| {
            let key = self.value(&Node::from(key.as_str()), &map.key)?;
            let value = self.entry(value, &map.value, map.sparse)?;
            Ok(quote!((#key, #value)))
        });
        let entries = entries.collect::<Result<Vec<_>, Error>>()?;
        Ok(quote!(HashMap::from([#(#entries),*])))
    }

    fn entry(&self, node: &Node, target: &Target, sparse: bool) -> Result<TokenStream, Error> {
        if sparse && node.is_null() {
            return Ok(quote!(None));
        }
        let value = self.value(node, target)?;
        Ok(if sparse { quote!(Some(#value)) } else { value })
    }
}
