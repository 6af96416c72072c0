//! `connect export`.

mod journal;
mod many;
#[cfg(feature = "parquet")]
mod parquet;

use std::path::PathBuf;

use contact_tree::Style;

use super::contacts::{self, FactsArgument, TreeArguments};
use super::formats::Format;
use super::tree::style;
use crate::failure::Failure;
use crate::settings::Settings;

/// Write a contact tree for other tools, or many into a file
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    tree: TreeArguments,
    #[command(flatten)]
    facts: FactsArgument,
    /// What to write
    #[arg(long, value_name = "FORMAT", default_value = "records")]
    format: Format,
    /// Leave CSV cells as they are that a spreadsheet would take for formulas; else they begin with an apostrophe
    #[arg(long)]
    raw_cells: bool,
    /// Write into this file, which is replaced once all is there; with --contact-ids or --ids-from, a journal beside it says what is done, and the same command
    /// goes on after an interruption
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    many: many::Arguments,
}

/// Runs the command.
///
/// # Errors
///
/// Anything that can go wrong with it.
pub(crate) async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    if arguments.many.is_given() {
        return many::run(arguments, settings).await;
    }
    arguments.format.check_one()?;
    let contacts = contacts::fetch(arguments.tree, &arguments.facts, settings).await?;
    let (format, out) = (arguments.format, arguments.out.as_deref());
    let style = Style {
        focus: Some(contacts.asked_for),
        ..style(settings, false, out)
    };
    let written = format.write(&contacts.forest, &style, arguments.raw_cells)?;
    format.put(&written, out, settings)
}
