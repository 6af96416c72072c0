//! `connect export` of many trees.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::vec;

use connect_sdk::Client;
use connect_sdk::config::RateLimit;
use contact_tree::{Contact, Forest};
use serde_json::json;
use tokio::task::JoinSet;

use super::journal::Output;
use crate::client;
use crate::commands::contacts::{self, Place};
use crate::commands::formats::{CSV_HEADER, Format, csv_rows, records};
use crate::failure::Failure;
use crate::files::beside;
use crate::globals::number;
use crate::output;
use crate::progress::Progress;
use crate::settings::Settings;

/// How often a contact is asked for whose call failed for a reason that may pass; each call has retries of its own.
const ROUNDS: usize = 3;
/// How many contacts that stand side by side are asked for one after another, at the most.
const LONGEST_RUN: usize = 64;
/// What Amazon Connect allows an account, unless it was raised: calls a second, and at once.
const RATE: f64 = 2.0;
const BURST: u32 = 5;

/// Which trees, and how fast.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Export the trees of these contacts into --out, each tree once
    #[arg(long, value_name = "STRING", num_args = 1.., conflicts_with = "contact_id", requires = "out")]
    contact_ids: Vec<String>,
    /// The same of contacts whose IDs are in a file, one a line, or on standard input by -
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "contact_id",
        requires = "out"
    )]
    ids_from: Option<PathBuf>,
    /// The most calls in a second, with --contact-ids or --ids-from [default: 2; of files, as many as can be]
    #[arg(long, value_name = "NUMBER", value_parser = rate)]
    rate: Option<f64>,
    /// The most calls at once after a pause [default: 5]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    burst: Option<u32>,
    /// How many trees are fetched at the same time
    #[arg(long, value_name = "COUNT", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=1000))]
    concurrency: u16,
}

fn rate(text: &str) -> Result<f64, String> {
    let expected = "expected a number from 0.001 to 100000";
    number(text, 0.001..=100_000.0, expected)
}

impl Arguments {
    /// Whether many trees are asked for.
    pub(super) fn is_given(&self) -> bool {
        !self.contact_ids.is_empty() || self.ids_from.is_some()
    }

    /// The IDs that were given, each once, in their order.
    fn ids(&self) -> Result<Vec<String>, Failure> {
        let mut ids = self.contact_ids.clone();
        if let Some(path) = &self.ids_from {
            let text = if path == Path::new("-") {
                let mut text = String::new();
                io::stdin().read_to_string(&mut text).map(|_| text)
            } else {
                fs::read_to_string(path)
            };
            let text = text.map_err(|error| Failure::file("read", path, error))?;
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            ids.extend(lines.map(str::to_owned));
        }
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        Ok(ids)
    }

    /// Rate and burst; none where nothing but this machine is called and nothing was said.
    fn quota(&self, is_local: bool) -> Option<(f64, u32)> {
        let is_said = self.rate.is_some() || self.burst.is_some();
        (is_said || !is_local).then(|| (self.rate.unwrap_or(RATE), self.burst.unwrap_or(BURST)))
    }
}

/// Runs the command.
///
/// # Errors
///
/// A file that cannot be used, a failure that every call would meet, trees that could not be exported.
pub(super) async fn run(arguments: super::Arguments, settings: &Settings) -> Result<(), Failure> {
    let (many, Some(path)) = (arguments.many, arguments.out) else {
        return Err(Failure::required(&["--out"]));
    };
    if arguments.facts.facts {
        let message = "--facts is for one tree: tables and records of many have no place for them";
        return Err(Failure::Usage(message.to_owned()));
    }
    let table = Table {
        format: arguments.format,
        raw_cells: arguments.raw_cells,
    };
    if !table.format.holds_many() {
        let message = "Many trees are exported as tables or records: other formats hold one tree";
        return Err(Failure::Usage(message.to_owned()));
    }
    let ids = many.ids()?;
    let page_size = arguments.tree.page_size;
    let Place { instance_id, local } =
        contacts::place(arguments.tree.instance_id, settings).await?;
    let quota = many.quota(local.is_some());
    let what = json!({"InstanceId": instance_id, "Format": format!("{:?}", table.format), "RawCells": table.raw_cells});
    let written = table.written(&path)?;
    let mut output = Output::open(&written, &what)?;
    let unwritable = |error| Failure::file("write", &path, error);
    let is_resumed = output.is_resumed;
    if output.is_empty() && matches!(table.format, Format::Csv) {
        output.add(CSV_HEADER, Vec::new()).map_err(unwritable)?;
    }
    let connection = client::connect_with(settings, local, |config| match quota {
        Some((rate, burst)) => config.rate_limit(RateLimit::new(rate, burst)),
        None => config,
    })
    .await?;
    if let Some((rate, burst)) = quota.filter(|_| is_resumed) {
        // The process before this one may just have used up what may be called at once.
        tokio::time::sleep(Duration::from_secs_f64(f64::from(burst) / rate)).await;
    }
    let mut export = Export {
        client: connection.client.clone(),
        instance_id,
        page_size,
        concurrency: usize::from(many.concurrency),
        progress: Arc::new(Progress::of_contacts(ids.len() as u64)),
        path: &path,
        table,
        output,
    };
    let failed = export.all(ids).await;
    connection.close().await;
    export.progress.finish();
    let failed = failed?;
    let failed_path = beside(&path, "failed");
    if failed.is_empty() {
        // Of an earlier run.
        let _ = fs::remove_file(&failed_path);
        table.finish(&written, &path)?;
        return export.output.finish().map_err(unwritable);
    }
    let count = output::counted(failed.len(), "contact");
    write_failed(&failed_path, &failed)
        .map_err(|error| Failure::file("write", &failed_path, error))?;
    Err(Failure::other(format!(
        "{count} could not be exported: {} says why; the same command again asks for nothing else",
        failed_path.display()
    )))
}

