//! The row of a contact: how its state is written and read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::types::ToSqlOutput;
use rusqlite::{CachedStatement, Connection, ToSql};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::contact::{
    COLUMNS, ContactState, FIELDS, Field, Kind, Origin, Text, Value, Version, Versioned,
};
use crate::store::NO_TIME;
use crate::store::tables::{Row, initiated};

/// The state of a contact.
pub(super) fn state(connection: &Connection, key: i64) -> rusqlite::Result<ContactState> {
    let select =
        "SELECT disconnected, initiated, previous, initial, related, method, channel, details,
        version_time, version_origin, field_versions FROM contact WHERE key = ?1";
    connection.prepare_cached(select)?.query_row([key], read)
}

/// Writes a contact that has no row; without a state, only its ID.
pub(super) fn insert(
    connection: &Connection,
    instance: i64,
    id: &str,
    tree: i64,
    state: Option<&ContactState>,
) -> rusqlite::Result<()> {
    let Some(state) = state else {
        let insert = "INSERT INTO contact (instance, id, tree, listed, initiated, version_time, version_origin)
            VALUES (?1, ?2, ?3, 0, ?4, 0, 0)";
        let mut statement = connection.prepare_cached(insert)?;
        return statement.execute((instance, id, tree, NO_TIME)).map(drop);
    };
    let insert = "INSERT INTO contact (disconnected, initiated, previous, initial, related, method, channel, details,
        version_time, version_origin, field_versions, tree, listed, instance, id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 1, ?13, ?14)";
    let mut statement = connection.prepare_cached(insert)?;
    bind(&mut statement, state)?;
    statement.raw_bind_parameter(12, tree)?;
    statement.raw_bind_parameter(13, instance)?;
    statement.raw_bind_parameter(14, id)?;
    statement.raw_execute().map(drop)
}

/// Writes a contact that has a row.
pub(super) fn update(
    connection: &Connection,
    row: &Row,
    state: &ContactState,
) -> rusqlite::Result<()> {
    const IN_PLACE: &str = "UPDATE contact SET disconnected = ?1, previous = ?3, initial = ?4, related = ?5, method = ?6,
        channel = ?7, details = ?8, version_time = ?9, version_origin = ?10, field_versions = ?11 WHERE key = ?12";
    const MOVED: &str = "UPDATE contact SET disconnected = ?1, previous = ?3, initial = ?4, related = ?5, method = ?6,
        channel = ?7, details = ?8, version_time = ?9, version_origin = ?10, field_versions = ?11, initiated = ?2,
        listed = 1 WHERE key = ?12";
    // To set a column that an index has costs an entry of that index, even if the value is the same.
    let is_in_place = row.is_listed && row.initiated == initiated(state);
    let mut statement = connection.prepare_cached(if is_in_place { IN_PLACE } else { MOVED })?;
    bind(&mut statement, state)?;
    statement.raw_bind_parameter(12, row.key)?;
    statement.raw_execute().map(drop)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Time(nanos) => nanos.to_sql(),
            Self::Text(text) => (**text).to_sql(),
        }
    }
}

/// Binds the parameters 1 to 11.
fn bind(statement: &mut CachedStatement<'_>, state: &ContactState) -> rusqlite::Result<()> {
    let newest = state.newest();
    for (place, field) in state.0.iter().take(COLUMNS).enumerate() {
        statement.raw_bind_parameter(place + 1, &field.value)?;
    }
    statement.raw_bind_parameter(Field::Initiated as usize + 1, initiated(state))?;
    statement.raw_bind_parameter(8, details(state))?;
    statement.raw_bind_parameter(9, newest.time)?;
    statement.raw_bind_parameter(10, newest.origin as i64)?;
    statement.raw_bind_parameter(11, field_versions(state, newest))
}

/// The fields without columns as one JSON object.
fn details(state: &ContactState) -> Option<String> {
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
fn field_versions(state: &ContactState, newest: Version) -> Option<String> {
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

/// A contact's state, from its columns, details and versions.
fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<ContactState> {
    let invalid = |_| rusqlite::Error::InvalidQuery;
    let text = |text: Option<String>| text.map(|text| Value::Text(text.into()));
    let whole: Arc<str> = row.get::<_, Option<_>>(7)?.unwrap_or_else(|| "{}".into());
    let details: HashMap<&str, &RawValue> = serde_json::from_str(&whole).map_err(invalid)?;
    let newest = version((row.get(8)?, row.get(9)?));
    let older: Option<String> = row.get(10)?;
    let older = match &older {
        Some(older) => serde_json::from_str(older).map_err(invalid)?,
        None => FieldVersions::default(),
    };
    let mut state = ContactState::default();
    for (place, (ours, (name, _, kind))) in state.0.iter_mut().zip(FIELDS).enumerate() {
        let value = match kind {
            Kind::Time => row.get::<_, Option<i64>>(place)?.map(Value::Time),
            Kind::Id | Kind::Constant => text(row.get(place)?),
            Kind::Json => {
                let json = details.get(name).map(|json| Text::part(&whole, json.get()));
                json.map(Value::Text)
            }
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
