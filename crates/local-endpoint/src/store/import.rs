//! Imports records: of each field of a contact the newest value is kept, and trees are joined.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::page::{self, PageError, StoredContact};
use super::trees::{NO_TIME, Trees};
use super::{Store, StoreError};
use crate::contact::{
    COLUMNS, ContactRecord, ContactState, FIELDS, Field, Kind, Origin, Value, Version, Versioned,
};
use crate::records::{Item, Records, Rejection, instance_id};

/// Rejections beyond this many are counted, not kept.
const REJECTIONS_KEPT: usize = 100;
/// How many records are written at once: others wait that long for their turn.
pub(super) const BATCH: usize = 10_000;
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
        change: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check_identity()?;
        let connection = self.write();
        let transaction = lock(&connection, || ())?;
        let mut changes = Change {
            transaction: &transaction,
            import: Import::new(&transaction),
        };
        let result = change(&mut changes)?;
        changes.import.finish()?;
        transaction.commit()?;
        Ok(result)
    }
}

/// Changes under way.
pub(crate) struct Change<'a> {
    transaction: &'a Transaction<'a>,
    import: Import<'a>,
}

impl Change<'_> {
    /// A contact by its ID.
    pub(crate) fn contact(&self, instance: &str, id: &str) -> Result<StoredContact, PageError> {
        page::contact(self.transaction, instance, id)
    }

    /// The ARN of an instance.
    pub(crate) fn instance_arn(&self, instance: &str) -> Result<String, PageError> {
        page::find_instance(self.transaction, instance).map(|(_, _, arn)| arn)
    }

    /// Sets fields of a contact, which need not be there yet. They are newer than all values before.
    pub(crate) fn set(
        &mut self,
        instance_arn: &str,
        id: &str,
        now: i64,
        fields: impl IntoIterator<Item = (Field, Option<Value>)>,
    ) -> rusqlite::Result<()> {
        let instance = self.import.instance(instance_arn)?;
        let known = self.import.row(instance, id)?.and_then(|(_, state)| state);
        let newest = known.and_then(|state| state.0.iter().map(|field| field.version.time).max());
        let version = Version {
            time: newest.map_or(now, |newest| now.max(newest.saturating_add(1))),
            origin: Origin::Record,
        };
        let mut state = ContactState::default();
        for (name, value) in fields {
            state[name] = Versioned { version, value };
        }
        self.import.put(ContactRecord {
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
        while !self.is_stopped()
            && let Some(item) = records.next_or_rejection()
        {
            self.take(item)?;
        }
        Ok(())
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
                Ok(item) => self.take(item)?,
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

    fn take(&mut self, item: Item) -> Result<(), ImportError> {
        match item {
            Item::Contact(_) if self.is_aborted() => {}
            Item::Contact(record) => self.waiting.push(*record),
            Item::OtherEvent => self.report.ignored += 1,
            Item::Rejected(rejection) => self.reject(rejection),
        }
        let is_due = self.waiting.len() >= BATCH || self.written.elapsed() >= PATIENCE;
        if self.on_rejection == OnRejection::Continue && is_due {
            self.flush()?;
        }
        Ok(())
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
        self.written = Instant::now();
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.store.check_identity()?;
        let connection = self.store.write();
        let transaction = lock(&connection, self.on_wait)?;
        let mut import = Import::new(&transaction);
        for record in self.waiting.drain(..) {
            import.put(record)?;
        }
        let report = import.finish()?;
        transaction.commit()?;
        self.report.merge(report);
        Ok(())
    }
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
        let row = self.row(instance, &contact_id)?;
        let mut tree = row.as_ref().map(|(tree, _)| *tree);
        let is_placed = tree.is_some();
        let known = row.and_then(|(_, state)| state);
        let mut merged = known.clone().unwrap_or_default();
        let is_newer = merged.merge(state);
        match &known {
            Some(_) if !is_newer => {
                self.report.stale += 1;
                return Ok(());
            }
            Some(known) => {
                self.report.updated += 1;
                let is_kept = |id| merged.references().any(|kept| kept == id);
                if !known.references().all(is_kept) {
                    self.loosened.insert((instance, contact_id.clone()));
                }
            }
            None => self.report.added += 1,
        }
        for id in merged.references().filter(|id| *id != contact_id) {
            let other = self.trees.place(instance, id, tree)?;
            tree = Some(match tree {
                Some(tree) => self.trees.join(tree, other)?,
                None => other,
            });
        }
        let tree = match tree {
            Some(tree) if is_placed => tree,
            Some(tree) => self.trees.grow(tree)?,
            None => self.trees.plant(1)?,
        };
        self.write(instance, &contact_id, tree, &merged)
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

    /// The tree of a contact that was ever heard of, and its state if it is more than an ID.
    fn row(
        &self,
        instance: i64,
        id: &str,
    ) -> rusqlite::Result<Option<(i64, Option<ContactState>)>> {
        let select = "SELECT disconnected, initiated, previous, initial, related, method, channel, details,
            version_time, version_origin, field_versions, tree, listed FROM contact WHERE instance = ?1 AND id = ?2";
        self.transaction
            .prepare_cached(select)?
            .query_row((instance, id), |row| {
                let state = row.get(12)?;
                let state = if state { Some(read(row)?) } else { None };
                Ok((row.get(11)?, state))
            })
            .optional()
    }

    fn write(
        &self,
        instance: i64,
        id: &str,
        tree: i64,
        state: &ContactState,
    ) -> rusqlite::Result<()> {
        let newest = state.0.iter().map(|field| field.version).max();
        let newest = newest.unwrap_or_default();
        let upsert = "INSERT INTO contact (disconnected, initiated, previous, initial, related, method, channel, details,
            version_time, version_origin, field_versions, tree, listed, instance, id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 1, ?13, ?14)
            ON CONFLICT (instance, id) DO UPDATE SET disconnected = ?1, initiated = ?2, previous = ?3, initial = ?4,
            related = ?5, method = ?6, channel = ?7, details = ?8, version_time = ?9, version_origin = ?10,
            field_versions = ?11, tree = ?12, listed = 1";
        let mut statement = self.transaction.prepare_cached(upsert)?;
        for (place, field) in state.0.iter().take(COLUMNS).enumerate() {
            statement.raw_bind_parameter(place + 1, &field.value)?;
        }
        if state[Field::Initiated].value.is_none() {
            statement.raw_bind_parameter(Field::Initiated as usize + 1, NO_TIME)?;
        }
        statement.raw_bind_parameter(8, details(state))?;
        statement.raw_bind_parameter(9, newest.time)?;
        statement.raw_bind_parameter(10, newest.origin as i64)?;
        statement.raw_bind_parameter(11, field_versions(state, newest))?;
        statement.raw_bind_parameter(12, tree)?;
        statement.raw_bind_parameter(13, instance)?;
        statement.raw_bind_parameter(14, id)?;
        statement.raw_execute().map(drop)
    }
}

/// The fields without columns as one JSON object.
fn details(state: &ContactState) -> Option<String> {
    let fields = FIELDS.iter().zip(&state.0).skip(COLUMNS);
    let members =
        fields.filter_map(|((name, ..), field)| Some(format!("\"{name}\":{}", field.text()?)));
    let members = members.collect::<Vec<_>>().join(",");
    (!members.is_empty()).then(|| format!("{{{members}}}"))
}

/// The versions of the fields that are not of the newest, by name. Mostly all fields come from the same record.
fn field_versions(state: &ContactState, newest: Version) -> Option<String> {
    let fields = FIELDS.iter().zip(&state.0).enumerate();
    let older = fields.filter(|(place, (_, field))| {
        field.version != newest && (*place < COLUMNS || field.value.is_some())
    });
    let pairs = older.map(|(_, ((name, ..), Versioned { version, .. }))| {
        (*name, (version.time, version.origin as i64))
    });
    let pairs = pairs.collect::<BTreeMap<_, _>>();
    (!pairs.is_empty()).then(|| serde_json::json!(pairs).to_string())
}

/// A contact's state, from its columns, details and versions.
fn read(row: &Row<'_>) -> rusqlite::Result<ContactState> {
    let invalid = |_| rusqlite::Error::InvalidQuery;
    let details: Option<String> = row.get(7)?;
    let mut details: HashMap<String, Box<RawValue>> = match &details {
        Some(details) => serde_json::from_str(details).map_err(invalid)?,
        None => HashMap::new(),
    };
    let newest = version((row.get(8)?, row.get(9)?));
    let older: Option<String> = row.get(10)?;
    let older = match &older {
        Some(older) => serde_json::from_str(older).map_err(invalid)?,
        None => FieldVersions::default(),
    };
    let mut state = ContactState::default();
    for (place, (ours, (name, _, kind))) in state.0.iter_mut().zip(FIELDS).enumerate() {
        let value = match kind {
            Kind::Time => row.get::<_, Option<i64>>(place)?.map(Value::Time),
            Kind::Id | Kind::Constant => row.get::<_, Option<String>>(place)?.map(Value::Text),
            Kind::Json => details
                .remove(name)
                .map(|json| Value::Text(json.get().to_owned())),
        };
        let value = value.filter(|value| *value != Value::Time(NO_TIME));
        let version = older.of(place, name).map_or(newest, version);
        *ours = match value {
            // An event never says that there is nothing, though the first version of the schema took it so.
            None if kind == Kind::Json || version.origin == Origin::Event => Versioned::default(),
            value => Versioned { version, value },
        };
    }
    Ok(state)
}

fn version((time, origin): (i64, i64)) -> Version {
    let origin = if origin == Origin::Record as i64 {
        Origin::Record
    } else {
        Origin::Event
    };
    Version { time, origin }
}

/// Of the fields that are not of the newest version, or, as the second version of the schema has it, of all columns.
#[derive(Deserialize)]
#[serde(untagged)]
enum FieldVersions {
    Named(HashMap<String, (i64, i64)>),
    Columns([(i64, i64); COLUMNS]),
}

impl Default for FieldVersions {
    fn default() -> Self {
        Self::Named(HashMap::new())
    }
}

impl FieldVersions {
    fn of(&self, place: usize, name: &str) -> Option<(i64, i64)> {
        match self {
            Self::Named(named) => named.get(name).copied(),
            Self::Columns(columns) => columns.get(place).copied(),
        }
    }
}
