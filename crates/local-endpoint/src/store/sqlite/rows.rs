//! The row of a contact: how its state is written and read.

use rusqlite::types::ToSqlOutput;
use rusqlite::{CachedStatement, Connection, ToSql};

use crate::contact::{COLUMNS, ContactState, FIELDS, Field, Kind, Value};
use crate::store::NO_TIME;
use crate::store::columns::{self, details, field_versions, initiated};
use crate::store::tables::{Entry, Row};

/// The state of a contact.
pub(super) fn state(connection: &Connection, key: i64) -> rusqlite::Result<ContactState> {
    let select =
        "SELECT disconnected, initiated, previous, initial, related, method, channel, details,
        version_time, version_origin, field_versions FROM contact WHERE key = ?1";
    connection.prepare_cached(select)?.query_row([key], read)
}

/// Writes a contact that has no row; without a state, only its ID.
pub(super) fn insert(connection: &Connection, contact: &Entry<'_>) -> rusqlite::Result<()> {
    let Entry {
        instance,
        id,
        tree,
        state,
        ..
    } = *contact;
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

/// A contact's state.
fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<ContactState> {
    let mut values = [const { None }; COLUMNS];
    for (place, (value, (_, _, kind))) in values.iter_mut().zip(FIELDS).enumerate() {
        *value = match kind {
            Kind::Time => row.get::<_, Option<i64>>(place)?.map(Value::Time),
            _ => {
                let text = row.get::<_, Option<String>>(place)?;
                text.map(|text| Value::Text(text.into()))
            }
        };
    }
    let older: Option<String> = row.get(10)?;
    let newest = (row.get(8)?, row.get(9)?);
    let state = columns::state(values, row.get(7)?, newest, older.as_deref());
    state.map_err(|_| rusqlite::Error::InvalidQuery)
}
