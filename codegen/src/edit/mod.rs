//! Operations put into a model, brought up to date and taken out, as changes of the model file's text.
//!
//! Shapes come from a model that AWS publishes; their documentation stays behind unless it is asked for, ours and our own
//! additions stay in place. Whatever an edit does not change keeps its bytes, so adding an operation and removing it again gives the
//! file as it was.

mod compare;
mod container;
mod document;
mod json;
mod merge;
#[cfg(test)]
mod tests;
mod traits;

use std::collections::BTreeSet;

pub use self::compare::Difference;
use self::compare::compare;
use self::document::Document;
use self::json::Json;
use self::merge::merge;
use self::traits::copied;
use crate::error::{self, Place};
use crate::lower;
use crate::model::{Kind, Model, Service, ShapeId};
use crate::near::{near, offer};

/// A model file.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Its name, for errors.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// What becomes of the documentation of what is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Docs {
    /// It is left out, for words of one's own.
    Leave,
    /// It comes along as it is published, in HTML, of which [`to_markdown`](crate::docs::to_markdown) makes what stands in
    /// generated code.
    Take,
}

/// What an edit made of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The file's text.
    pub text: String,
    /// What is in our model alone and was kept: shapes, members, traits, errors.
    pub kept: Vec<String>,
}

/// Why a model was not edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// One of the models is wrong.
    #[error(transparent)]
    Model(#[from] error::Error),
    /// A model does not have the operation or service.
    #[error("{file}: there is no {what} {name}{}", offer(near))]
    Unknown {
        /// The model's file.
        file: String,
        /// Operation or service.
        what: &'static str,
        /// The name asked for.
        name: String,
        /// Names that are there and may be meant.
        near: Vec<String>,
    },
    /// Shapes that are here already have another meaning in the published model.
    #[error(
        "shapes that are here already have another meaning in {file}:{}\n`update` takes over what is published",
        list(differences)
    )]
    Different {
        /// The published model's file.
        file: String,
        /// Each difference.
        differences: Vec<Difference>,
    },
}

fn list(differences: &[Difference]) -> String {
    differences
        .iter()
        .map(|difference| format!("\n  {difference}"))
        .collect()
}

/// Copies operations and all they reach from a published model.
///
/// # Errors
/// A model is wrong, the published one has no such operation or service, or a shape that is here means another thing there.
pub fn add(
    ours: File<'_>,
    published: File<'_>,
    names: &[String],
    docs: Docs,
) -> Result<Edited, Error> {
    let (mut ours, theirs) = (Document::read(ours)?, Document::read(published)?);
    let service = common_service(&ours, &theirs)?;
    let wanted = choose(&theirs, &service, names)?;
    let mut differences = Vec::new();
    if let (Some(here), Some(there)) = (ours.get(&service), theirs.get(&service)) {
        differences.extend(compare(&service, here, there));
    }
    let reached = theirs.reached(wanted.iter().cloned());
    differences.extend(renamed_otherwise(&ours, &theirs, &service, &reached));
    for id in &reached {
        let Some(shape) = theirs.get(id) else {
            continue;
        };
        match ours.get(id) {
            Some(here) => differences.extend(compare(id, here, shape)),
            None => copy(&mut ours, id, shape, docs),
        }
    }
    if !differences.is_empty() {
        return Err(Error::Different {
            file: theirs.file.name.to_owned(),
            differences,
        });
    }
    let bound = operations(&ours.model, &service)?;
    let missing = wanted.iter().filter(|id| !bound.contains(id));
    let missing: Vec<String> = missing.cloned().collect();
    if !missing.is_empty() {
        bind(&mut ours, &service, &missing)?;
    }
    finish(&ours, Vec::new())
}

/// Brings operations and all they reach up to what is published; without names, all operations and the service itself.
/// Documentation and additions of our own stay. What nothing reaches any more goes.
///
/// # Errors
/// A model is wrong, or one of the two has no such operation or service.
pub fn update(ours: File<'_>, published: File<'_>, names: &[String]) -> Result<Edited, Error> {
    let (mut ours, theirs) = (Document::read(ours)?, Document::read(published)?);
    let service = common_service(&ours, &theirs)?;
    let wanted = choose(&ours, &service, names)?;
    if !names.is_empty() {
        let there = operations(&theirs.model, &service)?;
        if let Some(id) = wanted.iter().find(|id| !there.contains(*id)) {
            return Err(unknown(&theirs, "operation", local(id), &there));
        }
    }
    let before = ours.reached(ours.services());
    let mut kept = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = wanted;
    if names.is_empty() {
        open.push(service.clone());
    }
    while let Some(id) = open.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        match (ours.get(&id), theirs.get(&id)) {
            (Some(here), Some(there)) => {
                let merged = merge(&id, here, there, &mut kept);
                if !merged.same(here) {
                    ours.set(&id, merged);
                }
            }
            (Some(_), None) => kept.push(id.clone()),
            (None, Some(there)) => copy(&mut ours, &id, there, Docs::Leave),
            (None, None) => continue,
        }
        open.extend(ours.references(&id));
        open.extend(theirs.applied_to(&id));
    }
    let after = ours.reached(ours.services());
    ours.drop_all(&before.difference(&after).cloned().collect());
    kept.sort();
    finish(&ours, kept)
}

