//! Trees come out, a page at a time.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use aws_smithy_types::DateTime;
use rusqlite::{Connection, OptionalExtension, Row};

use super::trees::NO_TIME;
use super::{Store, StoreError};
use crate::token::{Cursor, Scope};

/// A contact of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactSummary {
    /// The contact's ID.
    pub contact_id: String,
    /// The contact's ARN.
    pub contact_arn: String,
    /// When it began.
    pub initiation_time: Option<DateTime>,
    /// When it ended.
    pub disconnect_time: Option<DateTime>,
    /// The first contact of its chain.
    pub initial_contact_id: Option<String>,
    /// The contact it came from.
    pub previous_contact_id: Option<String>,
    /// A contact of another chain that it belongs to.
    pub related_contact_id: Option<String>,
    /// How it was begun, as the service spells it.
    pub initiation_method: Option<String>,
    /// Its channel, as the service spells it.
    pub channel: Option<String>,
}

/// Some contacts of a tree, by initiation time, then ID; those without a time come last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The contacts.
    pub contacts: Vec<ContactSummary>,
    /// A token for the page that follows; `None` on the last one.
    pub next_token: Option<String>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// No record of this instance was imported.
    #[error("instance not found")]
    UnknownInstance,
    /// No record of this contact was imported; others may refer to it.
    #[error("contact not found")]
    UnknownContact,
    /// The token was not given out for this contact by this database.
    #[error("invalid page token")]
    BadToken,
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for PageError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// A page of the tree that a contact belongs to: at most `limit` contacts, from the beginning or from where `token`
    /// says. `instance` is the instance's ID or its ARN.
    ///
    /// Pages together are the whole tree, the contact itself included. A contact that is imported between two pages is
    /// in a later one or in none.
    ///
    /// # Errors
    /// If the instance or contact is unknown, the token is not one of this contact's, or the database cannot be read.
    pub fn page(
        &self,
        instance: &str,
        contact_id: &str,
        limit: NonZeroUsize,
        token: Option<&str>,
    ) -> Result<Page, PageError> {
        self.read(|connection| {
            // One state of the database, whatever is imported meanwhile.
            let transaction = connection.transaction()?;
            let place = find(&transaction, instance, contact_id)?;
            let scope = Scope {
                key: &self.token_key,
                instance_id: &place.instance_id,
                contact_id,
            };
            let after = token
                .map(|token| scope.open(token).ok_or(PageError::BadToken))
                .transpose()?;
            let (contacts, next) = rows(&transaction, &place, after.as_ref(), limit.get())?;
            transaction.commit()?;
            Ok(Page {
                contacts,
                next_token: next.map(|cursor| scope.seal(&cursor)),
            })
        })
    }

    /// The first IDs of an instance's contacts that begin with `prefix`, in order, `limit` at the most.
    ///
    /// # Errors
    /// If the instance is unknown or the database cannot be read.
    pub fn contact_ids(
        &self,
        instance: &str,
        prefix: &str,
        limit: u32,
    ) -> Result<Vec<String>, PageError> {
        self.read(|connection| {
            let (key, ..) = find_instance(connection, instance)?;
            let ids = connection
                .prepare_cached(CONTACT_IDS)?
                .query_map((key, prefix, i64::from(limit)), |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(ids)
        })
    }
}

impl Store {
    /// What is kept of the contacts of a contact's tree beyond what a page has: a JSON object per contact ID, named and
    /// written as in contact records. Contacts of which nothing else is known are left out.
    ///
    /// # Errors
    /// If the instance or contact is unknown, or the database cannot be read.
    pub fn details(
        &self,
        instance: &str,
        contact_id: &str,
    ) -> Result<BTreeMap<String, String>, PageError> {
        self.read(|connection| {
            let transaction = connection.transaction()?;
            let place = find(&transaction, instance, contact_id)?;
            let select = "SELECT id, details FROM contact WHERE tree = ?1 AND listed = 1 AND details IS NOT NULL";
            let details = transaction
                .prepare_cached(select)?
                .query_map([place.tree], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(details)
        })
    }
}

/// No byte of UTF-8 is as great as the one that ends the range.
pub(super) const CONTACT_IDS: &str =
    "SELECT id FROM contact WHERE instance = ?1 AND listed AND id >= ?2 AND id < ?2 || x'ff'
    AND substr(id, 1, length(?2)) = ?2 ORDER BY id LIMIT ?3";

/// A contact with all that is kept of it.
#[derive(Debug)]
pub(crate) struct StoredContact {
    pub(crate) summary: ContactSummary,
    pub(crate) instance_arn: String,
    /// The first contact of its tree.
    pub(crate) association_id: String,
    pub(crate) last_update: Option<DateTime>,
    pub(crate) attributes: BTreeMap<String, String>,
    /// What has no column, as records name and write it: a JSON object.
    pub(crate) details: Option<String>,
}

impl Store {
    /// A contact by its ID.
    pub(crate) fn contact(&self, instance: &str, id: &str) -> Result<StoredContact, PageError> {
        self.read(|connection| {
            let transaction = connection.transaction()?;
            contact(&transaction, instance, id)
        })
    }
}

pub(super) fn contact(
    connection: &Connection,
    instance: &str,
    id: &str,
) -> Result<StoredContact, PageError> {
    let (key, _, instance_arn) = find_instance(connection, instance)?;
    let select = "SELECT id, initiated, disconnected, initial, previous, related, method, channel, details, version_time,
        (SELECT id FROM contact AS first WHERE first.tree = contact.tree AND listed = 1 ORDER BY initiated, id LIMIT 1)
        FROM contact WHERE instance = ?1 AND id = ?2 AND listed";
    let contact = connection
        .prepare_cached(select)?
        .query_row((key, id), |row| {
            Ok(StoredContact {
                summary: summary(row, &instance_arn)?,
                details: row.get(8)?,
                last_update: Some(row.get(9)?)
                    .filter(|nanos| *nanos != i64::MIN)
                    .map(time),
                association_id: row.get(10)?,
                attributes: chain_attributes(connection, key, id)?,
                instance_arn: instance_arn.clone(),
            })
        });
    contact.optional()?.ok_or(PageError::UnknownContact)
}

/// The plus keeps SQLite from going through the whole instance instead of the tree.
pub(super) const CHAIN_ATTRIBUTES: &str = "
    WITH chain (first) AS (SELECT coalesce(initial, id) FROM contact WHERE instance = ?1 AND id = ?2)
    SELECT attribute.key, attribute.value FROM chain, contact, json_each(contact.details, '$.Attributes') AS attribute
    WHERE +contact.instance = ?1 AND contact.tree = (SELECT tree FROM contact WHERE instance = ?1 AND id = ?2)
    AND coalesce(contact.initial, contact.id) = chain.first
    AND typeof(attribute.key) = 'text' AND attribute.type = 'text'
    ORDER BY coalesce(json_extract(field_versions, '$.Attributes[0]'), version_time)";

/// The attributes of a contact: those of all contacts of its chain, of each the one that was set last.
fn chain_attributes(
    connection: &Connection,
    instance: i64,
    id: &str,
) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = connection.prepare_cached(CHAIN_ATTRIBUTES)?;
    let pairs = statement.query_map((instance, id), |row| Ok((row.get(0)?, row.get(1)?)))?;
    pairs.collect()
}

