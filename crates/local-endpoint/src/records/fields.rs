//! What one JSON object says about a contact.

use std::fmt;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The `detail-type` of the EventBridge events that are about contacts.
const CONTACT_EVENT: &str = "Amazon Connect Contact Event";
/// The longest contact ID that the service knows. Channels and methods are far shorter.
const LONGEST: usize = 256;

/// What a record or event says: a contact and its state at one point of its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContactRecord {
    pub(crate) instance_arn: String,
    pub(crate) contact_id: String,
    pub(crate) state: ContactState,
}

/// A contact, as far as its tree is concerned. Times are nanoseconds since the epoch.
///
/// Each field keeps the newest that was said about it: what a later record or event leaves out, it does not change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ContactState {
    pub(crate) disconnected: Said<i64>,
    pub(crate) initiated: Said<i64>,
    pub(crate) previous: Said<String>,
    pub(crate) initial: Said<String>,
    pub(crate) related: Said<String>,
    pub(crate) method: Said<String>,
    pub(crate) channel: Said<String>,
}

impl ContactState {
    /// Takes over what is newer in `other`; whether anything is.
    pub(crate) fn merge(&mut self, other: Self) -> bool {
        let times =
            self.disconnected.merge(other.disconnected) | self.initiated.merge(other.initiated);
        let references = self.previous.merge(other.previous)
            | self.initial.merge(other.initial)
            | self.related.merge(other.related);
        times | references | self.method.merge(other.method) | self.channel.merge(other.channel)
    }

    /// How recent each field is, in the order of the fields.
    pub(crate) fn versions(&self) -> [Version; 7] {
        [
            self.disconnected.version,
            self.initiated.version,
            self.previous.version,
            self.initial.version,
            self.related.version,
            self.method.version,
            self.channel.version,
        ]
    }
}

/// What was said about a field, and when; by default never. The greater one holds: the version decides, and of the same
/// version the value, so that the order of import never matters and a finished contact beats an open one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Said<T> {
    pub(crate) version: Version,
    pub(crate) value: Option<T>,
}

impl<T: Ord> Said<T> {
    fn merge(&mut self, other: Self) -> bool {
        let is_newer = other > *self;
        if is_newer {
            *self = other;
        }
        is_newer
    }
}

/// How recent a statement is; by default older than all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    /// When it was written down; the least number if that is not said.
    pub(crate) time: i64,
    pub(crate) origin: Origin,
}

impl Default for Version {
    fn default() -> Self {
        Self {
            time: i64::MIN,
            origin: Origin::Event,
        }
    }
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

impl Problem {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self {
            field: None,
            reason: reason.into(),
            within: 0,
        }
    }

    /// Whether the object has not even the first field of a record.
    pub(super) fn is_no_record(&self) -> bool {
        self.field == Some(NAMES[Name::InstanceArn as usize].0) && self.reason == MISSING
    }
}

const MISSING: &str = "missing";

/// `None` for an EventBridge event about something else.
pub(super) fn read(object: &[u8]) -> Result<Option<ContactRecord>, Problem> {
    let raw: Fields = serde_json::from_slice(object).map_err(|error| syntax(&error, object))?;
    match raw.field(Name::DetailType, Origin::Record).text()? {
        None => contact(&raw, Name::LastUpdateTimestamp, &raw, Origin::Record).map(Some),
        Some(CONTACT_EVENT) => match &raw.detail {
            Some(detail) => contact(&raw, Name::Time, detail, Origin::Event).map(Some),
            None => Err(missing("detail")),
        },
        Some(_) => Ok(None),
    }
}

fn contact(
    raw: &Fields,
    time: Name,
    fields: &Fields,
    origin: Origin,
) -> Result<ContactRecord, Problem> {
    let field = |name| fields.field(name, origin);
    let version = Version {
        time: raw.field(time, Origin::Record).time()?.unwrap_or(i64::MIN),
        origin,
    };
    Ok(ContactRecord {
        instance_arn: field(Name::InstanceArn).instance_arn()?,
        contact_id: field(Name::ContactId).required_word()?,
        state: ContactState {
            disconnected: field(Name::DisconnectTimestamp).said(version, Field::time)?,
            initiated: field(Name::InitiationTimestamp).said(version, Field::time)?,
            previous: field(Name::PreviousContactId).said(version, Field::word)?,
            initial: field(Name::InitialContactId).said(version, Field::word)?,
            related: field(Name::RelatedContactId).said(version, Field::word)?,
            method: field(Name::InitiationMethod).said(version, Field::constant)?,
            channel: field(Name::Channel).said(version, Field::constant)?,
        },
    })
}

