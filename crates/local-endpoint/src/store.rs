//! Contacts in a database: import, trees, pages.
//!
//! Every contact belongs to one tree, whose key is kept in its row and maintained at import; so a page is one range of
//! one index, however large the tree is. IDs that are only referred to have rows too: they join trees and are not listed.
//!
//! What a store means is here. What a database is asked for is [`Tables`]; the SQL for that and how transactions take turns
//! have a module for each database.

mod batch;
mod change;
mod columns;
mod import;
mod page;
#[cfg(feature = "postgres")]
mod postgres;
mod prune;
mod report;
pub(crate) mod search;
mod sqlite;
mod stats;
mod tables;
mod trees;

use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

use hmac::Mac;

pub(crate) use self::change::Change;
pub use self::import::{ImportError, Importer, OnRejection};
pub use self::page::{ContactSummary, Page, PageError};
pub(crate) use self::page::{StoredContact, time};
#[cfg(feature = "postgres")]
pub use self::postgres::PostgresError;
pub use self::prune::{Prune, PruneError, Pruned};
pub use self::report::Report;
use self::sqlite::Sqlite;
pub(crate) use self::sqlite::{Snapshot, Used};
pub use self::stats::{InstanceStats, Stats, TreeStats};
use self::tables::Tables;
use crate::random::{self, RandomError};
use crate::token;

/// How long another writer may hold the database before that is reported, and how long a record may wait for the next.
const PATIENCE: Duration = Duration::from_secs(1);
/// `initiated` in the database where the time is not known.
const NO_TIME: i64 = i64::MAX;

/// A database of contacts, in a file or in memory, or in PostgreSQL.
///
/// A file is in write-ahead mode: while one process or thread imports, others read what was there before.
/// All methods block; call them off the async threads.
#[derive(Debug)]
pub struct Store {
    backend: Backend,
    token_key: TokenKey,
}

#[derive(Debug)]
enum Backend {
    Sqlite(Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::Postgres>),
}

/// Authenticates page tokens. It stays with the database, so tokens outlive a restart.
struct TokenKey([u8; 64]);

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey")
    }
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// SQLite reports an error.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL reports an error, or cannot be reached.
    #[cfg(feature = "postgres")]
    #[error("PostgreSQL: {0}")]
    Postgres(PostgresError),
    /// The connection to PostgreSQL was lost while a change was committed, which may or may not be there: look before it is
    /// made again. The endpoint answers it by an `InternalServiceException`.
    #[cfg(feature = "postgres")]
    #[error("PostgreSQL did not confirm the change, which may be done or not: {0}")]
    Unconfirmed(PostgresError),
    /// This is no connection string of PostgreSQL.
    #[cfg(feature = "postgres")]
    #[error(
        "not a connection string such as postgres://USER:PASSWORD@HOST/DATABASE, or an option in it is not known"
    )]
    ConnectionString,
    /// The certificates that a connection string trusts cannot be read: the file, and why.
    #[cfg(feature = "postgres")]
    #[error("cannot use the certificates in {0}: {1}")]
    Certificates(String, String),
    /// The path cannot be made absolute.
    #[error(transparent)]
    Path(#[from] io::Error),
    /// Others may write to the file, but this user may not.
    #[error(
        "this user may not write to it and its folder, which reading needs where others may write"
    )]
    Permission,
    /// The file was moved, removed or replaced while it was open.
    #[error("its file was replaced or removed since it was opened")]
    Replaced,
    /// The file is a database, but not one of ours.
    #[error("not a database of contacts")]
    Foreign,
    /// The file was written by a later version of this program.
    #[error("its schema version {found} is later than {known}, the latest that this program knows")]
    TooNew {
        /// The version of the file.
        found: i32,
        /// The latest version that is understood.
        known: i32,
    },
    /// The file was written by an earlier version of this program, and must not or cannot be changed here.
    #[error(
        "its schema version {found} is earlier than {known}, which this program reads; connect stats brings it up to date where it may be written"
    )]
    TooOld {
        /// The version of the file.
        found: i32,
        /// The version that is read.
        known: i32,
    },
    /// The operating system has no randomness for the key of page tokens.
    #[error(transparent)]
    Random(#[from] RandomError),
}

#[cfg(feature = "postgres")]
impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error.into())
    }
}

