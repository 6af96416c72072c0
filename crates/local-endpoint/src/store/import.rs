//! Imports records: reads files and pipes, and writes what they say in batches.

use std::io::{self, Read};
use std::mem;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::batch::Batch;
use super::change::transact;
use super::report::{REJECTIONS_KEPT, Report};
use super::{OnUnconfirmed, PATIENCE, Store, StoreError};
use crate::contact::ContactRecord;
use crate::records::{Item, Records, Rejection};

/// How many records are written at once: others wait that long for their turn. As many are read meanwhile.
pub(super) const BATCH: usize = 5_000;
/// How many records are read ahead of what is written.
const AHEAD: usize = 1_000;
/// How long nothing comes from a pipe until what has come is written.
const MOMENT: Duration = Duration::from_millis(100);

/// What happens to the good records of an import that has bad ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnRejection {
    /// They are imported.
    #[default]
    Continue,
    /// Nothing is imported.
    Abort,
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
        let report = write(self.store, self.on_wait, &mem::take(&mut self.waiting))?;
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
        report.merge(write(store, on_wait, &batch)?);
    }
    Ok(report)
}

/// Writes records, all or none of them. Of each field the newest value is kept, so they may be written again.
fn write(store: &Store, on_wait: fn(), records: &[ContactRecord]) -> Result<Report, ImportError> {
    if records.is_empty() {
        return Ok(Report::default());
    }
    let put = |batch: &mut Batch<'_>| batch.put(records);
    let ((), report) = transact(store, OnUnconfirmed::Repeat, on_wait, put)?;
    Ok(report)
}
