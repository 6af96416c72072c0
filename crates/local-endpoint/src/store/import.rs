//! Records go in: the newest that is said about each field of a contact is kept, and trees are joined.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Read};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, named_params,
};

use super::trees::{NO_TIME, Trees};
use super::{Store, StoreError, upgrade};
use crate::records::{
    ContactRecord, ContactState, Item, Origin, Records, Rejection, Said, Version, instance_id,
};

/// Rejections beyond this many are counted, not kept.
const REJECTIONS_KEPT: usize = 100;
/// How many records are written at once: others wait that long for their turn.
const BATCH: usize = 10_000;
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
    /// Records and events that said something newer about a known contact.
    pub updated: u64,
    /// Records and events that said nothing newer than what was known.
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
            waiting: Vec::new(),
            written: Instant::now(),
            report: Report::default(),
        }
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
    waiting: Vec<ContactRecord>,
    /// When something was last written.
    written: Instant,
    report: Report,
}

impl Importer<'_> {
    /// Reads a file as [`Store::import`] does. A bad record is in the report, whatever is to happen then.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn read(&mut self, source: &str, reader: impl Read) -> Result<(), ImportError> {
        let mut records = Records::new(source, reader);
        while let Some(item) = records.next_or_rejection() {
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
        loop {
            match items.recv_timeout(MOMENT) {
                Ok(item) => self.take(item)?,
                Err(RecvTimeoutError::Timeout) if self.on_rejection == OnRejection::Continue => {
                    self.flush()?;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
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
        self.flush()?;
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
        upgrade(&transaction)?;
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
fn lock(connection: &Connection, on_wait: fn()) -> rusqlite::Result<Transaction<'_>> {
    connection.busy_timeout(PATIENCE)?;
    let mut was_reported = false;
    loop {
        match Transaction::new_unchecked(connection, TransactionBehavior::Immediate) {
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
        let known = self.known(instance, &contact_id)?;
        let mut merged = known.clone().unwrap_or_default();
        let is_newer = merged.merge(state);
        match &known {
            Some(_) if !is_newer => {
                self.report.stale += 1;
                return Ok(());
            }
            Some(known) => {
                self.report.updated += 1;
                if references(known).any(|id| !references(&merged).any(|kept| kept == id)) {
                    self.loosened.insert((instance, contact_id.clone()));
                }
            }
            None => self.report.added += 1,
        }
        let mut tree = self.trees.place(instance, &contact_id, None)?;
        for id in references(&merged) {
            let other = self.trees.place(instance, id, Some(tree))?;
            tree = self.trees.join(tree, other)?;
        }
        self.write(instance, &contact_id, &merged)
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

    fn known(&self, instance: i64, id: &str) -> rusqlite::Result<Option<ContactState>> {
        let select = "SELECT version_time, version_origin, disconnected, initiated, previous, initial, related, method,
            channel, field_versions FROM contact WHERE instance = ?1 AND id = ?2 AND listed";
        let read = |row: &Row<'_>| {
            let versions = match row.get::<_, Option<String>>(9)? {
                Some(text) => versions(&text).ok_or(rusqlite::Error::InvalidQuery)?,
                None => [version(row.get(0)?, row.get(1)?); 7],
            };
            let initiated = Some(row.get(3)?).filter(|time| *time != NO_TIME);
            Ok(ContactState {
                disconnected: said(versions[0], row.get(2)?),
                initiated: said(versions[1], initiated),
                previous: said(versions[2], row.get(4)?),
                initial: said(versions[3], row.get(5)?),
                related: said(versions[4], row.get(6)?),
                method: said(versions[5], row.get(7)?),
                channel: said(versions[6], row.get(8)?),
            })
        };
        self.transaction
            .prepare_cached(select)?
            .query_row((instance, id), read)
            .optional()
    }

    fn write(&self, instance: i64, id: &str, state: &ContactState) -> rusqlite::Result<()> {
        let versions = state.versions();
        let newest = versions.into_iter().max().unwrap_or_default();
        // Mostly all fields come from the same record.
        let field_versions = versions.iter().any(|version| *version != newest).then(|| {
            let pairs = versions.map(|version| (version.time, version.origin as i64));
            serde_json::json!(pairs).to_string()
        });
        let update = "UPDATE contact SET listed = 1, initiated = :initiated, disconnected = :disconnected,
            previous = :previous, initial = :initial, related = :related, method = :method, channel = :channel,
            version_time = :version_time, version_origin = :version_origin, field_versions = :field_versions WHERE instance = :instance AND id = :id";
        let values = named_params! {
            ":initiated": state.initiated.value.unwrap_or(NO_TIME),
            ":disconnected": state.disconnected.value,
            ":previous": state.previous.value,
            ":initial": state.initial.value,
            ":related": state.related.value,
            ":method": state.method.value,
            ":channel": state.channel.value,
            ":version_time": newest.time,
            ":version_origin": newest.origin as i64,
            ":field_versions": field_versions,
            ":instance": instance,
            ":id": id,
        };
        self.transaction
            .prepare_cached(update)?
            .execute(values)
            .map(drop)
    }
}

/// The IDs that tie a contact to others. A first contact's reference to itself ties nothing.
fn references(state: &ContactState) -> impl Iterator<Item = &str> {
    [&state.previous, &state.initial, &state.related]
        .into_iter()
        .filter_map(|said| said.value.as_deref())
}

/// An event never says that there is nothing, though the first version of the schema took it so.
fn said<T: Default>(version: Version, value: Option<T>) -> Said<T> {
    match value {
        None if version.origin == Origin::Event => Said::default(),
        value => Said { version, value },
    }
}

fn version(time: i64, origin: i64) -> Version {
    let origin = if origin == Origin::Record as i64 {
        Origin::Record
    } else {
        Origin::Event
    };
    Version { time, origin }
}

/// The versions of the fields where they differ.
fn versions(text: &str) -> Option<[Version; 7]> {
    let pairs: [(i64, i64); 7] = serde_json::from_str(text).ok()?;
    Some(pairs.map(|(time, origin)| version(time, origin)))
}
