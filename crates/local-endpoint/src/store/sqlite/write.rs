//! Contacts and trees in SQL, as they are written.

use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::rows;
use crate::StoreError;
use crate::contact::ContactState;
use crate::store::tables::{Entry, Member, Row, Writes};

impl Writes for Connection {
    fn put_instance(&self, id: &str, arn: &str) -> Result<i64, StoreError> {
        let upsert = "INSERT INTO instance (id, arn) VALUES (?1, ?2)
            ON CONFLICT (id) DO UPDATE SET arn = min(arn, excluded.arn) RETURNING key";
        let mut statement = self.prepare_cached(upsert)?;
        Ok(statement.query_row([id, arn], |row| row.get(0))?)
    }

    fn rows(&self, ids: &[(i64, &str)]) -> Result<Vec<Option<Row>>, StoreError> {
        let select =
            "SELECT key, tree, listed, initiated FROM contact WHERE instance = ?1 AND id = ?2";
        let mut statement = self.prepare_cached(select)?;
        let row = |id: &(i64, &str)| {
            let row = statement.query_row(*id, |row| {
                Ok(Row {
                    key: row.get(0)?,
                    tree: row.get(1)?,
                    is_listed: row.get(2)?,
                    initiated: row.get(3)?,
                })
            });
            Ok(row.optional()?)
        };
        ids.iter().map(row).collect()
    }

    fn states(&self, keys: &[i64]) -> Result<Vec<ContactState>, StoreError> {
        let state = |key: &i64| Ok(rows::state(self, *key)?);
        keys.iter().map(state).collect()
    }

    fn put(&self, contacts: &[Entry<'_>]) -> Result<(), StoreError> {
        for contact in contacts {
            match (&contact.row, contact.state) {
                (Some(row), Some(state)) => rows::update(self, row, state)?,
                _ => rows::insert(self, contact)?,
            }
        }
        Ok(())
    }

    fn delete(&self, keys: &[i64]) -> Result<(), StoreError> {
        let each = keys.iter().map(|key| [*key]);
        execute(self, "DELETE FROM contact WHERE key = ?1", each)
    }

    fn plant(&self, sizes: &[i64]) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.prepare_cached("INSERT INTO tree (size) VALUES (?1)")?;
        sizes
            .iter()
            .map(|size| Ok(statement.insert([size])?))
            .collect()
    }

    fn fell(&self, trees: &[i64]) -> Result<(), StoreError> {
        let each = trees.iter().map(|tree| [*tree]);
        execute(self, "DELETE FROM tree WHERE key = ?1", each)
    }

    fn sizes(&self, trees: &[i64]) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.prepare_cached("SELECT size FROM tree WHERE key = ?1")?;
        let size = |tree: &i64| Ok(statement.query_row([tree], |row| row.get(0))?);
        trees.iter().map(size).collect()
    }

    fn resize(&self, trees: &[(i64, i64)]) -> Result<(), StoreError> {
        let each = trees.iter().map(|(tree, size)| [*tree, *size]);
        execute(self, "UPDATE tree SET size = ?2 WHERE key = ?1", each)
    }

    fn members(&self, trees: &[i64]) -> Result<Vec<Member>, StoreError> {
        let select = "SELECT key, instance, id, listed, previous, initial, related FROM contact WHERE tree = ?1
            ORDER BY instance, id";
        let mut statement = self.prepare_cached(select)?;
        let mut members = Vec::new();
        for tree in trees {
            let rows = statement.query_map([tree], |row| {
                Ok(Member {
                    tree: *tree,
                    key: row.get(0)?,
                    instance: row.get(1)?,
                    id: row.get(2)?,
                    is_listed: row.get(3)?,
                    references: [row.get(4)?, row.get(5)?, row.get(6)?],
                })
            })?;
            for row in rows {
                members.push(row?);
            }
        }
        Ok(members)
    }

    /// One by one: a statement that changes many keeps copies of pages, to be able to take itself back.
    fn relabel(&self, trees: &[(i64, i64)]) -> Result<(), StoreError> {
        let mut statement = self.prepare_cached("SELECT key FROM contact WHERE tree = ?1")?;
        for (from, to) in trees {
            let moved = statement.query_map([from], |row| Ok((row.get(0)?, *to)))?;
            let moved = moved.collect::<rusqlite::Result<Vec<_>>>()?;
            self.replant(&moved)?;
        }
        Ok(())
    }

    fn replant(&self, rows: &[(i64, i64)]) -> Result<(), StoreError> {
        let each = rows.iter().map(|(key, tree)| [*key, *tree]);
        execute(self, "UPDATE contact SET tree = ?2 WHERE key = ?1", each)
    }
}

/// A statement for each of these parameters.
fn execute<const N: usize>(
    connection: &Connection,
    statement: &str,
    each: impl IntoIterator<Item = [i64; N]>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(statement)?;
    for parameters in each {
        statement.execute(params_from_iter(parameters))?;
    }
    Ok(())
}
