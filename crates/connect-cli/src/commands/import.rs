//! `connect import`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::ValueHint;
use connect_local_endpoint::{ImportError, Importer, OnRejection, Report, Store, find_files};

use crate::database::{Database, Mode};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{output, signals};

/// How long an import may take to end in order.
const GRACE: Duration = Duration::from_secs(5);

/// Read contact records and events into a database for `connect serve`
///
/// Files hold JSON objects one after another, plain or compressed by gzip, as Amazon Connect exports them to S3, or
/// messages of Kinesis, Firehose, SQS or SNS that hold such. Of each field of a contact the newest value is kept, so
/// files may overlap and come in any order; what a record leaves out, it does not change.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Files, folders of files, or - for standard input, which is imported as it comes
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The database: a file, or postgres://USER@HOST/NAME with its password in PGPASSWORD; the file, or the schema in PostgreSQL,
    /// is created where it is not there
    #[arg(long, value_name = "FILE|URL", value_hint = ValueHint::AnyPath)]
    database: Database,
    /// Import nothing at all if any file cannot be read or has a bad record; all is kept in memory until it is written
    #[arg(long)]
    strict: bool,
}

/// Runs the command. Bad records are reported and the rest imported, unless it is `--strict`. When the process is asked to
/// end, what was read is written, but nothing if it is `--strict`.
///
/// # Errors
///
/// A database or file that cannot be used, a bad record, an interruption.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let interrupted = signals::interruption().map_err(Failure::other)?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut import = tokio::task::spawn_blocking({
        let stop = Arc::clone(&stop);
        move || import(&arguments, &stop)
    });
    let failure = tokio::select! {
        imported = &mut import => return imported.map_err(Failure::other)?,
        failure = interrupted => failure,
    };
    stop.store(true, Ordering::Relaxed);
    // What waits for another process or for a pipe that is silent is not waited for. Its transaction is rolled back.
    match tokio::time::timeout(GRACE, import).await {
        Ok(Ok(imported)) => {
            if let Some(text) = imported.err().and_then(|failure| failure.report()) {
                crate::note(&text);
            }
        }
        _ => crate::note("interrupted: what was written before stays"),
    }
    Err(failure)
}

fn import(arguments: &Arguments, stop: &Arc<AtomicBool>) -> Result<(), Failure> {
    let files = files(&arguments.paths, arguments.database.path())?;
    // Now that there is something to import: a wrong path creates no database.
    let store = arguments.database.open(Mode::Create)?;
    let on_rejection = if arguments.strict {
        OnRejection::Abort
    } else {
        OnRejection::Continue
    };
    let importer = store.importer(on_rejection, || {
        crate::note("waiting: something else is writing to the database");
    });
    let mut importer = importer.stop_on(Arc::clone(stop));
    let unwritable = |error: ImportError| {
        let database = &arguments.database;
        Failure::other(format!("cannot write the database {database}: {error}"))
    };
    read_files(&mut importer, &files).map_err(unwritable)?;
    let imported = importer.finish().map_err(unwritable)?;
    if stop.load(Ordering::Relaxed) {
        crate::note(if arguments.strict {
            "interrupted: nothing is imported"
        } else {
            "interrupted: what was imported stays; the rest follows when the same files are imported again"
        });
    }
    report(&imported)
}

/// Imports files and folders into a store in memory, and returns what was rejected of them.
///
/// # Errors
///
/// A file that cannot be read.
pub(crate) fn read(store: &Store, paths: &[PathBuf]) -> Result<Report, Failure> {
    let files = files(paths, None)?;
    let mut importer = store.importer(OnRejection::Continue, || ());
    read_files(&mut importer, &files).map_err(Failure::other)?;
    importer.finish().map_err(Failure::other)
}

fn read_files(importer: &mut Importer<'_>, files: &[PathBuf]) -> Result<(), ImportError> {
    let progress = Arc::new(Progress::new(total(files)));
    for path in files {
        if is_stdin(path) {
            importer.follow("standard input", progress.counted(io::stdin()))?;
        } else {
            importer.read_file(path, |file| progress.counted(file))?;
        }
    }
    progress.finish();
    Ok(())
}

/// How many bytes there are to read; `None` if one of them is no file.
fn total(paths: &[PathBuf]) -> Option<u64> {
    let length = |path: &PathBuf| {
        let metadata = path.metadata().ok()?;
        metadata.is_file().then_some(metadata.len())
    };
    paths.iter().map(length).sum()
}

/// The files to import, in their order.
fn files(paths: &[PathBuf], database: Option<&Path>) -> Result<Vec<PathBuf>, Failure> {
    let on_skip =
        |path: &Path, why: &str| crate::note(&format!("{} is skipped: {why}", path.display()));
    let mut files = Vec::new();
    let mut failure = None;
    for path in paths {
        if is_stdin(path) {
            files.push(path.clone());
            continue;
        }
        match find_files(path, database, on_skip) {
            Ok(found) => files.extend(found),
            Err(error) => {
                let failed = Failure::file("read", path, error);
                if let Some(another) = failure.replace(failed) {
                    crate::note(&another.to_string());
                }
            }
        }
    }
    failure.map_or(Ok(files), Err)
}

/// Says what was rejected, and where.
pub(crate) fn note_rejections(report: &Report) {
    for rejection in &report.rejections {
        crate::note(&rejection.to_string());
    }
}

/// Prints what was rejected and a summary.
///
/// # Errors
///
/// Anything was rejected.
fn report(report: &Report) -> Result<(), Failure> {
    note_rejections(report);
    let Report {
        added,
        updated,
        stale,
        ignored,
        rejected,
        ..
    } = report;
    output::print(&format!(
        "{added} contacts added, {updated} updated, {stale} records not newer, {ignored} other events, {rejected} records rejected\n"
    ))?;
    let rest = if added + updated > 0 {
        "the rest is imported"
    } else {
        "nothing is imported"
    };
    Err(Failure::other(match rejected {
        0 => return Ok(()),
        1 => format!("one record was rejected; {rest}"),
        count => format!("{count} records were rejected; {rest}"),
    }))
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}
