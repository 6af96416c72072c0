//! A model file: its shapes one by one, read where they are asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::File;
use super::container::Container;
use super::json::Json;
use super::traits;
use crate::error::{Error, Place};
use crate::model::{Model, without_mark};

/// A model file whose form has been checked.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) file: File<'a>,
    pub(super) model: Model,
    /// Major version of Smithy: 1 or 2.
    pub(super) version: char,
    shapes: Container<'a>,
    /// The text before and after the shapes.
    around: (&'a str, &'a str),
    /// Shapes as the file has them or as they are to become, by ID.
    json: BTreeMap<String, Json>,
}

#[derive(Deserialize)]
struct Top<'a> {
    smithy: String,
    #[serde(borrow)]
    shapes: Option<&'a RawValue>,
}

impl<'a> Document<'a> {
    pub(super) fn read(file: File<'a>) -> Result<Self, Error> {
        let model = Model::parse(file.name, file.text)?;
        let fail = |error: serde_json::Error| {
            Error::new(Place::model(), format!("not a JSON AST: {error}")).in_file(file.name)
        };
        let top: Top<'_> = serde_json::from_str(without_mark(file.text)).map_err(fail)?;
        let Some(shapes) = top.shapes.map(RawValue::get) else {
            return Err(Error::new(Place::model(), "the model has no shapes").in_file(file.name));
        };
        // The shapes borrow from the text, so their address is their position.
        let start = shapes.as_ptr() as usize - file.text.as_ptr() as usize;
        let around = (&file.text[..start], &file.text[start + shapes.len()..]);
        let shapes = Container::parse(shapes, 2).map_err(fail)?;
        let mut json = BTreeMap::new();
        for item in shapes.items() {
            let place = || Place::shape(&item.name);
            let shape = Json::parse(&item.value)
                .map_err(|error| Error::new(place(), error.to_string()).in_file(file.name))?;
            json.insert(item.name.clone(), shape);
        }
        Ok(Self {
            file,
            model,
            version: if top.smithy.starts_with('1') {
                '1'
            } else {
                '2'
            },
            shapes,
            around,
            json,
        })
    }

    /// A shape, or an `apply` statement, by its key in the file.
    pub(super) fn get(&self, id: &str) -> Option<&Json> {
        self.json.get(id)
    }

    /// The IDs of the services.
    pub(super) fn services(&self) -> Vec<String> {
        let shapes = self.json.iter();
        shapes
            .filter(|(_, shape)| shape.text_of("type").as_deref() == Some("service"))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Everything that shapes reach, themselves included: targets, mixins, trait definitions, `apply` statements.
    pub(super) fn reached(&self, roots: impl IntoIterator<Item = String>) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<String> = roots.into_iter().collect();
        while let Some(id) = open.pop() {
            let Some(shape) = self.json.get(&id) else {
                continue;
            };
            if reached.insert(id.clone()) {
                open.extend(references(shape));
                open.extend(self.applied_to(&id));
            }
        }
        reached
    }

    /// What a shape refers to directly.
    pub(super) fn references(&self, id: &str) -> impl Iterator<Item = String> + use<> {
        self.json.get(id).map(references).into_iter().flatten()
    }

