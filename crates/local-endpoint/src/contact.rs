//! What is kept of a contact, and how recent each part of it is.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Deref, Index, IndexMut};
use std::sync::Arc;

/// A record or event: a contact and its state at one point of its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContactRecord {
    pub(crate) instance_arn: String,
    pub(crate) contact_id: String,
    pub(crate) state: ContactState,
}

/// What a caller has changed of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) instance_arn: String,
    pub(crate) contact_id: String,
    /// It was not there before.
    pub(crate) is_new: bool,
    /// The fields that have another value than before.
    pub(crate) fields: Vec<Field>,
}

/// The fields that this program asks for by name, at their places in [`FIELDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Disconnected,
    Initiated,
    Previous,
    Initial,
    Related,
    Method,
    Channel,
    Agent,
    Attributes,
    Campaign,
    CustomerEndpoint,
    CustomerId,
    Description,
    DisconnectReason,
    Name,
    Queue,
    References,
    Scheduled,
    SegmentAttributes,
    SystemEndpoint,
    Tags,
}

/// How a field is written in records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Time,
    Id,
    /// One of a set of names.
    Constant,
    /// Any JSON, kept as it is.
    Json,
}

/// How many fields have columns of their own in the database: what trees, pages and most searches need. The others are
/// one JSON object.
pub(crate) const COLUMNS: usize = 7;

/// What is kept: the name in records, in errors about events, and how it is written. Of events only the columns are read.
pub(crate) const FIELDS: [(&str, &str, Kind); 36] = [
    (
        "DisconnectTimestamp",
        "detail.disconnectTimestamp",
        Kind::Time,
    ),
    (
        "InitiationTimestamp",
        "detail.initiationTimestamp",
        Kind::Time,
    ),
    ("PreviousContactId", "detail.previousContactId", Kind::Id),
    ("InitialContactId", "detail.initialContactId", Kind::Id),
    ("RelatedContactId", "detail.relatedContactId", Kind::Id),
    (
        "InitiationMethod",
        "detail.initiationMethod",
        Kind::Constant,
    ),
    ("Channel", "detail.channel", Kind::Constant),
    ("Agent", "", Kind::Json),
    ("Attributes", "", Kind::Json),
    ("Campaign", "", Kind::Json),
    ("CustomerEndpoint", "", Kind::Json),
    ("CustomerId", "", Kind::Json),
    ("Description", "", Kind::Json),
    ("DisconnectReason", "", Kind::Json),
    ("Name", "", Kind::Json),
    ("Queue", "", Kind::Json),
    ("References", "", Kind::Json),
    ("ScheduledTimestamp", "", Kind::Json),
    ("SegmentAttributes", "", Kind::Json),
    ("SystemEndpoint", "", Kind::Json),
    ("Tags", "", Kind::Json),
    ("AnsweringMachineDetectionStatus", "", Kind::Json),
    ("ChatMetrics", "", Kind::Json),
    ("ConnectedToSystemTimestamp", "", Kind::Json),
    ("ContactDetails", "", Kind::Json),
    ("ContactEvaluations", "", Kind::Json),
    ("DisconnectDetails", "", Kind::Json),
    ("ExternalThirdParty", "", Kind::Json),
    ("LastPausedTimestamp", "", Kind::Json),
    ("LastResumedTimestamp", "", Kind::Json),
    ("QualityMetrics", "", Kind::Json),
    ("QueuePriority", "", Kind::Json),
    ("Recordings", "", Kind::Json),
    ("TotalPauseCount", "", Kind::Json),
    ("TotalPauseDurationInSeconds", "", Kind::Json),
    ("TransferCompletedTimestamp", "", Kind::Json),
];

/// A contact's fields. Each keeps its newest value: what a later record or event leaves out, it does not
/// change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContactState(pub(crate) Box<[Versioned; FIELDS.len()]>);

impl Default for ContactState {
    fn default() -> Self {
        Self(Box::new(std::array::from_fn(|_| Versioned::default())))
    }
}

impl Index<Field> for ContactState {
    type Output = Versioned;

    fn index(&self, field: Field) -> &Versioned {
        &self.0[field as usize]
    }
}

impl IndexMut<Field> for ContactState {
    fn index_mut(&mut self, field: Field) -> &mut Versioned {
        &mut self.0[field as usize]
    }
}

impl ContactState {
    /// Takes over what is newer in `other`; whether anything is.
    pub(crate) fn merge(&mut self, other: &Self) -> bool {
        let mut is_newer = false;
        for (ours, theirs) in self.0.iter_mut().zip(other.0.iter()) {
            if theirs > ours {
                ours.clone_from(theirs);
                is_newer = true;
            }
        }
        is_newer
    }

    /// The version of what is newest.
    pub(crate) fn newest(&self) -> Version {
        let versions = self.0.iter().map(|field| field.version);
        versions.max().unwrap_or_default()
    }

    /// The IDs that tie a contact to others. A first contact's reference to itself ties nothing.
    pub(crate) fn references(&self) -> impl Iterator<Item = &str> {
        [Field::Previous, Field::Initial, Field::Related]
            .into_iter()
            .filter_map(|field| self[field].text())
    }
}

/// A field's value and how recent it is; by default there is none. The greater one holds: the version decides, and of the same
/// version the value, so that the order of import never matters and a finished contact beats an open one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Versioned {
    pub(crate) version: Version,
    pub(crate) value: Option<Value>,
}

impl Versioned {
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// A field's value: nanoseconds since the epoch, or a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Time(i64),
    Text(Text),
}

/// A text that may be a part of a longer one. All fields of a record are parts of one copy of it, since to allocate each by
/// itself takes longer than to read it.
#[derive(Clone)]
pub(crate) struct Text {
    whole: Arc<str>,
    from: u32,
    to: u32,
}

impl Text {
    /// A part of `whole`.
    pub(crate) fn part(whole: &Arc<str>, part: &str) -> Self {
        Self::part_at(
            whole,
            part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr()),
            part,
        )
    }

    /// What begins at this byte of `whole` and is as long as `part`, if that is `part`; else a copy of it.
    pub(crate) fn part_at(whole: &Arc<str>, from: usize, part: &str) -> Self {
        let to = from.saturating_add(part.len());
        match (u32::try_from(from), u32::try_from(to)) {
            (Ok(start), Ok(end)) if whole.get(from..to) == Some(part) => Self {
                whole: Arc::clone(whole),
                from: start,
                to: end,
            },
            _ => part.into(),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self {
            whole: text.into(),
            from: 0,
            // More than 4 GiB is nowhere accepted.
            to: u32::try_from(text.len()).unwrap_or_default(),
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        let range = self.from as usize..self.to as usize;
        self.whole.get(range).unwrap_or_default()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(other)
    }
}

/// How recent a value is; by default older than all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    /// When it was written; the least number if that is not known.
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

/// Where a value comes from. A record beats an event of the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    Event = 0,
    Record = 1,
}
