//! Records on their way into the database: of each field the newest value is kept, and trees are joined.
//!
//! What becomes of contacts and trees is worked out in memory, and then each of them is written once, however many records
//! are about it.

use std::borrow::Cow;
use std::collections::hash_map::Entry as Place;
use std::collections::{BTreeSet, HashMap};
use std::mem;

use super::StoreError;
use super::import::BATCH;
use super::report::Report;
use super::tables::{Entry, Row, Tables};
use super::trees::{Trees, Union};
use crate::contact::{ContactRecord, ContactState};
use crate::records::instance_id;

/// Records within a transaction.
pub(super) struct Batch<'a> {
    pub(super) tables: &'a dyn Tables,
    /// Keys by ARN, to ask the database once.
    instances: HashMap<String, i64>,
    /// Contacts that lost a reference: their trees may have come apart.
    loosened: BTreeSet<(i64, String)>,
    report: Report,
}

impl<'a> Batch<'a> {
    pub(super) fn new(tables: &'a dyn Tables) -> Self {
        Self {
            tables,
            instances: HashMap::new(),
            loosened: BTreeSet::new(),
            report: Report::default(),
        }
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

    /// The newest that is known of a contact, `None` if nothing is.
    pub(super) fn state(
        &self,
        instance: i64,
        id: &str,
    ) -> Result<Option<ContactState>, StoreError> {
        let rows = self.tables.rows(&[(instance, id)])?.into_iter().flatten();
        let listed: Vec<i64> = rows
            .filter(|row| row.is_listed)
            .map(|row| row.key)
            .collect();
        Ok(self.tables.states(&listed)?.pop())
    }

    /// Writes records.
    pub(super) fn put(&mut self, records: &[ContactRecord]) -> Result<(), StoreError> {
        records
            .chunks(BATCH)
            .try_for_each(|records| self.put_chunk(records))
    }

    fn put_chunk(&mut self, records: &[ContactRecord]) -> Result<(), StoreError> {
        let mut contacts = Contacts::default();
        let mut subjects = Vec::with_capacity(records.len());
        for record in records {
            let instance = self.instance(&record.instance_arn)?;
            let subject = contacts.place(instance, &record.contact_id);
            contacts.all[subject].is_subject = true;
            for id in record.state.references() {
                contacts.place(instance, id);
            }
            subjects.push(subject);
        }
        contacts.read(self.tables)?;
        for (record, subject) in records.iter().zip(subjects) {
            self.merge(&mut contacts, subject, record);
        }
        contacts.write(self.tables)
    }

    fn merge<'r>(
        &mut self,
        contacts: &mut Contacts<'r>,
        subject: usize,
        record: &'r ContactRecord,
    ) {
        let contact = &mut contacts.all[subject];
        match &mut contact.state {
            None => {
                self.report.added += 1;
                contact.state = Some(Cow::Borrowed(&record.state));
            }
            Some(known) => {
                let before: Vec<String> = known.references().map(str::to_owned).collect();
                if !known.to_mut().merge(&record.state) {
                    self.report.stale += 1;
                    return;
                }
                self.report.updated += 1;
                let is_kept = |id: &String| known.references().any(|kept| kept == id);
                if !before.iter().all(is_kept) {
                    self.loosened
                        .insert((contact.instance, record.contact_id.clone()));
                }
            }
        }
        contact.is_changed = true;
        contacts.join(subject);
    }

    pub(super) fn finish(self) -> Result<Report, StoreError> {
        let loosened = self
            .loosened
            .iter()
            .map(|(instance, id)| (*instance, id.as_str()));
        let rows = self.tables.rows(&loosened.collect::<Vec<_>>())?;
        let trees = rows.into_iter().flatten().map(|row| row.tree).collect();
        Trees(self.tables).split(&trees)?;
        Ok(self.report)
    }
}

/// Contacts that records are about or refer to.
#[derive(Default)]
struct Contacts<'r> {
    all: Vec<Contact<'r>>,
    /// Where they are, by instance and ID.
    places: HashMap<i64, HashMap<&'r str, usize>>,
    groups: Groups,
}

struct Contact<'r> {
    instance: i64,
    id: &'r str,
    /// Whether a record is about it.
    is_subject: bool,
    row: Option<Row>,
    /// `None` if it is only an ID that others refer to, or was not needed.
    state: Option<Cow<'r, ContactState>>,
    is_changed: bool,
    /// `None` if nothing is new about it.
    group: Option<usize>,
}

