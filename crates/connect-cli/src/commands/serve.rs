//! `connect serve`.
use std::path::{Path, PathBuf};

use connect_local_endpoint::Store;
use connect_transport::config::Environment;

use crate::failure::Failure;

/// Serve a database
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The database that `connect import` filled
    #[arg(long, value_name = "FILE")]
    database: PathBuf,
}

/// Opens a database of contacts.
pub(crate) fn open(path: &Path) -> Result<Store, Failure> {
    Store::open(path).map_err(|error| Failure::other(format!("{}: {error}", path.display())))
}

pub(crate) async fn run(_arguments: Arguments, _environment: &Environment) -> Result<(), Failure> {
    Ok(())
}
