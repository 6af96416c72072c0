//! What pictures say of a contact in words.

use std::time::Duration;

use super::layout::PartKind;
use crate::contact::{Elapsed, Link};
use crate::facts::Facts;
use crate::forest::Node;
use crate::picture::Zone;
use crate::text::{short_duration, shown, zone_name};
use crate::time::Timestamp;

/// A heading, and what stands below it for a contact.
pub(super) type Field = (&'static str, fn(Node<'_>, Zone) -> Option<String>);

/// What is known of a contact, the most important first.
pub(super) const FIELDS: [Field; 16] = [
    ("Contact", |node, _| Some(what(node))),
    ("Contact ID", |node, _| Some(id(node))),
    ("Start", |node, zone| {
        time(node.contact().initiation_time, zone)
    }),
    ("End", |node, zone| {
        time(node.contact().disconnect_time, zone)
    }),
    ("Duration", |node, _| Some(duration(node))),
    ("Leg", |node, _| leg(node).map(str::to_owned)),
    ("Agent", |node, _| name(&facts(node)?.agent)),
    ("Queue", |node, _| name(&facts(node)?.queue)),
    ("In queue", |node, _| length(facts(node)?.queued())),
    ("Talk", |node, _| length(facts(node)?.talk)),
    ("On hold", |node, _| length(facts(node)?.hold)),
    ("Holds", |node, _| {
        facts(node)?.holds.map(|holds| holds.to_string())
    }),
    ("After contact", |node, _| {
        length(facts(node)?.after_contact())
    }),
    (LINK, |node, _| link(node)),
    ("Related to", |node, _| Some(id(node.also_related()?))),
    (NOTES, |node, _| notes(node)),
];
/// The heading of what a contact hangs under.
pub(super) const LINK: &str = "Comes from";
/// The heading of anomalies.
pub(super) const NOTES: &str = "Notes";

pub(super) fn facts(node: Node<'_>) -> Option<&Facts> {
    node.contact().facts.as_deref()
}

pub(super) fn id(node: Node<'_>) -> String {
    shown(&node.contact().id)
}

/// Channel and method.
pub(super) fn what(node: Node<'_>) -> String {
    let [channel, method] = channel_and_method(node);
    format!("{channel} {method}")
}

pub(super) fn channel_and_method(node: Node<'_>) -> [String; 2] {
    let contact = node.contact();
    [&contact.channel, &contact.initiation_method]
        .map(|text| name(text).unwrap_or_else(|| "-".to_owned()))
}

/// What became of a leg, where records say so.
pub(super) fn leg(node: Node<'_>) -> Option<&'static str> {
    let leg = node.leg().filter(|_| node.contact().facts.is_some())?;
    Some(leg.name())
}

pub(super) fn duration(node: Node<'_>) -> String {
    match node.contact().elapsed() {
        Elapsed::For(duration) => short_duration(duration),
        Elapsed::Open => "still open".to_owned(),
        Elapsed::Backwards(duration) => format!("-{}", short_duration(duration)),
        Elapsed::Unknown => "unknown".to_owned(),
    }
}

/// What stands beside a bar: how long, and who.
pub(super) fn beside(node: Node<'_>) -> String {
    let facts = facts(node);
    let agent = facts.and_then(|facts| name(&facts.agent));
    let queue = facts.and_then(|facts| name(&facts.queue));
    let mut parts = vec![duration(node)];
    parts.extend(agent.or(queue));
    parts.join(" \u{b7} ")
}

fn link(node: Node<'_>) -> Option<String> {
    let (parent, link) = (id(node.parent()?), node.link()?);
    Some(match link {
        Link::Previous => parent,
        Link::Initial => format!("{parent} (first of the chain)"),
        Link::Related => format!("{parent} (related)"),
    })
}

fn notes(node: Node<'_>) -> Option<String> {
    let notes = node
        .anomalies()
        .iter()
        .map(|anomaly| anomaly.kind.to_string());
    Some(notes.collect::<Vec<_>>().join("; ")).filter(|notes| !notes.is_empty())
}

fn name(name: &Option<String>) -> Option<String> {
    let name = name.as_ref().filter(|name| !name.is_empty())?;
    Some(shown(name))
}

fn length(duration: Option<Duration>) -> Option<String> {
    duration.map(short_duration)
}

fn time(time: Option<Timestamp>, zone: Zone) -> Option<String> {
    let time = time?;
    let offset = zone.offset(time);
    let civil = time.civil(offset);
    Some(format!(
        "{} {} {}",
        civil.date(),
        civil.time(),
        zone_name(offset)
    ))
}

/// The classes that style sheets know channels by, and their names.
pub(super) const CHANNELS: [(&str, &str); 5] = [
    ("voice", "Voice"),
    ("chat", "Chat"),
    ("email", "E-mail"),
    ("task", "Task"),
    ("other", "Other"),
];

/// One of [`CHANNELS`].
pub(super) fn channel(node: Node<'_>) -> &'static str {
    match node.contact().channel.as_deref() {
        Some("VOICE") => "voice",
        Some("CHAT") => "chat",
        Some("EMAIL") => "email",
        Some("TASK") => "task",
        _ => "other",
    }
}

/// The classes that style sheets know parts by, and their names.
pub(super) const PARTS: [(PartKind, &str, &str); 4] = [
    (PartKind::Queue, "queue", "in queue"),
    (PartKind::Agent, "agent", "with agent"),
    (PartKind::Hold, "hold", "on hold, in all"),
    (PartKind::AfterContact, "after", "after contact"),
];

/// The class of a part.
pub(super) fn part(kind: PartKind) -> &'static str {
    let mut parts = PARTS.iter();
    let found = parts.find(|(other, ..)| *other == kind);
    found.map_or("", |(_, class, _)| class)
}
