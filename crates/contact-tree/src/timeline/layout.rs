//! Rows, bars, arrows and ticks, in fractions of the time that all contacts cover.

use crate::contact::{Contact, Link};
use crate::forest::{Forest, Node};
use crate::picture::Zone;
use crate::time::Timestamp;

/// Seconds between ticks, the finest first; days are doubled as long as needed.
const STEPS: [i64; 15] = [
    1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400,
];
/// Ticks at most.
const TICKS: i64 = 10;

/// A forest's contacts over time. Places on the time axis go from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline<'a> {
    /// One row per contact, in the order of [`Forest::depth_first`].
    pub rows: Vec<Row<'a>>,
    /// From each contact that another hangs under to that one.
    pub arrows: Vec<Arrow>,
    /// The marks of the time axis.
    pub ticks: Vec<Tick>,
}

/// A contact's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// The contact.
    pub node: Node<'a>,
    /// From beginning to end; `None` if no beginning is known, or the end lies before it.
    pub bar: Option<Bar>,
    /// What of it is known in detail.
    pub parts: Vec<Part>,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Where it begins.
    pub start: f64,
    /// Where it ends; 1 if it has not ended.
    pub end: f64,
    /// Whether it has not ended.
    pub open: bool,
}

/// A part of a contact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// What was going on.
    pub kind: PartKind,
    /// When.
    pub bar: Bar,
}

/// What was going on in a part of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// It waited in a queue.
    Queue,
    /// An agent was connected.
    Agent,
    /// The agent worked on it after its end.
    AfterContact,
}

/// A line from a contact to one that hangs under it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    /// The row of the contact above.
    pub from: usize,
    /// The row of the contact below.
    pub to: usize,
    /// Where the contact below begins.
    pub at: f64,
    /// The reference it stands for.
    pub link: Link,
}

/// A mark on the time axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Its place.
    pub at: f64,
    /// The time of day, or the date at midnight.
    pub label: String,
}

impl Forest {
    /// Lays the contacts out over time, with the ticks at round times of a zone.
    #[must_use]
    pub fn timeline(&self, zone: Zone) -> Timeline<'_> {
        let facts = self
            .iter()
            .filter_map(|node| node.contact().facts.as_deref());
        let ends = facts.filter_map(|facts| facts.after_contact_end);
        let span = self.span();
        let axis = Axis {
            start: span.start.unwrap_or(Timestamp::from_secs(0)),
            end: ends
                .chain(span.end)
                .max()
                .unwrap_or(Timestamp::from_secs(0)),
        };
        let nodes: Vec<_> = self.depth_first().collect();
        let mut row_of = vec![0; nodes.len()];
        for (row, node) in nodes.iter().enumerate() {
            row_of[node.id().0] = row;
        }
        let arrow = |node: &Node<'_>| {
            Some(Arrow {
                from: row_of[node.parent()?.id().0],
                to: row_of[node.id().0],
                at: axis.place(node.contact().initiation_time?),
                link: node.link()?,
            })
        };
        Timeline {
            arrows: nodes.iter().filter_map(arrow).collect(),
            ticks: axis.ticks(zone),
            rows: nodes.into_iter().map(|node| axis.row(node)).collect(),
        }
    }
}

struct Axis {
    start: Timestamp,
    end: Timestamp,
}

impl Axis {
    fn place(&self, time: Timestamp) -> f64 {
        let length = self.end.since(self.start).unwrap_or_default().as_secs_f64();
        let since = time.since(self.start).unwrap_or_default().as_secs_f64();
        if length > 0.0 {
            (since / length).min(1.0)
        } else {
            0.0
        }
    }

    /// `None` for a stretch without a beginning, and for one that ends before it.
    fn bar(&self, start: Option<Timestamp>, end: Option<Timestamp>) -> Option<Bar> {
        let start = start.filter(|start| end.is_none_or(|end| *start <= end))?;
        Some(Bar {
            start: self.place(start),
            end: end.map_or(1.0, |end| self.place(end)),
            open: end.is_none(),
        })
    }

    fn row<'a>(&self, node: Node<'a>) -> Row<'a> {
        let contact = node.contact();
        Row {
            node,
            bar: self.bar(contact.initiation_time, contact.disconnect_time),
            parts: self.parts(contact),
        }
    }

    fn parts(&self, contact: &Contact) -> Vec<Part> {
        let Some(facts) = contact.facts.as_deref() else {
            return Vec::new();
        };
        let parts = [
            (
                PartKind::Queue,
                facts.enqueue_time,
                facts.dequeue_time.or(contact.disconnect_time),
            ),
            (
                PartKind::Agent,
                facts.agent_time,
                facts.after_contact_start.or(contact.disconnect_time),
            ),
            (
                PartKind::AfterContact,
                facts.after_contact_start,
                facts.after_contact_end,
            ),
        ];
        let part = |(kind, start, end)| {
            Some(Part {
                kind,
                bar: self.bar(start, end)?,
            })
        };
        parts.into_iter().filter_map(part).collect()
    }

    fn ticks(&self, zone: Zone) -> Vec<Tick> {
        let [first, last] = [self.start, self.end].map(Timestamp::secs);
        let length = last.saturating_sub(first);
        let mut step = STEPS
            .into_iter()
            .find(|step| length / step <= TICKS)
            .unwrap_or(86_400);
        while length / step > TICKS {
            step = step.saturating_mul(2);
        }
        let offset = zone.offset(self.start);
        let local = first.saturating_add(offset.into());
        let mut at = first.saturating_add((step - local.rem_euclid(step)) % step);
        let mut ticks = Vec::new();
        while at <= last && ticks.len() <= TICKS as usize + 1 {
            let time = Timestamp::from_secs(at);
            let civil = time.civil(zone.offset(time));
            let midnight = (civil.hour(), civil.minute(), civil.second()) == (0, 0, 0);
            let label = if midnight {
                civil.date().to_string()
            } else {
                civil.time().to_string()
            };
            ticks.push(Tick {
                at: self.place(time),
                label,
            });
            let Some(next) = at.checked_add(step) else {
                break;
            };
            at = next;
        }
        ticks
    }
}