fn write_failed(path: &Path, failed: &[(String, Failure)]) -> io::Result<()> {
    let mut file = io::BufWriter::new(File::create(path)?);
    for (id, failure) in failed {
        let code = match failure {
            Failure::Service { code, .. } => Some(code),
            _ => None,
        };
        let line =
            json!({"ContactId": id, "Code": code, "Message": crate::failure::with_causes(failure)});
        writeln!(file, "{line}")?;
    }
    file.flush()
}

/// How trees are written.
#[derive(Debug, Clone, Copy)]
struct Table {
    format: Format,
    raw_cells: bool,
}

impl Table {
    /// The file that trees are written into: of a format that cannot be written on, one beside that of the export.
    fn written(self, path: &Path) -> Result<PathBuf, Failure> {
        #[cfg(feature = "parquet")]
        if let Format::Parquet = self.format {
            return match path.exists() {
                true => Err(Failure::other(format!(
                    "cannot export into {}: it is there: choose another, or remove it",
                    path.display()
                ))),
                false => Ok(beside(path, "rows")),
            };
        }
        Ok(path.to_owned())
    }

    /// Makes the file of the export, where it is another than the one that was written.
    fn finish(self, written: &Path, path: &Path) -> Result<(), Failure> {
        #[cfg(feature = "parquet")]
        if let Format::Parquet = self.format {
            let unfinished = beside(path, "unfinished");
            let made = super::parquet::write(written, &unfinished, CSV_HEADER)
                .and_then(|()| Ok(fs::rename(&unfinished, path)?))
                .and_then(|()| Ok(fs::remove_file(written)?));
            return made.map_err(|error| Failure::file("write", path, error));
        }
        debug_assert_eq!(written, path);
        Ok(())
    }

    fn text(self, forest: &Forest) -> String {
        match self.format {
            Format::Csv => csv_rows(forest, self.raw_cells),
            #[cfg(feature = "parquet")]
            Format::Parquet => {
                let rows = crate::commands::formats::rows(forest);
                rows.map(|row| format!("{}\n", json!(row))).collect()
            }
            _ => records(forest),
        }
    }
}

/// Contacts that could not be exported, and why.
type Failed = Vec<(String, Failure)>;

struct Export<'a> {
    client: Client,
    instance_id: String,
    page_size: i32,
    concurrency: usize,
    progress: Arc<Progress>,
    /// What the caller calls the file that is written, for errors.
    path: &'a Path,
    table: Table,
    output: Output,
}

impl Export<'_> {
    /// Exports the trees of all these contacts.
    async fn all(&mut self, mut ids: Vec<String>) -> Result<Failed, Failure> {
        let mut failed = Failed::new();
        for round in 1..=ROUNDS {
            let of_round = self.round(std::mem::take(&mut ids)).await?;
            for (id, failure) in of_round {
                if round < ROUNDS && failure.may_pass() {
                    ids.push(id);
                } else {
                    self.progress.count(1);
                    failed.push((id, failure));
                }
            }
            if ids.is_empty() {
                break;
            }
        }
        Ok(failed)
    }

    /// Asks once for each contact that is in no tree that is written. Contacts that stand side by side are often of one
    /// tree: they are not asked for at the same time.
    async fn round(&mut self, ids: Vec<String>) -> Result<Failed, Failure> {
        let mut failed = Failed::new();
        let length = (ids.len() / (4 * self.concurrency)).clamp(1, LONGEST_RUN);
        let mut runs = ids.chunks(length).map(|run| Vec::from(run).into_iter());
        let mut idle: Vec<vec::IntoIter<String>> = runs.by_ref().take(self.concurrency).collect();
        let mut calls = JoinSet::new();
        loop {
            while let Some(mut run) = idle.pop() {
                let Some(id) = self.next(&mut run) else {
                    idle.extend(runs.next());
                    continue;
                };
                let (client, instance_id) = (self.client.clone(), self.instance_id.clone());
                let page_size = self.page_size;
                calls.spawn(async move {
                    let tree = contacts::tree(&client, &instance_id, &id, page_size).await;
                    (run, id, tree)
                });
            }
            let Some(called) = calls.join_next().await else {
                return Ok(failed);
            };
            let (run, id, tree) = called.map_err(Failure::other)?;
            idle.push(run);
            match tree {
                Ok(contacts) => {
                    self.write(id, contacts)?;
                    self.progress.count(1);
                }
                Err(failure) if failure.is_of_every_call() => return Err(failure),
                Err(failure) => failed.push((id, failure)),
            }
        }
    }

    /// The next contact of a run that is in no tree that is written.
    fn next(&self, run: &mut vec::IntoIter<String>) -> Option<String> {
        run.find(|id| {
            let is_done = self.output.has(id);
            self.progress.count(usize::from(is_done));
            !is_done
        })
    }

    /// Writes a tree, unless one of its contacts came with another call meanwhile.
    fn write(&mut self, id: String, contacts: Vec<Contact>) -> Result<(), Failure> {
        if self.output.has(&id) {
            return Ok(());
        }
        let mut ids: Vec<_> = contacts.iter().map(|contact| contact.id.clone()).collect();
        if !ids.contains(&id) {
            ids.push(id);
        }
        let text = self.table.text(&contacts.into_iter().collect());
        let added = self.output.add(&text, ids);
        added.map_err(|error| Failure::file("write", self.path, error))
    }
}
