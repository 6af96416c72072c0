//! Contacts go, in SQL.

use super::session::{Row, Session, escape};
use crate::StoreError;
use crate::store::NO_TIME;
use crate::store::prune::{Age, Place, Pruned};
use crate::store::tables::Prunes;

/// By instance, as the index of times has them.
fn older(age: Age) -> String {
    let condition = match age {
        Age::Begun => "initiated < $1",
        Age::Updated => {
            "initiated = 9223372036854775807 AND version_time < $1 AND version_time > -9223372036854775808"
        }
    };
    format!(
        "FROM instance JOIN contact ON contact.instance = instance.key WHERE listed AND {condition}"
    )
}

fn place(row: &Row) -> Result<Place, StoreError> {
    Ok(Place {
        instance: row.get(0)?,
        id: row.text(1)?,
        tree: row.get(2)?,
    })
}

impl Prunes for Session {
    fn aged(&self, age: Age, limit: i64) -> Result<(u64, Option<i64>, Option<i64>), StoreError> {
        let older = older(age);
        let select = format!("SELECT count(*), min(initiated), max(initiated) {older}");
        let row = self.one(&select, &[&limit])?;
        Ok((row.count(0)?, row.get(1)?, row.get(2)?))
    }

    fn aged_places(&self, age: Age, limit: i64, count: usize) -> Result<Vec<Place>, StoreError> {
        let older = older(age);
        let select = format!("SELECT contact.instance, contact.id, tree {older} LIMIT {count}");
        self.all(&select, &[&limit])?.iter().map(place).collect()
    }

    fn places(&self, instance: Option<i64>, id: &str) -> Result<Vec<Place>, StoreError> {
        let select = "SELECT contact.instance, contact.id, tree FROM instance JOIN contact ON contact.instance = instance.key
            WHERE contact.id = $1 AND instance.key = coalesce($2, instance.key) LIMIT 2";
        let rows = self.all(select, &[&escape(id), &instance])?;
        rows.iter().map(place).collect()
    }

    fn pruned(&self, place: &Place) -> Result<Pruned, StoreError> {
        let id = escape(&place.id);
        let select = "SELECT initiated FROM contact WHERE instance = $1 AND id = $2 AND listed";
        let began = self.maybe(select, &[&place.instance, &id])?;
        let began: Option<i64> = began.map(|row| row.get(0)).transpose()?;
        let select = "SELECT count(*), count(*) FILTER (WHERE $3 IN (previous, initial, related)) FROM contact
            WHERE tree = $1 AND listed AND (instance, id) <> ($2, $3)";
        let counts = self.one(select, &[&place.tree, &place.instance, &id])?;
        Ok(Pruned::one(began, counts.count(1)?, counts.count(0)?))
    }

    fn forget(&self, places: &[Place]) -> Result<(), StoreError> {
        let update = "UPDATE contact SET listed = FALSE, initiated = $3, disconnected = NULL, previous = NULL,
            initial = NULL, related = NULL, method = NULL, channel = NULL, version_time = 0, version_origin = 0,
            field_versions = NULL, details = NULL FROM unnest($1::bigint[], $2::text[]) AS place (instance, id)
            WHERE contact.instance = place.instance AND contact.id = place.id";
        let instances: Vec<i64> = places.iter().map(|place| place.instance).collect();
        let ids: Vec<_> = places.iter().map(|place| escape(&place.id)).collect();
        self.execute(update, &[&instances, &ids, &NO_TIME])
    }

    fn erase_references(&self, place: &Place) -> Result<(), StoreError> {
        let update = "UPDATE contact SET previous = nullif(previous, $3), initial = nullif(initial, $3),
            related = nullif(related, $3) WHERE tree = $1 AND instance = $2 AND $3 IN (previous, initial, related)";
        self.execute(update, &[&place.tree, &place.instance, &escape(&place.id)])
    }
}
