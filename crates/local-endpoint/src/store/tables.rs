//! What the store asks of a database, within one transaction.

use std::collections::BTreeMap;

use super::StoreError;
use super::page::{ContactSummary, StoredContact};
use super::prune::{Age, Place, Pruned};
use super::search::{Detailed, Mark, Search};
use super::stats::{Stats, TreeStats};
use crate::contact::ContactState;
use crate::token::Cursor;

type Result<T> = std::result::Result<T, StoreError>;

/// An instance of which anything was imported.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    pub(super) key: i64,
    pub(super) id: String,
    pub(super) arn: String,
}

/// Where a contact that was ever heard of is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) key: i64,
    pub(super) tree: i64,
    /// Whether it is more than an ID that others refer to.
    pub(super) is_listed: bool,
    pub(super) initiated: i64,
}

/// A contact to write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) instance: i64,
    pub(super) id: &'a str,
    /// Where it is so far, if anywhere.
    pub(super) row: Option<Row>,
    pub(super) tree: i64,
    /// `None` of an ID that others refer to.
    pub(super) state: Option<&'a ContactState>,
}

/// A contact of a tree, and what it refers to.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) tree: i64,
    pub(super) key: i64,
    pub(super) instance: i64,
    pub(super) id: String,
    pub(super) is_listed: bool,
    pub(super) references: [Option<String>; 3],
}

/// The tables of a database as one transaction sees them.
pub(super) trait Tables: Reads + Writes + Prunes {}

impl<T: Reads + Writes + Prunes> Tables for T {}

/// What pages, searches and counts need.
pub(super) trait Reads {
    /// An instance by its ID or its ARN.
    fn instance(&self, id_or_arn: &str) -> Result<Option<Instance>>;
    /// The IDs of all instances, in order.
    fn instance_ids(&self) -> Result<Vec<String>>;
    /// Whether no contact was ever heard of.
    fn is_empty(&self) -> Result<bool>;
    /// The first IDs of listed contacts that begin with `prefix`, in order of their bytes.
    fn contact_ids(&self, instance: i64, prefix: &str, limit: u32) -> Result<Vec<String>>;
    /// The tree of a listed contact.
    fn tree_of(&self, instance: i64, id: &str) -> Result<Option<i64>>;
    /// The listed contacts of a tree from behind `after` on, with `initiated` of each, by that, then by ID.
    fn page(
        &self,
        instance: &Instance,
        tree: i64,
        after: Option<&Cursor>,
        limit: i64,
    ) -> Result<Vec<(ContactSummary, i64)>>;
    /// The details of a tree's listed contacts that have any, by ID.
    fn details(&self, tree: i64) -> Result<BTreeMap<String, String>>;
    /// A listed contact.
    fn contact(&self, instance: &Instance, id: &str) -> Result<Option<StoredContact>>;
    /// How many contacts a search finds.
    fn count(&self, instance: &Instance, search: &Search) -> Result<i64>;
    /// What a search finds from behind `after` on, with the place of each in the order.
    fn search(
        &self,
        instance: &Instance,
        search: &Search,
        after: Option<&Mark>,
        limit: i64,
    ) -> Result<Vec<(Detailed, Mark)>>;
    /// The trees that listed contacts belong to, each with how many of them are in it.
    fn trees(&self, instance: &Instance, ids: &[String]) -> Result<Vec<(TreeStats, u64)>>;
    /// Counts all there is.
    fn stats(&self, largest: u32) -> Result<Stats>;
}

/// What an import and a change need. It is asked for in lists, since the database may be far away.
pub(super) trait Writes {
    /// The key of an instance, new or known. Of several ARNs the least is kept.
    fn put_instance(&self, id: &str, arn: &str) -> Result<i64>;
    /// Where each of these contacts is, by instance and ID.
    fn rows(&self, ids: &[(i64, &str)]) -> Result<Vec<Option<Row>>>;
    /// The state of each of these contacts.
    fn states(&self, keys: &[i64]) -> Result<Vec<ContactState>>;
    /// Writes contacts.
    fn put(&self, contacts: &[Entry<'_>]) -> Result<()>;
    /// Removes the rows of contacts.
    fn delete(&self, keys: &[i64]) -> Result<()>;

    /// A new tree of each of these sizes.
    fn plant(&self, sizes: &[i64]) -> Result<Vec<i64>>;
    /// Removes trees that have no contacts any more.
    fn fell(&self, trees: &[i64]) -> Result<()>;
    /// How many rows each of these trees has.
    fn sizes(&self, trees: &[i64]) -> Result<Vec<i64>>;
    /// Notes how many rows trees have: keys and sizes.
    fn resize(&self, trees: &[(i64, i64)]) -> Result<()>;
    /// All rows of trees, by tree, instance and ID.
    fn members(&self, trees: &[i64]) -> Result<Vec<Member>>;
    /// Moves all rows of trees to others: from where, to where.
    fn relabel(&self, trees: &[(i64, i64)]) -> Result<()>;
    /// Moves rows to other trees: keys and trees.
    fn replant(&self, rows: &[(i64, i64)]) -> Result<()>;
}

/// What removing contacts needs.
pub(super) trait Prunes {
    /// How many contacts are older, and when the first and last of them began.
    fn aged(&self, age: Age, limit: i64) -> Result<(u64, Option<i64>, Option<i64>)>;
    /// Some contacts that are older.
    fn aged_places(&self, age: Age, limit: i64, count: usize) -> Result<Vec<Place>>;
    /// Contacts of an ID, of one instance or of any, also those that others only refer to; two at the most.
    fn places(&self, instance: Option<i64>, id: &str) -> Result<Vec<Place>>;
    /// What would go with a contact.
    fn pruned(&self, place: &Place) -> Result<Pruned>;
    /// Forgets all of contacts but their IDs.
    fn forget(&self, places: &[Place]) -> Result<()>;
    /// Removes all references to a contact.
    fn erase_references(&self, place: &Place) -> Result<()>;
}
