//! What one JSON object says about a contact.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::frames::DEEPEST;
use crate::contact::{
    ContactRecord, ContactState, FIELDS, Kind, Origin, Text, Value, Version, Versioned,
};

/// The `detail-type` of the EventBridge events that are about contacts.
const CONTACT_EVENT: &str = "Amazon Connect Contact Event";
/// The longest contact ID that the service knows. Channels and methods are far shorter.
const LONGEST: usize = 256;

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
        self.field == Some(NAMES[Member::InstanceArn as usize].0) && self.reason == MISSING
    }
}

const MISSING: &str = "missing";

/// `None` for an EventBridge event about something else.
pub(super) fn read(object: &[u8]) -> Result<Option<ContactRecord>, Problem> {
    let members = serde_json::from_slice(object).map_err(|error| syntax(&error, object))?;
    understand(&members, object)
}

/// Reads the object that bytes begin with, and says how long it is. `None` where that is not easily done.
pub(super) fn read_first(bytes: &[u8]) -> Option<(usize, Option<ContactRecord>)> {
    let mut objects = serde_json::Deserializer::from_slice(bytes).into_iter();
    let members = objects.next()?.ok()?;
    let length = objects.byte_offset();
    let object = &bytes[..length];
    let brackets = object.iter().filter(|byte| matches!(byte, b'{' | b'['));
    if brackets.count() > DEEPEST {
        return None;
    }
    Some((length, understand(&members, object).ok()?))
}

fn understand(raw: &Members<'_>, object: &[u8]) -> Result<Option<ContactRecord>, Problem> {
    let source = Source {
        begin: object.as_ptr().addr(),
        // In what is not kept there may be bytes that are no UTF-8.
        whole: str::from_utf8(object).unwrap_or_default().into(),
    };
    match raw
        .field(Member::DetailType, Origin::Record)
        .text()?
        .as_deref()
    {
        None => contact(
            raw,
            Member::LastUpdateTimestamp,
            raw,
            Origin::Record,
            &source,
        )
        .map(Some),
        Some(CONTACT_EVENT) => match &raw.detail {
            Some(detail) => contact(raw, Member::Time, detail, Origin::Event, &source).map(Some),
            None => Err(missing("detail")),
        },
        Some(_) => Ok(None),
    }
}

/// An object, and a copy of it that fields share.
struct Source {
    /// The address of the object.
    begin: usize,
    whole: Arc<str>,
}

impl Source {
    fn value(&self, text: &str) -> Value {
        let from = text.as_ptr().addr().wrapping_sub(self.begin);
        Value::Text(Text::part_at(&self.whole, from, text))
    }
}

fn contact(
    raw: &Members<'_>,
    time: Member,
    members: &Members<'_>,
    origin: Origin,
    source: &Source,
) -> Result<ContactRecord, Problem> {
    let version = Version {
        time: raw.field(time, Origin::Record).time()?.unwrap_or(i64::MIN),
        origin,
    };
    let mut state = ContactState::default();
    for ((ours, raw), (record, event, kind)) in state.0.iter_mut().zip(&members.kept).zip(FIELDS) {
        let field = match origin {
            Origin::Record => RawField(record, *raw),
            Origin::Event if kind != Kind::Json => RawField(event, *raw),
            Origin::Event => continue,
        };
        *ours = field.read(version, kind, source)?;
    }
    Ok(ContactRecord {
        instance_arn: members.field(Member::InstanceArn, origin).instance_arn()?,
        contact_id: members.field(Member::ContactId, origin).required_id()?,
        state,
    })
}

/// Members that are not kept as fields of a contact.
#[derive(Clone, Copy)]
enum Member {
    InstanceArn,
    ContactId,
    LastUpdateTimestamp,
    DetailType,
    Time,
}

/// Their names in records and envelopes, and in errors of events. Letter case does not count: AWS's own samples differ.
const NAMES: [(&str, &str); 5] = [
    ("InstanceARN", "detail.instanceArn"),
    ("ContactId", "detail.contactId"),
    ("LastUpdateTimestamp", "detail.lastUpdateTimestamp"),
    ("detail-type", "detail.detail-type"),
    ("time", "detail.time"),
];