/// Drops operations and what only they reached.
///
/// # Errors
/// The model is wrong or has no such operation.
pub fn remove(ours: File<'_>, names: &[String]) -> Result<Edited, Error> {
    let mut ours = Document::read(ours)?;
    let [service] = &ours.services()[..] else {
        return Err(one_service(&ours).into());
    };
    let service = service.clone();
    let unwanted = choose(&ours, &service, names)?;
    let before = ours.reached(ours.services());
    for id in before.iter().filter(|id| !unwanted.contains(id)) {
        ours.unbind(id, &unwanted)?;
    }
    let after = ours.reached(ours.services());
    ours.drop_all(&before.difference(&after).cloned().collect());
    finish(&ours, Vec::new())
}

/// The edited text; a model that an edit broke is an error, not a result.
fn finish(ours: &Document<'_>, kept: Vec<String>) -> Result<Edited, Error> {
    let text = ours.print();
    Model::parse(ours.file.name, &text)?;
    Ok(Edited { text, kept })
}

/// Our service, which the published model must have too.
fn common_service(ours: &Document<'_>, theirs: &Document<'_>) -> Result<String, Error> {
    let [service] = &ours.services()[..] else {
        return Err(one_service(ours).into());
    };
    let there = theirs.services();
    if !there.contains(service) {
        return Err(unknown(theirs, "service", service, &there));
    }
    if ours.version != theirs.version {
        let what = format!(
            "the model is of Smithy {}, {} of Smithy {}",
            ours.version, theirs.file.name, theirs.version
        );
        return Err(error::Error::new(Place::model(), what)
            .in_file(ours.file.name)
            .into());
    }
    Ok(service.clone())
}

fn one_service(document: &Document<'_>) -> error::Error {
    let what = match document.services().as_slice() {
        [] => "the model has no service".to_owned(),
        services => format!("the model has several services: {}", services.join(", ")),
    };
    error::Error::new(Place::model(), what).in_file(document.file.name)
}

fn unknown(document: &Document<'_>, what: &'static str, name: &str, ids: &[String]) -> Error {
    let mut near = near(name, ids.iter().map(|id| local(id)));
    if near.is_empty() && what == "service" {
        near = ids.to_vec();
    }
    Error::Unknown {
        file: document.file.name.to_owned(),
        what,
        name: name.to_owned(),
        near,
    }
}

/// The IDs of the operations of a service, those of its resources included.
fn operations(model: &Model, service: &str) -> Result<Vec<String>, error::Error> {
    let shape = ShapeId::parse(service).and_then(|id| model.get(&id).cloned());
    let none = Service::default();
    let service = match shape.as_ref().map(|shape| &shape.kind) {
        Some(Kind::Service(service)) => service,
        _ => &none,
    };
    let shapes = lower::operations(model, service)?;
    Ok(shapes.iter().map(|shape| shape.id.to_string()).collect())
}

/// The operations of these names; all, if there are none.
fn choose(document: &Document<'_>, service: &str, names: &[String]) -> Result<Vec<String>, Error> {
    let all = operations(&document.model, service)?;
    if names.is_empty() {
        return Ok(all);
    }
    names
        .iter()
        .map(|name| {
            all.iter()
                .find(|id| *id == name || local(id) == name)
                .cloned()
                .ok_or_else(|| unknown(document, "operation", name, &all))
        })
        .collect()
}

/// Copies a shape. An `apply` of nothing but what stays behind is left out.
fn copy(ours: &mut Document<'_>, id: &str, shape: &Json, docs: Docs) {
    let shape = copied(shape, docs);
    if !id.contains('$') || shape.get("traits").is_some() {
        ours.set(id, shape);
    }
}

/// Shapes to copy that go by another name in the published service.
fn renamed_otherwise(
    ours: &Document<'_>,
    theirs: &Document<'_>,
    service: &str,
    reached: &BTreeSet<String>,
) -> Vec<Difference> {
    let name =
        |document: &Document<'_>, id: &str| document.get(service)?.get("rename")?.text_of(id);
    let renamed = reached.iter().filter_map(|id| {
        let (here, there) = (name(ours, id), name(theirs, id));
        (here != there).then(|| Difference {
            shape: service.to_owned(),
            member: None,
            what: format!(
                "{id} is renamed to {} here, to {} there",
                here.as_deref().unwrap_or("nothing else"),
                there.as_deref().unwrap_or("nothing else")
            ),
        })
    });
    renamed.collect()
}

/// Adds operations to the service's list, each before the first that is greater.
fn bind(ours: &mut Document<'_>, service: &str, ids: &[String]) -> Result<(), error::Error> {
    ours.edit_list(service, "operations", |list| {
        for id in ids {
            let text = Json::target(id).print(list.indent());
            let at = list.items().iter().position(|item| {
                Json::parse(&item.value)
                    .is_ok_and(|item| item.text_of("target").as_ref() > Some(id))
            });
            list.insert(at.unwrap_or(list.items().len()), "", text);
        }
    })
}

fn local(id: &str) -> &str {
    id.split_once('#').map_or(id, |(_, name)| name)
}
