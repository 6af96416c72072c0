//! Contacts and trees in SQL, as they are written.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;

use tokio_postgres::types::{ToSql, Type};

use super::session::{Parameters, Row as Read, Session, escape};
use crate::StoreError;
use crate::contact::{COLUMNS, ContactState, FIELDS, Field, Kind, Value};
use crate::store::NO_TIME;
use crate::store::columns::{self, details, field_versions, initiated};
use crate::store::tables::{Entry, Member, Row, Writes};

/// What is written of a contact: columns and their types.
const STAGED: [(&str, Type); 15] = [
    ("instance", Type::INT8),
    ("id", Type::TEXT),
    ("tree", Type::INT8),
    ("listed", Type::BOOL),
    ("disconnected", Type::INT8),
    ("initiated", Type::INT8),
    ("previous", Type::TEXT),
    ("initial", Type::TEXT),
    ("related", Type::TEXT),
    ("method", Type::TEXT),
    ("channel", Type::TEXT),
    ("details", Type::TEXT),
    ("version_time", Type::INT8),
    ("version_origin", Type::INT8),
    ("field_versions", Type::TEXT),
];

impl Writes for Session {
    fn put_instance(&self, id: &str, arn: &str) -> Result<i64, StoreError> {
        let upsert = "INSERT INTO instance (id, arn) VALUES ($1, $2)
            ON CONFLICT (id) DO UPDATE SET arn = least(instance.arn, excluded.arn) RETURNING key";
        self.one(upsert, &[&escape(id), &escape(arn)])?.get(0)
    }

    fn rows(&self, ids: &[(i64, &str)]) -> Result<Vec<Option<Row>>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (instances, ids): (Vec<i64>, Vec<Cow<'_, str>>) = ids
            .iter()
            .map(|(instance, id)| (*instance, escape(id)))
            .unzip();
        let select = "SELECT place, key, tree, listed, initiated
            FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS wanted (instance, id, place)
            JOIN contact USING (instance, id)";
        let mut rows = vec![None; ids.len()];
        for row in self.all(select, &[&instances, &ids])? {
            let place: i64 = row.get(0)?;
            let place = usize::try_from(place - 1)
                .ok()
                .and_then(|place| rows.get_mut(place));
            if let Some(place) = place {
                *place = Some(Row {
                    key: row.get(1)?,
                    tree: row.get(2)?,
                    is_listed: row.get(3)?,
                    initiated: row.get(4)?,
                });
            }
        }
        Ok(rows)
    }

