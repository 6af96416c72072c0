//! What is kept of a contact as columns have it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::NO_TIME;
use crate::contact::{
    COLUMNS, ContactState, FIELDS, Field, Kind, Origin, Text, Value, Version, Versioned,
};

/// When a contact began, as its column has it.
pub(super) fn initiated(state: &ContactState) -> i64 {
    match state[Field::Initiated].value {
        Some(Value::Time(nanos)) => nanos,
        _ => NO_TIME,
    }
}

/// The fields without columns as one JSON object.
pub(super) fn details(state: &ContactState) -> Option<String> {
    let fields = FIELDS.iter().zip(state.0.iter()).skip(COLUMNS);
    let mut details = String::new();
    for ((name, ..), field) in fields {
        if let Some(json) = field.text() {
            for part in [
                if details.is_empty() { "{\"" } else { ",\"" },
                name,
                "\":",
                json,
            ] {
                details.push_str(part);
            }
        }
    }
    (!details.is_empty()).then(|| details + "}")
}

/// The versions of the fields that are not of the newest, by name. Mostly all fields come from the same record.
pub(super) fn field_versions(state: &ContactState, newest: Version) -> Option<String> {
    let fields = FIELDS.iter().zip(state.0.iter()).enumerate();
    let older = fields.filter(|(place, (_, field))| {
        field.version != newest && (*place < COLUMNS || field.value.is_some())
    });
    let pairs = older.map(|(_, ((name, ..), Versioned { version, .. }))| {
        (*name, (version.time, version.origin as i64))
    });
    let pairs = pairs.collect::<BTreeMap<_, _>>();
    (!pairs.is_empty()).then(|| serde_json::json!(pairs).to_string())
}

/// A contact's state, from its columns, details, newest version and the versions of older fields.
pub(super) fn state(
    columns: [Option<Value>; COLUMNS],
    details: Option<Arc<str>>,
    newest: (i64, i64),
    older: Option<&str>,
) -> serde_json::Result<ContactState> {
    let whole: Arc<str> = details.unwrap_or_else(|| "{}".into());
    let details: HashMap<&str, &RawValue> = serde_json::from_str(&whole)?;
    let newest = version(newest);
    let older = match older {
        Some(older) => serde_json::from_str(older)?,
        None => FieldVersions::default(),
    };
    let mut columns = columns.into_iter();
    let mut state = ContactState::default();
    for (place, (ours, (name, _, kind))) in state.0.iter_mut().zip(FIELDS).enumerate() {
        let value = match kind {
            Kind::Json => {
                let json = details.get(name).map(|json| Text::part(&whole, json.get()));
                json.map(Value::Text)
            }
            _ => columns.next().flatten(),
        };
        let value = value.filter(|value| *value != Value::Time(NO_TIME));
        let version = older.of(place, name).map_or(newest, version);
        *ours = match value {
            // An event never says that there is nothing, though the first version of the schema took it so.
            None if kind == Kind::Json || version.origin == Origin::Event => Versioned::default(),
            value => Versioned { version, value },
        };
    }
    Ok(state)
}

fn version((time, origin): (i64, i64)) -> Version {
    let origin = if origin == Origin::Record as i64 {
        Origin::Record
    } else {
        Origin::Event
    };
    Version { time, origin }
}

/// Of the fields that are not of the newest version, or, as the second version of the schema has it, of all columns.
#[derive(Deserialize)]
#[serde(untagged)]
enum FieldVersions {
    Named(HashMap<String, (i64, i64)>),
    Columns([(i64, i64); COLUMNS]),
}

impl Default for FieldVersions {
    fn default() -> Self {
        Self::Named(HashMap::new())
    }
}

impl FieldVersions {
    fn of(&self, place: usize, name: &str) -> Option<(i64, i64)> {
        match self {
            Self::Named(named) => named.get(name).copied(),
            Self::Columns(columns) => columns.get(place).copied(),
        }
    }
}
