//! How much there is.

use aws_smithy_types::DateTime;

use super::page::{PageError, instance};
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
        self.read(|tables| tables.instance_ids())
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
        self.read(|tables| {
            let instance = self::instance(tables, instance)?;
            Ok(tables.trees(&instance, contact_ids)?)
        })
    }

    /// Counts what the database holds, with the `largest` trees. Looks at every contact's place in an index.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn stats(&self, largest: u32) -> Result<Stats, StoreError> {
        self.read(|tables| tables.stats(largest))
    }
}
