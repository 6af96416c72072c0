//! Contacts in SQLite: a file, or memory.
//!
//! One connection writes; readers have theirs beside it, as the write-ahead log lets them.

mod prune;
mod read;
mod rows;
mod search;
mod snapshot;
mod write;

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

#[cfg(test)]
pub(super) use self::read::{CHAIN_ATTRIBUTES, CONTACT_IDS};
pub(crate) use self::snapshot::{Snapshot, Used};
use super::{PATIENCE, StoreError, Tables};
use crate::random;

/// "ConT" in ASCII: distinguishes our files from other SQLite databases.
const APPLICATION_ID: i32 = 0x436f_6e54;
pub(super) const SCHEMA_VERSION: i32 = 3;
/// The most that pages take in memory while they are written, in KiB. A batch of records changes pages all over the database;
/// with less, many of them would be written to the log and read back again and again.
const WRITER_CACHE: i64 = 64 * 1024;
/// How long the log may become, in pages, until it is written to the database: a page that several batches change is
/// written once, and the disk is waited for less often.
const LOG_PAGES: i32 = 16_000;
/// How many statements a writer keeps prepared.
const STATEMENTS: usize = 32;
/// What [`Store`] keeps open for readers between uses.
const IDLE_READERS: usize = 16;

/// A database of contacts in SQLite.
pub(super) struct Sqlite {
    /// Of a file; a database in memory has only the one connection. They close before the writer: the last connection tidies
    /// the write-ahead log away, which those that only read cannot.
    readers: Option<Readers>,
    writer: Mutex<Connection>,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite")
            .field("readers", &self.readers)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Readers {
    path: PathBuf,
    identity: Option<(u64, u64)>,
    /// On a volume where nobody writes.
    is_sealed: bool,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    fn new(path: PathBuf, is_sealed: bool) -> Self {
        Self {
            identity: identity(&path),
            path,
            is_sealed,
            idle: Mutex::default(),
        }
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        if self.is_sealed {
            return connect_sealed(&self.path);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        open(&self.path, flags)
    }
}

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        // SQLite gives `:memory:` and other names a meaning, but never absolute ones.
        let path = std::path::absolute(path)?;
        create(&path);
        let (connection, is_sealed) = connect(&path)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        check_owner(&connection)?;
        if version(&connection)? == 0 {
            // Readers go on while a writer writes; each commit is safe against a crash of the process.
            connection.pragma_update(None, "journal_mode", "wal")?;
        }
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.pragma_update(None, "cache_size", -WRITER_CACHE)?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        // However long the log once was, its file is cut when it begins anew.
        connection.pragma_update(None, "journal_size_limit", 0)?;
        Self::new(connection, Some(Readers::new(path, is_sealed)), true)
    }

    pub(super) fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        let path = std::path::absolute(path)?;
        fs::metadata(&path)?;
        let holds_more = fs::metadata(log_of(&path)).is_ok_and(|log| log.len() > 0);
        let (connection, is_sealed) = connect(&path)?;
        check_owner(&connection)?;
        if version(&connection)? == 0 {
            return Err(StoreError::Foreign);
        }
        connection.pragma_update(None, "query_only", true)?;
        // Else the last connection tidies away the log that the first one made.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, holds_more)?;
        Self::new(connection, Some(Readers::new(path, is_sealed)), false)
    }

    pub(super) fn in_memory() -> Result<Self, StoreError> {
        Self::new(in_memory()?, None, true)
    }

    fn new(
        connection: Connection,
        readers: Option<Readers>,
        may_write: bool,
    ) -> Result<Self, StoreError> {
        let found = version(&connection)?;
        let known = SCHEMA_VERSION;
        if found > known {
            return Err(StoreError::TooNew { found, known });
        }
        let is_sealed = readers.as_ref().is_some_and(|readers| readers.is_sealed);
        if found < known {
            if !may_write || is_sealed {
                return Err(StoreError::TooOld { found, known });
            }
            migrate(&connection)?;
        }
        Ok(Self {
            readers,
            writer: Mutex::new(connection),
        })
    }

    pub(super) fn token_key(&self) -> Result<[u8; 64], StoreError> {
        let select = "SELECT token_key FROM secret";
        Ok(self.writer().query_row(select, [], |row| row.get(0))?)
    }

    /// The file, if it is one.
    pub(super) fn path(&self) -> Option<&Path> {
        self.readers.as_ref().map(|readers| readers.path.as_path())
    }

    pub(super) fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic cannot leave a transaction open: dropping it rolls back.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails if the file is no longer the one at its path: what it holds is out of date, what is written to it is lost.
    fn check_identity(&self) -> Result<(), StoreError> {
        match &self.readers {
            Some(readers) if identity(&readers.path) != readers.identity => {
                Err(StoreError::Replaced)
            }
            _ => Ok(()),
        }
    }

    /// Reads one state of the database.
    pub(super) fn read<T, E: From<StoreError>>(
        &self,
        query: impl FnOnce(&dyn Tables) -> Result<T, E>,
    ) -> Result<T, E> {
        let Some(readers) = &self.readers else {
            return read(&mut self.writer(), query);
        };
        self.check_identity()?;
        let idle = || readers.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let mut connection = match kept {
            Some(connection) => connection,
            None => readers.connect().map_err(StoreError::from)?,
        };
        let result = read(&mut connection, query);
        let mut idle = idle();
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        result
    }

    /// Does all of `act` or none of it, as soon as nobody else writes.
    pub(super) fn write<T, E: From<StoreError>>(
        &self,
        on_wait: fn(),
        act: impl FnOnce(&dyn Tables) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check_identity()?;
        let connection = self.writer();
        let begin = || Transaction::new_unchecked(&connection, TransactionBehavior::Immediate);
        let transaction = when_free(&connection, on_wait, begin).map_err(StoreError::from)?;
        let result = act(&*transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(result)
    }
}