/// The fields that matter; all others are passed over.
#[derive(Clone, Copy)]
enum Name {
    InstanceArn,
    ContactId,
    InitialContactId,
    PreviousContactId,
    RelatedContactId,
    Channel,
    InitiationMethod,
    InitiationTimestamp,
    DisconnectTimestamp,
    LastUpdateTimestamp,
    DetailType,
    Time,
}

/// Their names in records and envelopes, and in errors of events. Letter case does not count: AWS's own samples differ.
const NAMES: [(&str, &str); 12] = [
    ("InstanceARN", "detail.instanceArn"),
    ("ContactId", "detail.contactId"),
    ("InitialContactId", "detail.initialContactId"),
    ("PreviousContactId", "detail.previousContactId"),
    ("RelatedContactId", "detail.relatedContactId"),
    ("Channel", "detail.channel"),
    ("InitiationMethod", "detail.initiationMethod"),
    ("InitiationTimestamp", "detail.initiationTimestamp"),
    ("DisconnectTimestamp", "detail.disconnectTimestamp"),
    ("LastUpdateTimestamp", "detail.lastUpdateTimestamp"),
    ("detail-type", "detail.detail-type"),
    ("time", "detail.time"),
];

/// The values of [`NAMES`] in a record, an envelope or its `detail`. Of a field that comes twice the last value holds.
#[derive(Default)]
struct Fields {
    values: [Loose; NAMES.len()],
    detail: Option<Box<Fields>>,
}

impl Fields {
    fn field(&self, name: Name, origin: Origin) -> Field<'_> {
        let (record, event) = NAMES[name as usize];
        let name_there = match origin {
            Origin::Record => record,
            Origin::Event => event,
        };
        Field(name_there, &self.values[name as usize])
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = members.next_key()? {
            match key {
                Key::Field(place) => fields.values[place] = members.next_value()?,
                Key::Detail => fields.detail = members.next_value()?,
                Key::Other => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(fields)
    }
}

enum Key {
    /// The place in [`NAMES`].
    Field(usize),
    Detail,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        let is_key = |(name, _): &(&str, &str)| name.eq_ignore_ascii_case(key);
        Ok(match NAMES.iter().position(is_key) {
            Some(place) => Key::Field(place),
            None if key == "detail" => Key::Detail,
            None => Key::Other,
        })
    }
}

/// Any JSON value: what is no string is remembered by its kind only, so that an error can name the field.
#[derive(Default)]
enum Loose {
    #[default]
    Absent,
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

    /// What is said by way of `read`. A record's `null` says that there is nothing, an event's says as little as no field.
    fn said<T>(
        self,
        version: Version,
        read: impl FnOnce(&Self) -> Result<Option<T>, Problem>,
    ) -> Result<Said<T>, Problem> {
        let value = read(&self)?;
        let is_silent = matches!(self.1, Loose::Absent) || version.origin == Origin::Event;
        let version = match value {
            None if is_silent => Version::default(),
            _ => version,
        };
        Ok(Said { version, value })
    }

    fn text(&self) -> Result<Option<&'a str>, Problem> {
        match self.1 {
            Loose::Absent | Loose::Null => Ok(None),
            Loose::Text(text) => Ok(Some(text)),
            Loose::Other(kind) => Err(self.problem(format!("expected a string, found {kind}"))),
        }
    }

    /// An empty string says as little as `null`.
    fn word(&self) -> Result<Option<String>, Problem> {
        let word = self.text()?.filter(|text| !text.is_empty());
        match word {
            Some(word) if word.len() > LONGEST => Err(self.problem("longer than 256 bytes")),
            word => Ok(word.map(str::to_owned)),
        }
    }

    /// One of a set of names; samples write `Voice` for `VOICE`.
    fn constant(&self) -> Result<Option<String>, Problem> {
        Ok(self.word()?.map(|word| word.to_ascii_uppercase()))
    }

    fn required_word(&self) -> Result<String, Problem> {
        self.word()?.ok_or_else(|| missing(self.0))
    }

    fn instance_arn(&self) -> Result<String, Problem> {
        let arn = self.text()?.filter(|arn| !arn.is_empty());
        // Samples of events have an empty part too many.
        let arn = arn
            .ok_or_else(|| missing(self.0))?
            .replacen("::connect:", ":connect:", 1);
        match instance_id(&arn) {
            Some(_) if arn.len() <= LONGEST => Ok(arn),
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
        reason: MISSING.to_owned(),
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
