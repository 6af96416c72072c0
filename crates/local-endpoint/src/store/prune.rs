//! Contacts go, and their bytes with them.

use std::collections::BTreeSet;
use std::slice;

use aws_smithy_types::DateTime;

use super::import::BATCH;
use super::page::{beginning, instance};
use super::tables::Tables;
use super::trees::Trees;
use super::{NO_TIME, OnUnconfirmed, PageError, Store, StoreError};

/// Which contacts to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prune {
    /// Those that began before this time; of one whose beginning is not known, the last update counts. What others refer to
    /// stays as an ID, so that they stay in one tree.
    Before(DateTime),
    /// One contact, and all references to it.
    Contact {
        /// Its instance, by ID or ARN. Needed only where the contact's ID is known of several.
        instance: Option<String>,
        /// Its ID.
        id: String,
    },
}

/// What was removed, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many contacts.
    pub contacts: u64,
    /// How many other contacts lost a reference.
    pub references: u64,
    /// How many contacts stay in the trees of those that went.
    pub relatives: u64,
    /// When the first of them began.
    pub first: Option<DateTime>,
    /// When the last of them began.
    pub last: Option<DateTime>,
}

impl Pruned {
    /// One contact: when it began, as its row has it; `None` of an ID that others only refer to.
    pub(super) fn one(began: Option<i64>, references: u64, relatives: u64) -> Self {
        let began_at = began.and_then(beginning);
        Self {
            contacts: u64::from(began.is_some()),
            references,
            relatives,
            first: began_at,
            last: began_at,
        }
    }
}

/// Why nothing can be removed, or no more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PruneError {
    /// Nothing is known of the instance.
    #[error("instance not found")]
    UnknownInstance,
    /// Nothing is known of the contact.
    #[error("contact not found")]
    UnknownContact,
    /// The contact's ID is known of several instances.
    #[error("several instances have a contact of this ID")]
    SeveralInstances,
    /// The database cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PageError> for PruneError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Store(error) => Self::Store(error),
            _ => Self::UnknownInstance,
        }
    }
}

/// By what contacts are older.
#[derive(Clone, Copy, Debug)]
pub(super) enum Age {
    /// When they began.
    Begun,
    /// The last update, where the beginning is not known.
    Updated,
}

impl Store {
    /// What [`Store::prune`] would remove now.
    ///
    /// # Errors
    /// If the contact is not found, or the database cannot be read.
    pub fn prunable(&self, what: &Prune) -> Result<Pruned, PruneError> {
        self.read(|tables| match what {
            Prune::Before(time) => Ok(aged(tables, nanos(*time))?),
            Prune::Contact { instance, id } => {
                let place = find(tables, instance.as_deref(), id)?;
                Ok(tables.pruned(&place)?)
            }
        })
    }

    /// Removes contacts for good: a file is written anew without them, for which its volume must have room, and is theirs no
    /// more when this returns. Others can read meanwhile, and write between the bounded transactions; `on_wait` is
    /// called when they hold the database for longer than a moment. Records that are imported again bring contacts back.
    ///
    /// # Errors
    /// If the contact is not found, or the database cannot be written. Contacts may be removed then, though not yet from all
    /// of the file: to prune again completes that.
    pub fn prune(&self, what: &Prune, on_wait: fn()) -> Result<Pruned, PruneError> {
        self.prepare_to_erase()?;
        let pruned = match what {
            Prune::Before(time) => self.prune_before(nanos(*time), on_wait)?,
            Prune::Contact { instance, id } => {
                self.write(OnUnconfirmed::Report, on_wait, |tables| {
                    let place = find(tables, instance.as_deref(), id)?;
                    let pruned = tables.pruned(&place)?;
                    tables.forget(slice::from_ref(&place))?;
                    tables.erase_references(&place)?;
                    Trees(tables).split(&BTreeSet::from([place.tree]))?;
                    Ok::<_, PruneError>(pruned)
                })?
            }
        };
        self.compact(on_wait)?;
        Ok(pruned)
    }

    /// Removes the contacts that are older, a batch at a time.
    fn prune_before(&self, limit: i64, on_wait: fn()) -> Result<Pruned, StoreError> {
        let mut pruned = self.read(|tables| aged(tables, limit))?;
        pruned.contacts = 0;
        for age in AGES {
            loop {
                let removed = self.write(OnUnconfirmed::Report, on_wait, |tables| {
                    let places = tables.aged_places(age, limit, BATCH)?;
                    tables.forget(&places)?;
                    let trees = places.iter().map(|place| place.tree).collect();
                    Trees(tables).split(&trees)?;
                    Ok::<_, StoreError>(places.len())
                })?;
                if removed == 0 {
                    break;
                }
                pruned.contacts += removed as u64;
            }
        }
        Ok(pruned)
    }
}

const AGES: [Age; 2] = [Age::Begun, Age::Updated];

/// The contacts that are older.
fn aged(tables: &dyn Tables, limit: i64) -> Result<Pruned, StoreError> {
    let mut pruned = Pruned::default();
    for age in AGES {
        let (contacts, first, last) = tables.aged(age, limit)?;
        pruned.contacts += contacts;
        pruned.first = pruned.first.or(first.and_then(beginning));
        pruned.last = pruned.last.or(last.and_then(beginning));
    }
    Ok(pruned)
}

/// Where a contact is.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) instance: i64,
    pub(super) id: String,
    pub(super) tree: i64,
}

/// A contact by its ID; others may only refer to it.
fn find(tables: &dyn Tables, instance: Option<&str>, id: &str) -> Result<Place, PruneError> {
    let instance = instance.map(|instance| self::instance(tables, instance));
    let key = instance.transpose()?.map(|instance| instance.key);
    let mut places = tables.places(key, id)?.into_iter();
    let place = places.next().ok_or(PruneError::UnknownContact)?;
    match places.next() {
        Some(_) => Err(PruneError::SeveralInstances),
        None => Ok(place),
    }
}

/// A time as the database has it; beyond its reach, the first or last that it can have.
fn nanos(time: DateTime) -> i64 {
    let last = i128::from(NO_TIME - 1);
    i64::try_from(time.as_nanos().clamp(i128::from(i64::MIN), last)).unwrap_or(NO_TIME - 1)
}
