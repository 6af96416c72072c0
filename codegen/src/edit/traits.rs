//! Which traits change what a shape means, which describe it, and which are left to the model at hand.

use super::json::Json;
use crate::model::ids;

/// What a trait is to a comparison of two models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Text for people: ours stays, theirs is left out.
    Documentation,
    /// What the other side of the wire can tell, or what values are allowed: both models must agree.
    Meaning,
    /// How a program is served by it: paging, waiting, redaction. A model may have more of these than another.
    Convenience,
}

/// Text for people. Endpoint rules count as such, since a model brings its own, tests included.
const DOCUMENTATION: [&str; 9] = [
    ids::DOCUMENTATION,
    ids::EXAMPLES,
    ids::TITLE,
    ids::ENDPOINT_RULE_SET,
    ids::ENDPOINT_TESTS,
    "smithy.api#externalDocumentation",
    "smithy.api#since",
    "smithy.api#suppress",
    "smithy.api#tags",
];

const MEANING: [&str; 40] = [
    ids::AUTH,
    ids::BOX,
    ids::CLIENT_OPTIONAL,
    ids::DEFAULT,
    ids::ENDPOINT,
    ids::ENUM,
    ids::ENUM_VALUE,
    ids::ERROR,
    ids::HOST_LABEL,
    ids::HTTP,
    ids::HTTP_BEARER_AUTH,
    ids::HTTP_CHECKSUM,
    ids::HTTP_CHECKSUM_REQUIRED,
    ids::HTTP_ERROR,
    ids::HTTP_HEADER,
    ids::HTTP_LABEL,
    ids::HTTP_PAYLOAD,
    ids::HTTP_PREFIX_HEADERS,
    ids::HTTP_QUERY,
    ids::HTTP_QUERY_PARAMS,
    ids::HTTP_RESPONSE_CODE,
    ids::IDEMPOTENCY_TOKEN,
    ids::JSON_NAME,
    ids::LENGTH,
    ids::MEDIA_TYPE,
    ids::MIXIN,
    ids::OPTIONAL_AUTH,
    ids::PATTERN,
    ids::RANGE,
    ids::REQUEST_COMPRESSION,
    ids::REQUIRED,
    ids::REQUIRES_LENGTH,
    ids::REST_JSON_1,
    ids::SIGV4,
    ids::SIGV4A,
    ids::SPARSE,
    ids::STREAMING,
    ids::TIMESTAMP_FORMAT,
    ids::UNIQUE_ITEMS,
    ids::UNSIGNED_PAYLOAD,
];

pub(super) fn part(id: &str) -> Part {
    if DOCUMENTATION.contains(&id) {
        Part::Documentation
    } else if MEANING.contains(&id) || id.starts_with("smithy.rules#") {
        Part::Meaning
    } else {
        Part::Convenience
    }
}

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
    let Json::Object(entries) = value else {
        return value.clone();
    };
    let mut kept = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let value = match (key.as_str(), value) {
            ("traits", Json::Object(traits)) => {
                let traits = traits.iter();
                let traits: Vec<_> = traits
                    .filter(|(id, _)| part(id) != Part::Documentation)
                    .map(|(id, value)| (id.clone(), without_docs(id, value)))
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
                        .map(|(name, value)| (name.clone(), undocumented(value)))
                        .collect(),
                )
            }
            ("member" | "key" | "value", value) => undocumented(value),
            (_, value) => value.clone(),
        };
        kept.push((key.clone(), value));
    }
    Json::Object(kept)
}
