//! Which traits change what a shape means, which describe it, and which are left to the model at hand.

use super::Docs;
use super::json::Json;
use crate::model::ids::{self, Part, part};

/// The traits of a shape or member.
pub(super) fn of(value: &Json) -> &[(String, Json)] {
    value.get("traits").map_or(&[], Json::entries)
}

/// A trait of a shape or member.
pub(super) fn get<'j>(value: &'j Json, id: &str) -> Option<&'j Json> {
    value.get("traits").and_then(|traits| traits.get(id))
}

/// A trait's value without the documentation that some have within.
pub(super) fn without_docs(id: &str, value: &Json) -> Json {
    let nested = [ids::ENUM, ids::WAITABLE, ids::CLIENT_CONTEXT_PARAMS];
    if nested.contains(&id) || id.starts_with("aws.iam#") {
        strip(value)
    } else {
        value.clone()
    }
}

fn strip(value: &Json) -> Json {
    match value {
        Json::Scalar(_) => value.clone(),
        Json::Array(items) => Json::Array(items.iter().map(strip).collect()),
        Json::Object(entries) => Json::Object(
            entries
                .iter()
                .filter(|(key, _)| key != "documentation")
                .map(|(key, value)| (key.clone(), strip(value)))
                .collect(),
        ),
    }
}

/// A shape or member without documentation.
pub(super) fn undocumented(value: &Json) -> Json {
    copied(value, Docs::Leave)
}

/// A shape or member to be put into another model. Rules and examples stay behind, whatever becomes of the words.
pub(super) fn copied(value: &Json, docs: Docs) -> Json {
    let words = [ids::DOCUMENTATION, ids::EXTERNAL_DOCUMENTATION];
    let is_kept = |id: &str| match docs {
        Docs::Take if words.contains(&id) => true,
        _ => part(id) != Part::Documentation,
    };
    let trait_value = |id: &str, value: &Json| match docs {
        Docs::Take => value.clone(),
        Docs::Leave => without_docs(id, value),
    };
    let Json::Object(entries) = value else {
        return value.clone();
    };
    let mut kept = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let value = match (key.as_str(), value) {
            ("traits", Json::Object(traits)) => {
                let traits = traits.iter();
                let traits: Vec<_> = traits
                    .filter(|(id, _)| is_kept(id))
                    .map(|(id, value)| (id.clone(), trait_value(id, value)))
                    .collect();
                if traits.is_empty() {
                    continue;
                }
                Json::Object(traits)
            }
            ("members", Json::Object(members)) => {
                let members = members.iter();
                Json::Object(
                    members
                        .map(|(name, value)| (name.clone(), copied(value, docs)))
                        .collect(),
                )
            }
            ("member" | "key" | "value", value) => copied(value, docs),
            (_, value) => value.clone(),
        };
        kept.push((key.clone(), value));
    }
    Json::Object(kept)
}
