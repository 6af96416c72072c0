//! What goes wrong, and what is done again then.

use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, io, thread};

use tokio_postgres::error::{Severity, SqlState};

use crate::StoreError;
use crate::store::OnUnconfirmed;

/// How long something is done again and again, where the server is away.
const RETRIES: Duration = Duration::from_secs(30);
/// How long to wait before it is done again: at first, and at the most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// An error of PostgreSQL, or of the connection to it. Its text and its debug output leave out details, which may quote contacts.
pub struct PostgresError(Cause);

enum Cause {
    Driver(tokio_postgres::Error),
    /// The server does not answer to whoever connects.
    Silent,
}

impl PostgresError {
    pub(super) fn silent() -> Self {
        Self(Cause::Silent)
    }

    /// The code that the server gives it, if it comes from there.
    pub(super) fn code(&self) -> Option<&SqlState> {
        match &self.0 {
            Cause::Driver(error) => error.code(),
            Cause::Silent => None,
        }
    }

    /// Whether it comes from the server, which goes on with the next statement.
    pub(super) fn is_of_statement(&self) -> bool {
        self.severity() == Some(Severity::Error)
    }

    fn severity(&self) -> Option<Severity> {
        match &self.0 {
            Cause::Driver(error) => error.as_db_error()?.parsed_severity(),
            Cause::Silent => None,
        }
    }

    /// Whether it may go well another time: the connection is lost, the server restarts or hands over to another one, or
    /// transactions were in each other's way.
    pub(super) fn may_pass(&self) -> bool {
        let Cause::Driver(error) = &self.0 else {
            return true;
        };
        let Some(state) = error.code() else {
            let is_io = |cause: &(dyn Error + 'static)| cause.is::<io::Error>();
            return error.is_closed() || error.source().is_some_and(is_io);
        };
        let is_known = [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            // Of a server that was the one to write to, and another one is now.
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ];
        // The second one ends idle sessions.
        is_known.contains(state) || state.code().starts_with("08") || state.code() == "57P05"
    }
}

impl From<tokio_postgres::Error> for PostgresError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self(Cause::Driver(error))
    }
}

impl fmt::Display for PostgresError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cause::Driver(error) = &self.0 else {
            return f.write_str("the server does not answer");
        };
        match (error.as_db_error(), error.source()) {
            (Some(error), _) => f.write_str(error.message()),
            (None, Some(cause)) => write!(f, "{error}: {cause}"),
            (None, None) => error.fmt(f),
        }
    }
}

impl fmt::Debug for PostgresError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for PostgresError {}

/// What became of something that may be done again.
pub(super) enum Attempt<T, E> {
    Done(Result<T, E>),
    /// It failed for a reason that may pass, and nothing of it was committed.
    MayPass(E),
}

impl<T, E: From<StoreError>> Attempt<T, E> {
    /// Of what failed before anything could be committed.
    pub(super) fn failed(error: StoreError) -> Self {
        match &error {
            StoreError::Postgres(cause) if cause.may_pass() => Self::MayPass(error.into()),
            _ => Self::Done(Err(error.into())),
        }
    }

    /// Of a commit that failed. Only an error of the statement says for sure that nothing was committed.
    pub(super) fn uncommitted(error: StoreError, on_unconfirmed: OnUnconfirmed) -> Self {
        let cause = match error {
            StoreError::Postgres(cause) => cause,
            error => return Self::failed(error),
        };
        let is_open = cause.code() == Some(&SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN);
        if cause.is_of_statement() && !is_open {
            return Self::failed(StoreError::Postgres(cause));
        }
        match on_unconfirmed {
            OnUnconfirmed::Repeat => Self::MayPass(StoreError::Postgres(cause).into()),
            OnUnconfirmed::Report => Self::Done(Err(StoreError::Unconfirmed(cause).into())),
        }
    }
}

/// Since when nothing has gone well, as all threads of a store see it: those that wait for one another do not wait for the
/// server one after another.
#[derive(Debug)]
pub(super) struct Outage {
    /// How long something is done again and again.
    limit: Duration,
    span: Mutex<Option<Span>>,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    since: Instant,
    last: Instant,
}

impl Default for Outage {
    fn default() -> Self {
        Self::new(RETRIES)
    }
}

impl Outage {
    fn new(limit: Duration) -> Self {
        Self {
            limit,
            span: Mutex::default(),
        }
    }

    /// Does something again where what was in the way may have passed, for a while.
    pub(super) fn retry<T, E>(&self, mut attempt: impl FnMut() -> Attempt<T, E>) -> Result<T, E> {
        let (mut pause, longest) = PAUSES;
        let mut first = None;
        loop {
            let error = match attempt() {
                Attempt::Done(result) => {
                    if result.is_ok() {
                        *self.span() = None;
                    }
                    return result;
                }
                Attempt::MayPass(error) => error,
            };
            let ours = first.get_or_insert_with(Instant::now).elapsed();
            if ours.max(self.lasts()) > self.limit {
                return Err(error);
            }
            // Not all that wait come back at once.
            thread::sleep(pause.mul_f64(0.5 + 0.5 * fastrand::f64()));
            pause = longest.min(pause * 2);
        }
    }

    /// Notes a failure, and returns how long there have been some, each soon after the one before.
    fn lasts(&self) -> Duration {
        let now = Instant::now();
        let mut span = self.span();
        let known = span.filter(|span| now - span.last < self.limit);
        let since = known.map_or(now, |span| span.since);
        *span = Some(Span { since, last: now });
        now - since
    }

    fn span(&self) -> MutexGuard<'_, Option<Span>> {
        self.span.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(50);

    /// Tries what never goes well. Returns how often.
    fn fail(outage: &Outage) -> usize {
        let mut attempts = 0;
        let result: Result<(), ()> = outage.retry(|| {
            attempts += 1;
            Attempt::MayPass(())
        });
        result.unwrap_err();
        attempts
    }

    /// As if all failures were that much longer ago.
    fn age(outage: &Outage, since: Duration, last: Duration) {
        let now = Instant::now();
        let ago = |span| now.checked_sub(span).unwrap();
        *outage.span() = Some(Span {
            since: ago(since),
            last: ago(last),
        });
    }

    #[test]
    fn what_never_goes_well_is_given_up() {
        let began = Instant::now();
        assert!(fail(&Outage::new(LIMIT)) > 1);
        assert!(began.elapsed() >= LIMIT);
    }

    #[test]
    fn who_comes_when_it_has_lasted_does_not_wait_as_long_again() {
        let outage = Outage::default();
        age(&outage, RETRIES * 2, Duration::ZERO);
        assert_eq!(fail(&outage), 1);
    }

    #[test]
    fn what_goes_well_or_was_long_ago_ends_it() {
        let outage = Outage::new(LIMIT);
        age(&outage, LIMIT * 4, LIMIT * 2);
        assert!(fail(&outage) > 1);
        age(&outage, LIMIT * 4, Duration::ZERO);
        let well: Result<(), ()> = outage.retry(|| Attempt::Done(Ok(())));
        well.unwrap();
        assert!(fail(&outage) > 1);
    }
}
