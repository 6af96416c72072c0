//! Contacts in PostgreSQL.
//!
//! Readers have a snapshot each (`REPEATABLE READ`, read only). Writers take turns by one advisory lock, which a transaction
//! takes before it looks at anything and keeps until its end: every statement of it (`READ COMMITTED`) sees what all writers
//! before it have committed, and nobody changes a tree meanwhile. So writers never wait for each other's rows either, and
//! cannot deadlock.
//!
//! What fails for a reason that may pass is done again, for a while, if nothing of it was committed: a lost connection, a server
//! that restarts or hands over to another.

mod config;
mod prune;
mod read;
mod search;
mod session;
mod write;

use std::cell::Cell;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{self, Runtime};
use tokio::sync::Semaphore;
use tokio_postgres::Config;
use tokio_postgres::error::SqlState;
use tokio_postgres_rustls::MakeRustlsConnect;

#[cfg(test)]
pub(super) use self::session::Row;
use self::session::{Session, may_pass, wait};
use super::{OnUnconfirmed, PATIENCE, StoreError, Tables};
use crate::random;

const SCHEMA_VERSION: i32 = 1;
/// Of the advisory lock of those that write: "ConT" in ASCII, as SQLite's files have it.
const LOCK: i64 = 0x436f_6e54;
/// How many connections there may be at once; who needs another one waits.
const CONNECTIONS: usize = 16;
/// How long something is done again and again.
const RETRIES: Duration = Duration::from_secs(30);
/// How long to wait before it is done again: at first, and at the most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// A database of contacts in PostgreSQL.
pub(super) struct Postgres {
    /// Connections live on it; those who wait for them are on any thread. `None` once dropped.
    runtime: Option<Runtime>,
    config: Config,
    tls: MakeRustlsConnect,
    may_write: bool,
    /// A place for each connection that is in use.
    places: Semaphore,
    idle: Mutex<Vec<Session>>,
    /// One thread of this process waits for the lock of those that write, the others for that thread.
    writer: Mutex<()>,
}

