//! Contacts go, in SQL, and their bytes from the file.

use rusqlite::{Connection, Error, OptionalExtension, Row, ffi};

use super::{Sqlite, when_free};
use crate::StoreError;
use crate::store::NO_TIME;
use crate::store::prune::{Age, Place, Pruned};
use crate::store::tables::Prunes;

impl Sqlite {
    /// Overwrites what is removed from now on: until the file is written anew, and if it never is.
    pub(in crate::store) fn prepare_to_erase(&self) -> Result<(), StoreError> {
        self.check_identity()?;
        let connection = self.writer();
        connection.pragma_update(None, "secure_delete", true)?;
        Ok(())
    }

    /// Writes the file anew: pages keep pieces of what was in them before. Then empties the write-ahead log.
    pub(in crate::store) fn compact(&self, on_wait: fn()) -> Result<(), StoreError> {
        let connection = self.writer();
        when_free(&connection, on_wait, || compact(&connection))?;
        Ok(())
    }
}

fn compact(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("VACUUM")?;
    let is_busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        let busy = ffi::Error::new(ffi::SQLITE_BUSY);
        return Err(Error::SqliteFailure(busy, None));
    }
    Ok(())
}

/// Contacts that are older, in the order in which SQLite is to go through the tables.
fn older(age: Age) -> String {
    let condition = match age {
        Age::Begun => "initiated < ?1",
        Age::Updated => {
            "initiated = 9223372036854775807 AND version_time < ?1 AND version_time > -9223372036854775808"
        }
    };
    format!(
        "FROM instance CROSS JOIN contact WHERE instance = instance.key AND listed AND {condition}"
    )
}

fn place(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place {
        instance: row.get(0)?,
        id: row.get(1)?,
        tree: row.get(2)?,
    })
}

impl Prunes for Connection {
    fn aged(&self, age: Age, limit: i64) -> Result<(u64, Option<i64>, Option<i64>), StoreError> {
        let older = older(age);
        let select = format!("SELECT count(*), min(initiated), max(initiated) {older}");
        let counted = self.query_row(&select, [limit], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        });
        Ok(counted?)
    }

    fn aged_places(&self, age: Age, limit: i64, count: usize) -> Result<Vec<Place>, StoreError> {
        let older = older(age);
        let select = format!("SELECT instance, contact.id, tree {older} LIMIT {count}");
        let mut statement = self.prepare_cached(&select)?;
        let places = statement.query_map([limit], place)?;
        Ok(places.collect::<rusqlite::Result<_>>()?)
    }

    fn places(&self, instance: Option<i64>, id: &str) -> Result<Vec<Place>, StoreError> {
        let select = "SELECT instance, contact.id, tree FROM instance CROSS JOIN contact WHERE instance = instance.key
            AND contact.id = ?1 AND instance.key = coalesce(?2, instance.key) LIMIT 2";
        let mut statement = self.prepare(select)?;
        let places = statement.query_map((id, instance), place)?;
        Ok(places.collect::<rusqlite::Result<_>>()?)
    }

    fn pruned(&self, place: &Place) -> Result<Pruned, StoreError> {
        let select = "SELECT initiated FROM contact WHERE instance = ?1 AND id = ?2 AND listed";
        let began: Option<i64> = self
            .query_row(select, (place.instance, &place.id), |row| row.get(0))
            .optional()?;
        let select = "SELECT count(*), coalesce(sum(coalesce(?3 IN (previous, initial, related), 0)), 0) FROM contact
            WHERE tree = ?1 AND listed = 1 AND (instance, id) <> (?2, ?3)";
        let counts = (place.tree, place.instance, &place.id);
        let (relatives, references) =
            self.query_row(select, counts, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Pruned::one(began, references, relatives))
    }

    fn forget(&self, places: &[Place]) -> Result<(), StoreError> {
        let update = "UPDATE contact SET listed = 0, initiated = ?3, disconnected = NULL, previous = NULL, initial = NULL,
            related = NULL, method = NULL, channel = NULL, version_time = 0, version_origin = 0, field_versions = NULL,
            details = NULL WHERE instance = ?1 AND id = ?2";
        let mut statement = self.prepare_cached(update)?;
        for place in places {
            statement.execute((place.instance, &place.id, NO_TIME))?;
        }
        Ok(())
    }

    fn erase_references(&self, place: &Place) -> Result<(), StoreError> {
        for column in ["previous", "initial", "related"] {
            // The plus keeps SQLite from going through the whole instance instead of the tree.
            let update = format!(
                "UPDATE contact SET {column} = NULL WHERE tree = ?1 AND +instance = ?2 AND {column} = ?3"
            );
            self.execute(&update, (place.tree, place.instance, &place.id))?;
        }
        Ok(())
    }
}
