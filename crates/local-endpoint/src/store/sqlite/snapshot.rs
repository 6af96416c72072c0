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

use super::{Sqlite, in_memory};
use crate::StoreError;

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
    pub(crate) fn refill(&self, Used(mut used): Used) -> Result<(), StoreError> {
        let copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing reads it meanwhile, and a failure drops it: what it held need not be kept, which takes most of the time.
        used.pragma_update(None, "journal_mode", "off")?;
        copy_pages(&copy, &mut used)?;
        used.pragma_update(None, "journal_mode", "memory")?;
        *self.spare() = Some(used);
        Ok(())
    }
}

/// A database that another took the place of.
pub(crate) struct Used(Connection);

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}

impl Sqlite {
    pub(in crate::store) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let mut copy = Connection::open_in_memory()?;
        copy_pages(&self.writer(), &mut copy)?;
        let snapshot = Snapshot {
            copy: Mutex::new(copy),
            spare: Mutex::default(),
        };
        if self.readers.is_none() {
            snapshot.refill(Used(in_memory()?))?;
        }
        Ok(snapshot)
    }

    pub(in crate::store) fn restore(
        &self,
        snapshot: &Snapshot,
    ) -> Result<Option<Used>, StoreError> {
        self.check_identity()?;
        if let Some(spare) = snapshot.spare().take() {
            return Ok(Some(Used(mem::replace(&mut *self.writer(), spare))));
        }
        let copy = snapshot.copy.lock().unwrap_or_else(PoisonError::into_inner);
        copy_pages(&copy, &mut self.writer())?;
        Ok(None)
    }
}

fn copy_pages(from: &Connection, to: &mut Connection) -> rusqlite::Result<()> {
    Backup::new(from, to)?.run_to_completion(c_int::MAX, PAUSE, None)
}
