//! `connect samples`.

use crate::failure::Failure;
use crate::output;

/// Write the sample contact records, as `connect import` reads them
///
/// They are what --local shows: JSON objects, one a line, in the form in which Amazon Connect exports them.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// Runs the command.
///
/// # Errors
///
/// An output that cannot be written.
pub(crate) fn run() -> Result<(), Failure> {
    output::print(&connect_local_endpoint::samples::records())
}
