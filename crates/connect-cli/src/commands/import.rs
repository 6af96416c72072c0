//! `connect import`.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use connect_local_endpoint::{OnRefusal, Report, Store};

use crate::failure::Failure;
use crate::output::{Pager, Sink};

/// Read contact records and events into a database for `connect serve`
///
/// Files hold JSON objects one after another, plain or compressed by gzip, as Amazon Connect exports them to S3. Of each
/// field of a contact the newest value is kept, so files may overlap and come in any order; what a record leaves out, it
/// does not change.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Files, folders of files, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The database; it is created where it is not there
    #[arg(long, value_name = "FILE")]
    database: PathBuf,
    /// Import nothing of a file that has a bad record
    #[arg(long)]
    strict: bool,
}

/// Runs the command. Bad records are told and the rest imported, unless it is `--strict`; the exit code tells.
///
/// # Errors
///
/// A database or file that cannot be used, a bad record.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut files = Vec::new();
    for path in &arguments.paths {
        collect(path, &mut files)?;
    }
    // Now that there is something to import: a wrong path creates no database.
    let store = super::serve::open(&arguments.database)?;
    let on_refusal = if arguments.strict {
        OnRefusal::Abort
    } else {
        OnRefusal::Continue
    };
    let mut total = Report::default();
    for path in &files {
        total.merge(import(&store, path, on_refusal)?);
    }
    for refusal in &total.refusals {
        crate::note(&refusal.to_string());
    }
    let mut out = Sink::new(Pager::None);
    let Report {
        added,
        updated,
        stale,
        ignored,
        refused,
        ..
    } = total;
    writeln!(
        out.open()?,
        "{added} contacts added, {updated} updated, {stale} records not newer, {ignored} other events, {refused} records refused"
    )
    .map_err(Failure::Output)?;
    out.close()?;
    match refused {
        0 => Ok(()),
        1 => Err(Failure::other(
            "one record was refused; the rest is imported",
        )),
        count => Err(Failure::other(format!(
            "{count} records were refused; the rest is imported"
        ))),
    }
}

fn import(store: &Store, path: &Path, on_refusal: OnRefusal) -> Result<Report, Failure> {
    let name = path.display().to_string();
    let imported = if is_stdin(path) {
        store.import("standard input", io::stdin().lock(), on_refusal)
    } else {
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        store.import(&name, file, on_refusal)
    };
    imported.map_err(Failure::other)
}

/// Collects the files below a path, in the order of their names. Hidden ones are left out.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let is_folder = !is_stdin(path)
        && fs::metadata(path)
            .map_err(|error| unreadable(path, &error))?
            .is_dir();
    if !is_folder {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| unreadable(path, &error))?;
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    let hidden = |path: &Path| {
        path.file_name()
            .and_then(OsStr::to_str)
            .is_some_and(|name| name.starts_with('.'))
    };
    paths
        .iter()
        .filter(|path| !hidden(path))
        .try_for_each(|path| collect(path, files))
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::other(format!("cannot read {}: {error}", path.display()))
}
