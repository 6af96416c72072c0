//! Rows, bars and arrows, in fractions of the time that all contacts cover.

use super::ticks::{Tick, ticks};
use crate::contact::{Contact, Link};
use crate::forest::{Forest, Node};
use crate::picture::Zone;
use crate::time::Timestamp;

/// The part of the time that is added behind the last known one for open contacts to fade out in.
const FADING: i64 = 16;

/// A forest's contacts over time. Places on the time axis go from 0 to 1.
#[derive(Clone, Debug)]
pub struct Timeline<'a> {
    /// One row per contact, in the order of [`Forest::depth_first`].
    pub rows: Vec<Row<'a>>,
    /// From each contact that another hangs under, or is related to, to that one.
    pub arrows: Vec<Arrow>,
    /// The marks of the time axis.
    pub ticks: Vec<Tick>,
    /// The time at place 0.
    pub start: Timestamp,
    /// The time at place 1.
    pub end: Timestamp,
    pub(super) forest: &'a Forest,
    pub(super) zone: Zone,
}

/// A contact's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// The contact.
    pub node: Node<'a>,
    /// The row of the contact that it hangs under.
    pub parent: Option<usize>,
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
    /// The customer was on hold for so long in all. When is not in the records: it is drawn at the end of the agent's part.
    Hold,
    /// The agent worked on it after its end.
    AfterContact,
}

/// A line from a contact to one that hangs under it or is related to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    /// The row of the contact it comes from.
    pub from: usize,
    /// The row of the contact it leads to.
    pub to: usize,
    /// Where the contact it comes from ended, if that was before the other began: between them nobody was on the line.
    pub gap: Option<f64>,
    /// Where the contact it leads to begins.
    pub at: f64,
    /// The reference it stands for.
    pub link: Link,
}

impl Forest {
    /// Lays the contacts out over time, with the ticks at round times of a zone.
    #[must_use]
    pub fn timeline(&self, zone: Zone) -> Timeline<'_> {
        let axis = Axis::of(self);
        let nodes: Vec<_> = self.depth_first().collect();
        let mut row_of = vec![0; nodes.len()];
        for (row, node) in nodes.iter().enumerate() {
            row_of[node.id().0] = row;
        }
        let arrow = |from: Node<'_>, to: &Node<'_>, link| {
            let began = to.contact().initiation_time?;
            let ended = from.contact().disconnect_time;
            Some(Arrow {
                from: row_of[from.id().0],
                to: row_of[to.id().0],
                gap: ended
                    .filter(|ended| *ended < began)
                    .map(|ended| axis.place(ended)),
                at: axis.place(began),
                link,
            })
        };
        let arrows = nodes.iter().flat_map(|node| {
            let parent = node.parent().zip(node.link());
            let related = node.also_related().map(|other| (other, Link::Related));
            let others = [parent, related].into_iter().flatten();
            others.filter_map(|(other, link)| arrow(other, node, link))
        });
        Timeline {
            arrows: arrows.collect(),
            ticks: ticks(axis.start, axis.end, zone, |time| axis.place(time)),
            rows: nodes.iter().map(|node| axis.row(*node, &row_of)).collect(),
            start: axis.start,
            end: axis.end,
            forest: self,
            zone,
        }
    }
}

struct Axis {
    start: Timestamp,
    end: Timestamp,
}

impl Axis {
    fn of(forest: &Forest) -> Self {
        let facts = forest
            .iter()
            .filter_map(|node| node.contact().facts.as_deref());
        let worked = facts.filter_map(|facts| facts.after_contact_end);
        let span = forest.span();
        let epoch = Timestamp::from_secs(0);
        let start = span.start.unwrap_or(epoch);
        let mut end = worked.chain(span.end).max().unwrap_or(epoch);
        if span.open > 0 {
            let length = end.secs().saturating_sub(start.secs());
            let later = end.secs().saturating_add((length / FADING).max(1));
            end = Timestamp::new(later, end.subsec_nanos());
        }
        Self { start, end }
    }

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

    fn row<'a>(&self, node: Node<'a>, row_of: &[usize]) -> Row<'a> {
        let contact = node.contact();
        Row {
            node,
            parent: node.parent().map(|parent| row_of[parent.id().0]),
            bar: self.bar(contact.initiation_time, contact.disconnect_time),
            parts: self.parts(contact),
        }
    }

    fn parts(&self, contact: &Contact) -> Vec<Part> {
        let Some(facts) = contact.facts.as_deref() else {
            return Vec::new();
        };
        let ended = contact.disconnect_time;
        let queue = self.bar(facts.enqueue_time, facts.dequeue_time.or(ended));
        let agent = self.bar(facts.agent_time, ended.or(facts.after_contact_start));
        let after = facts.after_contact_start.zip(facts.after_contact_end);
        let after = after.and_then(|(start, end)| self.bar(Some(start), Some(end)));
        let parts = [
            (PartKind::Queue, queue),
            (PartKind::Agent, agent),
            (PartKind::Hold, self.hold(contact, agent)),
            (PartKind::AfterContact, after),
        ];
        let part = |(kind, bar): (_, Option<Bar>)| Some(Part { kind, bar: bar? });
        parts.into_iter().filter_map(part).collect()
    }

    fn hold(&self, contact: &Contact, agent: Option<Bar>) -> Option<Bar> {
        let agent = agent.filter(|bar| !bar.open)?;
        let hold = contact
            .facts
            .as_deref()?
            .hold
            .filter(|hold| !hold.is_zero())?;
        let length = self.end.since(self.start).unwrap_or_default();
        let share = hold.as_secs_f64() / length.as_secs_f64().max(1.0);
        Some(Bar {
            start: (agent.end - share).max(agent.start),
            ..agent
        })
    }
}
