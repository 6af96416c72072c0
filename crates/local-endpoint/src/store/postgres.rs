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
mod error;
mod pool;
mod prune;
mod read;
mod schema;
mod search;
mod session;
mod write;

use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt;
use std::sync::{Mutex, PoisonError, mpsc};

use tokio::runtime::{self, Runtime};
use tokio_postgres::Config;
use tokio_postgres::error::SqlState;
use tokio_postgres_rustls::MakeRustlsConnect;

pub use self::error::PostgresError;
use self::error::{Attempt, Outage};
use self::pool::Pool;
#[cfg(test)]
pub(super) use self::session::Row;
use self::session::Session;
use super::{OnUnconfirmed, PATIENCE, StoreError, Tables};

/// Of the advisory lock of those that write: "ConT" in ASCII, as SQLite's files have it.
const LOCK: i64 = 0x436f_6e54;
/// What each connection is set to. `jit` compiles statements, for longer than any of these runs. A client that has gone or
/// sleeps gives up the lock of those that write.
const SETTINGS: &str = "SET search_path = connect; SET TimeZone = 'UTC'; SET jit = off;
    SET idle_in_transaction_session_timeout = '60s'; SET tcp_user_timeout = '30s';
    SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3";

/// A database of contacts in PostgreSQL.
pub(super) struct Postgres {
    /// Connections live on it; those who wait for them are on any thread. `None` once dropped.
    runtime: Option<Runtime>,
    config: Config,
    tls: MakeRustlsConnect,
    may_write: bool,
    pool: Pool,
    /// Of those that read and those that write, as a server may do the one and not the other.
    reading: Outage,
    writing: Outage,
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
        let (found, known) = (schema::version(&session)?, schema::VERSION);
        match found.cmp(&known) {
            Ordering::Greater => return Err(StoreError::TooNew { found, known }),
            Ordering::Equal => {}
            Ordering::Less if may_write => schema::migrate(&session)?,
            Ordering::Less if found == 0 => return Err(StoreError::Foreign),
            Ordering::Less => return Err(StoreError::TooOld { found, known }),
        }
        database.pool.put_back(session);
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
            pool: Pool::default(),
            reading: Outage::default(),
            writing: Outage::default(),
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
        self.pool.put_back(session);
        key.try_into().map_err(|_| StoreError::Foreign)
    }

    /// Reads one state of the database.
    pub(super) fn read<T, E: From<StoreError>>(
        &self,
        query: impl Fn(&dyn Tables) -> Result<T, E>,
    ) -> Result<T, E> {
        let _place = self.pool.place();
        self.reading.retry(|| {
            let session = match self.begin() {
                Ok(session) => session,
                Err(error) => return Attempt::failed(error),
            };
            match query(&session) {
                Err(error) if session.may_pass() => Attempt::MayPass(error),
                result => {
                    if session.send("COMMIT").is_ok() {
                        self.pool.put_back(session);
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
        let _place = self.pool.place();
        let was_reported = Cell::new(false);
        let on_wait = || {
            if !was_reported.replace(true) {
                on_wait();
            }
        };
        self.writing.retry(|| {
            let session = match self.begin_to_write(on_wait) {
                Ok(session) => session,
                Err(error) => return Attempt::failed(error),
            };
            let value = match act(&session) {
                Ok(value) => value,
                Err(error) if session.may_pass() => return Attempt::MayPass(error),
                Err(error) => {
                    if session.send("ROLLBACK").is_ok() {
                        self.pool.put_back(session);
                    }
                    return Attempt::Done(Err(error));
                }
            };
            match session.batch("COMMIT") {
                Ok(()) => {
                    self.pool.put_back(session);
                    Attempt::Done(Ok(value))
                }
                Err(error) => Attempt::uncommitted(error, on_unconfirmed),
            }
        })
    }

    /// Gives the room of what was removed to what comes. Others read and write meanwhile.
    pub(super) fn compact(&self) -> Result<(), StoreError> {
        let _place = self.pool.place();
        self.writing.retry(|| {
            let vacuum = || {
                let session = self.session()?;
                // Not in one transaction.
                session.batch("VACUUM contact")?;
                session.batch("VACUUM tree")?;
                self.pool.put_back(session);
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
        let mode = if self.may_write { "" } else { "READ ONLY" };
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED {mode}; SET LOCAL statement_timeout = 0;
            SET LOCAL lock_timeout = {patience}; SELECT pg_advisory_xact_lock({LOCK}); SET LOCAL lock_timeout = 0;
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
        self.pool.take().map_or_else(|| self.connect(), Ok)
    }

    fn connect(&self) -> Result<Session, StoreError> {
        let (config, tls) = (self.config.clone(), self.tls.clone());
        // The driver's limit is of each address alone, of which names mostly have two, and not of what follows.
        let hosts = u32::try_from(config.get_hosts().len()).unwrap_or(1).max(1);
        let limit = config.get_connect_timeout().copied().unwrap_or_default() * 3 * hosts;
        let connect = async move {
            let (client, connection) = config.connect(tls).await?;
            tokio::spawn(async {
                // Whoever waits for the connection hears of its error.
                let _ = connection.await;
            });
            client.batch_execute(SETTINGS).await?;
            Ok::<_, PostgresError>(client)
        };
        let (sender, connected) = mpsc::sync_channel(1);
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                let client = tokio::time::timeout(limit, connect).await;
                let _ = sender.send(client.unwrap_or_else(|_| Err(PostgresError::silent())));
            });
        }
        let client = connected
            .recv()
            .unwrap_or_else(|_| Err(PostgresError::silent()));
        let client = client.map_err(StoreError::Postgres)?;
        Ok(Session::new(client, self.may_write))
    }
}

fn is(error: &StoreError, state: &SqlState) -> bool {
    matches!(error, StoreError::Postgres(error) if error.code() == Some(state))
}
