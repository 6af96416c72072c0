//! Contacts and trees in SQL, as they are written.

use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::rows;
use crate::StoreError;
use crate::contact::ContactState;
use crate::store::tables::{Member, Row, Writes};

impl Writes for Connection {
    fn put_instance(&self, id: &str, arn: &str) -> Result<i64, StoreError> {
        let upsert = "INSERT INTO instance (id, arn) VALUES (?1, ?2)
            ON CONFLICT (id) DO UPDATE SET arn = min(arn, excluded.arn) RETURNING key";
        let mut statement = self.prepare_cached(upsert)?;
        Ok(statement.query_row([id, arn], |row| row.get(0))?)
    }

    fn row(&self, instance: i64, id: &str) -> Result<Option<Row>, StoreError> {
        let select =
            "SELECT key, tree, listed, initiated FROM contact WHERE instance = ?1 AND id = ?2";
        let mut statement = self.prepare_cached(select)?;
        let row = statement.query_row((instance, id), |row| {
            Ok(Row {
                key: row.get(0)?,
                tree: row.get(1)?,
                is_listed: row.get(2)?,
                initiated: row.get(3)?,
            })
        });
        Ok(row.optional()?)
    }

    fn state(&self, key: i64) -> Result<ContactState, StoreError> {
        Ok(rows::state(self, key)?)
    }

    fn insert(
        &self,
        instance: i64,
        id: &str,
        tree: i64,
        state: Option<&ContactState>,
    ) -> Result<(), StoreError> {
        Ok(rows::insert(self, instance, id, tree, state)?)
    }

    fn update(&self, row: &Row, state: &ContactState) -> Result<(), StoreError> {
        Ok(rows::update(self, row, state)?)
    }

    fn delete(&self, key: i64) -> Result<(), StoreError> {
        execute(self, "DELETE FROM contact WHERE key = ?1", [key])
    }

    fn plant(&self, size: i64) -> Result<i64, StoreError> {
        let mut statement = self.prepare_cached("INSERT INTO tree (size) VALUES (?1)")?;
        Ok(statement.insert([size])?)
    }

    fn fell(&self, tree: i64) -> Result<(), StoreError> {
        execute(self, "DELETE FROM tree WHERE key = ?1", [tree])
    }

    fn size(&self, tree: i64) -> Result<i64, StoreError> {
        let mut statement = self.prepare_cached("SELECT size FROM tree WHERE key = ?1")?;
        Ok(statement.query_row([tree], |row| row.get(0))?)
    }

    fn resize(&self, tree: i64, size: i64) -> Result<(), StoreError> {
        execute(
            self,
            "UPDATE tree SET size = ?2 WHERE key = ?1",
            [tree, size],
        )
    }

    fn members(&self, tree: i64) -> Result<Vec<Member>, StoreError> {
        let select = "SELECT key, instance, id, listed, previous, initial, related FROM contact WHERE tree = ?1
            ORDER BY instance, id";
        let mut statement = self.prepare_cached(select)?;
        let members = statement.query_map([tree], |row| {
            Ok(Member {
                key: row.get(0)?,
                instance: row.get(1)?,
                id: row.get(2)?,
                is_listed: row.get(3)?,
                references: [row.get(4)?, row.get(5)?, row.get(6)?],
            })
        })?;
        Ok(members.collect::<rusqlite::Result<_>>()?)
    }

    /// One by one: a statement that changes many keeps copies of pages, to be able to take itself back.
    fn relabel(&self, from: i64, to: i64) -> Result<(), StoreError> {
        let mut statement = self.prepare_cached("SELECT key FROM contact WHERE tree = ?1")?;
        let members = statement.query_map([from], |row| row.get(0))?;
        let members: Vec<i64> = members.collect::<rusqlite::Result<_>>()?;
        members
            .into_iter()
            .try_for_each(|member| self.replant(member, to))
    }

    fn replant(&self, key: i64, tree: i64) -> Result<(), StoreError> {
        execute(
            self,
            "UPDATE contact SET tree = ?2 WHERE key = ?1",
            [key, tree],
        )
    }
}

fn execute<const N: usize>(
    connection: &Connection,
    statement: &str,
    parameters: [i64; N],
) -> Result<(), StoreError> {
    connection
        .prepare_cached(statement)?
        .execute(params_from_iter(parameters))?;
    Ok(())
}
