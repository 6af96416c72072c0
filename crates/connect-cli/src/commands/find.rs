//! `connect find`.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::contacts::{self, Place};
use super::search::{self, Criteria};
use crate::client;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::time;

/// Find contacts by time, channel, method, agent, queue and attributes, the newest first
///
/// SearchContacts is called, as often as eight weeks fit into the time; of several criteria all must hold, of several values
/// of one any. With --output or --query, contacts are printed as data.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The ID of the Amazon Connect instance: the last part of its ARN
    #[arg(long, value_name = "STRING")]
    instance_id: Option<String>,
    #[command(flatten)]
    criteria: Criteria,
    /// Find trees that such contacts are in, the largest first; of contacts on this machine
    #[arg(long)]
    largest: bool,
    /// Stop after this many
    #[arg(long, value_name = "COUNT", default_value = "25", value_parser = clap::value_parser!(u32).range(1..))]
    max_items: u32,
}

/// Runs the command.
///
/// # Errors
///
/// Anything that can go wrong with a call; sizes of trees that an instance does not tell.
pub(crate) async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    let printer = settings.data_printer()?;
    if arguments.largest && !settings.globals.is_local() {
        let message = "Amazon Connect does not say how large trees are: --largest needs --database, --records or --local";
        return Err(Failure::Usage(message.to_owned()));
    }
    let Place { instance_id, local } = contacts::place(arguments.instance_id, settings).await?;
    let times = settings.times()?;
    let connection = client::connect(settings, local).await?;
    let count = arguments.max_items as usize;
    let search = arguments.criteria.search(instance_id, &connection)?;
    let found = match connection.store() {
        Some(store) if arguments.largest => search.trees(&connection, store, count).await,
        _ => search.contacts(&connection, count).await,
    };
    connection.close().await;
    let mut found = found?;
    let member = if arguments.largest {
        "Trees"
    } else {
        "Contacts"
    };
    let mut result = json!({ member: found });
    if let Some(mut printer) = printer {
        time::localise(search::operation()?.output, &mut result, &times);
        printer.print("Find", &result)?;
        return printer.out.close();
    }
    let lines = found
        .iter_mut()
        .map(|contact| line(contact, &TimeZone::system()));
    let text: String = lines.collect();
    settings.print(&text)
}

/// What was found, in a line.
fn line(found: &Value, zone: &TimeZone) -> String {
    let text = |name: &str| {
        found[name]
            .as_str()
            .unwrap_or("-")
            .replace(['\n', '\r', '\t'], " ")
    };
    if let Some(id) = found["ContactId"].as_str() {
        let [contacts, matching] = ["Contacts", "Found"].map(|name| found[name].to_string());
        return format!("{contacts:>7} contacts  {matching:>7} found  {id}\n");
    }
    let begin = time::display(&text("InitiationTimestamp"), zone);
    let [channel, method, id] = ["Channel", "InitiationMethod", "Id"].map(text);
    format!("{begin:<25}  {channel:<5}  {method:<14}  {id}\n")
}
