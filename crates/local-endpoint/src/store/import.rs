//! Imports records: of each field of a contact the newest value is kept, and trees are joined.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Read};
use std::mem;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::page::{self, PageError, StoredContact};
use super::rows;
use super::trees::Trees;
use super::{Store, StoreError};
use crate::contact::{
    Changed, ContactRecord, ContactState, Field, Origin, Value, Version, Versioned,
};
use crate::records::{Item, Records, Rejection, instance_id};

/// Rejections beyond this many are counted, not kept.
const REJECTIONS_KEPT: usize = 100;
/// How many records are written at once: others wait that long for their turn. As many are read meanwhile.
pub(super) const BATCH: usize = 5_000;
/// How many records are read ahead of what is written.
const AHEAD: usize = 1_000;
/// How long nothing comes from a pipe until what has come is written.
const MOMENT: Duration = Duration::from_millis(100);
/// How long another importer may hold the database before that is reported, and how long a record may wait for the next.
const PATIENCE: Duration = Duration::from_secs(1);

/// What happens to the good records of an import that has bad ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnRejection {
    /// They are imported.
    #[default]
    Continue,
    /// Nothing is imported.
    Abort,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Contacts that were not known before.
    pub added: u64,
    /// Records and events with something newer about a known contact.
    pub updated: u64,
    /// Records and events with nothing newer than what was known.
    pub stale: u64,
    /// EventBridge events about something else.
    pub ignored: u64,
    /// How many records were rejected.
    pub rejected: u64,
    /// The first hundred of them.
    pub rejections: Vec<Rejection>,
}

impl Report {
    /// Adds the figures of another import.
    pub fn merge(&mut self, other: Self) {
        self.added += other.added;
        self.updated += other.updated;
        self.stale += other.stale;
        self.ignored += other.ignored;
        self.rejected += other.rejected;
        let free = REJECTIONS_KEPT.saturating_sub(self.rejections.len());
        self.rejections
            .extend(other.rejections.into_iter().take(free));
    }
}

/// Why an import failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The database cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record is broken, and [`OnRejection::Abort`] was asked for.
    #[error("{0}")]
    Rejected(Rejection),
}

impl From<rusqlite::Error> for ImportError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Imports contact records and EventBridge contact events. `source` names the file in rejections.
    ///
    /// JSON objects one after another, with or without line breaks, or in an array, in UTF-8 or marked UTF-16; plain or
    /// compressed by gzip; as they are or in messages of Kinesis, Firehose, SQS and SNS. Of each field of a contact the
    /// newest value is kept, so files may overlap and come in any order. A field left out does not change it; one that says
    /// `null` erases it.
    ///
    /// A reader that fails ends the import like a bad record: what came before it counts, unless `on_rejection` is
    /// [`OnRejection::Abort`].
    ///
    /// # Errors
    /// If the database cannot be written, or a record is bad and `on_rejection` is [`OnRejection::Abort`]. Nothing is imported
    /// then, but what was written before a database failed.
    pub fn import(
        &self,
        source: &str,
        reader: impl Read,
        on_rejection: OnRejection,
    ) -> Result<Report, ImportError> {
        let mut importer = self.importer(on_rejection, || ());
        importer.read(source, reader)?;
        let mut report = importer.finish()?;
        if on_rejection == OnRejection::Abort && report.rejected > 0 {
            return Err(ImportError::Rejected(report.rejections.swap_remove(0)));
        }
        Ok(report)
    }

    /// An import of several files. `on_wait` is called when another importer holds the database for longer than a moment.
    pub fn importer(&self, on_rejection: OnRejection, on_wait: fn()) -> Importer<'_> {
        Importer {
            store: self,
            on_rejection,
            on_wait,
            stop: Arc::default(),
            waiting: Vec::new(),
            written: Instant::now(),
            report: Report::default(),
        }
    }
}

impl Store {
    /// Changes contacts, in one transaction: what `change` finds is what it changes.
    pub(crate) fn change<T, E: From<StoreError> + From<rusqlite::Error>>(
        &self,
        change: impl FnOnce(&mut Change<'_, '_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let change = |import: &mut Import<'_>| change(&mut Change(import, Vec::new()));
        let (result, _) = transact(self, || (), change)?;
        Ok(result)
    }
}

/// Changes under way, and what they have changed so far.
pub(crate) struct Change<'i, 't>(&'i mut Import<'t>, Vec<Changed>);

impl Change<'_, '_> {
    /// What has been changed, in order.
    pub(crate) fn changed(&self) -> &[Changed] {
        &self.1
    }

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
        let versions = known.iter().flat_map(|state| &state.0);
        let newest = versions.map(|field| field.version.time).max();
        let version = Version {
            time: newest.map_or(now, |newest| now.max(newest.saturating_add(1))),
            origin: Origin::Record,
        };
        let mut state = ContactState::default();
        let mut changed = Vec::new();
        for (name, value) in fields {
            if known.as_ref().map_or(&None, |known| &known[name].value) != &value {
                changed.push(name);
            }
            state[name] = Versioned { version, value };
        }
        if known.is_none() || !changed.is_empty() {
            self.1.push(Changed {
                instance_arn: instance_arn.to_owned(),
                contact_id: id.to_owned(),
                is_new: known.is_none(),
                fields: changed,
            });
        }
        self.0.put(ContactRecord {
            instance_arn: instance_arn.to_owned(),
            contact_id: id.to_owned(),
            state,
        })
    }
}

