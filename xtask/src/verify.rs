//! `cargo xtask verify`: the checks that take long, each by name, with what it found or why it was skipped.

mod crates;
mod fuzz;
mod mutations;
mod names;
mod vectors;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::codegen::{target_folder, workspace_root};
use crate::error::Error;
use crate::process;

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
}

/// A part of the verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Generate a crate from each published model with a release build of this command, and tell how long it takes.
    Generate,
    /// Compile the crates, client and server, under the workspace's lints with warnings denied.
    Check,
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
}

/// What became of one step of a part.
#[derive(Debug)]
struct Step {
    /// What was looked at: a model, a target.
    subject: String,
    outcome: Outcome,
    took: Duration,
}

#[derive(Debug)]
enum Outcome {
    /// It holds; figures.
    Passed(String),
    /// It could not be run, and why.
    Skipped(String),
    /// It does not hold, and how.
    Failed(String),
}

/// What every part needs.
struct Context {
    root: PathBuf,
    shared: PathBuf,
    sdk_source: Option<PathBuf>,
    fuzz_seconds: u32,
    /// Where crates are generated and built.
    target: PathBuf,
}

impl Context {
    /// The JSON files of a folder of the shared material, by name.
    fn models(&self, folder: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.shared.join(folder));
        let entries = entries.into_iter().flatten().flatten();
        let mut models: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        models.sort();
        models
    }
}

/// The steps of a part, told as they end.
struct Steps {
    part: &'static str,
    steps: Vec<Step>,
}

impl Steps {
    /// Runs a step; an error of its own is a failure of the step, and the others still run.
    fn step(&mut self, subject: &str, run: impl FnOnce() -> Result<Outcome, Error>) {
        println!("{} {subject} ...", self.part);
        let began = Instant::now();
        let outcome = run().unwrap_or_else(|error| Outcome::Failed(chain(&error)));
        let step = Step {
            subject: subject.to_owned(),
            outcome,
            took: began.elapsed(),
        };
        println!("{}", step.line(self.part));
        self.steps.push(step);
    }

    /// Notes why a whole part was not run.
    fn skip(&mut self, why: String) {
        self.step("", || Ok(Outcome::Skipped(why)));
    }
}

impl Step {
    fn line(&self, part: &str) -> String {
        let (word, detail) = match &self.outcome {
            Outcome::Passed(detail) => ("passed ", detail),
            Outcome::Skipped(detail) => ("skipped", detail),
            Outcome::Failed(detail) => ("FAILED ", detail),
        };
        let space = if self.subject.is_empty() { "" } else { " " };
        let took = match self.outcome {
            Outcome::Skipped(_) => String::new(),
            _ => format!(" [{:.1} s]", self.took.as_secs_f64()),
        };
        format!("{word} {part}{space}{}{took}: {detail}", self.subject)
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
        target: target_folder(&root),
        root,
    };
    let parts = match arguments.parts.as_slice() {
        [] => Part::value_variants(),
        parts => parts,
    };
    let mut lines = Vec::new();
    let mut failed = 0;
    for part in parts {
        let mut steps = Steps {
            part: part.name(),
            steps: Vec::new(),
        };
        match part {
            Part::Generate => crates::generate(&context, &mut steps),
            Part::Check => crates::check(&context, &mut steps),
            Part::Endpoints => crates::endpoints(&context, &mut steps),
            Part::Names => names::compare(&context, &mut steps),
            Part::RoundTrips => crates::round_trips(&context, &mut steps),
            Part::Conformance => vectors::run(&context, &mut steps),
            Part::Mutations => mutations::run(&context, &mut steps),
            Part::Fuzz => fuzz::run(&context, &mut steps),
        }
        for step in &steps.steps {
            failed += usize::from(matches!(step.outcome, Outcome::Failed(_)));
            lines.push(step.line(steps.part));
        }
    }
    println!("\n{}", lines.join("\n"));
    match failed {
        0 => Ok(()),
        failed => Err(Error::Other(format!(
            "{failed} of {} steps failed",
            lines.len()
        ))),
    }
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Check => "check",
            Self::Endpoints => "endpoints",
            Self::Names => "names",
            Self::RoundTrips => "round-trips",
            Self::Conformance => "conformance",
            Self::Mutations => "mutations",
            Self::Fuzz => "fuzz",
        }
    }
}

/// An error with its sources.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        // Some messages tell their source already.
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
        source = error.source();
    }
    text
}
