//! Contacts go, and their bytes with them.

use std::collections::BTreeSet;

use aws_smithy_types::DateTime;
use rusqlite::{Connection, Error, OptionalExtension, Row, Transaction, ffi};

use super::change::{lock, when_free};
use super::import::BATCH;
use super::page::{find_instance, time};
use super::trees::{NO_TIME, Trees};
use super::{PageError, Store, StoreError};

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

impl From<Error> for PruneError {
    fn from(error: Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<PageError> for PruneError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Store(error) => Self::Store(error),
            _ => Self::UnknownInstance,
        }
    }
}

/// Contacts of any age, by when they began, and those whose beginning is not known, by their last update.
const AGES: [&str; 2] = [
    "initiated < ?1",
    "initiated = 9223372036854775807 AND version_time < ?1 AND version_time > -9223372036854775808",
];

impl Store {
    /// What [`Store::prune`] would remove now.
    ///
    /// # Errors
    /// If the contact is not found, or the database cannot be read.
    pub fn prunable(&self, what: &Prune) -> Result<Pruned, PruneError> {
        self.read(|connection| {
            let transaction = connection.transaction()?;
            match what {
                Prune::Before(time) => Ok(aged(&transaction, nanos(*time))?),
                Prune::Contact { instance, id } => {
                    let place = Place::find(&transaction, instance.as_deref(), id)?;
                    Ok(place.pruned(&transaction)?)
                }
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
        self.check_identity()?;
        let connection = self.write();
        // Until the file is written anew, and if it never is.
        connection.pragma_update(None, "secure_delete", true)?;
        let pruned = match what {
            Prune::Before(time) => before(&connection, nanos(*time), on_wait)?,
            Prune::Contact { instance, id } => {
                let transaction = lock(&connection, on_wait)?;
                let place = Place::find(&transaction, instance.as_deref(), id)?;
                let pruned = place.pruned(&transaction)?;
                place.erase(&transaction)?;
                transaction.commit()?;
                pruned
            }
        };
        when_free(&connection, on_wait, || compact(&connection))?;
        Ok(pruned)
    }
}

/// Writes the file anew: pages keep pieces of what was in them before. Then empties the write-ahead log.
fn compact(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("VACUUM")?;
    let is_busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        let busy = ffi::Error::new(ffi::SQLITE_BUSY);
        return Err(Error::SqliteFailure(busy, None));
    }
    Ok(())
}

/// The contacts that are older.
fn aged(connection: &Connection, time_limit: i64) -> rusqlite::Result<Pruned> {
    let mut pruned = Pruned::default();
    for age in AGES {
        let select = format!(
            "SELECT count(*), min(initiated), max(initiated) FROM instance CROSS JOIN contact
            WHERE instance = instance.key AND listed AND {age}"
        );
        let (contacts, first, last): (u64, Option<i64>, Option<i64>) =
            connection.query_row(&select, [time_limit], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        pruned.contacts += contacts;
        let known = |nanos: Option<i64>| nanos.filter(|nanos| *nanos != NO_TIME).map(time);
        pruned.first = pruned.first.or(known(first));
        pruned.last = pruned.last.or(known(last));
    }
    Ok(pruned)
}

/// Removes the contacts that are older, a batch at a time.
fn before(connection: &Connection, time_limit: i64, on_wait: fn()) -> rusqlite::Result<Pruned> {
    let mut pruned = aged(connection, time_limit)?;
    pruned.contacts = 0;
    for age in AGES {
        let select = format!(
            "SELECT instance, contact.id, tree FROM instance CROSS JOIN contact
            WHERE instance = instance.key AND listed AND {age} LIMIT {BATCH}"
        );
        loop {
            let transaction = lock(connection, on_wait)?;
            let places = {
                let mut statement = transaction.prepare_cached(&select)?;
                let places = statement.query_map([time_limit], Place::read)?;
                places.collect::<rusqlite::Result<Vec<_>>>()?
            };
            if places.is_empty() {
                break;
            }
            for place in &places {
                place.forget(&transaction)?;
            }
            let trees: BTreeSet<i64> = places.iter().map(|place| place.tree).collect();
            for tree in trees {
                Trees(&transaction).split(tree)?;
            }
            transaction.commit()?;
            pruned.contacts += places.len() as u64;
        }
    }
    Ok(pruned)
}

/// Where a contact is.
struct Place {
    instance: i64,
    id: String,
    tree: i64,
}

impl Place {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            instance: row.get(0)?,
            id: row.get(1)?,
            tree: row.get(2)?,
        })
    }

    /// A contact by its ID; others may only refer to it.
    fn find(connection: &Connection, instance: Option<&str>, id: &str) -> Result<Self, PruneError> {
        let instance = instance.map(|instance| find_instance(connection, instance));
        let key = instance.transpose()?.map(|(key, ..)| key);
        let select = "SELECT instance, contact.id, tree FROM instance CROSS JOIN contact
            WHERE instance = instance.key AND contact.id = ?1 AND instance.key = coalesce(?2, instance.key)";
        let mut statement = connection.prepare(select)?;
        let mut places = statement.query_map((id, key), Self::read)?;
        let place = places.next().ok_or(PruneError::UnknownContact)??;
        if places.next().is_some() {
            return Err(PruneError::SeveralInstances);
        }
        Ok(place)
    }

    /// What goes with it.
    fn pruned(&self, connection: &Connection) -> rusqlite::Result<Pruned> {
        let select = "SELECT initiated FROM contact WHERE instance = ?1 AND id = ?2 AND listed";
        let began: Option<i64> = connection
            .query_row(select, (self.instance, &self.id), |row| row.get(0))
            .optional()?;
        let select = "SELECT count(*), coalesce(sum(coalesce(?3 IN (previous, initial, related), 0)), 0) FROM contact
            WHERE tree = ?1 AND listed = 1 AND (instance, id) <> (?2, ?3)";
        let counts = (self.tree, self.instance, &self.id);
        let (relatives, references) =
            connection.query_row(select, counts, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let began_at = began.filter(|nanos| *nanos != NO_TIME).map(time);
        Ok(Pruned {
            contacts: u64::from(began.is_some()),
            references,
            relatives,
            first: began_at,
            last: began_at,
        })
    }

    /// Forgets all but the ID. The tree may come apart, or be without a contact.
    fn forget(&self, connection: &Connection) -> rusqlite::Result<()> {
        let update = "UPDATE contact SET listed = 0, initiated = ?3, disconnected = NULL, previous = NULL, initial = NULL,
            related = NULL, method = NULL, channel = NULL, version_time = 0, version_origin = 0, field_versions = NULL,
            details = NULL WHERE instance = ?1 AND id = ?2";
        let mut statement = connection.prepare_cached(update)?;
        statement.execute((self.instance, &self.id, NO_TIME))?;
        Ok(())
    }

    /// Removes it with all references to it.
    fn erase(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        self.forget(transaction)?;
        for column in ["previous", "initial", "related"] {
            // The plus keeps SQLite from going through the whole instance instead of the tree.
            let update = format!(
                "UPDATE contact SET {column} = NULL WHERE tree = ?1 AND +instance = ?2 AND {column} = ?3"
            );
            transaction.execute(&update, (self.tree, self.instance, &self.id))?;
        }
        Trees(transaction).split(self.tree)
    }
}

/// A time as the database has it; beyond its reach, the first or last that it can have.
fn nanos(time: DateTime) -> i64 {
    let last = i128::from(NO_TIME - 1);
    i64::try_from(time.as_nanos().clamp(i128::from(i64::MIN), last)).unwrap_or(NO_TIME - 1)
}
