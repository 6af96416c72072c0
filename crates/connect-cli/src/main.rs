//! The command line for Amazon Connect contact trees.

mod arguments;
mod binary;
mod call;
mod cli;
mod client;
mod commands;
mod credentials;
mod database;
mod failure;
mod files;
#[rustfmt::skip]
mod generated;
mod globals;
mod local;
mod model;
mod output;
mod pages;
mod profile;
mod progress;
mod python;
mod query;
mod run;
mod settings;
mod shorthand;
mod signals;
mod skeleton;
mod time;
mod validation;

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;

use connect_transport::config::Environment;
use tokio::runtime::Builder;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::{Command, Handwritten};
use crate::commands::{
    completions, configure, export, find, import, prune, samples, serve, stats, tree, view, watch,
};
use crate::failure::Failure;
use crate::globals::Globals;
use crate::output::Visible;
use crate::settings::Settings;

/// The exit code of a command line that is wrong, as the AWS CLI has it.
const USAGE: u8 = 252;

fn main() -> ExitCode {
    let (globals, command) = match cli::parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(error) => {
            if error.use_stderr() {
                note(shown(error.render().to_string()).trim_end());
                return ExitCode::from(USAGE);
            }
            // Help and version come this way too. They go to standard output; if that is closed, it does not matter.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
    };
    if globals.debug {
        log(LevelFilter::DEBUG);
    } else if globals.is_local() {
        // Why contacts on this machine cannot be read is in the log of the endpoint over them alone.
        log(LevelFilter::ERROR);
    }
    // Operations say what the AWS CLI says, and no more.
    let is_operation = matches!(command, Command::Operation(..));
    match run(globals, command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(report) = failure.report() {
                note(&format!("\n{}", shown(report)));
            }
            if let Some(hint) = failure.hint().filter(|_| !is_operation) {
                note(hint);
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

/// An error as it may be shown: it may quote the command line.
fn shown(error: String) -> String {
    database::hide_secrets(error, std::env::args_os())
}

/// Writes a line on standard error; it cannot steer the terminal. If that is closed, the line is lost.
fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{}", output::visible(line));
}

/// Logs what our own crates do. They keep secrets out of it; other crates may not.
fn log(level: LevelFilter) {
    let ours = Targets::new().with_target("connect", level);
    let stderr = tracing_subscriber::fmt::layer()
        .with_writer(|| Visible::new(io::stderr()))
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(stderr.with_filter(ours))
        .init();
}

fn run(globals: Globals, command: Command) -> Result<(), Failure> {
    match command {
        Command::Handwritten(Handwritten::Import(arguments)) => block_on(import::run(arguments)),
        // A command without a call needs no runtime, and Ctrl-C ends it as it ends any process.
        Command::Handwritten(Handwritten::Prune(arguments)) => prune::run(arguments),
        Command::Handwritten(Handwritten::Samples(arguments)) => samples::run(&arguments),
        Command::Handwritten(Handwritten::Completions(arguments)) => {
            completions::run(&arguments, cli::command())
        }
        Command::Handwritten(Handwritten::Man(arguments)) => {
            completions::man(&arguments, cli::command())
        }
        Command::Handwritten(Handwritten::Configure(arguments)) => {
            configure::run(&arguments, &Settings::load(globals, variables())?)
        }
        Command::Handwritten(Handwritten::Stats(arguments)) => {
            stats::run(&arguments, &Settings::load(globals, variables())?)
        }
        Command::Handwritten(Handwritten::Serve(arguments)) => {
            block_on(serve::run(arguments, &Environment::process()))
        }
        Command::Handwritten(Handwritten::Tree(arguments)) => call(globals, async |settings| {
            tree::run(arguments, settings).await
        }),
        Command::Handwritten(Handwritten::Export(arguments)) => call(globals, async |settings| {
            export::run(arguments, settings).await
        }),
        Command::Handwritten(Handwritten::Find(arguments)) => call(globals, async |settings| {
            find::run(arguments, settings).await
        }),
        Command::Handwritten(Handwritten::View(arguments)) => {
            block_on(async { view::run(arguments, Settings::load(globals, variables())?).await })
        }
        Command::Handwritten(Handwritten::Watch(arguments)) => call(globals, async |settings| {
            watch::run(arguments, settings).await
        }),
        Command::Operation(operation, matches) => call(globals, async |settings| {
            run::operation(operation, &matches, settings).await
        }),
    }
}

/// Runs a command that calls the service, until it is done or interrupted.
fn call(
    globals: Globals,
    command: impl AsyncFnOnce(&Settings) -> Result<(), Failure>,
) -> Result<(), Failure> {
    block_on(async {
        let settings = Settings::load(globals, variables())?;
        tokio::select! {
            result = command(&settings) => result.map_err(|failure| local::name_database(&settings.globals, failure)),
            _ = tokio::signal::ctrl_c() => Err(Failure::Interrupted),
        }
    })
}

fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::other)?;
    let result = runtime.block_on(command);
    // A process that gives credentials may still run: it is not waited for.
    runtime.shutdown_background();
    result
}

/// The environment's variables, without those that are not Unicode.
fn variables() -> HashMap<String, String> {
    let pairs = std::env::vars_os();
    pairs
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
