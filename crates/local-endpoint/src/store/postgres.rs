//! Contacts in PostgreSQL.
//!
//! Readers have a snapshot each (`REPEATABLE READ`, read only). Writers take turns by one advisory lock, which a transaction
//! takes before it looks at anything and keeps until its end: every statement of it (`READ COMMITTED`) sees what all writers
//! before it have committed, and nobody changes a tree meanwhile. So writers never wait for each other's rows either, and
//! cannot deadlock.

mod prune;
mod read;
mod search;
mod session;
mod write;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::{self, Runtime};
use tokio_postgres::Config;
use tokio_postgres::error::SqlState;
use tokio_postgres_rustls::MakeRustlsConnect;

#[cfg(test)]
pub(super) use self::session::Row;
use self::session::{Session, wait};
use super::{PATIENCE, StoreError, Tables};
use crate::random;

const SCHEMA_VERSION: i32 = 1;
/// Of the advisory lock of those that write: "ConT" in ASCII, as SQLite's files have it.
const LOCK: i64 = 0x436f_6e54;
/// How many connections are kept open between uses.
const IDLE: usize = 16;
/// How long a connection may take to come about, where the connection string does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A database of contacts in PostgreSQL.
pub(super) struct Postgres {
    /// Connections live on it; those who wait for them are on any thread. `None` once dropped.
    runtime: Option<Runtime>,
    config: Config,
    tls: MakeRustlsConnect,
    may_write: bool,
    idle: Mutex<Vec<Session>>,
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
        let session = database.session()?;
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
        // What is wrong with it is not said: it may be a part of the password.
        let mut config: Config = url.parse().map_err(|_| StoreError::ConnectionString)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("connect");
        }
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_all()
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
            config,
            tls: tls()?,
            may_write,
            idle: Mutex::default(),
        })
    }

    #[cfg(test)]
    pub(super) fn execute(&self, statements: &str) -> Result<(), StoreError> {
        self.session()?.batch(statements)
    }

    #[cfg(test)]
    pub(super) fn select(&self, select: &str) -> Vec<Row> {
        self.session().unwrap().all(select, &[]).unwrap()
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
        query: impl FnOnce(&dyn Tables) -> Result<T, E>,
    ) -> Result<T, E> {
        let session = self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        let result = query(&session);
        self.end(session, result)
    }

    /// Does all of `act` or none of it, as soon as nobody else writes.
    pub(super) fn write<T, E: From<StoreError>>(
        &self,
        on_wait: fn(),
        act: impl FnOnce(&dyn Tables) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut was_reported = false;
        let session = loop {
            let session = self.begin("BEGIN ISOLATION LEVEL READ COMMITTED")?;
            match lock(&session) {
                Ok(()) => break session,
                Err(error) if is(&error, &SqlState::LOCK_NOT_AVAILABLE) => {
                    if !was_reported {
                        on_wait();
                    }
                    was_reported = true;
                    self.end(session, Err::<(), _>(error)).ok();
                }
                Err(error) => return self.end(session, Err(error.into())),
            }
        };
        let result = act(&session);
        self.end(session, result)
    }

    /// Gives the room of what was removed to what comes. Waits for nobody.
    pub(super) fn compact(&self) -> Result<(), StoreError> {
        let session = self.session()?;
        // Not in one transaction.
        session.batch("VACUUM contact")?;
        session.batch("VACUUM tree")?;
        self.put_back(session);
        Ok(())
    }

    /// Begins a transaction: by a connection that is open still, else by a new one.
    fn begin(&self, statement: &str) -> Result<Session, StoreError> {
        while let Some(session) = self.kept() {
            match session.batch(statement) {
                Ok(()) => return Ok(session),
                Err(_) if session.is_closed() => {}
                Err(error) => return Err(error),
            }
        }
        let session = self.connect()?;
        session.batch(statement)?;
        Ok(session)
    }

    /// Commits what went well. What did not is rolled back.
    fn end<T, E: From<StoreError>>(&self, session: Session, result: Result<T, E>) -> Result<T, E> {
        match result {
            Ok(value) => {
                session.batch("COMMIT")?;
                self.put_back(session);
                Ok(value)
            }
            Err(error) => {
                // A connection that fails here is not used again, which rolls back, too.
                if session.batch("ROLLBACK").is_ok() {
                    self.put_back(session);
                }
                Err(error)
            }
        }
    }

    fn session(&self) -> Result<Session, StoreError> {
        match self.kept() {
            Some(session) => Ok(session),
            None => self.connect(),
        }
    }

    fn kept(&self) -> Option<Session> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|session| !session.is_closed());
        idle.pop()
    }

    fn put_back(&self, session: Session) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push(session);
        }
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
        let session = Session::new(client);
        let read_only = if self.may_write { "off" } else { "on" };
        session.batch(&format!(
            "SET search_path = connect; SET TimeZone = 'UTC'; SET default_transaction_read_only = {read_only}"
        ))?;
        Ok(session)
    }
}

/// Waits for the turn of this transaction to write, though not for long.
fn lock(session: &Session) -> Result<(), StoreError> {
    let patience = PATIENCE.as_millis();
    session.batch(&format!(
        "SET LOCAL lock_timeout = {patience}; SELECT pg_advisory_xact_lock({LOCK}); SET LOCAL lock_timeout = 0"
    ))
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

/// Certificates are checked as the system trusts them.
fn tls() -> Result<MakeRustlsConnect, StoreError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
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
