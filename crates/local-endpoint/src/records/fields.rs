//! What one JSON object says about a contact.

use std::fmt;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The `detail-type` of the EventBridge events that are about contacts.
const CONTACT_EVENT: &str = "Amazon Connect Contact Event";
/// The longest contact ID that the service knows.
const LONGEST_ID: usize = 256;

/// What a record or event says: a contact and its state at one point of its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContactRecord {
    pub(crate) instance_arn: String,
    pub(crate) contact_id: String,
    pub(crate) state: ContactState,
}

/// A contact, as far as its tree is concerned. Times are nanoseconds since the epoch.
///
/// Of two states the greater one holds. The version decides; should it be the same, a finished contact beats an open
/// one, and the other fields see to it that the order of import never matters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ContactState {
    pub(crate) version: Version,
    pub(crate) disconnected: Option<i64>,
    pub(crate) initiated: Option<i64>,
    pub(crate) previous: Option<String>,
    pub(crate) initial: Option<String>,
    pub(crate) related: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) channel: Option<String>,
}

/// How recent a state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    /// When it was written down; the least number if that is not said.
    pub(crate) time: i64,
    pub(crate) origin: Origin,
}

/// Who says so. A record beats an event of the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    Event = 0,
    Record = 1,
}

/// Why an object cannot be used.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) field: Option<&'static str>,
    pub(super) reason: String,
    /// Bytes from the beginning of the object.
    pub(super) within: u64,
}

/// `None` for an EventBridge event about something else.
pub(super) fn read(object: &[u8]) -> Result<Option<ContactRecord>, Problem> {
    let raw: Object = serde_json::from_slice(object).map_err(|error| syntax(&error, object))?;
    match Field("detail-type", &raw.detail_type).text()? {
        None => record(&raw).map(Some),
        Some(CONTACT_EVENT) => event(&raw).map(Some),
        Some(_) => Ok(None),
    }
}

fn record(raw: &Object) -> Result<ContactRecord, Problem> {
    let version = Version {
        time: Field("LastUpdateTimestamp", &raw.last_update_timestamp)
            .time()?
            .unwrap_or(i64::MIN),
        origin: Origin::Record,
    };
    Ok(ContactRecord {
        instance_arn: Field("InstanceARN", &raw.instance_arn).instance_arn()?,
        contact_id: Field("ContactId", &raw.contact_id).required_id()?,
        state: ContactState {
            version,
            disconnected: Field("DisconnectTimestamp", &raw.disconnect_timestamp).time()?,
            initiated: Field("InitiationTimestamp", &raw.initiation_timestamp).time()?,
            previous: Field("PreviousContactId", &raw.previous_contact_id).id()?,
            initial: Field("InitialContactId", &raw.initial_contact_id).id()?,
            related: Field("RelatedContactId", &raw.related_contact_id).id()?,
            method: Field("InitiationMethod", &raw.initiation_method).word()?,
            channel: Field("Channel", &raw.channel).word()?,
        },
    })
}

fn event(raw: &Object) -> Result<ContactRecord, Problem> {
    let Some(detail) = &raw.detail else {
        return Err(missing("detail"));
    };
    let version = Version {
        time: Field("time", &raw.time).time()?.unwrap_or(i64::MIN),
        origin: Origin::Event,
    };
    Ok(ContactRecord {
        instance_arn: Field("detail.instanceArn", &detail.instance_arn).instance_arn()?,
        contact_id: Field("detail.contactId", &detail.contact_id).required_id()?,
        state: ContactState {
            version,
            disconnected: Field("detail.disconnectTimestamp", &detail.disconnect_timestamp)
                .time()?,
            initiated: Field("detail.initiationTimestamp", &detail.initiation_timestamp).time()?,
            previous: Field("detail.previousContactId", &detail.previous_contact_id).id()?,
            initial: Field("detail.initialContactId", &detail.initial_contact_id).id()?,
            related: Field("detail.relatedContactId", &detail.related_contact_id).id()?,
            method: Field("detail.initiationMethod", &detail.initiation_method).word()?,
            channel: Field("detail.channel", &detail.channel).word()?,
        },
    })
}

