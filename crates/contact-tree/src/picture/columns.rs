//! Columns of facts, for trees whose contacts have some.

use std::time::Duration;

use crate::contact::Contact;
use crate::facts::Facts;
use crate::forest::{Forest, Node};
use crate::text::{Escaped, Named, short_duration};

/// Cells longer than this do not widen the column for all others.
const WIDEST: usize = 24;

/// A column that some contact has something for.
pub(super) struct Column {
    heading: &'static str,
    cell: Cell,
    width: usize,
}

type Cell = fn(Node<'_>, ascii: bool) -> Option<String>;

const ALL: [(&str, Cell); 7] = [
    ("LEG", |node, _| Some(node.leg()?.name().to_owned())),
    ("AGENT", |node, ascii| name(&facts(node)?.agent, ascii)),
    ("QUEUE", |node, ascii| name(&facts(node)?.queue, ascii)),
    ("QUEUED", |node, _| length(facts(node)?.queued())),
    ("TALK", |node, _| length(facts(node)?.talk)),
    ("HOLD", |node, _| hold(facts(node)?)),
    ("AFTER", |node, _| length(facts(node)?.after_contact())),
];

fn facts(node: Node<'_>) -> Option<&Facts> {
    node.contact().facts.as_deref()
}

fn name(name: &Option<String>, ascii: bool) -> Option<String> {
    let name = name.as_ref().filter(|name| !name.is_empty())?;
    Some(if ascii {
        Escaped(name).to_string()
    } else {
        Named(name).to_string()
    })
}

fn length(duration: Option<Duration>) -> Option<String> {
    duration.map(short_duration)
}

/// How long, and how often if that was more than once.
fn hold(facts: &Facts) -> Option<String> {
    let times = facts.holds.filter(|&times| times > 1);
    let times = times.map_or_else(String::new, |times| format!("{times}x "));
    Some(times + &length(facts.hold)?)
}

/// The columns to draw, in order: none if no contact has facts.
pub(super) fn columns(forest: &Forest, ascii: bool) -> Vec<Column> {
    if forest.iter().map(Node::contact).all(has_none) {
        return Vec::new();
    }
    let column = |(heading, cell): (&'static str, Cell)| {
        let lengths = forest.iter().filter_map(|node| cell(node, ascii));
        let widest = lengths.map(|cell| cell.chars().count()).max()?;
        let width = heading.len().max(widest.min(WIDEST));
        Some(Column {
            heading,
            cell,
            width,
        })
    };
    ALL.into_iter().filter_map(column).collect()
}

fn has_none(contact: &Contact) -> bool {
    contact
        .facts
        .as_deref()
        .is_none_or(|facts| *facts == Facts::default())
}

impl Column {
    /// What the column takes of a row, with the gap before it.
    pub(super) fn width(&self) -> usize {
        "  ".len() + self.width
    }

    pub(super) fn heading(&self) -> String {
        format!("  {:width$}", self.heading, width = self.width)
    }

    pub(super) fn draw(&self, node: Node<'_>, ascii: bool) -> String {
        let cell = (self.cell)(node, ascii).unwrap_or_else(|| "-".to_owned());
        format!("  {cell:width$}", width = self.width)
    }
}
