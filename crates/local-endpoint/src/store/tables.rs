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

/// A contact of a tree, and what it refers to.
#[derive(Debug)]
pub(super) struct Member {
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

/// What an import and a change need.
pub(super) trait Writes {
    /// The key of an instance, new or known. Of several ARNs the least is kept.
    fn put_instance(&self, id: &str, arn: &str) -> Result<i64>;
    /// Where a contact is.
    fn row(&self, instance: i64, id: &str) -> Result<Option<Row>>;
    /// The state of a contact.
    fn state(&self, key: i64) -> Result<ContactState>;
    /// Writes a contact that has no row; without a state, only its ID.
    fn insert(
        &self,
        instance: i64,
        id: &str,
        tree: i64,
        state: Option<&ContactState>,
    ) -> Result<()>;
    /// Writes a contact that has a row.
    fn update(&self, row: &Row, state: &ContactState) -> Result<()>;
    /// Removes the row of a contact.
    fn delete(&self, key: i64) -> Result<()>;

    /// A new tree of this size.
    fn plant(&self, size: i64) -> Result<i64>;
    /// Removes a tree that has no contacts any more.
    fn fell(&self, tree: i64) -> Result<()>;
    /// How many rows a tree has.
    fn size(&self, tree: i64) -> Result<i64>;
    /// Notes how many rows a tree has.
    fn resize(&self, tree: i64, size: i64) -> Result<()>;
    /// All rows of a tree, by instance and ID.
    fn members(&self, tree: i64) -> Result<Vec<Member>>;
    /// Moves all rows of a tree to another.
    fn relabel(&self, from: i64, to: i64) -> Result<()>;
    /// Moves a row to another tree.
    fn replant(&self, key: i64, tree: i64) -> Result<()>;
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
    /// Forgets all of a contact but its ID.
    fn forget(&self, place: &Place) -> Result<()>;
    /// Removes all references to a contact.
    fn erase_references(&self, place: &Place) -> Result<()>;
}
