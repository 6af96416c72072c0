//! Contacts in SQL, as they are read.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row};

use super::search;
use crate::StoreError;
use crate::store::NO_TIME;
use crate::store::page::{ContactSummary, StoredContact, beginning, time};
use crate::store::search::{Detailed, Mark, Search};
use crate::store::stats::{InstanceStats, Stats, TreeStats};
use crate::store::tables::{Instance, Reads};
use crate::token::Cursor;

impl Reads for Connection {
    fn instance(&self, id_or_arn: &str) -> Result<Option<Instance>, StoreError> {
        let select = "SELECT key, id, arn FROM instance WHERE id = ?1 OR arn = ?1";
        let mut statement = self.prepare_cached(select)?;
        let instance = statement.query_row([id_or_arn], |row| {
            Ok(Instance {
                key: row.get(0)?,
                id: row.get(1)?,
                arn: row.get(2)?,
            })
        });
        Ok(instance.optional()?)
    }

    fn instance_ids(&self) -> Result<Vec<String>, StoreError> {
        let mut statement = self.prepare("SELECT id FROM instance ORDER BY id")?;
        let ids = statement.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        let select = "SELECT NOT EXISTS (SELECT 1 FROM contact)";
        Ok(self.query_row(select, [], |row| row.get(0))?)
    }

