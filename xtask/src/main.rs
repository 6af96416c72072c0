//! The command line around `connect-codegen`: the only place that reads models and writes generated files.

mod codegen;
#[cfg(test)]
mod compare_names;
mod conformance;
mod error;
mod tree;

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
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Codegen(arguments) => codegen::run(&arguments),
        Command::Conformance(arguments) => conformance::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