/// Without the connection string, which has a password.
impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Postgres")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Async threads may drop it, too, where a runtime must not be waited for.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Postgres {
    /// Connects, and creates what is not there if it may write.
    pub(super) fn open(url: &str, may_write: bool) -> Result<Self, StoreError> {
        let database = Self::new(url, may_write)?;
        // What does not go well at once is more likely a wrong connection string than a restart.
        let session = database.connect()?;
        let found = version(&session)?;
        if found > SCHEMA_VERSION {
            let known = SCHEMA_VERSION;
            return Err(StoreError::TooNew { found, known });
        }
        if found < SCHEMA_VERSION {
            if !may_write {
                return Err(StoreError::Foreign);
            }
            migrate(&session)?;
        }
        database.put_back(session);
        Ok(database)
    }

    /// Without a connection so far.
    pub(super) fn new(url: &str, may_write: bool) -> Result<Self, StoreError> {
        let (config, tls) = config::parse(url)?;
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_all()
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
            config,
            tls,
            may_write,
            places: Semaphore::new(CONNECTIONS),
            idle: Mutex::default(),
            writer: Mutex::default(),
        })
    }

    #[cfg(test)]
    pub(super) fn execute(&self, statements: &str) -> Result<(), StoreError> {
        self.connect()?.batch(statements)
    }

    #[cfg(test)]
    pub(super) fn select(&self, select: &str) -> Vec<Row> {
        self.connect().unwrap().all(select, &[]).unwrap()
    }

    pub(super) fn token_key(&self) -> Result<[u8; 64], StoreError> {
        let session = self.session()?;
        let key: Vec<u8> = session.one("SELECT token_key FROM secret", &[])?.get(0)?;
        self.put_back(session);
        key.try_into().map_err(|_| StoreError::Foreign)
    }

    /// Reads one state of the database.
    pub(super) fn read<T, E: From<StoreError>>(
        &self,
        query: impl Fn(&dyn Tables) -> Result<T, E>,
    ) -> Result<T, E> {
        let _place = wait(self.places.acquire());
        retry(|| {
            let session = match self.begin() {
                Ok(session) => session,
                Err(error) => return Attempt::failed(error),
            };
            match query(&session) {
                Err(error) if session.may_pass() => Attempt::MayPass(error),
                result => {
                    if session.send("COMMIT").is_ok() {
                        self.put_back(session);
                    }
                    Attempt::Done(result)
                }
            }
        })
    }

    /// Does all of `act` or none of it, as soon as nobody else writes.
    pub(super) fn write<T, E: From<StoreError>>(
        &self,
        on_unconfirmed: OnUnconfirmed,
        on_wait: fn(),
        act: impl Fn(&dyn Tables) -> Result<T, E>,
    ) -> Result<T, E> {
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let _place = wait(self.places.acquire());
        let was_reported = Cell::new(false);
        let on_wait = || {
            if !was_reported.replace(true) {
                on_wait();
            }
        };
        retry(|| {
            let session = match self.begin_to_write(on_wait) {
                Ok(session) => session,
                Err(error) => return Attempt::failed(error),
            };
            let value = match act(&session) {
                Ok(value) => value,
                Err(error) if session.may_pass() => return Attempt::MayPass(error),
                Err(error) => {
                    if session.send("ROLLBACK").is_ok() {
                        self.put_back(session);
                    }
                    return Attempt::Done(Err(error));
                }
            };
            match session.batch("COMMIT") {
                Ok(()) => {
                    self.put_back(session);
                    Attempt::Done(Ok(value))
                }
                Err(error) => unconfirmed(error, on_unconfirmed),
            }
        })
    }

    /// Gives the room of what was removed to what comes. Waits for nobody.
    pub(super) fn compact(&self) -> Result<(), StoreError> {
        let _place = wait(self.places.acquire());
        retry(|| {
            let vacuum = || {
                let session = self.session()?;
                // Not in one transaction.
                session.batch("VACUUM contact")?;
                session.batch("VACUUM tree")?;
                self.put_back(session);
                Ok(())
            };
            vacuum().map_or_else(Attempt::failed, |()| Attempt::Done(Ok(())))
        })
    }

    fn begin(&self) -> Result<Session, StoreError> {
        let session = self.session()?;
        session.send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        Ok(session)
    }

    /// Begins a transaction that writes, when it is its turn. It goes by indexes then: what the server knows of a table that
    /// grows is out of date, and to read all of it for each batch never ends.
    fn begin_to_write(&self, on_wait: impl Fn()) -> Result<Session, StoreError> {
        let patience = PATIENCE.as_millis();
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = {patience};
            SELECT pg_advisory_xact_lock({LOCK}); SET LOCAL lock_timeout = 0;
            SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
        );
        let session = self.session()?;
        loop {
            match session.batch(&begin) {
                Err(error) if is(&error, &SqlState::LOCK_NOT_AVAILABLE) => {
                    on_wait();
                    session.batch("ROLLBACK")?;
                }
                result => return result.map(|()| session),
            }
        }
    }

    /// A connection that is open still, or a new one. Dropped, it closes.
    fn session(&self) -> Result<Session, StoreError> {
        let kept = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.retain(|session| !session.is_closed());
            idle.pop()
        };
        kept.map_or_else(|| self.connect(), Ok)
    }

    fn put_back(&self, session: Session) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(session);
    }

    fn connect(&self) -> Result<Session, StoreError> {
        let Some(runtime) = &self.runtime else {
            return Err(StoreError::ConnectionString);
        };
        let (config, tls) = (self.config.clone(), self.tls.clone());
        let client = runtime.spawn(async move {
            let (client, connection) = config.connect(tls).await?;
            tokio::spawn(async {
                // Whoever waits for the connection hears of its error.
                let _ = connection.await;
            });
            Ok::<_, tokio_postgres::Error>(client)
        });
        let client = wait(client).map_err(std::io::Error::other)??;
        let session = Session::new(client, self.may_write);
        let read_only = if self.may_write { "off" } else { "on" };
        // Nothing here runs as long as it takes to compile a statement.
        session.batch(&format!(
            "SET search_path = connect; SET TimeZone = 'UTC'; SET default_transaction_read_only = {read_only};
            SET jit = off"
        ))?;
        Ok(session)
    }
}

/// What became of something that may be done again.
enum Attempt<T, E> {
    Done(Result<T, E>),
    /// It failed for a reason that may pass, and nothing of it was committed.
    MayPass(E),
}

impl<T, E: From<StoreError>> Attempt<T, E> {
    fn failed(error: StoreError) -> Self {
        match &error {
            StoreError::Postgres(cause) if may_pass(cause) => Self::MayPass(error.into()),
            _ => Self::Done(Err(error.into())),
        }
    }
}