    fn states(&self, keys: &[i64]) -> Result<Vec<ContactState>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let select = "SELECT disconnected, initiated, previous, initial, related, method, channel, details,
            version_time, version_origin, field_versions
            FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (key, place) JOIN contact USING (key) ORDER BY place";
        let rows = self.all(select, &[&keys])?;
        all_of(keys, &rows)?;
        rows.iter().map(state).collect()
    }

    fn put(&self, contacts: &[Entry<'_>]) -> Result<(), StoreError> {
        if contacts.is_empty() {
            return Ok(());
        }
        let declared = STAGED
            .map(|(name, kind)| format!("{name} {kind}"))
            .join(", ");
        let names = STAGED.map(|(name, _)| name).join(", ");
        let updated = STAGED
            .map(|(name, _)| format!("{name} = excluded.{name}"))
            .join(", ");
        // Each session has its own, which every commit empties.
        self.batch(&format!(
            "CREATE TEMPORARY TABLE IF NOT EXISTS staged ({declared}) ON COMMIT DELETE ROWS; DELETE FROM pg_temp.staged"
        ))?;
        let copy = format!("COPY pg_temp.staged ({names}) FROM STDIN (FORMAT binary)");
        self.copy(
            &copy,
            &STAGED.map(|(_, kind)| kind),
            contacts.iter().map(values),
        )?;
        let insert = format!(
            "INSERT INTO contact ({names}) SELECT {names} FROM pg_temp.staged
            ON CONFLICT (instance, id) DO UPDATE SET {updated}"
        );
        self.execute(&insert, &[])
    }

    fn delete(&self, keys: &[i64]) -> Result<(), StoreError> {
        self.execute_some(keys, "DELETE FROM contact WHERE key = ANY($1)", &[&keys])
    }

    fn plant(&self, sizes: &[i64]) -> Result<Vec<i64>, StoreError> {
        if sizes.is_empty() {
            return Ok(Vec::new());
        }
        let insert =
            "INSERT INTO tree (size) SELECT * FROM unnest($1::bigint[]) RETURNING size, key";
        let mut planted = Vec::new();
        for row in self.all(insert, &[&sizes])? {
            planted.push((row.get::<i64>(1)?, row.get::<i64>(0)?));
        }
        planted.sort_unstable_by_key(|(key, _)| Reverse(*key));
        // In which order they come back is not said, but trees of one size are as good as each other.
        let mut by_size: HashMap<i64, Vec<i64>> = HashMap::new();
        for (key, size) in planted {
            by_size.entry(size).or_default().push(key);
        }
        let mut least = |size| by_size.get_mut(size)?.pop();
        let keys = sizes
            .iter()
            .map(|size| least(size).ok_or(StoreError::Foreign));
        keys.collect()
    }

    fn fell(&self, trees: &[i64]) -> Result<(), StoreError> {
        self.execute_some(trees, "DELETE FROM tree WHERE key = ANY($1)", &[&trees])
    }

    fn sizes(&self, trees: &[i64]) -> Result<Vec<i64>, StoreError> {
        if trees.is_empty() {
            return Ok(Vec::new());
        }
        let select = "SELECT size FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (key, place) JOIN tree USING (key)
            ORDER BY place";
        let rows = self.all(select, &[&trees])?;
        all_of(trees, &rows)?;
        rows.iter().map(|row| row.get(0)).collect()
    }

    fn resize(&self, trees: &[(i64, i64)]) -> Result<(), StoreError> {
        let update = "UPDATE tree SET size = new.size FROM unnest($1::bigint[], $2::bigint[]) AS new (key, size)
            WHERE tree.key = new.key";
        self.execute_pairs(update, trees)
    }

    fn members(&self, trees: &[i64]) -> Result<Vec<Member>, StoreError> {
        let select =
            "SELECT tree, key, instance, id, listed, previous, initial, related FROM contact
            WHERE tree = ANY($1) ORDER BY tree, instance, id";
        let member = |row: &Read| {
            Ok(Member {
                tree: row.get(0)?,
                key: row.get(1)?,
                instance: row.get(2)?,
                id: row.text(3)?,
                is_listed: row.get(4)?,
                references: [row.maybe_text(5)?, row.maybe_text(6)?, row.maybe_text(7)?],
            })
        };
        self.all(select, &[&trees])?.iter().map(member).collect()
    }

    fn relabel(&self, trees: &[(i64, i64)]) -> Result<(), StoreError> {
        let update = "UPDATE contact SET tree = new.tree FROM unnest($1::bigint[], $2::bigint[]) AS new (old, tree)
            WHERE contact.tree = new.old";
        self.execute_pairs(update, trees)
    }

    fn replant(&self, rows: &[(i64, i64)]) -> Result<(), StoreError> {
        let update = "UPDATE contact SET tree = new.tree FROM unnest($1::bigint[], $2::bigint[]) AS new (key, tree)
            WHERE contact.key = new.key";
        self.execute_pairs(update, rows)
    }
}

impl Session {
    /// A statement about some rows, unless there are none.
    fn execute_some(
        &self,
        rows: &[i64],
        sql: &str,
        with: Parameters<'_>,
    ) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.execute(sql, with)
    }

    /// A statement about two columns.
    fn execute_pairs(&self, sql: &str, pairs: &[(i64, i64)]) -> Result<(), StoreError> {
        let (ones, others): (Vec<i64>, Vec<i64>) = pairs.iter().copied().unzip();
        self.execute_some(&ones, sql, &[&ones, &others])
    }
}

/// Fails where rows are not there that others refer to.
fn all_of(keys: &[i64], rows: &[Read]) -> Result<(), StoreError> {
    if rows.len() == keys.len() {
        Ok(())
    } else {
        Err(StoreError::Foreign)
    }
}

fn state(row: &Read) -> Result<ContactState, StoreError> {
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

type Parameter<'a> = Box<dyn ToSql + Sync + 'a>;

/// What is written of a contact, as [`STAGED`] names it.
fn values<'a>(contact: &Entry<'a>) -> [Parameter<'a>; STAGED.len()] {
    let Entry {
        instance,
        id,
        tree,
        state,
        ..
    } = *contact;
    let newest = state.map(ContactState::newest);
    let disconnected = match state.map(|state| &state[Field::Disconnected].value) {
        Some(Some(Value::Time(nanos))) => Some(*nanos),
        _ => None,
    };
    let text = |field| -> Parameter<'a> {
        Box::new(state.and_then(|state| state[field].text()).map(escape))
    };
    [
        Box::new(instance),
        Box::new(escape(id)),
        Box::new(tree),
        Box::new(state.is_some()),
        Box::new(disconnected),
        Box::new(state.map_or(NO_TIME, initiated)),
        text(Field::Previous),
        text(Field::Initial),
        text(Field::Related),
        text(Field::Method),
        text(Field::Channel),
        Box::new(state.and_then(details)),
        Box::new(newest.map_or(0, |newest| newest.time)),
        Box::new(newest.map_or(0, |newest| newest.origin as i64)),
        Box::new(
            state
                .zip(newest)
                .and_then(|(state, newest)| field_versions(state, newest)),
        ),
    ]
}
