//! HTTP bindings: where a member travels, and whether it fits there.

use std::collections::HashMap;

use super::Lowering;
use crate::error::{Error, Place, bail};
use crate::ir::{Binding, Role, Structure, Target};
use crate::model::{self, Shape, ids};

/// The traits that say where a member travels. A member has at most one.
const BINDINGS: [&str; 7] = [
    ids::HTTP_LABEL,
    ids::HTTP_QUERY,
    ids::HTTP_QUERY_PARAMS,
    ids::HTTP_HEADER,
    ids::HTTP_PREFIX_HEADERS,
    ids::HTTP_PAYLOAD,
    ids::HTTP_RESPONSE_CODE,
];

impl Lowering<'_> {
    /// Where a member travels.
    pub(super) fn binding(
        &self,
        shape: &Shape,
        member: &model::Member,
        role: &Role,
        target: &Target,
    ) -> Result<Binding, Error> {
        let traits = &member.traits;
        let place = |id: &str| Place::member(&shape.id, &member.name).with_trait(id);
        let (input, outgoing) = (
            *role == Role::Input,
            matches!(role, Role::Output | Role::Error(_)),
        );
        // Binding traits speak of the top level of a message only; further down they mean nothing.
        if !input && !outgoing {
            return match target {
                Target::Stream { .. } => {
                    bail!(place(ids::STREAMING), "only a message can be streamed")
                }
                _ => Ok(Binding::Body),
            };
        }
        let mut bound = BINDINGS.into_iter().filter(|id| traits.has(id));
        let id = bound.next().unwrap_or_default();
        if let Some(other) = bound.next() {
            bail!(place(other), "the member is bound by {id} already");
        }
        let text = || {
            traits
                .read::<String>(id, place(id))
                .map(Option::unwrap_or_default)
        };
        let require = |holds: bool, otherwise: &str| match holds {
            true => Ok(()),
            false => Err(Error::new(place(id), otherwise)),
        };
        match id {
            ids::HTTP_LABEL if input => {
                require(
                    is_simple(target),
                    "only a string, number, boolean or timestamp fits into a path",
                )?;
                require(traits.has(ids::REQUIRED), "a label must be required")?;
                Ok(Binding::Label)
            }
            ids::HTTP_QUERY if input => {
                let name = text()?;
                require(!name.is_empty(), "a parameter needs a name")?;
                require(
                    is_simple_or_list(target),
                    "only simple types and lists of them fit into a query",
                )?;
                Ok(Binding::Query(name))
            }
            ids::HTTP_QUERY_PARAMS if input => {
                require(
                    is_map_of_strings(target, true),
                    "the target must be a map of strings or of lists of strings",
                )?;
                Ok(Binding::QueryParams)
            }
            ids::HTTP_HEADER => {
                let name = text()?;
                require(
                    !name.is_empty() && is_token(&name),
                    "this is no header name",
                )?;
                require(
                    is_simple_or_list(target),
                    "only simple types and lists of them fit into a header",
                )?;
                Ok(Binding::Header(name.to_ascii_lowercase()))
            }
            ids::HTTP_PREFIX_HEADERS => {
                let prefix = text()?;
                require(
                    is_map_of_strings(target, false),
                    "the target must be a map of strings",
                )?;
                require(is_token(&prefix), "no header's name begins so")?;
                Ok(Binding::PrefixHeaders(prefix.to_ascii_lowercase()))
            }
            ids::HTTP_PAYLOAD => {
                let fits = match target {
                    Target::String { .. } | Target::Enum(_) => true,
                    target => !is_simple(target),
                };
                require(fits, "the target cannot be a body")?;
                let in_header = |text: &String| text.bytes().all(|b| (b' '..=b'~').contains(&b));
                if let Target::Blob { media_type }
                | Target::Stream { media_type, .. }
                | Target::String { media_type } = target
                    && !media_type.iter().all(in_header)
                {
                    bail!(place(ids::MEDIA_TYPE), "the media type fits into no header");
                }
                Ok(Binding::Payload)
            }
            ids::HTTP_RESPONSE_CODE if outgoing => {
                require(*target == Target::Integer, "the target must be an integer")?;
                Ok(Binding::ResponseCode)
            }
            _ if matches!(target, Target::Stream { .. }) => {
                let place = Place::member(&shape.id, &member.name);
                bail!(place, "a stream must be the payload")
            }
            _ => Ok(Binding::Body),
        }
    }
}

/// Whether values of the type are one text.
fn is_simple(target: &Target) -> bool {
    !matches!(
        target,
        Target::Structure(_)
            | Target::Union(_)
            | Target::Map(_)
            | Target::List(_)
            | Target::Document
            | Target::Blob { .. }
            | Target::Stream { .. }
    )
}

fn is_simple_or_list(target: &Target) -> bool {
    match target {
        Target::List(list) => is_simple(&list.element),
        other => is_simple(other),
    }
}

fn is_map_of_strings(target: &Target, or_lists: bool) -> bool {
    let is_string = |target: &Target| matches!(target, Target::String { .. } | Target::Enum(_));
    match target {
        Target::Map(map) => match &map.value {
            Target::List(list) => or_lists && is_string(&list.element),
            value => is_string(value),
        },
        _ => false,
    }
}

/// Whether the text can be a part of a header's name.
fn is_token(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// Rejects members that would travel in the same place, or in one that another takes as a whole.
pub(super) fn each_has_its_place(structure: &Structure) -> Result<(), Error> {
    let mut taken = HashMap::new();
    for member in &structure.members {
        let at = match &member.binding {
            // Labels go by the member's name.
            Binding::Label => continue,
            Binding::Body => format!("the body's {:?}", member.json),
            Binding::Query(name) => format!("the query's {name:?}"),
            Binding::QueryParams => "the rest of the query".to_owned(),
            Binding::Header(name) => format!("the header {name:?}"),
            Binding::PrefixHeaders(prefix) => format!("the headers that start with {prefix:?}"),
            Binding::ResponseCode => "the status".to_owned(),
            Binding::Payload => "the body".to_owned(),
        };
        if let Some(other) = taken.insert(at.clone(), &member.name) {
            let place = Place::member(&structure.shape, &member.name);
            bail!(place, "{at} is taken by {other:?} already");
        }
    }
    if let (Some(payload), Some(other)) = (structure.payload(), structure.body().next()) {
        let place = Place::member(&structure.shape, &other.name);
        bail!(place, "the body as a whole is taken by {:?}", payload.name);
    }
    Ok(())
}
