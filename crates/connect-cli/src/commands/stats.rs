//! `connect stats`.

use clap::ValueHint;
use connect_local_endpoint::{InstanceStats, Stats};
use connect_sdk::primitives::{DateTime, DateTimeFormat};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::database::{Database, Mode};
use crate::failure::Failure;
use crate::settings::Settings;
use crate::time;

/// Show how much a database of contacts holds
///
/// Instances, contacts and their time range, trees and the largest of them. With --output or --query, as data.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The database: a file, or postgres://USER@HOST/NAME with its password in PGPASSWORD
    #[arg(long, value_name = "FILE|URL", value_hint = ValueHint::AnyPath)]
    database: Database,
    /// How many of the largest trees to show
    #[arg(long, value_name = "COUNT", default_value = "5")]
    largest: u32,
}

/// Runs the command.
///
/// # Errors
///
/// A database that cannot be used, a format or query that is wrong.
pub(crate) fn run(arguments: &Arguments, settings: &Settings) -> Result<(), Failure> {
    let printer = settings.data_printer()?;
    let store = arguments.database.open(Mode::Write)?;
    let stats = store.stats(arguments.largest);
    let stats = stats.map_err(|error| arguments.database.unusable(error))?;
    let data = data(&stats, &TimeZone::system());
    if let Some(mut printer) = printer {
        printer.print("Stats", &data)?;
        return printer.out.close();
    }
    settings.print(&text(&data))
}

fn data(stats: &Stats, zone: &TimeZone) -> Value {
    let range = |first: Option<DateTime>, last: Option<DateTime>| {
        [first, last].map(|time| time.and_then(|time| display(time, zone)))
    };
    let first = stats.instances.iter().filter_map(|it| it.first).min();
    let last = stats.instances.iter().filter_map(|it| it.last).max();
    let [first, last] = range(first, last);
    let instance = |it: &InstanceStats| {
        let [first, last] = range(it.first, it.last);
        json!({
            "InstanceArn": it.arn, "Contacts": it.contacts, "FirstInitiationTimestamp": first,
            "LastInitiationTimestamp": last,
        })
    };
    json!({
        "Contacts": stats.contacts,
        "ContactsWithoutRecord": stats.without_record,
        "Trees": stats.trees,
        "FirstInitiationTimestamp": first,
        "LastInitiationTimestamp": last,
        "Bytes": stats.bytes,
        "Instances": stats.instances.iter().map(instance).collect::<Value>(),
        "LargestTrees": stats.largest_trees.iter().map(|tree| json!({
            "InstanceArn": tree.instance_arn, "ContactId": tree.contact_id, "Contacts": tree.contacts,
        })).collect::<Value>(),
    })
}

/// A time as it is shown everywhere.
pub(super) fn display(time: DateTime, zone: &TimeZone) -> Option<String> {
    let rfc3339 = time.fmt(DateTimeFormat::DateTime).ok()?;
    Some(time::display(&rfc3339, zone))
}

fn text(data: &Value) -> String {
    let range = |of: &Value| {
        let times = ["FirstInitiationTimestamp", "LastInitiationTimestamp"];
        match times.map(|name| of[name].as_str()) {
            [Some(first), Some(last)] => format!(", {first} to {last}"),
            _ => String::new(),
        }
    };
    let items = |name: &str| data[name].as_array().map_or(&[][..], Vec::as_slice);
    let mut text = format!(
        "{} contacts in {} trees{}\n{} contacts that others refer to, without a record\n{} bytes\n",
        data["Contacts"],
        data["Trees"],
        range(data),
        data["ContactsWithoutRecord"],
        data["Bytes"]
    );
    let name = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    for it in items("Instances") {
        let arn = name(it, "InstanceArn");
        text += &format!("instance {arn}: {} contacts{}\n", it["Contacts"], range(it));
    }
    for it in items("LargestTrees") {
        let (id, arn) = (name(it, "ContactId"), name(it, "InstanceArn"));
        text += &format!("tree of {id}: {} contacts, {arn}\n", it["Contacts"]);
    }
    text
}