impl<'r> Contacts<'r> {
    /// Where a contact is, new or known.
    fn place(&mut self, instance: i64, id: &'r str) -> usize {
        let new = self.all.len();
        match self.places.entry(instance).or_default().entry(id) {
            Place::Occupied(known) => *known.get(),
            Place::Vacant(vacant) => {
                self.all.push(Contact {
                    instance,
                    id,
                    is_subject: false,
                    row: None,
                    state: None,
                    is_changed: false,
                    group: None,
                });
                *vacant.insert(new)
            }
        }
    }

    /// Asks the database what is known of them.
    fn read(&mut self, tables: &dyn Tables) -> Result<(), StoreError> {
        let ids: Vec<(i64, &str)> = self
            .all
            .iter()
            .map(|contact| (contact.instance, contact.id))
            .collect();
        for (contact, row) in self.all.iter_mut().zip(tables.rows(&ids)?) {
            contact.row = row;
        }
        let with_state = |contact: &Contact<'_>| {
            let row = contact
                .row
                .filter(|row| contact.is_subject && row.is_listed);
            row.map(|row| row.key)
        };
        let keys: Vec<i64> = self.all.iter().filter_map(with_state).collect();
        let states = tables.states(&keys)?;
        let listed = self
            .all
            .iter_mut()
            .filter(|contact| with_state(contact).is_some());
        for (contact, state) in listed.zip(states) {
            contact.state = Some(Cow::Owned(state));
        }
        Ok(())
    }

    /// Notes that a contact belongs together with those that it refers to. Of those that no record here speaks of, the
    /// database knows that.
    fn join(&mut self, subject: usize) {
        let contact = &self.all[subject];
        let Some(ids) = self.places.get(&contact.instance) else {
            return;
        };
        let references = contact.state.iter().flat_map(|state| state.references());
        let others: Vec<usize> = references.filter_map(|id| ids.get(id)).copied().collect();
        let group = self.group(subject);
        for other in others {
            let other = self.group(other);
            self.groups.join(group, other);
        }
    }

    fn group(&mut self, place: usize) -> usize {
        let contact = &mut self.all[place];
        let tree = contact.row.map(|row| row.tree);
        *contact.group.get_or_insert_with(|| self.groups.of(tree))
    }

    /// Writes what is new.
    fn write(self, tables: &dyn Tables) -> Result<(), StoreError> {
        let trees = self.groups.write(&Trees(tables))?;
        let mut entries = Vec::with_capacity(self.all.len());
        for contact in &self.all {
            let tree = contact.group.and_then(|group| trees.get(group));
            if let Some(tree) = tree
                && (contact.is_changed || contact.row.is_none())
            {
                entries.push(Entry {
                    instance: contact.instance,
                    id: contact.id,
                    row: contact.row,
                    tree: *tree,
                    state: contact.state.as_deref(),
                });
            }
        }
        // Neighbours in the index of IDs one after the other.
        entries.sort_unstable_by_key(|entry| entry.id);
        tables.put(&entries)
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
    union: Union,
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
            union: Union {
                trees: Vec::from_iter(tree),
                more: i64::from(tree.is_none()),
            },
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
            let Union { trees, more } = mem::take(&mut joined.union);
            let union = &mut self.all[leader].union;
            union.trees.extend(trees);
            union.more += more;
        }
    }

    /// Makes a tree of each group in the database. Returns the trees of all groups.
    fn write(mut self, trees: &Trees<'_>) -> Result<Vec<i64>, StoreError> {
        let leaders: Vec<usize> = (0..self.all.len())
            .map(|group| self.leader(group))
            .collect();
        let leading = |group: &usize| leaders[*group] == *group;
        let unions: Vec<Union> = (0..self.all.len())
            .filter(leading)
            .map(|group| mem::take(&mut self.all[group].union))
            .collect();
        let mut kept = trees.join(&unions)?.into_iter();
        let mut keys = Vec::with_capacity(leaders.len());
        for (group, leader) in leaders.into_iter().enumerate() {
            // A leader comes before those that it leads.
            let key = if leader == group {
                kept.next()
            } else {
                keys.get(leader).copied()
            };
            keys.push(key.ok_or(StoreError::Foreign)?);
        }
        Ok(keys)
    }
}