    fn contact_ids(
        &self,
        instance: i64,
        prefix: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let mut statement = self.prepare_cached(CONTACT_IDS)?;
        let parameters = (instance, prefix, i64::from(limit));
        let ids = statement.query_map(parameters, |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    fn tree_of(&self, instance: i64, id: &str) -> Result<Option<i64>, StoreError> {
        let select = "SELECT tree FROM contact WHERE instance = ?1 AND id = ?2 AND listed";
        let mut statement = self.prepare_cached(select)?;
        let tree = statement.query_row((instance, id), |row| row.get(0));
        Ok(tree.optional()?)
    }

    fn page(
        &self,
        instance: &Instance,
        tree: i64,
        after: Option<&Cursor>,
        limit: i64,
    ) -> Result<Vec<(ContactSummary, i64)>, StoreError> {
        let select = "SELECT id, initiated, disconnected, initial, previous, related, method, channel FROM contact
            WHERE tree = ?1 AND listed = 1 AND (initiated, id) > (?2, ?3) ORDER BY initiated, id LIMIT ?4";
        let (time, id) = after.map_or((i64::MIN, ""), |cursor| {
            (cursor.initiated, cursor.id.as_str())
        });
        let mut statement = self.prepare_cached(select)?;
        let rows = statement.query_map((tree, time, id, limit), |row| {
            Ok((summary(row, &instance.arn)?, row.get(1)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn details(&self, tree: i64) -> Result<BTreeMap<String, String>, StoreError> {
        let select = "SELECT id, details FROM contact WHERE tree = ?1 AND listed = 1 AND details IS NOT NULL";
        let mut statement = self.prepare_cached(select)?;
        let details = statement.query_map([tree], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(details.collect::<rusqlite::Result<_>>()?)
    }

    fn contact(&self, instance: &Instance, id: &str) -> Result<Option<StoredContact>, StoreError> {
        let select = "SELECT id, initiated, disconnected, initial, previous, related, method, channel, details,
            version_time, (SELECT id FROM contact AS first WHERE first.tree = contact.tree AND listed = 1
            ORDER BY initiated, id LIMIT 1) FROM contact WHERE instance = ?1 AND id = ?2 AND listed";
        let mut statement = self.prepare_cached(select)?;
        let contact = statement.query_row((instance.key, id), |row| {
            Ok(StoredContact {
                summary: summary(row, &instance.arn)?,
                details: row.get(8)?,
                last_update: Some(row.get(9)?)
                    .filter(|nanos| *nanos != i64::MIN)
                    .map(time),
                association_id: row.get(10)?,
                attributes: chain_attributes(self, instance.key, id)?,
                instance_arn: instance.arn.clone(),
            })
        });
        Ok(contact.optional()?)
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
        let mut statement = self.prepare_cached(TREES)?;
        let ids = serde_json::json!(ids).to_string();
        let trees = statement.query_map((instance.key, ids), |row| {
            let tree = TreeStats {
                instance_arn: instance.arn.clone(),
                contact_id: row.get(0)?,
                contacts: row.get(1)?,
            };
            Ok((tree, row.get(2)?))
        })?;
        Ok(trees.collect::<rusqlite::Result<_>>()?)
    }

    fn stats(&self, largest: u32) -> Result<Stats, StoreError> {
        let instances = instances(self)?;
        let contacts = instances.iter().map(|instance| instance.contacts).sum();
        let (trees, members) = self.query_row(
            "SELECT count(*), coalesce(sum(size), 0) FROM tree",
            [],
            |row| Ok((row.get(0)?, row.get::<_, u64>(1)?)),
        )?;
        let bytes = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        Ok(Stats {
            instances,
            contacts,
            without_record: members.saturating_sub(contacts),
            trees,
            largest_trees: largest_trees(self, largest)?,
            bytes: self.query_row(bytes, [], |row| row.get(0))?,
        })
    }
}

/// No byte of UTF-8 is as great as the one that ends the range.
pub(in crate::store) const CONTACT_IDS: &str =
    "SELECT id FROM contact WHERE instance = ?1 AND listed AND id >= ?2 AND id < ?2 || x'ff'
    AND substr(id, 1, length(?2)) = ?2 ORDER BY id LIMIT ?3";

/// The plus keeps SQLite from going through the whole instance instead of the tree.
pub(in crate::store) const CHAIN_ATTRIBUTES: &str = "
    WITH chain (first) AS (SELECT coalesce(initial, id) FROM contact WHERE instance = ?1 AND id = ?2)
    SELECT attribute.key, attribute.value FROM chain, contact, json_each(contact.details, '$.Attributes') AS attribute
    WHERE +contact.instance = ?1 AND contact.tree = (SELECT tree FROM contact WHERE instance = ?1 AND id = ?2)
    AND coalesce(contact.initial, contact.id) = chain.first
    AND typeof(attribute.key) = 'text' AND attribute.type = 'text'
    ORDER BY coalesce(json_extract(field_versions, '$.Attributes[0]'), version_time)";

/// The attributes of a contact: those of all contacts of its chain, of each the one that was set last.
fn chain_attributes(
    connection: &Connection,
    instance: i64,
    id: &str,
) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = connection.prepare_cached(CHAIN_ATTRIBUTES)?;
    let pairs = statement.query_map((instance, id), |row| Ok((row.get(0)?, row.get(1)?)))?;
    pairs.collect()
}

/// The first contact of each tree, how many contacts are in it, and how many of those that were given.
const TREES: &str = "
    WITH place AS (SELECT tree, count(*) AS given FROM contact
        WHERE instance = ?1 AND listed AND id IN (SELECT value FROM json_each(?2)) GROUP BY tree)
    SELECT (SELECT id FROM contact WHERE tree = place.tree AND listed = 1 ORDER BY initiated, id LIMIT 1),
        (SELECT count(*) FROM contact WHERE tree = place.tree AND listed = 1), given FROM place";

fn instances(connection: &Connection) -> rusqlite::Result<Vec<InstanceStats>> {
    let select = "SELECT arn, (SELECT count(*) FROM contact WHERE instance = instance.key AND listed),
        (SELECT min(initiated) FROM contact WHERE instance = instance.key AND listed AND initiated < ?1),
        (SELECT max(initiated) FROM contact WHERE instance = instance.key AND listed AND initiated < ?1)
        FROM instance ORDER BY arn";
    let instance = |row: &Row<'_>| {
        Ok(InstanceStats {
            arn: row.get(0)?,
            contacts: row.get(1)?,
            first: row.get::<_, Option<i64>>(2)?.map(time),
            last: row.get::<_, Option<i64>>(3)?.map(time),
        })
    };
    let mut statement = connection.prepare(select)?;
    statement.query_map([NO_TIME], instance)?.collect()
}

fn largest_trees(connection: &Connection, count: u32) -> rusqlite::Result<Vec<TreeStats>> {
    let select =
        "WITH largest AS (SELECT tree, count(*) AS contacts FROM contact INDEXED BY contact_page
            WHERE listed = 1 GROUP BY tree ORDER BY contacts DESC, tree LIMIT ?1)
        SELECT arn, contact.id, contacts FROM largest JOIN contact ON
            (contact.instance, contact.id) = (SELECT instance, id FROM contact AS first
            WHERE first.tree = largest.tree AND listed = 1 ORDER BY initiated, id LIMIT 1)
        JOIN instance ON instance.key = contact.instance ORDER BY contacts DESC, largest.tree";
    let tree = |row: &Row<'_>| {
        Ok(TreeStats {
            instance_arn: row.get(0)?,
            contact_id: row.get(1)?,
            contacts: row.get(2)?,
        })
    };
    let mut statement = connection.prepare(select)?;
    statement.query_map([count], tree)?.collect()
}

pub(super) fn summary(row: &Row<'_>, instance_arn: &str) -> rusqlite::Result<ContactSummary> {
    let contact_id: String = row.get(0)?;
    Ok(ContactSummary {
        contact_arn: format!("{instance_arn}/contact/{contact_id}"),
        contact_id,
        initiation_time: beginning(row.get(1)?),
        disconnect_time: row.get::<_, Option<i64>>(2)?.map(time),
        initial_contact_id: row.get(3)?,
        previous_contact_id: row.get(4)?,
        related_contact_id: row.get(5)?,
        initiation_method: row.get(6)?,
        channel: row.get(7)?,
    })
}
