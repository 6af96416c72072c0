//! HTTP bindings: where a member travels, and whether there is room for it.

use std::collections::HashMap;

use super::Lowering;
use crate::error::{Error, Place};
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
        let place = (&shape.id, member.name.as_str());
        let traits = &member.traits;
        let simple = |target: &Target| {
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
        };
        let simple_or_list = |target: &Target| match target {
            Target::List(list) => simple(&list.element),
            other => simple(other),
        };
        let map_of_strings = |lists: bool| match target {
            Target::Map(map) => match &map.value {
                Target::String { .. } | Target::Enum(_) => true,
                Target::List(list) => {
                    lists && matches!(list.element, Target::String { .. } | Target::Enum(_))
                }
                _ => false,
            },
            _ => false,
        };
        let refuse = |id: &str, why: &str| {
            let place = Place::member(&shape.id, &member.name).with_trait(id);
            Err(Error::new(place, why.to_owned()))
        };
        let (input, outgoing) = (
            *role == Role::Input,
            matches!(role, Role::Output | Role::Error(_)),
        );
        // Binding traits speak of the top level of a message only; further down they mean nothing.
        if !input && !outgoing {
            return match target {
                Target::Stream { .. } => refuse(ids::STREAMING, "only a message can be streamed"),
                _ => Ok(Binding::Body),
            };
        }
        let mut bound = BINDINGS.into_iter().filter(|id| traits.has(id));
        if let (Some(one), Some(other)) = (bound.next(), bound.next()) {
            return refuse(other, &format!("the member is bound by {one} already"));
        }
        if input && traits.has(ids::HTTP_LABEL) {
            if !simple(target) {
                return refuse(
                    ids::HTTP_LABEL,
                    "only a string, number, boolean or timestamp fits into a path",
                );
            }
            if !traits.has(ids::REQUIRED) {
                return refuse(ids::HTTP_LABEL, "a label must be required");
            }
            return Ok(Binding::Label);
        }
        if input && let Some(name) = traits.read::<String>(ids::HTTP_QUERY, place)? {
            if name.is_empty() {
                return refuse(ids::HTTP_QUERY, "a parameter needs a name");
            }
            if !simple_or_list(target) {
                return refuse(
                    ids::HTTP_QUERY,
                    "only simple types and lists of them fit into a query",
                );
            }
            return Ok(Binding::Query(name));
        }
        if input && traits.has(ids::HTTP_QUERY_PARAMS) {
            if !map_of_strings(true) {
                return refuse(
                    ids::HTTP_QUERY_PARAMS,
                    "the target must be a map of strings or of lists of strings",
                );
            }
            return Ok(Binding::QueryParams);
        }
        if let Some(name) = traits.read::<String>(ids::HTTP_HEADER, place)? {
            if name.is_empty() || !is_token(&name) {
                return refuse(ids::HTTP_HEADER, "this is no header name");
            }
            if !simple_or_list(target) {
                return refuse(
                    ids::HTTP_HEADER,
                    "only simple types and lists of them fit into a header",
                );
            }
            return Ok(Binding::Header(name.to_ascii_lowercase()));
        }
        if let Some(prefix) = traits.read::<String>(ids::HTTP_PREFIX_HEADERS, place)? {
            if !map_of_strings(false) {
                return refuse(
                    ids::HTTP_PREFIX_HEADERS,
                    "the target must be a map of strings",
                );
            }
            if !is_token(&prefix) {
                return refuse(ids::HTTP_PREFIX_HEADERS, "no header's name begins so");
            }
            return Ok(Binding::PrefixHeaders(prefix.to_ascii_lowercase()));
        }
        if traits.has(ids::HTTP_PAYLOAD) {
            let fits = matches!(
                target,
                Target::Structure(_)
                    | Target::Union(_)
                    | Target::Document
                    | Target::Blob { .. }
                    | Target::Stream { .. }
                    | Target::String { .. }
                    | Target::Enum(_)
                    | Target::List(_)
                    | Target::Map(_)
            );
            if !fits {
                return refuse(ids::HTTP_PAYLOAD, "the target cannot be a body");
            }
            let in_header = |text: &String| text.bytes().all(|b| (b' '..=b'~').contains(&b));
            if let Target::Blob { media_type }
            | Target::Stream { media_type, .. }
            | Target::String { media_type } = target
                && !media_type.iter().all(in_header)
            {
                return refuse(ids::MEDIA_TYPE, "the media type fits into no header");
            }
            return Ok(Binding::Payload);
        }
        if outgoing && traits.has(ids::HTTP_RESPONSE_CODE) {
            if *target != Target::Integer {
                return refuse(ids::HTTP_RESPONSE_CODE, "the target must be an integer");
            }
            return Ok(Binding::ResponseCode);
        }
        if matches!(target, Target::Stream { .. }) {
            let place = Place::member(&shape.id, &member.name);
            return Err(Error::new(place, "a stream must be the payload"));
        }
        Ok(Binding::Body)
    }
}

/// Whether the text can be a part of a header's name.
fn is_token(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// Refuses members that would travel in the same place, or in one that another takes as a whole.
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
            return Err(Error::new(
                place,
                format!("{at} is taken by {other:?} already"),
            ));
        }
    }
    let payload = structure
        .members
        .iter()
        .find(|member| member.binding == Binding::Payload);
    match (payload, structure.body().next()) {
        (Some(payload), Some(other)) => {
            let message = format!("the body as a whole is taken by {:?}", payload.name);
            Err(Error::new(
                Place::member(&structure.shape, &other.name),
                message,
            ))
        }
        _ => Ok(()),
    }
}
