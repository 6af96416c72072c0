//! Records on their way into the database: of each field the newest value is kept, and trees are joined.
//!
//! What becomes of contacts and trees is worked out in memory, and then each of them is written once, however many records of a
//! batch are about it.

use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::sync::Arc;

use super::StoreError;
use super::report::Report;
use super::tables::{Row, Tables};
use super::trees::Trees;
use crate::contact::{ContactRecord, ContactState};
use crate::records::instance_id;

/// How many contacts are in memory at the most.
const LARGEST: usize = 10_000;

/// Records within a transaction.
pub(super) struct Batch<'a> {
    pub(super) tables: &'a dyn Tables,
    /// Keys by ARN, to ask the database once.
    instances: HashMap<String, i64>,
    contacts: Vec<Contact>,
    /// Where contacts are, by instance and ID.
    places: HashMap<i64, HashMap<Arc<str>, usize>>,
    groups: Groups,
    /// Contacts that lost a reference: their trees may have come apart.
    loosened: BTreeSet<(i64, String)>,
    report: Report,
}

/// A contact that records are about or refer to.
struct Contact {
    instance: i64,
    id: Arc<str>,
    row: Option<Row>,
    /// `None` if it is only an ID that others refer to, or was not needed.
    state: Option<ContactState>,
    is_changed: bool,
    group: usize,
}

impl<'a> Batch<'a> {
    pub(super) fn new(tables: &'a dyn Tables) -> Self {
        Self {
            tables,
            instances: HashMap::new(),
            contacts: Vec::new(),
            places: HashMap::new(),
            groups: Groups::default(),
            loosened: BTreeSet::new(),
            report: Report::default(),
        }
    }

    pub(super) fn put(&mut self, record: ContactRecord) -> Result<(), StoreError> {
        if self.contacts.len() >= LARGEST {
            self.flush()?;
        }
        let ContactRecord {
            instance_arn,
            contact_id,
            state,
        } = record;
        let instance = self.instance(&instance_arn)?;
        let place = self.known(instance, &contact_id)?;
        let contact = &mut self.contacts[place];
        let merged = match &mut contact.state {
            None => {
                self.report.added += 1;
                contact.state.insert(state)
            }
            Some(known) => {
                let before: Vec<String> = known.references().map(str::to_owned).collect();
                if !known.merge(state) {
                    self.report.stale += 1;
                    return Ok(());
                }
                self.report.updated += 1;
                let is_kept = |id: &String| known.references().any(|kept| kept == id);
                if !before.iter().all(is_kept) {
                    self.loosened.insert((instance, contact_id.clone()));
                }
                known
            }
        };
        contact.is_changed = true;
        let group = contact.group;
        let others = merged.references().filter(|id| *id != contact_id);
        let others: Vec<String> = others.map(str::to_owned).collect();
        for id in &others {
            let other = self.place(instance, id)?;
            self.groups.join(group, self.contacts[other].group);
        }
        Ok(())
    }

    /// The newest that is known of a contact, `None` if nothing is.
    pub(super) fn state(
        &mut self,
        instance: i64,
        id: &str,
    ) -> Result<Option<&ContactState>, StoreError> {
        let place = self.known(instance, id)?;
        Ok(self.contacts[place].state.as_ref())
    }

    /// Where a contact is, with its state if it has one.
    fn known(&mut self, instance: i64, id: &str) -> Result<usize, StoreError> {
        let place = self.place(instance, id)?;
        let contact = &mut self.contacts[place];
        if let (Some(row), None) = (&contact.row, &contact.state)
            && row.is_listed
        {
            contact.state = Some(self.tables.state(row.key)?);
        }
        Ok(place)
    }

    /// Writes what is in memory.
    pub(super) fn flush(&mut self) -> Result<(), StoreError> {
        self.places.clear();
        let trees = mem::take(&mut self.groups).write(&Trees(self.tables))?;
        let mut contacts = mem::take(&mut self.contacts);
        // Neighbours in the index of IDs one after the other.
        contacts.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        for contact in &contacts {
            let (id, tree) = (&contact.id, trees[contact.group]);
            match (&contact.row, &contact.state) {
                (None, state) => {
                    let state = state.as_ref();
                    self.tables.insert(contact.instance, id, tree, state)?;
                }
                (Some(row), Some(state)) if contact.is_changed => {
                    self.tables.update(row, state)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Report, StoreError> {
        self.flush()?;
        let mut trees = BTreeSet::new();
        for (instance, id) in &self.loosened {
            trees.extend(self.tables.row(*instance, id)?.map(|row| row.tree));
        }
        for tree in trees {
            Trees(self.tables).split(tree)?;
        }
        Ok(self.report)
    }

    /// Where a contact is.
    fn place(&mut self, instance: i64, id: &str) -> Result<usize, StoreError> {
        let places = self.places.entry(instance).or_default();
        if let Some(place) = places.get(id) {
            return Ok(*place);
        }
        let row = self.tables.row(instance, id)?;
        let place = self.contacts.len();
        let id: Arc<str> = id.into();
        places.insert(Arc::clone(&id), place);
        self.contacts.push(Contact {
            instance,
            id,
            group: self.groups.of(row.as_ref().map(|row| row.tree)),
            row,
            state: None,
            is_changed: false,
        });
        Ok(place)
    }

    pub(super) fn instance(&mut self, arn: &str) -> Result<i64, StoreError> {
        if let Some(key) = self.instances.get(arn) {
            return Ok(*key);
        }
        // The parser has checked the form of the ARN.
        let id = instance_id(arn).unwrap_or(arn);
        let key = self.tables.put_instance(id, arn)?;
        self.instances.insert(arn.to_owned(), key);
        Ok(key)
    }
}

/// Contacts that belong together: union-find with path halving.
#[derive(Default)]
struct Groups {
    all: Vec<Group>,
    /// By the trees that they are in the database.
    by_tree: HashMap<i64, usize>,
}

struct Group {
    /// Another group that it is part of, or itself.
    leader: usize,
    trees: Vec<i64>,
    /// How many contacts it has beside those trees.
    more: i64,
}

impl Groups {
    /// The group that is a tree in the database, or a new one of one contact.
    fn of(&mut self, tree: Option<i64>) -> usize {
        let new = self.all.len();
        if let Some(tree) = tree {
            let known = *self.by_tree.entry(tree).or_insert(new);
            if known != new {
                return known;
            }
        }
        self.all.push(Group {
            leader: new,
            trees: Vec::from_iter(tree),
            more: i64::from(tree.is_none()),
        });
        new
    }

    fn leader(&mut self, mut group: usize) -> usize {
        while self.all[group].leader != group {
            let leader = self.all[group].leader;
            self.all[group].leader = self.all[leader].leader;
            group = leader;
        }
        group
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.leader(one), self.leader(other));
        let (leader, joined) = (one.min(other), one.max(other));
        if leader != joined {
            let joined = &mut self.all[joined];
            joined.leader = leader;
            let (more, trees) = (joined.more, mem::take(&mut joined.trees));
            self.all[leader].more += more;
            self.all[leader].trees.extend(trees);
        }
    }

    /// Makes a tree of each group in the database. Returns the trees of all groups.
    fn write(mut self, trees: &Trees<'_>) -> Result<Vec<i64>, StoreError> {
        let mut keys = Vec::with_capacity(self.all.len());
        for place in 0..self.all.len() {
            // A leader comes before those that it leads.
            let leader = self.leader(place);
            let group = &self.all[place];
            keys.push(if leader < place {
                keys[leader]
            } else {
                trees.join(&group.trees, group.more)?
            });
        }
        Ok(keys)
    }
}
