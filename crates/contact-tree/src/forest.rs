//! The trees and the handles into them.

use std::collections::VecDeque;

use crate::anomaly::Anomaly;
use crate::contact::{Contact, Elapsed, Link, NodeId};
use crate::time::Timestamp;

/// Contacts as trees. See the [crate documentation](crate) for how a list becomes one.
///
/// Nodes live side by side in one vector, in order of initiation time and ID, so that neither building nor walking nor
/// dropping a deep tree recurses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forest {
    pub(crate) entries: Vec<Entry>,
    pub(crate) roots: Vec<usize>,
    /// One entry per ID, the one that references lead to, sorted by ID.
    pub(crate) by_id: Vec<usize>,
    pub(crate) anomalies: Vec<Anomaly>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) contact: Contact,
    pub(crate) parent: Option<(Link, usize)>,
    pub(crate) children: Vec<usize>,
    pub(crate) depth: usize,
    /// Where `RelatedContactId` leads, if the contact hangs under another reference.
    pub(crate) also_related: Option<usize>,
}

impl Forest {
    /// How many contacts there are, equal copies counted once.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no contact.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The contacts that hang under no other, in order.
    pub fn roots(&self) -> impl ExactSizeIterator<Item = Node<'_>> {
        self.roots.iter().map(|&index| self.at(index))
    }

    /// The contact with this ID; of several that differ, the one that references lead to.
    #[must_use]
    pub fn get(&self, contact_id: &str) -> Option<Node<'_>> {
        let place = self
            .by_id
            .binary_search_by(|&index| self.entries[index].contact.id.as_str().cmp(contact_id))
            .ok()?;
        Some(self.at(self.by_id[place]))
    }

    /// The contact at a place, `None` if the place belongs to a larger forest.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<Node<'_>> {
        (id.0 < self.entries.len()).then(|| self.at(id.0))
    }

    /// All contacts by initiation time, then ID.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Node<'_>> {
        (0..self.entries.len()).map(|index| self.at(index))
    }

    /// All contacts as they are drawn: each followed by what hangs under it.
    #[must_use]
    pub fn depth_first(&self) -> DepthFirst<'_> {
        DepthFirst {
            forest: self,
            stack: self.roots.iter().rev().copied().collect(),
        }
    }

    /// All contacts level by level: the roots, then what hangs under them, and so on.
    #[must_use]
    pub fn breadth_first(&self) -> BreadthFirst<'_> {
        BreadthFirst {
            forest: self,
            queue: self.roots.clone().into(),
        }
    }

    /// What is wrong with the input, in the order of [`Forest::iter`].
    #[must_use]
    pub fn anomalies(&self) -> &[Anomaly] {
        &self.anomalies
    }

    /// The time that all contacts together cover.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::of(self.entries.iter().map(|entry| &entry.contact))
    }

    /// The contacts again, by initiation time, then ID.
    #[must_use]
    pub fn into_contacts(self) -> Vec<Contact> {
        self.entries
            .into_iter()
            .map(|entry| entry.contact)
            .collect()
    }

    pub(crate) fn at(&self, index: usize) -> Node<'_> {
        Node {
            forest: self,
            index,
        }
    }
}

impl FromIterator<Contact> for Forest {
    fn from_iter<I: IntoIterator<Item = Contact>>(contacts: I) -> Self {
        Self::new(contacts)
    }
}

/// A contact in its tree: a cheap handle.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    forest: &'a Forest,
    index: usize,
}

impl<'a> Node<'a> {
    fn entry(self) -> &'a Entry {
        &self.forest.entries[self.index]
    }

    /// The place in the forest.
    #[must_use]
    pub fn id(self) -> NodeId {
        NodeId(self.index)
    }

    /// The contact itself.
    #[must_use]
    pub fn contact(self) -> &'a Contact {
        &self.entry().contact
    }

    /// The contact it hangs under; `None` for a root.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        self.entry().parent.map(|(_, index)| self.forest.at(index))
    }

    /// The reference by which it hangs there; `None` for a root.
    #[must_use]
    pub fn link(self) -> Option<Link> {
        self.entry().parent.map(|(link, _)| link)
    }

    /// What hangs under it, in order.
    pub fn children(self) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        self.entry()
            .children
            .iter()
            .map(move |&index| self.forest.at(index))
    }

    /// How many contacts lie above it; 0 for a root.
    #[must_use]
    pub fn depth(self) -> usize {
        self.entry().depth
    }

    /// Where its `RelatedContactId` leads, if it hangs under another reference and that contact is in the list.
    #[must_use]
    pub fn also_related(self) -> Option<Self> {
        self.entry().also_related.map(|index| self.forest.at(index))
    }

    /// This contact and all below it, each followed by what hangs under it.
    #[must_use]
    pub fn depth_first(self) -> DepthFirst<'a> {
        DepthFirst {
            forest: self.forest,
            stack: vec![self.index],
        }
    }

    /// This contact and all below it, level by level.
    #[must_use]
    pub fn breadth_first(self) -> BreadthFirst<'a> {
        BreadthFirst {
            forest: self.forest,
            queue: VecDeque::from([self.index]),
        }
    }

    /// The time that this contact and all below it cover.
    #[must_use]
    pub fn span(self) -> Span {
        Span::of(self.depth_first().map(Node::contact))
    }

    /// What is wrong with this contact.
    #[must_use]
    pub fn anomalies(self) -> &'a [Anomaly] {
        // Anomalies are in the order of the nodes.
        let all = &self.forest.anomalies;
        let start = all.partition_point(|anomaly| anomaly.node.0 < self.index);
        let end = all.partition_point(|anomaly| anomaly.node.0 <= self.index);
        &all[start..end]
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node")
            .field("contact", self.contact())
            .field("link", &self.link())
            .field("depth", &self.depth())
            .finish_non_exhaustive()
    }
}

/// Nodes are equal if they are the same place of the same forest.
impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.forest, other.forest) && self.index == other.index
    }
}

impl Eq for Node<'_> {}

/// Each contact, then what hangs under it. See [`Forest::depth_first`]. It keeps a stack and does not recurse.
#[derive(Clone, Debug)]
pub struct DepthFirst<'a> {
    forest: &'a Forest,
    stack: Vec<usize>,
}

impl<'a> Iterator for DepthFirst<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.forest.at(self.stack.pop()?);
        self.stack.extend(node.entry().children.iter().rev());
        Some(node)
    }
}

/// Contacts level by level. See [`Forest::breadth_first`].
#[derive(Clone, Debug)]
pub struct BreadthFirst<'a> {
    forest: &'a Forest,
    queue: VecDeque<usize>,
}

impl<'a> Iterator for BreadthFirst<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.forest.at(self.queue.pop_front()?);
        self.queue.extend(&node.entry().children);
        Some(node)
    }
}

/// The time that some contacts cover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The earliest time of any of them.
    pub start: Option<Timestamp>,
    /// The latest time of any of them; of open ones their beginning.
    pub end: Option<Timestamp>,
    /// How many have not ended.
    pub open: usize,
}

impl Span {
    fn of<'a>(contacts: impl Iterator<Item = &'a Contact>) -> Self {
        let mut span = Self::default();
        for contact in contacts {
            let times = [contact.initiation_time, contact.disconnect_time];
            for time in times.into_iter().flatten() {
                span.start = Some(span.start.map_or(time, |start| start.min(time)));
                span.end = Some(span.end.map_or(time, |end| end.max(time)));
            }
            span.open += usize::from(contact.elapsed() == Elapsed::Open);
        }
        span
    }
}
