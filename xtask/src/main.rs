//! The command line around `connect-codegen`: the only place that reads models and writes generated files.

mod bench;
mod codegen;
mod compare_names;
mod conformance;
mod error;
mod postgres;
mod process;
mod tree;
mod update;
mod verify;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Generates and checks the code of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generate this workspace's code from model/connect.json, or a crate from any restJson1 model.
    Codegen(codegen::Arguments),
    /// Generate client and server from a model that carries test vectors, and run them.
    Conformance(conformance::Arguments),
    /// Copy operations and all they reach from the published model into this workspace's, and generate its code.
    Add(update::Add),
    /// Bring operations up to the published model, keeping our documentation and additions, and generate the code.
    Update(update::Update),
    /// Drop operations and what only they reach from this workspace's model, and generate its code.
    Remove(update::Remove),
    /// Run the checks that take long, each by name, and report what was found and what was skipped.
    Verify(verify::Arguments),
    /// Measure our client side by side with its peers, print the table and write BENCHMARKS.md.
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Codegen(arguments) => codegen::run(&arguments),
        Command::Conformance(arguments) => conformance::run(&arguments),
        Command::Add(arguments) => update::add(&arguments),
        Command::Update(arguments) => update::update(&arguments),
        Command::Remove(arguments) => update::remove(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