/// Does something again where what was in the way may have passed.
fn retry<T, E>(mut attempt: impl FnMut() -> Attempt<T, E>) -> Result<T, E> {
    let began = Instant::now();
    let (mut pause, longest) = PAUSES;
    loop {
        match attempt() {
            Attempt::Done(result) => return result,
            Attempt::MayPass(error) if began.elapsed() > RETRIES => return Err(error),
            Attempt::MayPass(_) => {}
        }
        // Not all that wait come back at once.
        thread::sleep(pause.mul_f64(0.5 + 0.5 * fastrand::f64()));
        pause = longest.min(pause * 2);
    }
}

/// What follows from a commit that failed. Only the server's word that the transactions were in each other's way says that
/// nothing was committed.
fn unconfirmed<T, E: From<StoreError>>(
    error: StoreError,
    on_unconfirmed: OnUnconfirmed,
) -> Attempt<T, E> {
    let StoreError::Postgres(cause) = error else {
        return Attempt::failed(error);
    };
    let is_rolled_back = cause
        .code()
        .is_some_and(|state| state.code().starts_with("40"));
    if is_rolled_back || on_unconfirmed == OnUnconfirmed::Repeat || !may_pass(&cause) {
        Attempt::failed(cause.into())
    } else {
        Attempt::Done(Err(StoreError::Unconfirmed(cause).into()))
    }
}

/// What went wrong, without the details, which may quote contacts.
pub(super) fn message(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => error.message().to_owned(),
        None => {
            let cause = std::error::Error::source(error);
            cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
        }
    }
}

fn is(error: &StoreError, state: &SqlState) -> bool {
    matches!(error, StoreError::Postgres(error) if error.code() == Some(state))
}

/// The version of the schema; 0 where there is none.
fn version(session: &Session) -> Result<i32, StoreError> {
    // By a table that the transaction's snapshot is of: names alone may be looked up in a cache from before the lock.
    let select = "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = 'connect' AND tablename = 'schema_version')";
    if !session.one(select, &[])?.get::<bool>(0)? {
        return Ok(0);
    }
    session
        .one("SELECT version FROM connect.schema_version", &[])?
        .get(0)
}

/// Creates the tables. Those who do so at once take turns.
fn migrate(session: &Session) -> Result<(), StoreError> {
    session.batch(&format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({LOCK})"
    ))?;
    if version(session)? < SCHEMA_VERSION {
        session.batch(SCHEMA)?;
        let key = random::bytes::<64>()?.to_vec();
        session.execute("INSERT INTO secret (token_key) VALUES ($1)", &[&key])?;
        let insert = "INSERT INTO schema_version (version) VALUES ($1)";
        session.execute(insert, &[&SCHEMA_VERSION])?;
    }
    session.batch("COMMIT")
}

/// As SQLite has it. Texts are in the order of their bytes. `text_at` and `time_at` are of what records say, which may be no
/// JSON that PostgreSQL can read, and no time.
const SCHEMA: &str = r#"
CREATE SCHEMA connect;
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE secret (token_key BYTEA NOT NULL);
CREATE TABLE instance (
    key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    arn TEXT COLLATE "C" NOT NULL
);
CREATE TABLE tree (
    key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    size BIGINT NOT NULL
);
CREATE TABLE contact (
    key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instance BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    tree BIGINT NOT NULL,
    listed BOOLEAN NOT NULL,
    initiated BIGINT NOT NULL,
    disconnected BIGINT,
    previous TEXT COLLATE "C",
    initial TEXT COLLATE "C",
    related TEXT COLLATE "C",
    method TEXT COLLATE "C",
    channel TEXT COLLATE "C",
    version_time BIGINT NOT NULL,
    version_origin BIGINT NOT NULL,
    field_versions TEXT,
    details TEXT
);
CREATE UNIQUE INDEX contact_id ON contact (instance, id);
CREATE INDEX contact_page ON contact (tree, listed, initiated, id);
CREATE INDEX contact_time ON contact (instance, initiated, id) WHERE listed;
CREATE FUNCTION text_at(details TEXT, VARIADIC path TEXT[]) RETURNS TEXT LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN details::json #>> path;
EXCEPTION WHEN data_exception OR statement_too_complex THEN
    RETURN NULL;
END $$;
CREATE FUNCTION time_at(details TEXT, VARIADIC path TEXT[]) RETURNS BIGINT LANGUAGE plpgsql STABLE AS $$
DECLARE
    found TEXT := text_at(details, VARIADIC path);
BEGIN
    IF found ~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$' THEN
        RETURN floor(extract(epoch FROM found::timestamptz))::bigint * 1000000000;
    END IF;
    RETURN NULL;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;
"#;
