//! `connect tree`.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use contact_tree::{Anomaly, Facts, Forest, Leg, Node, Style, Timestamp, Zone};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::contacts;
use super::filter::Filter;
use super::formats::{Format, link_name};
use crate::failure::Failure;
use crate::output;
use crate::settings::Settings;
use crate::time;

/// Draw the contact tree that a contact belongs to
///
/// Every page is fetched. With --output or --query, the contacts are printed as data instead, in the order in which they
/// are drawn, each with its depth and parent. With --local, the tree of a sample contact is drawn.
///
/// Where contacts are in files, agents, queues, times and what became of transfers are shown with them, as far as their records
/// say so; of an instance, with --facts.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    tree: contacts::TreeArguments,
    #[command(flatten)]
    facts: contacts::FactsArgument,
    #[command(flatten)]
    filter: Filter,
    /// What to write
    #[arg(long, value_name = "FORMAT", default_value = "tree", conflicts_with_all = ["output", "query"])]
    format: Format,
    /// Write into this file, which is replaced once all is there
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "query"])]
    out: Option<PathBuf>,
    /// Draw with ASCII characters only
    #[arg(long, conflicts_with_all = ["output", "query"])]
    ascii: bool,
}

/// Runs the command.
///
/// # Errors
///
/// Anything that can go wrong with it.
pub(crate) async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    // A query asks for data too.
    let printer = settings.data_printer()?;
    let format = arguments.format;
    if arguments.ascii && format != Format::Tree {
        let message = "--ascii is for --format tree";
        return Err(Failure::Usage(message.to_owned()));
    }
    format.check_one()?;
    let contacts = contacts::fetch(arguments.tree, &arguments.facts, settings).await?;
    let (forest, hidden) = arguments
        .filter
        .apply(&contacts.forest, &contacts.asked_for);
    if let Some(mut printer) = printer {
        let mut listed = listed(&forest, &TimeZone::system());
        if hidden > 0 {
            listed["NotShown"] = hidden.into();
        }
        printer.print("ContactTree", &listed)?;
        return printer.out.close();
    }
    let out = arguments.out.as_deref();
    let style = Style {
        focus: Some(contacts.asked_for),
        ..style(settings, arguments.ascii, out)
    };
    let mut written = format.write(&forest, &style, false)?;
    if hidden > 0 {
        let hidden = format!("Not shown: {}", output::counted(hidden, "contact"));
        if format == Format::Tree {
            written.extend(format!("\n{hidden}\n").bytes());
        } else {
            crate::note(&hidden);
        }
    }
    format.put(&written, out, settings)
}

/// How trees are drawn on standard output, or in a file.
pub(super) fn style(settings: &Settings, ascii: bool, out: Option<&Path>) -> Style {
    let width = || terminal_size::terminal_size_of(io::stdout());
    Style {
        colour: out.is_none() && settings.globals.color.on_stdout(),
        ascii,
        // None where it is no terminal.
        width: out
            .is_none()
            .then(width)
            .flatten()
            .map(|(width, _)| usize::from(width.0)),
        zone: local_zone(),
        focus: None,
    }
}

/// The zone that this machine is set to.
pub(crate) fn local_zone() -> Zone {
    Zone::Local(|time| offset(time, &TimeZone::system()))
}

/// How far a zone's clocks are east of Greenwich at a time, in seconds.
fn offset(time: Timestamp, zone: &TimeZone) -> i32 {
    jiff::Timestamp::from_second(time.secs()).map_or(0, |time| zone.to_offset(time).seconds())
}

/// The contacts as they are drawn, and what is wrong with them.
fn listed(forest: &Forest, zone: &TimeZone) -> Value {
    let contacts = forest.depth_first().map(|node| contact(node, zone));
    let mut listed = json!({ "Contacts": contacts.collect::<Value>() });
    if !forest.anomalies().is_empty() {
        let anomaly = |anomaly: &Anomaly| json!({"ContactId": anomaly.contact_id, "Message": anomaly.kind.to_string()});
        listed["Anomalies"] = forest.anomalies().iter().map(anomaly).collect();
    }
    listed
}

fn contact(node: Node<'_>, zone: &TimeZone) -> Value {
    let contact = node.contact();
    let local = |time: Timestamp| time::display(&time.to_string(), zone);
    let seconds = |duration: Option<Duration>| duration.map(|duration| duration.as_secs());
    let facts = contact.facts.as_deref();
    let leg = facts.and_then(|_| node.leg());
    let mut listed = json!({
        "Depth": node.depth(),
        "ContactId": contact.id,
        "ParentContactId": node.parent().map(|parent| &parent.contact().id),
        "Link": node.link().map(link_name),
        "Channel": contact.channel,
        "InitiationMethod": contact.initiation_method,
        "InitiationTimestamp": contact.initiation_time.map(local),
        "DisconnectTimestamp": contact.disconnect_time.map(local),
        "DurationSeconds": seconds(contact.duration()),
        "Leg": leg.map(Leg::name),
        "Agent": facts.and_then(|facts| facts.agent.as_ref()),
        "Queue": facts.and_then(|facts| facts.queue.as_ref()),
        "QueuedSeconds": seconds(facts.and_then(Facts::queued)),
        "TalkSeconds": seconds(facts.and_then(|facts| facts.talk)),
        "HoldSeconds": seconds(facts.and_then(|facts| facts.hold)),
        "AfterContactSeconds": seconds(facts.and_then(Facts::after_contact)),
        "ContactArn": contact.arn,
    });
    if let Some(members) = listed.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    listed
}

#[cfg(test)]
mod tests {
    use contact_tree::Contact;

    use super::*;

    #[test]
    fn contacts_are_listed_as_they_are_drawn() {
        let contact = |id: &str, previous: Option<&str>, seconds: i64| Contact {
            id: id.to_owned(),
            previous_contact_id: previous.map(str::to_owned),
            initiation_time: Some(Timestamp::from_secs(seconds)),
            disconnect_time: Some(Timestamp::from_secs(seconds + 60)),
            ..Contact::default()
        };
        let forest = Forest::new([
            contact("c", Some("a"), 1_700_000_200),
            contact("b", Some("gone"), 1_700_000_100),
            contact("a", None, 1_700_000_000),
        ]);
        let listed = listed(&forest, &TimeZone::UTC);
        let ids: Vec<_> = (0..3)
            .map(|index| &listed["Contacts"][index]["ContactId"])
            .collect();
        assert_eq!(ids, ["a", "c", "b"]);
        assert_eq!(
            listed["Contacts"][1],
            json!({
                "Depth": 1, "ContactId": "c", "ParentContactId": "a", "Link": "PreviousContactId",
                "InitiationTimestamp": "2023-11-14T22:16:40+00:00",
                "DisconnectTimestamp": "2023-11-14T22:17:40+00:00", "DurationSeconds": 60,
            })
        );
        assert_eq!(listed["Anomalies"][0]["ContactId"], "b");
    }

    #[test]
    fn times_follow_the_zone() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        assert_eq!(offset(Timestamp::from_secs(1_700_000_000), &zone), 3600);
        assert_eq!(offset(Timestamp::from_secs(1_690_000_000), &zone), 7200);
        assert_eq!(offset(Timestamp::from_secs(i64::MAX), &zone), 0);
    }
}
