//! A copy of a database, to go back to.
//!
//! SQLite's backup copies whole pages, in one transaction, whatever was changed meanwhile, and with the same key for page
//! tokens. It takes as long as the copy is large; so for a database in memory another copy is made ahead.

use std::os::raw::c_int;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, mem};

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::{Store, StoreError, in_memory};

/// A pause while another process holds the file.
const PAUSE: Duration = Duration::from_millis(10);

/// What a store held at one time, in memory.
pub(crate) struct Snapshot {
    copy: Mutex<Connection>,
    /// Takes the place of a database in memory.
    spare: Mutex<Option<Connection>>,
}

impl Snapshot {
    fn spare(&self) -> MutexGuard<'_, Option<Connection>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a spare copy of a database that is no longer used. Until there is one, to go back takes longer.
    pub(crate) fn refill(&self, mut used: Connection) -> Result<(), StoreError> {
        let copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing reads it meanwhile, and a failure drops it: what it held need not be kept, which takes most of the time.
        used.pragma_update(None, "journal_mode", "off")?;
        copy_pages(&copy, &mut used)?;
        used.pragma_update(None, "journal_mode", "memory")?;
        *self.spare() = Some(used);
        Ok(())
    }
}

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
        let snapshot = Snapshot {
            copy: Mutex::new(copy),
            spare: Mutex::default(),
        };
        if self.is_in_memory() {
            snapshot.refill(in_memory()?)?;
        }
        Ok(snapshot)
    }

    /// Goes back to what the snapshot holds. The database that is no longer used, if there is one, is for
    /// [`Snapshot::refill`].
    pub(crate) fn restore(&self, snapshot: &Snapshot) -> Result<Option<Connection>, StoreError> {
        self.check_identity()?;
        if let Some(spare) = snapshot.spare().take() {
            return Ok(Some(mem::replace(&mut *self.write(), spare)));
        }
        let copy = snapshot.copy.lock().unwrap_or_else(PoisonError::into_inner);
        copy_pages(&copy, &mut self.write())?;
        Ok(None)
    }
}

fn copy_pages(from: &Connection, to: &mut Connection) -> rusqlite::Result<()> {
    Backup::new(from, to)?.run_to_completion(c_int::MAX, PAUSE, None)
}
