//! `connect prune`.

use clap::ValueHint;
use connect_local_endpoint::{Prune, PruneError, Pruned};
use connect_sdk::primitives::{DateTime, DateTimeFormat};
use jiff::tz::TimeZone;

use super::stats;
use crate::database::{Database, Mode};
use crate::failure::Failure;
use crate::{output, time};

/// Remove contacts from a database: those that are too old, or one of a person who asks for it
///
/// Nothing of them is left in the file, which is written anew and needs as much room again meanwhile; it can be served all
/// the time. PostgreSQL's files may hold them until their room is used again, as may its logs and backups. With --before,
/// other contacts keep their references to those that went; with --contact, these are erased, too. Records that are imported
/// again bring contacts back.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["before", "contact"]))]
pub(crate) struct Arguments {
    /// The database: a file, or postgres://USER@HOST/NAME with its password in PGPASSWORD
    #[arg(long, value_name = "FILE|URL", value_hint = ValueHint::AnyPath)]
    database: Database,
    /// Remove contacts that began before this date or time, UTC where it has no offset; of one whose beginning is not known,
    /// the last update counts
    #[arg(long, value_name = "DATE", value_parser = date)]
    before: Option<DateTime>,
    /// Remove the contact of this ID and all references to it
    #[arg(long, value_name = "ID")]
    contact: Option<String>,
    /// The contact's instance, where the ID is known of several
    #[arg(long, value_name = "STRING", requires = "contact")]
    instance_id: Option<String>,
    /// Show what would be removed, and change nothing
    #[arg(long)]
    dry_run: bool,
}

fn date(text: &str) -> Result<DateTime, String> {
    let rfc3339 = time::parse(text);
    let date = rfc3339.and_then(|time| DateTime::from_str(&time, DateTimeFormat::DateTime).ok());
    date.ok_or_else(|| "expected a date or time, such as 2024-11-28".to_owned())
}

/// Runs the command.
///
/// # Errors
///
/// A database that cannot be used, a contact that is not there.
pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let store = arguments.database.open(Mode::Write)?;
    let what = match (arguments.before, arguments.contact) {
        (Some(time), _) => Prune::Before(time),
        (None, id) => Prune::Contact {
            instance: arguments.instance_id,
            id: id.unwrap_or_default(),
        },
    };
    let pruned = if arguments.dry_run {
        store.prunable(&what)
    } else {
        store.prune(&what, || {
            crate::note("waiting: something else is using the database");
        })
    };
    let pruned = pruned.map_err(|error| match error {
        PruneError::SeveralInstances => {
            Failure::Usage(format!("{error}: --instance-id says which"))
        }
        PruneError::Store(error) => arguments.database.unusable(error),
        error => Failure::other(error),
    })?;
    output::print(&summary(&pruned, arguments.dry_run))
}

fn summary(pruned: &Pruned, is_dry_run: bool) -> String {
    let Pruned {
        contacts,
        references,
        relatives,
        ..
    } = pruned;
    let would = if is_dry_run { "would be " } else { "" };
    let zone = TimeZone::system();
    let shown = |time: Option<DateTime>| time.and_then(|time| stats::display(time, &zone));
    let range = match (shown(pruned.first), shown(pruned.last)) {
        (Some(first), Some(last)) => format!(", begun from {first} to {last}"),
        _ => String::new(),
    };
    let mut text = format!("{contacts} contacts {would}removed{range}\n");
    if relatives + references > 0 {
        text += &format!(
            "{references} references to it {would}erased; {relatives} other contacts of its tree stay\n"
        );
    }
    text
}
