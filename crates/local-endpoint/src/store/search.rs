//! Contacts are found by criteria, a page at a time.

use std::fmt::Write;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::page::{PageError, find_instance, summary};
use super::trees::NO_TIME;
use super::{ContactSummary, Store};
use crate::token::{Cursor, Scope};

/// What contacts can be ordered by and be within a range of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Initiated,
    Disconnected,
    Scheduled,
    ConnectedToAgent,
    Method,
    Channel,
}

impl Key {
    /// Never null, so that a contact without it has its place in the order: the last.
    fn sql(self) -> String {
        let json_time = |path: &str| {
            format!("coalesce(unixepoch(json_extract(details, '{path}')) * 1000000000, {NO_TIME})")
        };
        match self {
            Self::Initiated => "initiated".to_owned(),
            Self::Disconnected => format!("coalesce(disconnected, {NO_TIME})"),
            Self::Scheduled => json_time("$.ScheduledTimestamp"),
            Self::ConnectedToAgent => json_time("$.Agent.ConnectedToAgentTimestamp"),
            Self::Method => "coalesce(method, '')".to_owned(),
            Self::Channel => "coalesce(channel, '')".to_owned(),
        }
    }
}

/// A list of which a contact must have one.
#[derive(Clone, Debug)]
pub(crate) enum Criterion {
    Channels(Vec<String>),
    Methods(Vec<String>),
    /// IDs at the end of an ARN at this place of the details.
    Arns(&'static str, Vec<String>),
    /// Values of an attribute.
    Attribute(String, Vec<String>),
    /// Values of a segment attribute.
    SegmentAttribute(String, Vec<String>),
    /// One of these holds.
    Any(Vec<Criterion>),
}

/// What is looked for. Times are nanoseconds since the epoch.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    pub(crate) range: (Key, i64, i64),
    pub(crate) criteria: Vec<Criterion>,
    pub(crate) order: Key,
    pub(crate) is_descending: bool,
}

/// A contact, and its details.
type Detailed = (ContactSummary, Option<String>);

/// Contacts that were found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) contacts: Vec<Detailed>,
    pub(crate) total: i64,
    pub(crate) next_token: Option<String>,
}

impl Store {
    /// Finds contacts of an instance. A token is good for the same `what`, which says in full what is looked for.
    pub(crate) fn search(
        &self,
        instance: &str,
        search: &Search,
        what: &str,
        limit: usize,
        token: Option<&str>,
    ) -> Result<Found, PageError> {
        self.read(|connection| {
            let transaction = connection.transaction()?;
            let (instance, id, arn) = find_instance(&transaction, instance)?;
            let scope = Scope {
                key: &self.token_key,
                instance_id: &id,
                contact_id: what,
            };
            let after = match token {
                Some(token) => Some(scope.open(token).ok_or(PageError::BadToken)?),
                None => None,
            };
            let mut query = Query::new(instance, search);
            let total = query.count(&transaction)?;
            let (contacts, last) = query.rows(&transaction, search, after, limit, &arn)?;
            Ok(Found {
                contacts,
                total,
                next_token: last.map(|cursor| scope.seal(&cursor)),
            })
        })
    }
}

/// A condition in SQL and what its parameters are bound to.
struct Query {
    condition: String,
    values: Vec<Value>,
}

impl Query {
    fn new(instance: i64, search: &Search) -> Self {
        let (key, from, to) = search.range;
        let key = key.sql();
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
    fn bind(&mut self, value: impl Into<Value>) -> usize {
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

    fn count(&self, connection: &Connection) -> rusqlite::Result<i64> {
        let count = format!("SELECT count(*) FROM contact WHERE {}", self.condition);
        connection
            .prepare_cached(&count)?
            .query_row(params_from_iter(&self.values), |row| row.get(0))
    }

    /// At most `limit` contacts from behind `after` on, and the place of the last one if there are more.
    fn rows(
        &mut self,
        connection: &Connection,
        search: &Search,
        after: Option<Cursor>,
        limit: usize,
        instance_arn: &str,
    ) -> Result<(Vec<Detailed>, Option<Cursor>), PageError> {
        let key = search.order.sql();
        let (direction, comparison) = if search.is_descending {
            ("DESC", "<")
        } else {
            ("ASC", ">")
        };
        if let Some(Cursor { initiated, id }) = after {
            // The place in an order by text is that text, a line break and the ID.
            let (value, id) = match search.order {
                Key::Method | Key::Channel => {
                    let (value, id) = id.split_once('\n').ok_or(PageError::BadToken)?;
                    (Value::from(value.to_owned()), id.to_owned())
                }
                _ => (Value::from(initiated), id),
            };
            let (value, id) = (self.bind(value), self.bind(id));
            // Writing to a string cannot fail.
            let _ = write!(
                self.condition,
                " AND ({key}, id) {comparison} (?{value}, ?{id})"
            );
        }
        let limit_and_one = self.bind(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1));
        let select = format!(
            "SELECT id, initiated, disconnected, initial, previous, related, method, channel, details, {key} FROM contact
            WHERE {} ORDER BY {key} {direction}, id {direction} LIMIT ?{limit_and_one}",
            self.condition
        );
        let mut statement = connection.prepare_cached(&select)?;
        let mut rows = statement.query(params_from_iter(&self.values))?;
        let mut contacts = Vec::new();
        let mut last = None;
        while let Some(row) = rows.next()? {
            if contacts.len() == limit {
                return Ok((contacts, last));
            }
            let contact = summary(row, instance_arn)?;
            last = Some(match row.get(9)? {
                Value::Integer(initiated) => Cursor {
                    initiated,
                    id: contact.contact_id.clone(),
                },
                value => Cursor {
                    initiated: 0,
                    id: format!("{}\n{}", text(value), contact.contact_id),
                },
            });
            contacts.push((contact, row.get(8)?));
        }
        Ok((contacts, None))
    }
}

fn text(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        _ => String::new(),
    }
}
