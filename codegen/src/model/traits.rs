//! Traits: kept as JSON by their ID, read into types where they are asked for.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ShapeId;
use crate::error::{Error, Place};

/// The IDs of the traits that the generator reads.
#[allow(missing_docs, reason = "each is the trait's own name")]
pub mod ids {
    pub const AUTH: &str = "smithy.api#auth";
    pub const CLIENT_OPTIONAL: &str = "smithy.api#clientOptional";
    pub const DEFAULT: &str = "smithy.api#default";
    pub const DEPRECATED: &str = "smithy.api#deprecated";
    pub const DOCUMENTATION: &str = "smithy.api#documentation";
    pub const ENDPOINT: &str = "smithy.api#endpoint";
    pub const ENUM: &str = "smithy.api#enum";
    pub const ENUM_VALUE: &str = "smithy.api#enumValue";
    pub const ERROR: &str = "smithy.api#error";
    pub const EXAMPLES: &str = "smithy.api#examples";
    pub const HOST_LABEL: &str = "smithy.api#hostLabel";
    pub const HTTP: &str = "smithy.api#http";
    pub const HTTP_BEARER_AUTH: &str = "smithy.api#httpBearerAuth";
    pub const HTTP_CHECKSUM_REQUIRED: &str = "smithy.api#httpChecksumRequired";
    pub const HTTP_ERROR: &str = "smithy.api#httpError";
    pub const HTTP_HEADER: &str = "smithy.api#httpHeader";
    pub const HTTP_LABEL: &str = "smithy.api#httpLabel";
    pub const HTTP_PAYLOAD: &str = "smithy.api#httpPayload";
    pub const HTTP_PREFIX_HEADERS: &str = "smithy.api#httpPrefixHeaders";
    pub const HTTP_QUERY: &str = "smithy.api#httpQuery";
    pub const HTTP_QUERY_PARAMS: &str = "smithy.api#httpQueryParams";
    pub const HTTP_RESPONSE_CODE: &str = "smithy.api#httpResponseCode";
    pub const IDEMPOTENCY_TOKEN: &str = "smithy.api#idempotencyToken";
    pub const INPUT: &str = "smithy.api#input";
    pub const INTERNAL: &str = "smithy.api#internal";
    pub const JSON_NAME: &str = "smithy.api#jsonName";
    pub const LENGTH: &str = "smithy.api#length";
    pub const MEDIA_TYPE: &str = "smithy.api#mediaType";
    pub const MIXIN: &str = "smithy.api#mixin";
    pub const OPTIONAL_AUTH: &str = "smithy.api#optionalAuth";
    pub const PAGINATED: &str = "smithy.api#paginated";
    pub const PATTERN: &str = "smithy.api#pattern";
    pub const RANGE: &str = "smithy.api#range";
    pub const REQUEST_COMPRESSION: &str = "smithy.api#requestCompression";
    pub const REQUIRED: &str = "smithy.api#required";
    pub const REQUIRES_LENGTH: &str = "smithy.api#requiresLength";
    pub const RETRYABLE: &str = "smithy.api#retryable";
    pub const SENSITIVE: &str = "smithy.api#sensitive";
    pub const SPARSE: &str = "smithy.api#sparse";
    pub const STREAMING: &str = "smithy.api#streaming";
    pub const TIMESTAMP_FORMAT: &str = "smithy.api#timestampFormat";
    pub const TITLE: &str = "smithy.api#title";
    pub const UNIQUE_ITEMS: &str = "smithy.api#uniqueItems";
    pub const AWS_SERVICE: &str = "aws.api#service";
    pub const REST_JSON_1: &str = "aws.protocols#restJson1";
    pub const SIGV4: &str = "aws.auth#sigv4";
    pub const SIGV4A: &str = "aws.auth#sigv4a";
    pub const UNSIGNED_PAYLOAD: &str = "aws.auth#unsignedPayload";
    pub const HTTP_CHECKSUM: &str = "aws.protocols#httpChecksum";
    pub const WAITABLE: &str = "smithy.waiters#waitable";
    pub const ENDPOINT_RULE_SET: &str = "smithy.rules#endpointRuleSet";
    pub const ENDPOINT_TESTS: &str = "smithy.rules#endpointTests";
    pub const CLIENT_CONTEXT_PARAMS: &str = "smithy.rules#clientContextParams";
    pub const CONTEXT_PARAM: &str = "smithy.rules#contextParam";
    pub const OPERATION_CONTEXT_PARAMS: &str = "smithy.rules#operationContextParams";
    pub const STATIC_CONTEXT_PARAMS: &str = "smithy.rules#staticContextParams";
    pub const HTTP_REQUEST_TESTS: &str = "smithy.test#httpRequestTests";
    pub const HTTP_RESPONSE_TESTS: &str = "smithy.test#httpResponseTests";
    pub const HTTP_MALFORMED_REQUEST_TESTS: &str = "smithy.test#httpMalformedRequestTests";
}

