//! Traits: kept as JSON by their ID, read into types where they are asked for.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{ShapeId, ids};
use crate::error::{Error, Place, bail};

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
                bail!(place, "{value} is no object")
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

/// Where a trait stands; made only when an error needs it.
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

/// `aws.api#service`, as far as a client is named by it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AwsService {
    /// `API Gateway`
    pub sdk_id: Option<String>,
}

/// `aws.protocols#httpChecksum`
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpChecksum {
    /// Whether a request needs a checksum.
    #[serde(default)]
    pub request_checksum_required: bool,
    /// The input member that names its algorithm.
    pub request_algorithm_member: Option<String>,
    /// The input member that asks for responses to be checked.
    pub request_validation_mode_member: Option<String>,
}

/// `smithy.api#requestCompression`
#[derive(Debug, Clone, Deserialize)]
pub struct RequestCompression {
    /// `gzip`, and what else the service takes.
    pub encodings: Vec<String>,
}

/// `smithy.api#externalDocumentation`: URLs by what they lead to.
pub type ExternalDocumentation = BTreeMap<String, String>;

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
    /// What each response means.
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