struct Place {
    instance_id: String,
    instance_arn: String,
    tree: i64,
}

/// An instance's key, ID and ARN, found by its ID or its ARN.
pub(super) fn find_instance(
    connection: &Connection,
    instance: &str,
) -> Result<(i64, String, String), PageError> {
    connection
        .prepare_cached("SELECT key, id, arn FROM instance WHERE id = ?1 OR arn = ?1")?
        .query_row([instance], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?
        .ok_or(PageError::UnknownInstance)
}

fn find(connection: &Connection, instance: &str, contact_id: &str) -> Result<Place, PageError> {
    let (key, instance_id, instance_arn) = find_instance(connection, instance)?;
    let tree = connection
        .prepare_cached("SELECT tree FROM contact WHERE instance = ?1 AND id = ?2 AND listed")?
        .query_row((key, contact_id), |row| row.get(0))
        .optional()?
        .ok_or(PageError::UnknownContact)?;
    Ok(Place {
        instance_id,
        instance_arn,
        tree,
    })
}

/// At most `limit` contacts from behind `after` on, and the place of the last one if there are more.
fn rows(
    connection: &Connection,
    place: &Place,
    after: Option<&Cursor>,
    limit: usize,
) -> rusqlite::Result<(Vec<ContactSummary>, Option<Cursor>)> {
    let select = "SELECT id, initiated, disconnected, initial, previous, related, method, channel FROM contact
        WHERE tree = ?1 AND listed = 1 AND (initiated, id) > (?2, ?3) ORDER BY initiated, id LIMIT ?4";
    let (time, id) = after.map_or((i64::MIN, ""), |cursor| {
        (cursor.initiated, cursor.id.as_str())
    });
    // One more than asked for shows whether there is a next page.
    let limit_and_one = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut statement = connection.prepare_cached(select)?;
    let mut rows = statement.query((place.tree, time, id, limit_and_one))?;
    let mut contacts: Vec<ContactSummary> = Vec::new();
    let mut initiated = 0;
    while let Some(row) = rows.next()? {
        if contacts.len() == limit {
            let next = contacts.last().map(|last| Cursor {
                initiated,
                id: last.contact_id.clone(),
            });
            return Ok((contacts, next));
        }
        initiated = row.get(1)?;
        contacts.push(summary(row, &place.instance_arn)?);
    }
    Ok((contacts, None))
}

pub(crate) fn time(nanos: i64) -> DateTime {
    const NANOS: i64 = 1_000_000_000;
    let subsecond = u32::try_from(nanos.rem_euclid(NANOS)).unwrap_or_default();
    DateTime::from_secs_and_nanos(nanos.div_euclid(NANOS), subsecond)
}

pub(super) fn summary(row: &Row<'_>, instance_arn: &str) -> rusqlite::Result<ContactSummary> {
    let contact_id: String = row.get(0)?;
    Ok(ContactSummary {
        contact_arn: format!("{instance_arn}/contact/{contact_id}"),
        contact_id,
        initiation_time: Some(row.get(1)?)
            .filter(|nanos| *nanos != NO_TIME)
            .map(time),
        disconnect_time: row.get::<_, Option<i64>>(2)?.map(time),
        initial_contact_id: row.get(3)?,
        previous_contact_id: row.get(4)?,
        related_contact_id: row.get(5)?,
        initiation_method: row.get(6)?,
        channel: row.get(7)?,
    })
}