/// The traits of a shape or member.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traits(BTreeMap<String, Value>);

impl Traits {
    /// Whether the trait is there.
    pub fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// The trait's value.
    pub fn get(&self, id: &str) -> Option<&Value> {
        self.0.get(id)
    }

    /// All traits in the order of their IDs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(id, value)| (id.as_str(), value))
    }

    /// The trait's value as a type.
    ///
    /// # Errors
    /// The value does not have the trait's form; the error names the place and the trait.
    pub fn read<T: DeserializeOwned>(
        &self,
        id: &str,
        place: impl TraitPlace,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.0.get(id) else {
            return Ok(None);
        };
        T::deserialize(value)
            .map(Some)
            .map_err(|error| Error::new(place.place().with_trait(id), error.to_string()))
    }

    /// The trait's value as a type, where that is an object's members: serde would take an array of their values, too.
    ///
    /// # Errors
    /// As those of [`Traits::read`].
    pub fn read_object<T: DeserializeOwned>(
        &self,
        id: &str,
        place: impl TraitPlace,
    ) -> Result<Option<T>, Error> {
        match self.0.get(id) {
            Some(value) if !value.is_object() => {
                let place = place.place().with_trait(id);
                Err(Error::new(place, format!("{value} is no object")))
            }
            _ => self.read(id, place),
        }
    }

    /// Adds traits; one that is there already is replaced.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// What a shape takes over from a mixin: everything but the mixin trait and what it declares local.
    pub(super) fn inherited(&self) -> Self {
        let local: Vec<&str> = self.0[ids::MIXIN]["localTraits"]
            .as_array()
            .map(|ids| ids.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        self.0
            .iter()
            .filter(|(id, _)| *id != ids::MIXIN && !local.contains(&id.as_str()))
            .map(|(id, value)| (id.clone(), value.clone()))
            .collect()
    }
}

impl FromIterator<(String, Value)> for Traits {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(traits: I) -> Self {
        Self(traits.into_iter().collect())
    }
}

/// Where a trait stands, told only when it is needed for an error.
pub trait TraitPlace {
    /// The place.
    fn place(self) -> Place;
}

impl TraitPlace for Place {
    fn place(self) -> Place {
        self
    }
}

impl TraitPlace for &ShapeId {
    fn place(self) -> Place {
        Place::from(self)
    }
}

impl TraitPlace for (&ShapeId, &str) {
    fn place(self) -> Place {
        Place::member(self.0, self.1)
    }
}

/// `smithy.api#http`
#[derive(Debug, Clone, Deserialize)]
pub struct Http {
    /// The method.
    pub method: String,
    /// Path pattern and query literals.
    pub uri: String,
    /// The status of success.
    #[serde(default = "ok")]
    pub code: u16,
}

fn ok() -> u16 {
    200
}

/// `smithy.api#httpError`
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub struct HttpError(pub u16);

/// `smithy.api#length`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Length {
    /// The least.
    pub min: Option<u64>,
    /// The most.
    pub max: Option<u64>,
}

/// `smithy.api#range`: bounds are kept as JSON numbers, since they may be integers of any size or fractions.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Range {
    /// The least.
    pub min: Option<serde_json::Number>,
    /// The most.
    pub max: Option<serde_json::Number>,
}

/// `smithy.api#retryable`
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Retryable {
    /// Whether the error is throttling.
    #[serde(default)]
    pub throttling: bool,
}

/// `smithy.api#paginated`, of an operation or, with less in it, of a service.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Paginated {
    /// The input member that takes the token.
    pub input_token: Option<String>,
    /// The path to the token in the output.
    pub output_token: Option<String>,
    /// The path to the items in the output.
    pub items: Option<String>,
    /// The input member that sets the page size.
    pub page_size: Option<String>,
}

/// `smithy.waiters#waitable`
pub type Waitable = BTreeMap<String, Waiter>;

/// A waiter of `smithy.waiters#waitable`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiter {
    /// What it waits for.
    pub documentation: Option<String>,
    /// What each answer means.
    pub acceptors: Vec<Value>,
    /// The least delay between attempts, in seconds.
    #[serde(default = "min_delay")]
    pub min_delay: u32,
    /// The longest delay between attempts, in seconds.
    #[serde(default = "max_delay")]
    pub max_delay: u32,
}

fn min_delay() -> u32 {
    2
}

fn max_delay() -> u32 {
    120
}
