//! Trees come out, a page at a time.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use super::tables::{Instance, Tables};
use super::{NO_TIME, Store, StoreError};
use crate::token::{Cursor, Scope};
use aws_smithy_types::DateTime;

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
        self.read(|tables| {
            let (instance, tree) = find(tables, instance, contact_id)?;
            let scope = Scope {
                key: &self.token_key.0,
                instance_id: &instance.id,
                contact_id,
            };
            let after = token
                .map(|token| scope.open(token).ok_or(PageError::BadToken))
                .transpose()?;
            let limit = limit.get();
            // One more than asked for shows whether there is a next page.
            let limit_and_one = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
            let mut rows = tables.page(&instance, tree, after.as_ref(), limit_and_one)?;
            let has_more = rows.len() > limit;
            rows.truncate(limit);
            let last = rows.last().filter(|_| has_more);
            let next = last.map(|(contact, initiated)| Cursor {
                initiated: *initiated,
                id: contact.contact_id.clone(),
            });
            Ok(Page {
                contacts: rows.into_iter().map(|(contact, _)| contact).collect(),
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
        self.read(|tables| {
            let instance = self::instance(tables, instance)?;
            Ok(tables.contact_ids(instance.key, prefix, limit)?)
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
        self.read(|tables| {
            let (_, tree) = find(tables, instance, contact_id)?;
            Ok(tables.details(tree)?)
        })
    }
}

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
        self.read(|tables| contact(tables, instance, id))
    }
}

pub(super) fn contact(
    tables: &dyn Tables,
    instance: &str,
    id: &str,
) -> Result<StoredContact, PageError> {
    let instance = self::instance(tables, instance)?;
    let contact = tables.contact(&instance, id)?;
    contact.ok_or(PageError::UnknownContact)
}

/// An instance by its ID or its ARN.
pub(super) fn instance(tables: &dyn Tables, instance: &str) -> Result<Instance, PageError> {
    let instance = tables.instance(instance)?;
    instance.ok_or(PageError::UnknownInstance)
}

/// The instance and tree of a contact.
fn find(
    tables: &dyn Tables,
    instance: &str,
    contact_id: &str,
) -> Result<(Instance, i64), PageError> {
    let instance = self::instance(tables, instance)?;
    let tree = tables.tree_of(instance.key, contact_id)?;
    Ok((instance, tree.ok_or(PageError::UnknownContact)?))
}

/// When a contact began, of what its column has.
pub(super) fn beginning(nanos: i64) -> Option<DateTime> {
    (nanos != NO_TIME).then(|| time(nanos))
}

pub(crate) fn time(nanos: i64) -> DateTime {
    const NANOS: i64 = 1_000_000_000;
    let subsecond = u32::try_from(nanos.rem_euclid(NANOS)).unwrap_or_default();
    DateTime::from_secs_and_nanos(nanos.div_euclid(NANOS), subsecond)
}