/// An import under way. The database is locked only while a batch of records is written, never while one is read.
///
/// With [`OnRejection::Abort`] all records stay in memory until the end and are written at once.
#[derive(Debug)]
#[must_use = "what was read last is written by `finish`"]
pub struct Importer<'a> {
    store: &'a Store,
    on_rejection: OnRejection,
    on_wait: fn(),
    stop: Arc<AtomicBool>,
    waiting: Vec<ContactRecord>,
    /// When something was last written.
    written: Instant,
    report: Report,
}

impl Importer<'_> {
    /// Reads no further once this is set. What was read until then is written, unless bad records were to abort the import:
    /// nothing is written then.
    pub fn stop_on(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = stop;
        self
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Reads a file as [`Store::import`] does. A bad record is in the report, whatever is to happen then.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn read(&mut self, source: &str, reader: impl Read) -> Result<(), ImportError> {
        let mut records = Records::new(source, reader);
        let stop = Arc::clone(&self.stop);
        let (store, on_wait) = (self.store, self.on_wait);
        thread::scope(|scope| {
            // Records are read while those before them are written. A small file does without a thread.
            let mut writer = None;
            while !stop.load(Ordering::Relaxed)
                && let Some(item) = records.next_or_rejection()
            {
                if !self.take(item) {
                    continue;
                }
                let (batches, _) = writer.get_or_insert_with(|| {
                    let (sender, batches) = mpsc::sync_channel(0);
                    (sender, scope.spawn(|| write_all(store, on_wait, batches)))
                });
                if batches.send(mem::take(&mut self.waiting)).is_err() {
                    break;
                }
                self.written = Instant::now();
            }
            let Some((batches, thread)) = writer else {
                return Ok(());
            };
            drop(batches);
            let report = thread.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            self.report.merge(report);
            Ok(())
        })
    }

    /// Reads what comes in its own time, such as a pipe: where nothing follows for a moment, what has come is written.
    ///
    /// # Errors
    /// If the database cannot be written. The reader may be waited for by a thread of its own then.
    pub fn follow(
        &mut self,
        source: &str,
        reader: impl Read + Send + 'static,
    ) -> Result<(), ImportError> {
        let (sender, items) = mpsc::sync_channel(AHEAD);
        let source = source.to_owned();
        thread::spawn(move || {
            let mut records = Records::new(&source, reader);
            while let Some(item) = records.next_or_rejection() {
                if sender.send(item).is_err() {
                    break;
                }
            }
        });
        while !self.is_stopped() {
            match items.recv_timeout(MOMENT) {
                Ok(item) => {
                    if self.take(item) {
                        self.flush()?;
                    }
                }
                Err(RecvTimeoutError::Timeout) if self.on_rejection == OnRejection::Continue => {
                    self.flush()?;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(())
    }

    /// Takes note of a file that cannot even be opened, as of one that cannot be read any further.
    pub fn unopened(&mut self, source: &str, error: &io::Error) {
        let rejection = Records::new(source, io::empty()).reject_rest(error);
        self.reject(rejection);
    }

    /// Writes what is still to be written. Nothing at all if a record is bad and that is to abort the import.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn finish(mut self) -> Result<Report, ImportError> {
        if self.on_rejection == OnRejection::Continue || !self.is_stopped() {
            self.flush()?;
        }
        Ok(self.report)
    }

    fn is_aborted(&self) -> bool {
        self.on_rejection == OnRejection::Abort && self.report.rejected > 0
    }

    /// Whether it is time to write.
    fn take(&mut self, item: Item) -> bool {
        match item {
            Item::Contact(_) if self.is_aborted() => {}
            Item::Contact(record) => self.waiting.push(*record),
            Item::OtherEvent => self.report.ignored += 1,
            Item::Rejected(rejection) => self.reject(rejection),
        }
        let is_due = self.waiting.len() >= BATCH || self.written.elapsed() >= PATIENCE;
        self.on_rejection == OnRejection::Continue && is_due && !self.waiting.is_empty()
    }

    fn reject(&mut self, rejection: Rejection) {
        self.report.rejected += 1;
        if self.report.rejections.len() < REJECTIONS_KEPT {
            self.report.rejections.push(rejection);
        }
        if self.is_aborted() {
            self.waiting = Vec::new();
        }
    }

    fn flush(&mut self) -> Result<(), ImportError> {
        let report = write(self.store, self.on_wait, mem::take(&mut self.waiting))?;
        self.written = Instant::now();
        self.report.merge(report);
        Ok(())
    }
}

/// Writes what is read meanwhile, a batch at a time.
fn write_all(
    store: &Store,
    on_wait: fn(),
    batches: Receiver<Vec<ContactRecord>>,
) -> Result<Report, ImportError> {
    let mut report = Report::default();
    for batch in batches {
        report.merge(write(store, on_wait, batch)?);
    }
    Ok(report)
}

/// Writes records, all or none of them.
fn write(store: &Store, on_wait: fn(), records: Vec<ContactRecord>) -> Result<Report, ImportError> {
    if records.is_empty() {
        return Ok(Report::default());
    }
    let put = |import: &mut Import<'_>| {
        let mut records = records.into_iter();
        records.try_for_each(|record| import.put(record).map_err(ImportError::from))
    };
    let ((), report) = transact(store, on_wait, put)?;
    Ok(report)
}

/// Does all of `act` or none of it, in one transaction.
fn transact<T, E: From<StoreError> + From<rusqlite::Error>>(
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

struct Import<'a> {
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

    fn put(&mut self, record: ContactRecord) -> rusqlite::Result<()> {
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
