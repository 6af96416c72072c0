//! One contact as a caller hands it in.

use std::cmp::Reverse;
use std::time::Duration;

use crate::facts::Facts;
use crate::time::Timestamp;

/// A contact, as plain data. Absent is `None`; an empty ID in a reference counts as absent too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Contact {
    /// The contact's own ID. Empty if it is not known: such a contact is listed, but nothing can refer to it.
    pub id: String,
    /// The contact's ARN.
    pub arn: Option<String>,
    /// The first contact of the chain; the contact's own ID on the first itself.
    pub initial_contact_id: Option<String>,
    /// The contact this one came from, by a transfer, a consult or a disconnect flow.
    pub previous_contact_id: Option<String>,
    /// A contact of another chain that this one belongs to: an earlier e-mail, the call that a task was made from.
    pub related_contact_id: Option<String>,
    /// `VOICE`, `CHAT`, `TASK`, `EMAIL`, or what the service comes up with next.
    pub channel: Option<String>,
    /// `INBOUND`, `TRANSFER`, `CALLBACK` and so on.
    pub initiation_method: Option<String>,
    /// When the contact began.
    pub initiation_time: Option<Timestamp>,
    /// When the contact ended; `None` while it is open.
    pub disconnect_time: Option<Timestamp>,
    /// What happened within it, where a record says so.
    pub facts: Option<Box<Facts>>,
}

impl Contact {
    /// How long the contact took, if it began and ended, in that order.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        match self.elapsed() {
            Elapsed::For(duration) => Some(duration),
            Elapsed::Backwards(_) | Elapsed::Open | Elapsed::Unknown => None,
        }
    }

    /// What can be said about the time between beginning and end.
    #[must_use]
    pub fn elapsed(&self) -> Elapsed {
        match (self.initiation_time, self.disconnect_time) {
            (_, None) => Elapsed::Open,
            (None, Some(_)) => Elapsed::Unknown,
            (Some(start), Some(end)) => match end.since(start) {
                Ok(duration) => Elapsed::For(duration),
                Err(backwards) => Elapsed::Backwards(backwards),
            },
        }
    }

    /// The references that lead towards the root, best first. A first contact's reference to itself is no reference.
    pub(crate) fn references(&self) -> impl Iterator<Item = (Link, &str)> {
        let initial = self
            .initial_contact_id
            .as_ref()
            .filter(|id| **id != self.id);
        [
            (Link::Previous, self.previous_contact_id.as_ref()),
            (Link::Initial, initial),
            (Link::Related, self.related_contact_id.as_ref()),
        ]
        .into_iter()
        .filter_map(|(link, id)| Some((link, id?.as_str())))
        .filter(|(_, id)| !id.is_empty())
    }

    /// What orders siblings: initiation time (unknown last), then ID. Copies that differ are ordered by the rest, a finished
    /// one before an open one, so that the order is total and input order never shows.
    pub(crate) fn order(&self) -> impl Ord {
        (
            (self.initiation_time.is_none(), self.initiation_time),
            &self.id,
            Reverse(self.disconnect_time),
            &self.previous_contact_id,
            &self.initial_contact_id,
            &self.related_contact_id,
            &self.channel,
            &self.initiation_method,
            &self.arn,
            &self.facts,
        )
    }
}

/// What is known about a contact's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elapsed {
    /// It began and ended.
    For(Duration),
    /// It has not ended.
    Open,
    /// It ended this long before it began: a clock is wrong.
    Backwards(Duration),
    /// It ended, but its beginning is not known.
    Unknown,
}

/// The reference by which a contact hangs under its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// `PreviousContactId`: the parent became this contact.
    Previous,
    /// `InitialContactId`: the parent is the first of the chain, what lies between is not known.
    Initial,
    /// `RelatedContactId`: the parent belongs to another chain.
    Related,
}

/// The place of a contact in its [`Forest`](crate::Forest). Only that forest's [`node`](crate::Forest::node) can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) usize);
