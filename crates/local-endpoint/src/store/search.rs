//! Contacts are found by criteria, a page at a time.

use super::page::{PageError, instance};
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
pub(super) type Detailed = (ContactSummary, Option<String>);

/// A contact's place in the order of a search: what it is ordered by, then its ID.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) value: Value,
    pub(super) id: String,
}

/// What contacts are ordered by.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Time(i64),
    Text(String),
}

impl Mark {
    fn of(cursor: Cursor, order: Key) -> Result<Self, PageError> {
        let Cursor { initiated, id } = cursor;
        // The place in an order by text is that text, a line break and the ID.
        Ok(match order {
            Key::Method | Key::Channel => {
                let (value, id) = id.split_once('\n').ok_or(PageError::BadToken)?;
                Self {
                    value: Value::Text(value.to_owned()),
                    id: id.to_owned(),
                }
            }
            _ => Self {
                value: Value::Time(initiated),
                id,
            },
        })
    }

    fn cursor(self) -> Cursor {
        match self.value {
            Value::Time(initiated) => Cursor {
                initiated,
                id: self.id,
            },
            Value::Text(text) => Cursor {
                initiated: 0,
                id: format!("{text}\n{}", self.id),
            },
        }
    }
}

/// Contacts that were found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) contacts: Vec<Detailed>,
    pub(crate) total: i64,
    pub(crate) next_token: Option<String>,
}

impl Search {
    /// The direction of the order, and how what comes behind compares, as SQL has them.
    pub(super) fn direction(&self) -> (&'static str, &'static str) {
        if self.is_descending {
            ("DESC", "<")
        } else {
            ("ASC", ">")
        }
    }
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
        self.read(|tables| {
            let instance = self::instance(tables, instance)?;
            let scope = Scope {
                key: &self.token_key.0,
                instance_id: &instance.id,
                contact_id: what,
            };
            let after = match token {
                Some(token) => Some(scope.open(token).ok_or(PageError::BadToken)?),
                None => None,
            };
            let after = after.map(|cursor| Mark::of(cursor, search.order));
            let total = tables.count(&instance, search)?;
            // One more than asked for shows whether there is a next page.
            let limit_and_one = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
            let mut found = tables.search(
                &instance,
                search,
                after.transpose()?.as_ref(),
                limit_and_one,
            )?;
            let has_more = found.len() > limit;
            found.truncate(limit);
            let last = found.last().filter(|_| has_more);
            let next = last.map(|(_, mark)| mark.clone().cursor());
            Ok(Found {
                contacts: found.into_iter().map(|(contact, _)| contact).collect(),
                total,
                next_token: next.map(|cursor| scope.seal(&cursor)),
            })
        })
    }
}
