//! Changes contacts in one transaction: of each field the newest value is kept, and trees are joined.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::page::{self, PageError, StoredContact};
use super::report::Report;
use super::rows;
use super::trees::Trees;
use super::{Store, StoreError};
use crate::contact::{ContactRecord, ContactState, Field, Origin, Value, Version, Versioned};
use crate::records::instance_id;

/// How long another writer may hold the database before that is reported, and how long a record may wait for the next.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

impl Store {
    /// Changes contacts, in one transaction: what `change` finds is what it changes.
    pub(crate) fn change<T, E: From<StoreError> + From<rusqlite::Error>>(
        &self,
        change: impl FnOnce(&mut Change<'_, '_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let change = |import: &mut Import<'_>| change(&mut Change(import));
        let (result, _) = transact(self, || (), change)?;
        Ok(result)
    }
}

/// Changes under way.
pub(crate) struct Change<'i, 't>(&'i mut Import<'t>);

impl Change<'_, '_> {
    /// A contact by its ID.
    pub(crate) fn contact(&self, instance: &str, id: &str) -> Result<StoredContact, PageError> {
        page::contact(self.0.transaction, instance, id)
    }

    /// The ARN of an instance.
    pub(crate) fn instance_arn(&self, instance: &str) -> Result<String, PageError> {
        page::find_instance(self.0.transaction, instance).map(|(_, _, arn)| arn)
    }

    /// Sets fields of a contact, which need not be there yet. They are newer than all values before.
    pub(crate) fn set(
        &mut self,
        instance_arn: &str,
        id: &str,
        now: i64,
        fields: impl IntoIterator<Item = (Field, Option<Value>)>,
    ) -> rusqlite::Result<()> {
        let instance = self.0.instance(instance_arn)?;
        let known = rows::find(self.0.transaction, instance, id)?.and_then(|known| known.state);
        let newest = known.and_then(|state| state.0.iter().map(|field| field.version.time).max());
        let version = Version {
            time: newest.map_or(now, |newest| now.max(newest.saturating_add(1))),
            origin: Origin::Record,
        };
        let mut state = ContactState::default();
        for (name, value) in fields {
            state[name] = Versioned { version, value };
        }
        self.0.put(ContactRecord {
            instance_arn: instance_arn.to_owned(),
            contact_id: id.to_owned(),
            state,
        })
    }
}
/// Does all of `act` or none of it, in one transaction.
pub(super) fn transact<T, E: From<StoreError> + From<rusqlite::Error>>(
    store: &Store,
    on_wait: fn(),
    act: impl FnOnce(&mut Import<'_>) -> Result<T, E>,
) -> Result<(T, Report), E> {
    store.check_identity()?;
    let connection = store.write();
    let transaction = lock(&connection, on_wait)?;
    let mut import = Import::new(&transaction);
    let result = act(&mut import)?;
    let report = import.finish()?;
    transaction.commit()?;
    Ok((result, report))
}

/// Begins to write, as soon as nobody else does.
pub(super) fn lock(connection: &Connection, on_wait: fn()) -> rusqlite::Result<Transaction<'_>> {
    when_free(connection, on_wait, || {
        Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
    })
}

/// Does what only one can do, as soon as nobody else does.
pub(super) fn when_free<T>(
    connection: &Connection,
    on_wait: fn(),
    act: impl Fn() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.busy_timeout(PATIENCE)?;
    let mut was_reported = false;
    loop {
        match act() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                if !was_reported {
                    on_wait();
                }
                was_reported = true;
            }
            result => return result,
        }
    }
}

/// Records on their way into the database, in one transaction.
pub(super) struct Import<'a> {
    transaction: &'a Transaction<'a>,
    trees: Trees<'a>,
    /// Keys by ARN, to ask the database once.
    instances: HashMap<String, i64>,
    /// Contacts that lost a reference: their trees may have come apart.
    loosened: BTreeSet<(i64, String)>,
    report: Report,
}

impl<'a> Import<'a> {
    fn new(transaction: &'a Transaction<'a>) -> Self {
        Self {
            transaction,
            trees: Trees(transaction),
            instances: HashMap::new(),
            loosened: BTreeSet::new(),
            report: Report::default(),
        }
    }

    pub(super) fn put(&mut self, record: ContactRecord) -> rusqlite::Result<()> {
        let ContactRecord {
            instance_arn,
            contact_id,
            state,
        } = record;
        let instance = self.instance(&instance_arn)?;
        let known = rows::find(self.transaction, instance, &contact_id)?;
        let merged = match known.as_ref().and_then(|known| known.state.as_ref()) {
            None => {
                self.report.added += 1;
                state
            }
            Some(known) => {
                let mut merged = known.clone();
                if !merged.merge(state) {
                    self.report.stale += 1;
                    return Ok(());
                }
                self.report.updated += 1;
                let is_kept = |id| merged.references().any(|kept| kept == id);
                if !known.references().all(is_kept) {
                    self.loosened.insert((instance, contact_id.clone()));
                }
                merged
            }
        };
        let mut tree = known.as_ref().map(|known| known.tree);
        for id in merged.references().filter(|id| *id != contact_id) {
            let other = self.trees.place(instance, id, tree)?;
            tree = Some(match tree {
                Some(tree) => self.trees.join(tree, other)?,
                None => other,
            });
        }
        match (known, tree) {
            (Some(known), tree) => {
                let tree = tree.unwrap_or(known.tree);
                rows::update(self.transaction, &known, tree, &merged)
            }
            (None, Some(tree)) => {
                let tree = self.trees.grow(tree)?;
                rows::insert(self.transaction, instance, &contact_id, tree, &merged)
            }
            (None, None) => {
                let tree = self.trees.plant(1)?;
                rows::insert(self.transaction, instance, &contact_id, tree, &merged)
            }
        }
    }

    fn finish(self) -> rusqlite::Result<Report> {
        let mut trees = BTreeSet::new();
        for (instance, id) in &self.loosened {
            trees.extend(self.trees.of(*instance, id)?);
        }
        for tree in trees {
            self.trees.split(tree)?;
        }
        Ok(self.report)
    }

    fn instance(&mut self, arn: &str) -> rusqlite::Result<i64> {
        if let Some(key) = self.instances.get(arn) {
            return Ok(*key);
        }
        let upsert = "INSERT INTO instance (id, arn) VALUES (?1, ?2)
            ON CONFLICT (id) DO UPDATE SET arn = min(arn, excluded.arn) RETURNING key";
        // The parser has checked the form of the ARN.
        let id = instance_id(arn).unwrap_or(arn);
        let key = self
            .transaction
            .prepare_cached(upsert)?
            .query_row([id, arn], |row| row.get(0))?;
        self.instances.insert(arn.to_owned(), key);
        Ok(key)
    }
}
