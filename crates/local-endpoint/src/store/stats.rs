//! How much there is.

use aws_smithy_types::DateTime;
use rusqlite::{Connection, Row};

use super::page::{PageError, find_instance, time};
use super::trees::NO_TIME;
use super::{Store, StoreError};

/// What a database holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Its instances, by their ARNs.
    pub instances: Vec<InstanceStats>,
    /// Contacts of all instances.
    pub contacts: u64,
    /// Contacts that others refer to and no record was imported of.
    pub without_record: u64,
    /// Trees of all instances.
    pub trees: u64,
    /// The trees with the most contacts, the largest first.
    pub largest_trees: Vec<TreeStats>,
    /// How long it is, in bytes, without what is not yet moved into it from the write-ahead log.
    pub bytes: u64,
}

/// What a database holds of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceStats {
    /// The instance's ARN.
    pub arn: String,
    /// How many contacts.
    pub contacts: u64,
    /// When the first of them began.
    pub first: Option<DateTime>,
    /// When the last of them began.
    pub last: Option<DateTime>,
}

/// A tree of contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeStats {
    /// The ARN of its instance.
    pub instance_arn: String,
    /// Its first contact.
    pub contact_id: String,
    /// How many contacts.
    pub contacts: u64,
}

impl Store {
    /// The IDs of the instances of which anything was imported, in order.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn instance_ids(&self) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare("SELECT id FROM instance ORDER BY id")?;
            let ids = statement.query_map([], |row| row.get(0))?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The trees that contacts belong to, each with how many of them are in it. `instance` is the instance's ID or its ARN;
    /// contacts that are not known are passed over.
    ///
    /// # Errors
    /// If the instance is unknown or the database cannot be read.
    pub fn trees(
        &self,
        instance: &str,
        contact_ids: &[String],
    ) -> Result<Vec<(TreeStats, u64)>, PageError> {
        self.read(|connection| {
            let transaction = connection.transaction()?;
            let (key, _, instance_arn) = find_instance(&transaction, instance)?;
            let mut statement = transaction.prepare_cached(TREES)?;
            let ids = serde_json::json!(contact_ids).to_string();
            let trees = statement.query_map((key, ids), |row| {
                let tree = TreeStats {
                    instance_arn: instance_arn.clone(),
                    contact_id: row.get(0)?,
                    contacts: row.get(1)?,
                };
                Ok((tree, row.get(2)?))
            })?;
            Ok(trees.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Counts what the database holds, with the `largest` trees. Looks at every contact's place in an index.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn stats(&self, largest: u32) -> Result<Stats, StoreError> {
        self.read(|connection| {
            // One state of the database, whatever is imported meanwhile.
            let transaction = connection.transaction()?;
            let instances = instances(&transaction)?;
            let contacts = instances.iter().map(|instance| instance.contacts).sum();
            let (trees, members) = transaction.query_row(
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
                largest_trees: largest_trees(&transaction, largest)?,
                bytes: transaction.query_row(bytes, [], |row| row.get(0))?,
            })
        })
    }
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
