//! `cargo xtask verify`: the checks that take long, each by name, with what it found or why it was skipped.

mod crates;
mod fuzz;
mod mutations;
mod names;
mod peer;
mod programs;
mod vectors;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ValueEnum;

use crate::error::Error;
use crate::tree::json_files;
use crate::workspace::{target_folder, value_name, workspace_root};

/// What to verify.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The parts to run; all, if none is named.
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// The folder with published models (`models`) and protocol suites (`smithy`); `../shared` beside the workspace, if
    /// not given.
    #[arg(long, value_name = "DIR")]
    shared: Option<PathBuf>,
    /// A folder that holds `aws-sdk-*` crates; the package registry's sources in CARGO_HOME, if not given.
    #[arg(long, value_name = "DIR")]
    sdk_source: Option<PathBuf>,
    /// How long each fuzz target runs.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    fuzz_seconds: u32,
    /// How long `connect serve` is called.
    #[arg(long, value_name = "MINUTES", default_value_t = 10.0)]
    soak_minutes: f64,
    /// The clients that call it at the same time.
    #[arg(long, value_name = "NUMBER", default_value_t = 200)]
    soak_clients: usize,
    /// How many trees `connect export` exports.
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
    export_trees: usize,
    /// How many contacts several importers and endpoints share.
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000_000)]
    postgres_contacts: usize,
    /// How often PostgreSQL restarts meanwhile.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    postgres_restarts: usize,
}

/// A part of the verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Generate a crate from each published model with a release build of this command, and report how long it takes.
    Generate,
    /// Compile the crates, client and server, under the workspace's lints with warnings denied.
    Lint,
    /// Run the endpoint tests that the models bring.
    Endpoints,
    /// Compare the names of each model with the source of the aws-sdk-rust crate made from it.
    Names,
    /// Send random inputs and outputs of every operation over the wire and back.
    RoundTrips,
    /// Run the test vectors of the official suites and of the workspace's own.
    Conformance,
    /// Break models in many ways: the generator must say where, or generate.
    Mutations,
    /// Feed hostile bytes to the parsers.
    Fuzz,
    /// Run the program of tests/drop-in on aws-sdk-connect, which takes minutes and 5 GiB of memory to build, against
    /// `connect serve`.
    Peer,
    /// Call `connect serve` under faults and quotas: no acknowledged change may be lost.
    Soak,
    /// Kill `connect export` of many trees, under faults and a quota: every tree once, and no call beyond the quota.
    Export,
    /// Run the tests of the store and of the command line that need PostgreSQL.
    Store,
    /// Import and serve contacts from several processes over one PostgreSQL, which ends connections and restarts: the trees are
    /// those of SQLite, and no acknowledged change may be lost.
    Postgres,
}

/// What a step that did not fail found.
#[derive(Debug)]
enum Outcome {
    /// It holds; figures.
    Passed(String),
    /// It could not be run, and why.
    Skipped(String),
}

/// What every part needs.
struct Context {
    root: PathBuf,
    shared: PathBuf,
    sdk_source: Option<PathBuf>,
    fuzz_seconds: u32,
    soak_minutes: f64,
    soak_clients: usize,
    export_trees: usize,
    postgres_contacts: usize,
    postgres_restarts: usize,
    /// Where crates are generated and built.
    target: PathBuf,
}

impl Context {
    /// The JSON files of a folder of the shared material, by name. Where there are none, the part is skipped.
    fn models(&self, folder: &str, steps: &mut Steps) -> Vec<PathBuf> {
        let folder = self.shared.join(folder);
        let models = json_files(&folder).unwrap_or_default();
        if models.is_empty() {
            steps.skip(&format!("none in {}", folder.display()));
        }
        models
    }
}

/// What a model's file is called, without its ending.
fn stem(model: &Path) -> String {
    let stem = model.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// The steps that have ended, a line each.
#[derive(Default)]
struct Steps {
    part: String,
    lines: Vec<String>,
    failed: usize,
}

impl Steps {
    /// Runs a step on a model or target; an error is a failure of the step, and the others still run.
    fn step(&mut self, subject: &str, run: impl FnOnce() -> Result<Outcome, Error>) {
        let name = format!("{} {subject}", self.part);
        println!("{name} ...");
        let began = Instant::now();
        let result = run();
        let took = format!("[{:.1} s]", began.elapsed().as_secs_f64());
        let line = match result {
            Ok(Outcome::Passed(figures)) => format!("passed  {name} {took}: {figures}"),
            Ok(Outcome::Skipped(why)) => format!("skipped {name}: {why}"),
            Err(error) => {
                self.failed += 1;
                format!("FAILED  {name} {took}: {error}")
            }
        };
        println!("{line}");
        self.lines.push(line);
    }

    /// Notes why a whole part was not run.
    fn skip(&mut self, why: &str) {
        self.step("models", || Ok(Outcome::Skipped(why.to_owned())));
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    let root = workspace_root()?;
    let context = Context {
        shared: arguments
            .shared
            .clone()
            .unwrap_or_else(|| root.join("../shared")),
        sdk_source: arguments.sdk_source.clone(),
        fuzz_seconds: arguments.fuzz_seconds,
        soak_minutes: arguments.soak_minutes,
        soak_clients: arguments.soak_clients,
        export_trees: arguments.export_trees,
        postgres_contacts: arguments.postgres_contacts,
        postgres_restarts: arguments.postgres_restarts,
        target: target_folder(&root),
        root,
    };
    let parts = match arguments.parts.as_slice() {
        [] => Part::value_variants(),
        parts => parts,
    };
    let mut steps = Steps::default();
    for part in parts {
        steps.part = value_name(part);
        match part {
            Part::Generate => crates::generate(&context, &mut steps),
            Part::Lint => crates::lint(&context, &mut steps),
            Part::Endpoints => crates::endpoints(&context, &mut steps),
            Part::Names => names::compare(&context, &mut steps),
            Part::RoundTrips => crates::round_trips(&context, &mut steps),
            Part::Conformance => vectors::run(&context, &mut steps),
            Part::Mutations => mutations::run(&context, &mut steps),
            Part::Fuzz => fuzz::all(&context, &mut steps),
            Part::Peer => peer::compare(&context, &mut steps),
            Part::Soak => programs::soak(&context, &mut steps),
            Part::Export => programs::export(&context, &mut steps),
            Part::Store => programs::store(&context, &mut steps),
            Part::Postgres => programs::postgres(&context, &mut steps),
        }
    }
    let Steps { lines, failed, .. } = steps;
    println!("\n{}", lines.join("\n"));
    if failed == 0 {
        return Ok(());
    }
    let count = lines.len();
    Err(Error::Other(format!("{failed} of {count} steps failed")))
}
