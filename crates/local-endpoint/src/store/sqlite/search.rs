//! Searches in SQL.

use std::fmt::Write;

use rusqlite::types::Value as Parameter;
use rusqlite::{Connection, params_from_iter};

use super::read::summary;
use crate::StoreError;
use crate::store::NO_TIME;
use crate::store::search::{Criterion, Detailed, Key, Mark, Search, Value};
use crate::store::tables::Instance;

/// How many contacts a search finds.
pub(super) fn count(
    connection: &Connection,
    instance: &Instance,
    search: &Search,
) -> Result<i64, StoreError> {
    let query = Query::new(instance.key, search);
    let count = format!("SELECT count(*) FROM contact WHERE {}", query.condition);
    let mut statement = connection.prepare_cached(&count)?;
    Ok(statement.query_row(params_from_iter(&query.values), |row| row.get(0))?)
}

/// At most `limit` contacts from behind `after` on.
pub(super) fn rows(
    connection: &Connection,
    instance: &Instance,
    search: &Search,
    after: Option<&Mark>,
    limit: i64,
) -> Result<Vec<(Detailed, Mark)>, StoreError> {
    let mut query = Query::new(instance.key, search);
    let key = sql(search.order);
    let (direction, comparison) = search.direction();
    if let Some(Mark { value, id }) = after {
        let value = match value {
            Value::Time(nanos) => Parameter::from(*nanos),
            Value::Text(text) => Parameter::from(text.clone()),
        };
        let (value, id) = (query.bind(value), query.bind(id.clone()));
        // Writing to a string cannot fail.
        let _ = write!(
            query.condition,
            " AND ({key}, id) {comparison} (?{value}, ?{id})"
        );
    }
    let limit = query.bind(limit);
    let select = format!(
        "SELECT id, initiated, disconnected, initial, previous, related, method, channel, details, {key} FROM contact
        WHERE {} ORDER BY {key} {direction}, id {direction} LIMIT ?{limit}",
        query.condition
    );
    let mut statement = connection.prepare_cached(&select)?;
    let rows = statement.query_map(params_from_iter(&query.values), |row| {
        let contact = summary(row, &instance.arn)?;
        let value = match row.get(9)? {
            Parameter::Integer(nanos) => Value::Time(nanos),
            Parameter::Text(text) => Value::Text(text),
            _ => Value::Text(String::new()),
        };
        let id = contact.contact_id.clone();
        Ok(((contact, row.get(8)?), Mark { value, id }))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Never null, so that a contact without it has its place in the order: the last.
fn sql(key: Key) -> String {
    let json_time = |path: &str| {
        format!("coalesce(unixepoch(json_extract(details, '{path}')) * 1000000000, {NO_TIME})")
    };
    match key {
        Key::Initiated => "initiated".to_owned(),
        Key::Disconnected => format!("coalesce(disconnected, {NO_TIME})"),
        Key::Scheduled => json_time("$.ScheduledTimestamp"),
        Key::ConnectedToAgent => json_time("$.Agent.ConnectedToAgentTimestamp"),
        Key::Method => "coalesce(method, '')".to_owned(),
        Key::Channel => "coalesce(channel, '')".to_owned(),
    }
}

/// A condition in SQL and what its parameters are bound to.
struct Query {
    condition: String,
    values: Vec<Parameter>,
}

impl Query {
    fn new(instance: i64, search: &Search) -> Self {
        let (key, from, to) = search.range;
        let key = sql(key);
        let mut query = Self {
            condition: format!("instance = ?1 AND listed AND {key} BETWEEN ?2 AND ?3"),
            values: vec![instance.into(), from.into(), to.into()],
        };
        for criterion in &search.criteria {
            let condition = query.criterion(criterion);
            // Writing to a string cannot fail.
            let _ = write!(query.condition, " AND {condition}");
        }
        query
    }

    /// The number of a new parameter.
    fn bind(&mut self, value: impl Into<Parameter>) -> usize {
        self.values.push(value.into());
        self.values.len()
    }

    /// A list, as rows.
    fn list(&mut self, values: &[String]) -> String {
        let list = self.bind(serde_json::json!(values).to_string());
        format!("(SELECT value FROM json_each(?{list}))")
    }

    fn criterion(&mut self, criterion: &Criterion) -> String {
        match criterion {
            Criterion::Channels(values) => format!("channel IN {}", self.list(values)),
            Criterion::Methods(values) => format!("method IN {}", self.list(values)),
            Criterion::Arns(path, ids) => {
                let ids = self.bind(serde_json::json!(ids).to_string());
                let arn = format!("json_extract(details, '{path}')");
                format!(
                    "EXISTS (SELECT 1 FROM json_each(?{ids}) AS id
                    WHERE {arn} = id.value OR substr({arn}, -length(id.value) - 1) = '/' || id.value)"
                )
            }
            Criterion::Attribute(name, values) => {
                let (name, values) = (self.bind(name.clone()), self.list(values));
                format!(
                    "EXISTS (SELECT 1 FROM json_each(details, '$.Attributes') AS attribute
                    WHERE attribute.key = ?{name} AND attribute.value IN {values})"
                )
            }
            Criterion::SegmentAttribute(name, values) => {
                let (name, values) = (self.bind(name.clone()), self.list(values));
                format!(
                    "EXISTS (SELECT 1 FROM json_each(details, '$.SegmentAttributes') AS attribute
                    WHERE attribute.key = ?{name} AND json_extract(attribute.value, '$.ValueString') IN {values})"
                )
            }
            Criterion::Any(criteria) => {
                let any = criteria.iter().map(|criterion| self.criterion(criterion));
                format!("({})", any.collect::<Vec<_>>().join(" OR "))
            }
        }
    }
}
