//! Contacts and trees in SQL, as they are written.

use tokio_postgres::types::ToSql;

use super::session::{Session, escape};
use crate::StoreError;
use crate::contact::{COLUMNS, ContactState, FIELDS, Kind, Value};
use crate::store::NO_TIME;
use crate::store::columns::{self, details, field_versions, initiated};
use crate::store::tables::{Member, Row, Writes};

impl Writes for Session {
    fn put_instance(&self, id: &str, arn: &str) -> Result<i64, StoreError> {
        let upsert = "INSERT INTO instance (id, arn) VALUES ($1, $2)
            ON CONFLICT (id) DO UPDATE SET arn = least(instance.arn, excluded.arn) RETURNING key";
        self.one(upsert, &[&escape(id), &escape(arn)])?.get(0)
    }

    fn row(&self, instance: i64, id: &str) -> Result<Option<Row>, StoreError> {
        let select =
            "SELECT key, tree, listed, initiated FROM contact WHERE instance = $1 AND id = $2";
        let Some(row) = self.maybe(select, &[&instance, &escape(id)])? else {
            return Ok(None);
        };
        Ok(Some(Row {
            key: row.get(0)?,
            tree: row.get(1)?,
            is_listed: row.get(2)?,
            initiated: row.get(3)?,
        }))
    }

    fn state(&self, key: i64) -> Result<ContactState, StoreError> {
        let select =
            "SELECT disconnected, initiated, previous, initial, related, method, channel, details,
            version_time, version_origin, field_versions FROM contact WHERE key = $1";
        let row = self.one(select, &[&key])?;
        let mut values = [const { None }; COLUMNS];
        for (place, (value, (_, _, kind))) in values.iter_mut().zip(FIELDS).enumerate() {
            *value = match kind {
                Kind::Time => row.get::<Option<i64>>(place)?.map(Value::Time),
                _ => row.maybe_text(place)?.map(|text| Value::Text(text.into())),
            };
        }
        let details: Option<String> = row.get(7)?;
        let newest = (row.get(8)?, row.get(9)?);
        let older: Option<String> = row.get(10)?;
        let state = columns::state(values, details.map(Into::into), newest, older.as_deref());
        state.map_err(|_| StoreError::Foreign)
    }

    fn insert(
        &self,
        instance: i64,
        id: &str,
        tree: i64,
        state: Option<&ContactState>,
    ) -> Result<(), StoreError> {
        let Some(state) = state else {
            let insert = "INSERT INTO contact (instance, id, tree, listed, initiated, version_time, version_origin)
                VALUES ($1, $2, $3, FALSE, $4, 0, 0)";
            return self.execute(insert, &[&instance, &escape(id), &tree, &NO_TIME]);
        };
        let insert = "INSERT INTO contact (disconnected, initiated, previous, initial, related, method, channel, details,
            version_time, version_origin, field_versions, tree, listed, instance, id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, TRUE, $13, $14)";
        let mut values = values(state);
        values.extend([
            Box::new(tree) as Parameter,
            Box::new(instance),
            Box::new(escape(id)),
        ]);
        execute(self, insert, &values)
    }

    fn update(&self, row: &Row, state: &ContactState) -> Result<(), StoreError> {
        let update = "UPDATE contact SET disconnected = $1, initiated = $2, previous = $3, initial = $4, related = $5,
            method = $6, channel = $7, details = $8, version_time = $9, version_origin = $10, field_versions = $11,
            listed = TRUE WHERE key = $12";
        let mut values = values(state);
        values.push(Box::new(row.key));
        execute(self, update, &values)
    }

    fn delete(&self, key: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM contact WHERE key = $1", &[&key])
    }

    fn plant(&self, size: i64) -> Result<i64, StoreError> {
        self.one(
            "INSERT INTO tree (size) VALUES ($1) RETURNING key",
            &[&size],
        )?
        .get(0)
    }

    fn fell(&self, tree: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM tree WHERE key = $1", &[&tree])
    }

    fn size(&self, tree: i64) -> Result<i64, StoreError> {
        self.one("SELECT size FROM tree WHERE key = $1", &[&tree])?
            .get(0)
    }

    fn resize(&self, tree: i64, size: i64) -> Result<(), StoreError> {
        self.execute("UPDATE tree SET size = $2 WHERE key = $1", &[&tree, &size])
    }

    fn members(&self, tree: i64) -> Result<Vec<Member>, StoreError> {
        let select = "SELECT key, instance, id, listed, previous, initial, related FROM contact WHERE tree = $1
            ORDER BY instance, id";
        let mut members = Vec::new();
        for row in self.all(select, &[&tree])? {
            members.push(Member {
                key: row.get(0)?,
                instance: row.get(1)?,
                id: row.text(2)?,
                is_listed: row.get(3)?,
                references: [row.maybe_text(4)?, row.maybe_text(5)?, row.maybe_text(6)?],
            });
        }
        Ok(members)
    }

    fn relabel(&self, from: i64, to: i64) -> Result<(), StoreError> {
        self.execute(
            "UPDATE contact SET tree = $2 WHERE tree = $1",
            &[&from, &to],
        )
    }

    fn replant(&self, key: i64, tree: i64) -> Result<(), StoreError> {
        self.execute(
            "UPDATE contact SET tree = $2 WHERE key = $1",
            &[&key, &tree],
        )
    }
}

type Parameter = Box<dyn ToSql + Sync>;

fn execute(session: &Session, sql: &str, values: &[Parameter]) -> Result<(), StoreError> {
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value).collect();
    session.execute(sql, &values)
}

/// The parameters 1 to 11.
fn values(state: &ContactState) -> Vec<Parameter> {
    let newest = state.newest();
    let columns = state.0.iter().zip(FIELDS).take(COLUMNS);
    let columns = columns.map(|(field, (_, _, kind))| match (&field.value, kind) {
        (Some(Value::Time(nanos)), _) => Box::new(*nanos) as Parameter,
        (Some(Value::Text(text)), _) => Box::new(escape(text)),
        (None, Kind::Time) => Box::new(None::<i64>),
        (None, _) => Box::new(None::<String>),
    });
    let mut values: Vec<Parameter> = columns.collect();
    if let Some(value) = values.get_mut(crate::contact::Field::Initiated as usize) {
        *value = Box::new(initiated(state));
    }
    values.push(Box::new(details(state)));
    values.push(Box::new(newest.time));
    values.push(Box::new(newest.origin as i64));
    values.push(Box::new(field_versions(state, newest)));
    values
}