/// The members that matter of a record, an envelope or its `detail`. Of a member that comes twice the last value holds.
struct Members<'a> {
    named: [Option<&'a RawValue>; NAMES.len()],
    kept: [Option<&'a RawValue>; FIELDS.len()],
    detail: Option<Box<Members<'a>>>,
}

impl<'a> Members<'a> {
    fn field(&self, name: Member, origin: Origin) -> RawField<'a> {
        let (record, event) = NAMES[name as usize];
        let name_there = match origin {
            Origin::Record => record,
            Origin::Event => event,
        };
        RawField(name_there, self.named[name as usize])
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Members {
            named: [None; NAMES.len()],
            kept: [None; FIELDS.len()],
            detail: None,
        };
        while let Some(key) = map.next_key()? {
            match key {
                Key::Named(place) => members.named[place] = Some(map.next_value()?),
                Key::Kept(place) => members.kept[place] = Some(map.next_value()?),
                Key::Detail => members.detail = map.next_value()?,
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(members)
    }
}

enum Key {
    /// The place in [`NAMES`].
    Named(usize),
    /// The place in [`FIELDS`].
    Kept(usize),
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
        if key == "detail" {
            return Ok(Key::Detail);
        }
        let is_key = |name: &str| name.eq_ignore_ascii_case(key);
        let named = NAMES.iter().position(|(name, _)| is_key(name));
        let kept = || FIELDS.iter().position(|(name, ..)| is_key(name));
        Ok(match named.map(Key::Named) {
            Some(key) => key,
            None => kept().map_or(Key::Other, Key::Kept),
        })
    }
}

/// A field by its name, to be understood or to be named in an error.
struct RawField<'a>(&'static str, Option<&'a RawValue>);

impl<'a> RawField<'a> {
    fn problem(&self, reason: impl Into<String>) -> Problem {
        Problem {
            field: Some(self.0),
            reason: reason.into(),
            within: 0,
        }
    }

    /// Its value. A record's `null` in a column means that there is none; in a detail or an event, as little as no field.
    fn read(&self, version: Version, kind: Kind, source: &Source) -> Result<Versioned, Problem> {
        let value = match kind {
            Kind::Time => self.time()?.map(Value::Time),
            Kind::Id => self.id()?.map(|id| source.value(&id)),
            Kind::Constant => self.constant()?.map(|name| source.value(&name)),
            Kind::Json => self.json().map(|json| source.value(json)),
        };
        let is_left_out = self.1.is_none() || kind == Kind::Json || version.origin == Origin::Event;
        let version = match value {
            None if is_left_out => Version::default(),
            _ => version,
        };
        Ok(Versioned { version, value })
    }

    fn json(&self) -> Option<&'a str> {
        let json = self.1.map(RawValue::get);
        json.filter(|json| *json != "null")
    }

    fn text(&self) -> Result<Option<Cow<'a, str>>, Problem> {
        let json = self.1.map_or("null", RawValue::get);
        let kind = match json.as_bytes() {
            [b'n', ..] => return Ok(None),
            [b'"', text @ .., b'"'] if !text.contains(&b'\\') => {
                return Ok(Some(Cow::Borrowed(&json[1..json.len() - 1])));
            }
            [b'"', ..] => {
                let text = serde_json::from_str(json).map(Cow::Owned);
                return text.map(Some).map_err(|_| self.problem("invalid string"));
            }
            [b'[', ..] => "an array",
            [b'{', ..] => "an object",
            [b't' | b'f', ..] => "a boolean",
            _ => "a number",
        };
        Err(self.problem(format!("expected a string, found {kind}")))
    }

    /// An empty string says as little as `null`.
    fn id(&self) -> Result<Option<Cow<'a, str>>, Problem> {
        let id = self.text()?.filter(|text| !text.is_empty());
        match id {
            Some(id) if id.len() > LONGEST => Err(self.problem("longer than 256 bytes")),
            id => Ok(id),
        }
    }

    /// One of a set of names; samples write `Voice` for `VOICE`.
    fn constant(&self) -> Result<Option<Cow<'a, str>>, Problem> {
        Ok(self.id()?.map(|mut name| {
            if name.bytes().any(|byte| byte.is_ascii_lowercase()) {
                name.to_mut().make_ascii_uppercase();
            }
            name
        }))
    }

    fn required_id(&self) -> Result<String, Problem> {
        let id = self.id()?.ok_or_else(|| missing(self.0))?;
        Ok(id.into_owned())
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
        let time = DateTime::from_str(&text, Format::DateTimeWithOffset)
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
