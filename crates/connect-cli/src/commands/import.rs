//! `connect import`.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use connect_local_endpoint::{ImportError, OnRejection, Report};

use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

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
    /// The database; it is created where it is not there
    #[arg(long, value_name = "FILE")]
    database: PathBuf,
    /// Import nothing at all if any file cannot be read or has a bad record; all is kept in memory until it is written
    #[arg(long)]
    strict: bool,
}

/// Runs the command. Bad records are reported and the rest imported, unless it is `--strict`.
///
/// # Errors
///
/// A database or file that cannot be used, a bad record.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut walk = Walk {
        database: fs::canonicalize(&arguments.database).ok(),
        folders: Vec::new(),
        files: Vec::new(),
    };
    let mut failure = None;
    for path in &arguments.paths {
        let failed = walk.collect(path, true).err();
        if let Some(another) = failed.and_then(|failed| failure.replace(failed)) {
            crate::note(&another.to_string());
        }
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    // Now that there is something to import: a wrong path creates no database.
    let store = super::serve::open(&arguments.database)?;
    let on_rejection = if arguments.strict {
        OnRejection::Abort
    } else {
        OnRejection::Continue
    };
    let mut importer = store.importer(on_rejection, || {
        crate::note("waiting: something else is writing to the database");
    });
    let unwritable = |error: ImportError| {
        let path = arguments.database.display();
        Failure::other(format!("cannot write the database {path}: {error}"))
    };
    let progress = Arc::new(Progress::new(total(&walk.files)));
    for path in &walk.files {
        let name = path.display().to_string();
        let read = if is_stdin(path) {
            importer.follow("standard input", progress.counted(io::stdin()))
        } else {
            match File::open(path) {
                Ok(file) if path.is_file() => importer.read(&name, progress.counted(file)),
                Ok(pipe) => importer.follow(&name, progress.counted(pipe)),
                Err(error) => {
                    importer.unopened(&name, &error);
                    Ok(())
                }
            }
        };
        read.map_err(unwritable)?;
    }
    let imported = importer.finish().map_err(unwritable)?;
    progress.finish();
    report(&imported)
}

/// How many bytes there are to read; `None` if one of them is no file.
fn total(paths: &[PathBuf]) -> Option<u64> {
    let length = |path: &PathBuf| {
        let metadata = fs::metadata(path).ok()?;
        metadata.is_file().then_some(metadata.len())
    };
    paths.iter().map(length).sum()
}

/// Prints what was rejected and a summary.
///
/// # Errors
///
/// Anything was rejected.
fn report(report: &Report) -> Result<(), Failure> {
    for rejection in &report.rejections {
        crate::note(&rejection.to_string());
    }
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

/// Finds the files to import.
struct Walk {
    /// The database, which is not imported itself.
    database: Option<PathBuf>,
    /// The folders that contain the current one, to find links that lead back.
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Walk {
    /// Collects the files below a path, in the order of their names. Hidden ones are left out, and what is no file is
    /// skipped and named, unless it was asked for.
    fn collect(&mut self, path: &Path, is_asked_for: bool) -> Result<(), Failure> {
        if is_stdin(path) && is_asked_for {
            self.files.push(path.to_owned());
            return Ok(());
        }
        let skip = |why: &str| {
            crate::note(&format!("{} is skipped: {why}", path.display()));
            Ok(())
        };
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(_) if !is_asked_for && path.is_symlink() => {
                return skip("a link that leads nowhere");
            }
            Err(error) if is_asked_for => return Err(unreadable(path, &error)),
            Err(_) => {
                self.files.push(path.to_owned());
                return Ok(());
            }
        };
        // A pipe has no canonical path.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if self.is_database(&place) {
            return skip("it belongs to the database");
        }
        if !metadata.is_dir() {
            if !metadata.is_file() && !is_asked_for {
                return skip("not a file");
            }
            self.files.push(path.to_owned());
            return Ok(());
        }
        if self.folders.contains(&place) {
            return skip("a link that leads back to a folder around it");
        }
        self.folders.push(place);
        let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        match entries {
            Ok(mut entries) => {
                entries.retain(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
                entries.sort_by_key(fs::DirEntry::path);
                for entry in entries {
                    self.collect(&entry.path(), false)?;
                }
            }
            Err(error) if is_asked_for => return Err(unreadable(path, &error)),
            // Reading it as a file reports the error and counts it.
            Err(_) => self.files.push(path.to_owned()),
        }
        self.folders.pop();
        Ok(())
    }

    /// Whether it is the database or what SQLite keeps beside it.
    fn is_database(&self, place: &Path) -> bool {
        let Some(database) = &self.database else {
            return false;
        };
        ["", "-wal", "-shm", "-journal"].iter().any(|suffix| {
            let mut name = database.clone().into_os_string();
            name.push(suffix);
            place == Path::new(&name)
        })
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::other(format!("cannot read {}: {error}", path.display()))
}