    /// The keys of the `apply` statements about a shape and its members.
    pub(super) fn applied_to(&self, id: &str) -> impl Iterator<Item = String> + use<'_> {
        let member = format!("{id}$");
        let keys = self.json.range(member.clone()..);
        let keys = keys.map(|(key, _)| key.clone());
        keys.take_while(move |key| key.starts_with(&member))
    }

    /// Adds a shape or replaces it. New ones go where they belong in the order of keys.
    pub(super) fn set(&mut self, id: &str, shape: Json) {
        let text = shape.print(self.shapes.indent());
        match self.shapes.get_mut(id) {
            Some(item) => item.value = text.into(),
            None => {
                let items = self.shapes.items();
                let at = items.iter().position(|item| item.name.as_str() > id);
                let at = at.unwrap_or(items.len());
                self.shapes.insert(at, id, text);
            }
        }
        self.json.insert(id.to_owned(), shape);
    }

    /// Drops shapes.
    pub(super) fn drop_all(&mut self, ids: &BTreeSet<String>) {
        self.shapes.retain(|item| !ids.contains(&item.name));
        self.json.retain(|id, _| !ids.contains(id));
    }

    /// Takes operations out of a service or resource.
    pub(super) fn unbind(&mut self, id: &str, operations: &[String]) -> Result<(), Error> {
        let targets = |value: &Json| {
            let target = value.text_of("target");
            target.is_some_and(|target| operations.contains(&target))
        };
        let Some(shape) = self.get(id).cloned() else {
            return Ok(());
        };
        let kind = shape.text_of("type");
        if !matches!(kind.as_deref(), Some("service" | "resource")) {
            return Ok(());
        }
        let wanted = |item: &str| !Json::parse(item).is_ok_and(|item| targets(&item));
        for key in ["operations", "collectionOperations"] {
            if shape
                .get(key)
                .is_some_and(|list| list.items().iter().any(targets))
            {
                self.edit_list(id, key, |list| list.retain(|item| wanted(&item.value)))?;
            }
        }
        let lifecycle = ["create", "put", "read", "update", "delete", "list"];
        let bound = |key: &str| lifecycle.contains(&key) && shape.get(key).is_some_and(targets);
        if shape.entries().iter().any(|(key, _)| bound(key)) {
            self.edit(id, |shape| shape.retain(|item| !bound(&item.name)))?;
        }
        Ok(())
    }

    /// Changes the entries of an array in a shape (`operations` of a service, say) and nothing else of its text. The
    /// array is made if it is missing.
    pub(super) fn edit_list(
        &mut self,
        id: &str,
        key: &str,
        edit: impl FnOnce(&mut Container<'_>),
    ) -> Result<(), Error> {
        let indent = self.shapes.indent().unwrap_or_default() + 2;
        self.edit(id, |shape| {
            let text = shape.get(key).map_or("[]", |item| &item.value).to_owned();
            // What the shape holds has been parsed before.
            let Ok(mut list) = Container::parse(&text, indent) else {
                return;
            };
            edit(&mut list);
            let list = list.print();
            match shape.get_mut(key) {
                Some(item) => item.value = list.into(),
                None => {
                    let at = shape.items().iter().position(|item| item.name == "traits");
                    shape.insert(at.unwrap_or(shape.items().len()), key, list);
                }
            }
        })
    }

    /// Changes the entries of a shape and nothing else of its text.
    fn edit(&mut self, id: &str, edit: impl FnOnce(&mut Container<'_>)) -> Result<(), Error> {
        let indent = self.shapes.indent().unwrap_or_default();
        let file = self.file.name;
        let fail = |error: serde_json::Error| {
            Error::new(Place::shape(id), error.to_string()).in_file(file)
        };
        let Some(item) = self.shapes.get_mut(id) else {
            return Ok(());
        };
        let text = item.value.clone().into_owned();
        let mut shape = Container::parse(&text, indent).map_err(fail)?;
        edit(&mut shape);
        let text = shape.print();
        self.json
            .insert(id.to_owned(), Json::parse(&text).map_err(fail)?);
        item.value = text.into();
        Ok(())
    }

    /// The file's text with all edits in it.
    pub(super) fn print(&self) -> String {
        let (before, after) = self.around;
        format!("{before}{}{after}", self.shapes.print())
    }
}

/// What a shape refers to: targets outside traits, and the definitions of traits.
fn references(shape: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let mut refer = |value: &Json| {
        found.extend(value.text_of("target"));
        found.extend(traits::of(value).iter().map(|(id, _)| id.clone()));
    };
    refer(shape);
    for (key, value) in shape.entries() {
        match key.as_str() {
            "members" | "identifiers" | "properties" => {
                value.entries().iter().for_each(|(_, member)| refer(member));
            }
            "traits" => {}
            _ => {
                refer(value);
                value.items().iter().for_each(&mut refer);
            }
        }
    }
    found
}