impl Store {
    /// Opens the database at `path`, or creates it so that its owner alone can read it. To open one that is there already
    /// writes nothing to it and waits for no importer; it may be on a read-only volume. Elsewhere reading needs the right to
    /// write to the file and its folder.
    ///
    /// # Errors
    /// If the file cannot be read or created, is no database or not one of ours.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::of_sqlite(Sqlite::open(path.as_ref())?)
    }

    /// Opens the database at `path`, which is there, so that nothing can be changed through it: neither what it holds nor its
    /// file, nor a write-ahead log that a killed importer left. Others may write to it meanwhile.
    ///
    /// # Errors
    /// As of [`Store::open`], if there is no file, or if an earlier version of this program wrote it.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::of_sqlite(Sqlite::open_read_only(path.as_ref())?)
    }

    /// Opens the contacts in a PostgreSQL database, `postgres://USER:PASSWORD@HOST/DATABASE`, in a schema of its own named
    /// `connect`, which is created where it is not there. PostgreSQL must be of version 12 or later. Several processes on
    /// several machines may read and write at once.
    ///
    /// TLS is as `sslmode` says: `disable`, `prefer` or `require`. A server's certificate is always checked, by those that
    /// the system trusts or those in the file that `sslrootcert` names.
    ///
    /// A connection may be lost, a server restart or hand over to another: what was not committed is done again, for half a
    /// minute; of a change that may have been committed an error says so.
    ///
    /// An endpoint over it is never reset. What was pruned may stay in the server's files until their room is used again, and
    /// in its logs and backups.
    ///
    /// ```no_run
    /// use connect_local_endpoint::{LocalEndpoint, Store};
    ///
    /// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = tokio::task::spawn_blocking(|| Store::postgres("postgres://me:secret@db.example/contacts"));
    /// let endpoint = LocalEndpoint::builder().store(store.await??).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the string is no such connection string, the database cannot be reached or its schema not be created, or a later
    /// version has written it. No error has the password.
    #[cfg(feature = "postgres")]
    pub fn postgres(url: &str) -> Result<Self, StoreError> {
        Self::of_postgres(Box::new(postgres::Postgres::open(url, true)?))
    }

    /// Opens contacts that are in a PostgreSQL database, so that nothing can be changed through it. The right to read the
    /// schema and its tables suffices.
    ///
    /// # Errors
    /// As of [`Store::postgres`], or if there are no contacts.
    #[cfg(feature = "postgres")]
    pub fn postgres_read_only(url: &str) -> Result<Self, StoreError> {
        Self::of_postgres(Box::new(postgres::Postgres::open(url, false)?))
    }

    #[cfg(feature = "postgres")]
    fn of_postgres(postgres: Box<postgres::Postgres>) -> Result<Self, StoreError> {
        Ok(Self {
            token_key: TokenKey(postgres.token_key()?),
            backend: Backend::Postgres(postgres),
        })
    }

    /// A database that lives as long as the value.
    ///
    /// # Errors
    /// If SQLite is out of memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::of_sqlite(Sqlite::in_memory()?)
    }

    fn of_sqlite(sqlite: Sqlite) -> Result<Self, StoreError> {
        Ok(Self {
            token_key: TokenKey(sqlite.token_key()?),
            backend: Backend::Sqlite(sqlite),
        })
    }

    /// The file, if it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.path(),
            #[cfg(feature = "postgres")]
            Backend::Postgres(_) => None,
        }
    }

    /// A UUID that these words have in this database.
    pub(crate) fn derived_id(&self, words: &[&str]) -> String {
        let words = words.iter().map(|word| word.as_bytes());
        let mac = token::mac(&self.token_key.0, words).finalize().into_bytes();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&mac[..16]);
        random::uuid_of(bytes)
    }

    pub(crate) fn is_in_memory(&self) -> bool {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.path().is_none(),
            #[cfg(feature = "postgres")]
            Backend::Postgres(_) => false,
        }
    }

    /// Whether no contact was ever heard of.
    pub(crate) fn is_empty(&self) -> Result<bool, StoreError> {
        self.read(|tables| tables.is_empty())
    }

    /// What the store holds now, to go back to; `None` of PostgreSQL, which others may write to.
    pub(crate) fn snapshot(&self) -> Result<Option<Snapshot>, StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.snapshot().map(Some),
            #[cfg(feature = "postgres")]
            Backend::Postgres(_) => Ok(None),
        }
    }

    /// Goes back to what the snapshot holds. The database that is no longer used, if there is one, is for
    /// [`Snapshot::refill`].
    pub(crate) fn restore(&self, snapshot: &Snapshot) -> Result<Option<Used>, StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.restore(snapshot),
            #[cfg(feature = "postgres")]
            Backend::Postgres(_) => Ok(None),
        }
    }

    /// Lets nothing be left of what is removed from now on.
    fn prepare_to_erase(&self) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.prepare_to_erase(),
            #[cfg(feature = "postgres")]
            Backend::Postgres(_) => Ok(()),
        }
    }

    /// Gives up the room of what was removed.
    fn compact(&self, on_wait: fn()) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.compact(on_wait),
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.compact(),
        }
    }

    /// Reads one state of the database, whatever is written meanwhile.
    fn read<T, E: From<StoreError>>(
        &self,
        query: impl Fn(&dyn Tables) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.read(query),
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.read(query),
        }
    }

    /// Does all of `act` or none of it, while nobody else writes. `on_wait` is called when others write for longer than a
    /// moment.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(unused_variables, reason = "there is no doubt about a file")
    )]
    fn write<T, E: From<StoreError>>(
        &self,
        on_unconfirmed: OnUnconfirmed,
        on_wait: fn(),
        act: impl Fn(&dyn Tables) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.write(on_wait, act),
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.write(on_unconfirmed, on_wait, act),
        }
    }
}

/// What becomes of a transaction that a database may have committed or not, since the connection was lost. A file has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnUnconfirmed {
    /// It is done again: twice is the same as once.
    Repeat,
    /// Its error says so.
    Report,
}

#[cfg(test)]
mod tests;
