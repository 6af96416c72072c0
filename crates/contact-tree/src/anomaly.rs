//! What is wrong with a list of contacts.

use std::fmt;
use std::time::Duration;

use crate::contact::{Link, NodeId};
use crate::text::{Escaped, short_duration};

/// Something about the input that a tree should not have. The contact is kept nevertheless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// The contact it was found at.
    pub node: NodeId,
    /// The ID of that contact.
    pub contact_id: String,
    /// What is wrong.
    pub kind: AnomalyKind,
}

/// The kinds of things that can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnomalyKind {
    /// A contact it refers to is not in the list.
    MissingParent {
        /// The reference that leads nowhere.
        link: Link,
        /// The ID it holds.
        missing: String,
    },
    /// It came after itself. The reference of this contact was cut: it is a root.
    Cycle {
        /// The IDs round the cycle, from this contact through its parent on.
        contact_ids: Vec<String>,
    },
    /// The list holds its ID more than once.
    Duplicate {
        /// Equal copies that were merged into others.
        merged: usize,
        /// Copies that differ, this one included. All are in the tree; references lead to this one.
        kept: usize,
    },
    /// It names itself as the contact it came from or belongs to.
    SelfReference {
        /// The reference in question.
        link: Link,
    },
    /// It ended before it began.
    EndsBeforeStart {
        /// By how much.
        by: Duration,
    },
    /// It began before the contact it hangs under.
    StartsBeforeParent {
        /// The parent's ID.
        parent: String,
        /// By how much.
        by: Duration,
    },
    /// It has no ID.
    NoId,
}

/// A sentence about the contact, without its ID. IDs in it hold no control characters.
impl fmt::Display for AnomalyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingParent { link, missing } => {
                let (link, missing) = (adjective(*link), Escaped(missing));
                write!(f, "its {link} contact {missing} is not in the list")
            }
            Self::Cycle { contact_ids } => cycle(f, contact_ids),
            Self::Duplicate { merged, kept: 1 } => {
                let count = merged + 1;
                write!(f, "listed {count} times with the same content, drawn once")
            }
            Self::Duplicate { merged, kept } => {
                let count = merged + kept;
                write!(
                    f,
                    "listed {count} times with differing content, all {kept} versions drawn"
                )
            }
            Self::SelfReference { link } => {
                write!(f, "names itself as its {} contact", adjective(*link))
            }
            Self::EndsBeforeStart { by } => {
                write!(f, "ends {} before it starts", short_duration(*by))
            }
            Self::StartsBeforeParent { parent, by } => {
                let (parent, by) = (Escaped(parent), short_duration(*by));
                write!(f, "starts {by} before the contact it hangs under, {parent}")
            }
            Self::NoId => f.write_str("has no contact ID"),
        }
    }
}

fn cycle(f: &mut fmt::Formatter<'_>, contact_ids: &[String]) -> fmt::Result {
    const SHOWN: usize = 4;
    f.write_str("follows itself")?;
    for id in contact_ids.iter().skip(1).take(SHOWN) {
        write!(f, ", after {}", Escaped(id))?;
    }
    let hidden = contact_ids.len().saturating_sub(1 + SHOWN);
    if hidden > 0 {
        write!(f, " and {hidden} more")?;
    }
    f.write_str("; drawn from here, the earliest")
}

fn adjective(link: Link) -> &'static str {
    match link {
        Link::Previous => "previous",
        Link::Initial => "initial",
        Link::Related => "related",
    }
}
