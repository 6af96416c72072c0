//! The connections that are open.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::session::Session;

/// How many connections there may be at once; who needs another one waits.
const CONNECTIONS: usize = 16;
/// How long one is kept that nobody needs, as long as others are used.
const IDLE: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Pool {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    in_use: usize,
    /// Since when. Those in front were not needed for the longest.
    idle: Vec<(Instant, Session)>,
}

impl State {
    fn tidy(&mut self) {
        self.idle
            .retain(|(since, session)| since.elapsed() < IDLE && session.is_usable());
    }
}

/// The right to one connection.
pub(super) struct Place<'a>(&'a Pool);

impl Pool {
    /// Waits for a place. By the standard library, as tokio's waiting would stop a thread of its own in the end.
    pub(super) fn place(&self) -> Place<'_> {
        let is_full = |state: &mut State| state.in_use >= CONNECTIONS;
        let state = self.freed.wait_while(self.state(), is_full);
        state.unwrap_or_else(PoisonError::into_inner).in_use += 1;
        Place(self)
    }

    /// A connection that is open still.
    pub(super) fn take(&self) -> Option<Session> {
        let mut state = self.state();
        state.tidy();
        state.idle.pop().map(|(_, session)| session)
    }

    /// Keeps a connection for who needs it next, unless something is wrong with it.
    pub(super) fn put_back(&self, session: Session) {
        let mut state = self.state();
        state.tidy();
        if session.is_usable() {
            state.idle.push((Instant::now(), session));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.state().in_use -= 1;
        self.0.freed.notify_one();
    }
}