/// The fields of a record and of an EventBridge envelope that matter; all others are passed over.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Object {
    #[serde(rename = "InstanceARN")]
    instance_arn: Loose,
    contact_id: Loose,
    initial_contact_id: Loose,
    previous_contact_id: Loose,
    related_contact_id: Loose,
    channel: Loose,
    initiation_method: Loose,
    initiation_timestamp: Loose,
    disconnect_timestamp: Loose,
    last_update_timestamp: Loose,
    #[serde(rename = "detail-type")]
    detail_type: Loose,
    #[serde(rename = "time")]
    time: Loose,
    #[serde(rename = "detail")]
    detail: Option<Detail>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    instance_arn: Loose,
    contact_id: Loose,
    initial_contact_id: Loose,
    previous_contact_id: Loose,
    related_contact_id: Loose,
    channel: Loose,
    initiation_method: Loose,
    initiation_timestamp: Loose,
    disconnect_timestamp: Loose,
}

/// Any JSON value: what is no string is remembered by its kind only, so that an error can name the field.
#[derive(Default)]
enum Loose {
    #[default]
    Null,
    Text(String),
    Other(&'static str),
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Loose, E> {
        Ok(Loose::Other("a boolean"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Loose, E> {
        Ok(Loose::Other("a number"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Loose, E> {
        Ok(Loose::Other("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Loose, E> {
        Ok(Loose::Other("a number"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Loose, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose::Other("an array"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Loose, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose::Other("an object"))
    }
}

/// A field by its name, to be understood or to be named in an error.
struct Field<'a>(&'static str, &'a Loose);

impl<'a> Field<'a> {
    fn problem(&self, reason: impl Into<String>) -> Problem {
        Problem {
            field: Some(self.0),
            reason: reason.into(),
            within: 0,
        }
    }

    fn text(&self) -> Result<Option<&'a str>, Problem> {
        match self.1 {
            Loose::Null => Ok(None),
            Loose::Text(text) => Ok(Some(text)),
            Loose::Other(kind) => Err(self.problem(format!("expected a string, found {kind}"))),
        }
    }

    /// An empty string says as little as `null`.
    fn word(&self) -> Result<Option<String>, Problem> {
        Ok(self
            .text()?
            .filter(|text| !text.is_empty())
            .map(str::to_owned))
    }

    fn id(&self) -> Result<Option<String>, Problem> {
        let id = self.word()?;
        match &id {
            Some(id) if id.len() > LONGEST_ID => Err(self.problem("longer than 256 bytes")),
            _ => Ok(id),
        }
    }

    fn required_id(&self) -> Result<String, Problem> {
        self.id()?.ok_or_else(|| missing(self.0))
    }

    fn instance_arn(&self) -> Result<String, Problem> {
        let arn = self.word()?.ok_or_else(|| missing(self.0))?;
        match instance_id(&arn) {
            Some(_) if arn.len() <= LONGEST_ID => Ok(arn),
            _ => Err(self.problem("expected the form arn:aws:connect:REGION:ACCOUNT:instance/ID")),
        }
    }

    fn time(&self) -> Result<Option<i64>, Problem> {
        let Some(text) = self.text()?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let time = DateTime::from_str(text, Format::DateTimeWithOffset)
            .map_err(|_| self.problem("expected a time of the form 2026-03-14T08:02:11Z"))?;
        // The greatest number stands for "unknown" in the database.
        match i64::try_from(time.as_nanos()) {
            Ok(nanos) if nanos < i64::MAX => Ok(Some(nanos)),
            _ => Err(self.problem("not between the years 1678 and 2261")),
        }
    }
}

fn missing(field: &'static str) -> Problem {
    Problem {
        field: Some(field),
        reason: "missing".to_owned(),
        within: 0,
    }
}

/// The instance ID in an instance's ARN.
pub(crate) fn instance_id(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let (prefix, _partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (_region, _account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let id = resource.strip_prefix("instance/")?;
    (prefix == "arn" && service == "connect" && !id.is_empty() && !id.contains('/')).then_some(id)
}

/// A syntax error, at its byte, without the place that `serde_json` adds: it counts from the object's beginning.
fn syntax(error: &serde_json::Error, object: &[u8]) -> Problem {
    let line = object
        .split_inclusive(|&byte| byte == b'\n')
        .take(error.line().saturating_sub(1));
    let within = line.map(<[u8]>::len).sum::<usize>() + error.column().saturating_sub(1);
    let message = error.to_string();
    // Only `detail` is bound to a type; the message would quote the value.
    if message.starts_with("invalid type") {
        return Problem {
            field: Some("detail"),
            reason: "expected an object".to_owned(),
            within: within as u64,
        };
    }
    let reason = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(reason, _)| reason);
    Problem {
        field: None,
        reason: reason.to_owned(),
        within: within as u64,
    }
}
