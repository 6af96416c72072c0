//! A copy of a database, to go back to.
//!
//! SQLite's backup copies whole pages, in one transaction, whatever was changed meanwhile, and with the same key for page
//! tokens. It takes as long as the copy is large.

use std::fmt;
use std::os::raw::c_int;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::{Store, StoreError};

/// A pause while another process holds the file.
const PAUSE: Duration = Duration::from_millis(10);

/// What a store held at one time, in memory.
pub(crate) struct Snapshot(Mutex<Connection>);

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}

impl Store {
    pub(crate) fn is_in_memory(&self) -> bool {
        self.readers.is_none()
    }

    /// Whether no contact was ever heard of.
    pub(crate) fn is_empty(&self) -> Result<bool, StoreError> {
        let count = "SELECT NOT EXISTS (SELECT 1 FROM contact)";
        self.read(|connection| Ok(connection.query_row(count, [], |row| row.get(0))?))
    }

    pub(crate) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let mut copy = Connection::open_in_memory()?;
        copy_pages(&self.write(), &mut copy)?;
        Ok(Snapshot(Mutex::new(copy)))
    }

    /// Goes back to what the snapshot holds.
    pub(crate) fn restore(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.check_identity()?;
        let copy = snapshot.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(copy_pages(&copy, &mut self.write())?)
    }
}

fn copy_pages(from: &Connection, to: &mut Connection) -> rusqlite::Result<()> {
    Backup::new(from, to)?.run_to_completion(c_int::MAX, PAUSE, None)
}
