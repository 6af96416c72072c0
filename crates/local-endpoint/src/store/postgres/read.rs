//! Contacts in SQL, as they are read.

use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;
use tokio_postgres::types::ToSql;

use super::search;
use super::session::{Row, Session, escape};
use crate::StoreError;
use crate::store::NO_TIME;
use crate::store::page::{ContactSummary, StoredContact, beginning, time};
use crate::store::search::{Detailed, Mark, Search};
use crate::store::stats::{InstanceStats, Stats, TreeStats};
use crate::store::tables::{Instance, Reads};
use crate::token::Cursor;

impl Reads for Session {
    fn instance(&self, id_or_arn: &str) -> Result<Option<Instance>, StoreError> {
        let select = "SELECT key, id, arn FROM instance WHERE id = $1 OR arn = $1";
        let row = self.maybe(select, &[&escape(id_or_arn)])?;
        let read = |row: Row| {
            Ok(Instance {
                key: row.get(0)?,
                id: row.text(1)?,
                arn: row.text(2)?,
            })
        };
        row.map(read).transpose()
    }

    fn instance_ids(&self) -> Result<Vec<String>, StoreError> {
        let rows = self.all("SELECT id FROM instance ORDER BY id", &[])?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        self.one("SELECT NOT EXISTS (SELECT 1 FROM contact)", &[])?
            .get(0)
    }

    fn contact_ids(
        &self,
        instance: i64,
        prefix: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let (first, limit) = (escape(prefix), i64::from(limit));
        let end = end_of(&first);
        let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&instance, &first, &limit];
        let bound = match &end {
            Some(end) => {
                parameters.push(end);
                "AND id < $4"
            }
            None => "",
        };
        let select = format!(
            "SELECT id FROM contact WHERE instance = $1 AND listed AND id >= $2 {bound} ORDER BY id LIMIT $3"
        );
        let rows = self.all(&select, &parameters)?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    fn tree_of(&self, instance: i64, id: &str) -> Result<Option<i64>, StoreError> {
        let select = "SELECT tree FROM contact WHERE instance = $1 AND id = $2 AND listed";
        let row = self.maybe(select, &[&instance, &escape(id)])?;
        row.map(|row| row.get(0)).transpose()
    }

    fn page(
        &self,
        instance: &Instance,
        tree: i64,
        after: Option<&Cursor>,
        limit: i64,
    ) -> Result<Vec<(ContactSummary, i64)>, StoreError> {
        let select = "SELECT id, initiated, disconnected, initial, previous, related, method, channel FROM contact
            WHERE tree = $1 AND listed AND (initiated, id) > ($2, $3) ORDER BY initiated, id LIMIT $4";
        let (time, id) = after.map_or((i64::MIN, ""), |cursor| {
            (cursor.initiated, cursor.id.as_str())
        });
        let rows = self.all(select, &[&tree, &time, &escape(id), &limit])?;
        let rows = rows.iter();
        rows.map(|row| Ok((summary(row, &instance.arn)?, row.get(1)?)))
            .collect()
    }

    fn details(&self, tree: i64) -> Result<BTreeMap<String, String>, StoreError> {
        let select =
            "SELECT id, details FROM contact WHERE tree = $1 AND listed AND details IS NOT NULL";
        let rows = self.all(select, &[&tree])?;
        let rows = rows.iter();
        rows.map(|row| Ok((row.text(0)?, row.get(1)?))).collect()
    }

    fn contact(&self, instance: &Instance, id: &str) -> Result<Option<StoredContact>, StoreError> {
        let select = "SELECT id, initiated, disconnected, initial, previous, related, method, channel, details,
            version_time, tree FROM contact WHERE instance = $1 AND id = $2 AND listed";
        let Some(row) = self.maybe(select, &[&instance.key, &escape(id)])? else {
            return Ok(None);
        };
        let tree: i64 = row.get(10)?;
        let select =
            "SELECT id FROM contact WHERE tree = $1 AND listed ORDER BY initiated, id LIMIT 1";
        let summary = summary(&row, &instance.arn)?;
        let first = summary.initial_contact_id.as_deref().unwrap_or(id);
        Ok(Some(StoredContact {
            details: row.get(8)?,
            last_update: Some(row.get(9)?)
                .filter(|nanos| *nanos != i64::MIN)
                .map(time),
            association_id: self.one(select, &[&tree])?.text(0)?,
            attributes: chain_attributes(self, tree, first)?,
            instance_arn: instance.arn.clone(),
            summary,
        }))
    }

    fn count(&self, instance: &Instance, search: &Search) -> Result<i64, StoreError> {
        search::count(self, instance, search)
    }

    fn search(
        &self,
        instance: &Instance,
        search: &Search,
        after: Option<&Mark>,
        limit: i64,
    ) -> Result<Vec<(Detailed, Mark)>, StoreError> {
        search::rows(self, instance, search, after, limit)
    }

