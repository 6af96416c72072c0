//! `connect samples`.

use connect_local_endpoint::samples;

use crate::failure::Failure;
use crate::output::{self, Pager, Sink};

/// Write contact records to try things with, as `connect import` reads them
///
/// JSON objects, one a line, in the form in which Amazon Connect exports them: those that --local shows or, with --contacts,
/// those of a synthetic contact centre of any size, in the order in which a stream delivers them.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many contacts a synthetic contact centre has; a third of them have two records, and one record in a hundred comes twice
    #[arg(long, value_name = "NUMBER")]
    contacts: Option<u64>,
    /// What the synthetic contacts are made from: the same seed makes the same bytes
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0,
        requires = "contacts"
    )]
    seed: u64,
}

/// Runs the command.
///
/// # Errors
///
/// An output that cannot be written.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Some(contacts) = arguments.contacts else {
        return output::print(&samples::records());
    };
    let mut out = Sink::new(Pager::None);
    let written = samples::write_centre(contacts, arguments.seed, out.open()?);
    written.map_err(Failure::Output)?;
    out.close()
}