fn read<T, E: From<StoreError>>(
    connection: &mut Connection,
    query: impl FnOnce(&dyn Tables) -> Result<T, E>,
) -> Result<T, E> {
    let transaction = connection.transaction().map_err(StoreError::from)?;
    query(&*transaction)
}

/// Does what only one can do, as soon as nobody else does.
fn when_free<T>(
    connection: &Connection,
    on_wait: fn(),
    act: impl Fn() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.busy_timeout(PATIENCE)?;
    let mut was_reported = false;
    loop {
        match act() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                if !was_reported {
                    on_wait();
                }
                was_reported = true;
            }
            result => return result,
        }
    }
}

fn open(path: impl AsRef<Path>, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    keep_plans(&connection)?;
    Ok(connection)
}

/// Else SQLite prepares a statement again for each limit that is bound to it, to plan by its value: half of what reading a
/// page takes.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn in_memory() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    keep_plans(&connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Fails if the database holds something else, before anything is written to it.
fn check_owner(connection: &Connection) -> Result<(), StoreError> {
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && id != APPLICATION_ID {
        Err(StoreError::Foreign)
    } else {
        Ok(())
    }
}

/// Makes a file that its owner alone can read. What stands in the way is reported by SQLite, which opens it.
fn create(path: &Path) {
    // To close a file gives up the locks that the process has on it.
    if path.exists() {
        return;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(path));
}

/// Opens a file; `true` if it is where nothing can be written.
fn connect(path: &Path) -> Result<(Connection, bool), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags)?;
    // The first read wants to create the write-ahead log. A log that is there holds what an unmoved file does not.
    match version(&connection) {
        Err(error) if cannot_write(&error) && !log_of(path).exists() => {
            if !is_sealed(path) {
                return Err(StoreError::Permission);
            }
            Ok((connect_sealed(path)?, true))
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok((connection, false)),
    }
}

/// The write-ahead log of a database.
fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// Whether nobody writes to a file: its volume is read-only, or it and its folder are for everyone.
pub(super) fn is_sealed(path: &Path) -> bool {
    let is_read_only = |path: &Path| {
        let metadata = fs::metadata(path);
        metadata.is_ok_and(|metadata| metadata.permissions().readonly())
    };
    match OpenOptions::new().append(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => true,
        _ => is_read_only(path) && path.parent().is_some_and(is_read_only),
    }
}

fn cannot_write(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)
    )
}

/// Opens a file that nobody changes.
pub(super) fn connect_sealed(path: &Path) -> rusqlite::Result<Connection> {
    let path = percent_encode(path.as_os_str().as_encoded_bytes(), NON_ALPHANUMERIC);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    open(format!("file:{path}?immutable=1"), flags)
}

/// Distinguishes a file from another that takes its place.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Elsewhere an open file cannot be replaced.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|_| (0, 0))
}

pub(super) fn version(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Creates the tables, or brings those of an earlier version up to date.
fn migrate(connection: &Connection) -> Result<(), StoreError> {
    // Two processes that do so at once take turns.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.execute_batch(CONTACTS)?;
        transaction.execute(
            "INSERT INTO secret (token_key) VALUES (?1)",
            [random::bytes::<64>()?],
        )?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    for (version, step) in STEPS {
        if (1..version).contains(&found) {
            transaction.execute_batch(step)?;
        }
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    Ok(())
}

/// What makes a version of the schema of the one before.
const STEPS: [(i32, &str); 4] = [
    (2, "ALTER TABLE contact ADD COLUMN field_versions TEXT"),
    (
        3,
        "ALTER TABLE contact RENAME TO old; DROP INDEX contact_page",
    ),
    (3, CONTACTS),
    (
        3,
        "INSERT INTO contact (instance, id, tree, listed, initiated, disconnected, previous, initial, related, method,
        channel, version_time, version_origin, field_versions) SELECT * FROM old ORDER BY tree; DROP TABLE old",
    ),
];

/// All tables but that of contacts.
const SCHEMA: &str = "
CREATE TABLE secret (token_key BLOB NOT NULL) STRICT;
CREATE TABLE instance (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    arn TEXT NOT NULL
) STRICT;
CREATE TABLE tree (
    key INTEGER PRIMARY KEY,
    size INTEGER NOT NULL
) STRICT;
";

/// Rows are in the order in which contacts came, since a table in the order of random IDs changes all over with every batch.
/// `initiated` of a contact without a time is the greatest number, so that it comes last and never is null.
/// `details` is a JSON object of what has no column, `field_versions` one of how recent fields are that are not of the row's
/// version.
const CONTACTS: &str = "
CREATE TABLE contact (
    key INTEGER PRIMARY KEY,
    instance INTEGER NOT NULL,
    id TEXT NOT NULL,
    tree INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    initiated INTEGER NOT NULL,
    disconnected INTEGER,
    previous TEXT,
    initial TEXT,
    related TEXT,
    method TEXT,
    channel TEXT,
    version_time INTEGER NOT NULL,
    version_origin INTEGER NOT NULL,
    field_versions TEXT,
    details TEXT
) STRICT;
CREATE UNIQUE INDEX contact_id ON contact (instance, id);
CREATE INDEX contact_page ON contact (tree, listed, initiated, id);
CREATE INDEX contact_time ON contact (instance, initiated, id) WHERE listed;
";