    fn trees(
        &self,
        instance: &Instance,
        ids: &[String],
    ) -> Result<Vec<(TreeStats, u64)>, StoreError> {
        let select = "WITH place AS (SELECT tree, count(*) AS given FROM contact
                WHERE instance = $1 AND listed AND id = ANY($2) GROUP BY tree)
            SELECT (SELECT id FROM contact WHERE tree = place.tree AND listed ORDER BY initiated, id LIMIT 1),
                (SELECT count(*) FROM contact WHERE tree = place.tree AND listed), given FROM place ORDER BY tree";
        let ids: Vec<_> = ids.iter().map(|id| escape(id)).collect();
        let rows = self.all(select, &[&instance.key, &ids])?;
        let tree = |row: &Row| {
            let tree = TreeStats {
                instance_arn: instance.arn.clone(),
                contact_id: row.text(0)?,
                contacts: row.count(1)?,
            };
            Ok((tree, row.count(2)?))
        };
        rows.iter().map(tree).collect()
    }

    fn stats(&self, largest: u32) -> Result<Stats, StoreError> {
        let instances = instances(self)?;
        let contacts = instances.iter().map(|instance| instance.contacts).sum();
        let select = "SELECT count(*), coalesce(sum(size), 0)::bigint FROM tree";
        let trees = self.one(select, &[])?;
        let bytes = "SELECT sum(pg_total_relation_size(name))::bigint
            FROM unnest(ARRAY['contact', 'tree', 'instance']::regclass[]) AS name";
        Ok(Stats {
            instances,
            contacts,
            without_record: trees.count(1)?.saturating_sub(contacts),
            trees: trees.count(0)?,
            largest_trees: largest_trees(self, largest)?,
            bytes: self.one(bytes, &[])?.count(0)?,
        })
    }
}

/// The first text behind all that begin with a prefix, if there is one.
fn end_of(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = (last..=char::MAX).nth(1);
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

fn instances(session: &Session) -> Result<Vec<InstanceStats>, StoreError> {
    let select = "SELECT arn, (SELECT count(*) FROM contact WHERE instance = instance.key AND listed),
        (SELECT min(initiated) FROM contact WHERE instance = instance.key AND listed AND initiated < $1),
        (SELECT max(initiated) FROM contact WHERE instance = instance.key AND listed AND initiated < $1)
        FROM instance ORDER BY arn";
    let select = select.replace("WHERE instance =", "WHERE contact.instance =");
    let rows = session.all(&select, &[&NO_TIME])?;
    let instance = |row: &Row| {
        Ok(InstanceStats {
            arn: row.text(0)?,
            contacts: row.count(1)?,
            first: row.get::<Option<i64>>(2)?.map(time),
            last: row.get::<Option<i64>>(3)?.map(time),
        })
    };
    rows.iter().map(instance).collect()
}

fn largest_trees(session: &Session, count: u32) -> Result<Vec<TreeStats>, StoreError> {
    let select = "WITH largest AS (SELECT tree, count(*) AS contacts FROM contact
            WHERE listed GROUP BY tree ORDER BY contacts DESC, tree LIMIT $1)
        SELECT arn, first.id, contacts FROM largest CROSS JOIN LATERAL (SELECT instance, id FROM contact
            WHERE contact.tree = largest.tree AND listed ORDER BY initiated, id LIMIT 1) AS first
        JOIN instance ON instance.key = first.instance ORDER BY contacts DESC, largest.tree";
    let rows = session.all(select, &[&i64::from(count)])?;
    let tree = |row: &Row| {
        Ok(TreeStats {
            instance_arn: row.text(0)?,
            contact_id: row.text(1)?,
            contacts: row.count(2)?,
        })
    };
    rows.iter().map(tree).collect()
}

/// The attributes of all contacts of a chain, of each the one that was set last. They are read here, since PostgreSQL reads
/// not all JSON that records may have.
fn chain_attributes(
    session: &Session,
    tree: i64,
    first: &str,
) -> Result<BTreeMap<String, String>, StoreError> {
    let select = "SELECT details, field_versions, version_time FROM contact
        WHERE tree = $1 AND coalesce(initial, id) = $2 AND details IS NOT NULL ORDER BY instance, id";
    let mut sets = Vec::new();
    for row in session.all(select, &[&tree, &escape(first)])? {
        let (details, versions): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let attributes = member(&details, "Attributes").unwrap_or_default();
        let version: Option<(i64, i64)> =
            versions.and_then(|versions| member(&versions, "Attributes"));
        let set_at = version.map_or(row.get(2)?, |(time, _)| time);
        sets.push((set_at, attributes));
    }
    sets.sort_by_key(|(set_at, _)| *set_at);
    let mut all = BTreeMap::new();
    for (_, attributes) in sets {
        let attributes: HashMap<String, serde_json::Value> = attributes;
        for (name, value) in attributes {
            if let serde_json::Value::String(value) = value {
                all.insert(name, value);
            }
        }
    }
    Ok(all)
}

/// A member of a JSON object, if it has it in this form.
fn member<T: serde::de::DeserializeOwned>(object: &str, name: &str) -> Option<T> {
    let members: HashMap<String, &RawValue> = serde_json::from_str(object).ok()?;
    serde_json::from_str(members.get(name)?.get()).ok()
}

pub(super) fn summary(row: &Row, instance_arn: &str) -> Result<ContactSummary, StoreError> {
    let contact_id = row.text(0)?;
    Ok(ContactSummary {
        contact_arn: format!("{instance_arn}/contact/{contact_id}"),
        contact_id,
        initiation_time: beginning(row.get(1)?),
        disconnect_time: row.get::<Option<i64>>(2)?.map(time),
        initial_contact_id: row.maybe_text(3)?,
        previous_contact_id: row.maybe_text(4)?,
        related_contact_id: row.maybe_text(5)?,
        initiation_method: row.maybe_text(6)?,
        channel: row.maybe_text(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::end_of;

    #[test]
    fn the_end_is_behind_all_that_begin_so() {
        for (prefix, end) in [
            ("", None),
            ("a", Some("b")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
            ("\u{d7ff}", Some("\u{e000}")),
        ] {
            assert_eq!(end_of(prefix).as_deref(), end, "{prefix:?}");
        }
    }
}
