//! Searches in SQL.

use std::fmt::Write;

use tokio_postgres::types::ToSql;

use super::read::summary;
use super::session::{Session, escape};
use crate::StoreError;
use crate::store::NO_TIME;
use crate::store::search::{Criterion, Detailed, Key, Mark, Search, Value};
use crate::store::tables::Instance;

/// How many contacts a search finds.
pub(super) fn count(
    session: &Session,
    instance: &Instance,
    search: &Search,
) -> Result<i64, StoreError> {
    let query = Query::new(instance.key, search);
    let select = format!("SELECT count(*) FROM contact WHERE {}", query.condition);
    session.one(&select, &query.parameters())?.get(0)
}

/// At most `limit` contacts from behind `after` on.
pub(super) fn rows(
    session: &Session,
    instance: &Instance,
    search: &Search,
    after: Option<&Mark>,
    limit: i64,
) -> Result<Vec<(Detailed, Mark)>, StoreError> {
    let mut query = Query::new(instance.key, search);
    let (key, is_text) = sql(search.order);
    let (direction, comparison) = search.direction();
    if let Some(Mark { value, id }) = after {
        let value = match value {
            Value::Time(nanos) => query.bind(*nanos),
            Value::Text(text) => query.bind(escape(text).into_owned()),
        };
        let id = query.bind(escape(id).into_owned());
        // Writing to a string cannot fail.
        let _ = write!(
            query.condition,
            " AND ({key}, id) {comparison} (${value}, ${id})"
        );
    }
    let limit = query.bind(limit);
    let select = format!(
        "SELECT id, initiated, disconnected, initial, previous, related, method, channel, details, {key} FROM contact
        WHERE {} ORDER BY {key} {direction}, id {direction} LIMIT ${limit}",
        query.condition
    );
    let mut found = Vec::new();
    for row in session.all(&select, &query.parameters())? {
        let contact = summary(&row, &instance.arn)?;
        let value = if is_text {
            Value::Text(row.text(9)?)
        } else {
            Value::Time(row.get(9)?)
        };
        let id = contact.contact_id.clone();
        found.push(((contact, row.get(8)?), Mark { value, id }));
    }
    Ok(found)
}

/// Never null, so that a contact without it has its place in the order: the last. And whether it is a text.
fn sql(key: Key) -> (String, bool) {
    let time_at = |path: &str| format!("coalesce(time_at(details, {path}), {NO_TIME})");
    match key {
        Key::Initiated => ("initiated".to_owned(), false),
        Key::Disconnected => (format!("coalesce(disconnected, {NO_TIME})"), false),
        Key::Scheduled => (time_at("'ScheduledTimestamp'"), false),
        Key::ConnectedToAgent => (time_at("'Agent', 'ConnectedToAgentTimestamp'"), false),
        Key::Method => ("coalesce(method, '')".to_owned(), true),
        Key::Channel => ("coalesce(channel, '')".to_owned(), true),
    }
}

/// A condition in SQL and what its parameters are bound to.
struct Query {
    condition: String,
    values: Vec<Box<dyn ToSql + Sync>>,
}

impl Query {
    fn new(instance: i64, search: &Search) -> Self {
        let (key, from, to) = search.range;
        let (key, _) = sql(key);
        let mut query = Self {
            condition: format!("instance = $1 AND listed AND {key} BETWEEN $2 AND $3"),
            values: vec![Box::new(instance), Box::new(from), Box::new(to)],
        };
        for criterion in &search.criteria {
            let condition = query.criterion(criterion);
            // Writing to a string cannot fail.
            let _ = write!(query.condition, " AND {condition}");
        }
        query
    }

    fn parameters(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.values.iter().map(|value| &**value).collect()
    }

    /// The number of a new parameter.
    fn bind(&mut self, value: impl ToSql + Sync + 'static) -> usize {
        self.values.push(Box::new(value));
        self.values.len()
    }

    /// A list.
    fn list(&mut self, values: &[String]) -> String {
        let values = values.iter().map(|value| escape(value).into_owned());
        let values: Vec<String> = values.collect();
        format!("ANY(${}::text[])", self.bind(values))
    }

    /// A list to compare with what details say, where PostgreSQL reads no text with a NUL.
    fn list_of_details(&mut self, values: &[String]) -> String {
        let values = values.iter().filter(|value| !value.contains('\0'));
        let values: Vec<String> = values.cloned().collect();
        format!("ANY(${}::text[])", self.bind(values))
    }

    /// A member of one of the objects in details that is one of these.
    fn member(&mut self, object: &str, name: &str, rest: &str, values: &[String]) -> String {
        if name.contains('\0') {
            return "FALSE".to_owned();
        }
        let name = self.bind(name.to_owned());
        let values = self.list_of_details(values);
        format!("text_at(details, '{object}', ${name}{rest}) = {values}")
    }

    fn criterion(&mut self, criterion: &Criterion) -> String {
        match criterion {
            Criterion::Channels(values) => format!("channel = {}", self.list(values)),
            Criterion::Methods(values) => format!("method = {}", self.list(values)),
            Criterion::Arns(path, ids) => {
                let path = path.trim_start_matches("$.").replace('.', "', '");
                let (arn, ids) = (
                    format!("text_at(details, '{path}')"),
                    self.list_of_details(ids),
                );
                // An ID at the end of an ARN comes after its last slash.
                format!("({arn} = {ids} OR substring({arn} FROM '.*/(.*)') = {ids})")
            }
            Criterion::Attribute(name, values) => self.member("Attributes", name, "", values),
            Criterion::SegmentAttribute(name, values) => {
                self.member("SegmentAttributes", name, ", 'ValueString'", values)
            }
            Criterion::Any(criteria) => {
                let any = criteria.iter().map(|criterion| self.criterion(criterion));
                format!("({})", any.collect::<Vec<_>>().join(" OR "))
            }
        }
    }
}
