//! From a list to trees: sort, join copies, resolve references, cut cycles, hang up.

use std::collections::HashMap;

use crate::anomaly::{Anomaly, AnomalyKind};
use crate::contact::{Contact, Elapsed, Link, NodeId};
use crate::forest::{Entry, Forest};

impl Forest {
    /// Builds the trees. Takes `n log n` time, in any order of the input.
    #[must_use]
    pub fn new(contacts: impl IntoIterator<Item = Contact>) -> Self {
        build(contacts.into_iter().collect())
    }
}

fn build(mut contacts: Vec<Contact>) -> Forest {
    contacts.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
    let mut found = Findings::new();
    let (contacts, merged) = join_equal_copies(contacts);
    let by_id = index(&contacts, &merged, &mut found);
    let mut parents = resolve(&contacts, &by_id, &mut found);
    cut_cycles(&contacts, &mut parents, &mut found);
    check_times(&contacts, &parents, &mut found);
    let also_related = contacts.iter().zip(&parents).map(|(contact, parent)| {
        let (Link::Previous | Link::Initial, parent) = (*parent)? else {
            return None;
        };
        let related = *by_id.get(contact.related_contact_id.as_deref()?)?;
        (related != parent && contacts[related].id != contact.id).then_some(related)
    });
    let also_related: Vec<_> = also_related.collect();

    let mut by_id: Vec<_> = by_id.into_values().collect();
    by_id.sort_unstable_by(|&a, &b| contacts[a].id.cmp(&contacts[b].id));
    // Stable: what was found first about a contact comes first.
    found.sort_by_key(|(index, _)| *index);
    let anomaly = |(index, kind): (usize, AnomalyKind)| Anomaly {
        node: NodeId(index),
        contact_id: contacts[index].id.clone(),
        kind,
    };
    let anomalies = found.into_iter().map(anomaly).collect();
    let entries = contacts
        .into_iter()
        .zip(parents)
        .zip(also_related)
        .map(|((contact, parent), also_related)| Entry {
            contact,
            parent,
            children: Vec::new(),
            depth: 0,
            also_related,
        })
        .collect();
    Forest {
        entries,
        roots: Vec::new(),
        by_id,
        anomalies,
    }
    .hung_up()
}

/// What was found, with the index of the contact.
type Findings = Vec<(usize, AnomalyKind)>;

/// Equal copies stand side by side. Returns each contact once, and how many others were merged into it. Contacts without an
/// ID may be different ones, so each of them stays.
fn join_equal_copies(sorted: Vec<Contact>) -> (Vec<Contact>, Vec<usize>) {
    let mut contacts: Vec<Contact> = Vec::with_capacity(sorted.len());
    let mut merged = Vec::with_capacity(sorted.len());
    for contact in sorted {
        let is_copy = !contact.id.is_empty() && contacts.last() == Some(&contact);
        match merged.last_mut() {
            Some(count) if is_copy => *count += 1,
            _ => {
                contacts.push(contact);
                merged.push(0);
            }
        }
    }
    (contacts, merged)
}

/// Where references to an ID lead: to the first contact that has it, at which copies are reported.
fn index<'a>(
    contacts: &'a [Contact],
    merged: &[usize],
    found: &mut Findings,
) -> HashMap<&'a str, usize> {
    let mut by_id = HashMap::with_capacity(contacts.len());
    // Of the contacts with the same ID, at the first of them: how many were merged and how many kept.
    let mut copies = vec![(0, 0); contacts.len()];
    for (index, contact) in contacts.iter().enumerate() {
        if contact.id.is_empty() {
            found.push((index, AnomalyKind::NoId));
            continue;
        }
        let first = *by_id.entry(contact.id.as_str()).or_insert(index);
        copies[first].0 += merged[index];
        copies[first].1 += 1;
    }
    for (first, (merged, kept)) in copies.into_iter().enumerate() {
        if merged > 0 || kept > 1 {
            found.push((first, AnomalyKind::Duplicate { merged, kept }));
        }
    }
    by_id
}

/// The parent of each contact: the first reference that leads to another contact of the list.
fn resolve(
    contacts: &[Contact],
    by_id: &HashMap<&str, usize>,
    found: &mut Findings,
) -> Vec<Option<(Link, usize)>> {
    let mut parents = Vec::with_capacity(contacts.len());
    for (index, contact) in contacts.iter().enumerate() {
        let mut parent = None;
        let mut missing: Option<&str> = None;
        for (link, id) in contact.references() {
            if id == contact.id {
                found.push((index, AnomalyKind::SelfReference { link }));
            } else if let Some(&target) = by_id.get(id) {
                parent = Some((link, target));
                break;
            } else if missing != Some(id) {
                // A chain's second contact names the same one as previous and as initial: report it once.
                missing = Some(id);
                let missing = id.to_owned();
                found.push((index, AnomalyKind::MissingParent { link, missing }));
            }
        }
        parents.push(parent);
    }
    parents
}

/// Every contact has one parent at most, so following parents ends at a root or runs into one cycle. The earliest
/// contact of a cycle, which has the lowest index, becomes a root.
fn cut_cycles(contacts: &[Contact], parents: &mut [Option<(Link, usize)>], found: &mut Findings) {
    // The walk that first came by, counted from 1.
    let mut seen_by = vec![0; parents.len()];
    for start in 0..parents.len() {
        let walk = start + 1;
        let mut at = start;
        while seen_by[at] == 0 {
            seen_by[at] = walk;
            match parents[at] {
                Some((_, parent)) => at = parent,
                None => break,
            }
        }
        if seen_by[at] != walk || parents[at].is_none() {
            continue;
        }
        let mut cycle = vec![at];
        let mut next = parents[at];
        while let Some((_, index)) = next.filter(|(_, index)| *index != at) {
            cycle.push(index);
            next = parents[index];
        }
        let places = cycle.iter().enumerate();
        let earliest = places.min_by_key(|(_, index)| **index);
        let earliest = earliest.map_or(0, |(place, _)| place);
        cycle.rotate_left(earliest);
        parents[cycle[0]] = None;
        let ids = cycle.iter().map(|&index| contacts[index].id.clone());
        let contact_ids = ids.collect();
        found.push((cycle[0], AnomalyKind::Cycle { contact_ids }));
    }
}

fn check_times(contacts: &[Contact], parents: &[Option<(Link, usize)>], found: &mut Findings) {
    for (index, contact) in contacts.iter().enumerate() {
        if let Elapsed::Backwards(by) = contact.elapsed() {
            found.push((index, AnomalyKind::EndsBeforeStart { by }));
        }
        let Some((_, parent)) = parents[index] else {
            continue;
        };
        let parent = &contacts[parent];
        let (Some(start), Some(parent_start)) = (contact.initiation_time, parent.initiation_time)
        else {
            continue;
        };
        if let Err(by) = start.since(parent_start) {
            let parent = parent.id.clone();
            found.push((index, AnomalyKind::StartsBeforeParent { parent, by }));
        }
    }
}

impl Forest {
    /// Children, roots and depths from parents. Entries are in order, so children and roots are too.
    pub(crate) fn hung_up(mut self) -> Self {
        for index in 0..self.entries.len() {
            match self.entries[index].parent {
                Some((_, parent)) => self.entries[parent].children.push(index),
                None => self.roots.push(index),
            }
        }
        let mut stack = self.roots.clone();
        while let Some(index) = stack.pop() {
            let depth = self.entries[index].depth + 1;
            for place in 0..self.entries[index].children.len() {
                let child = self.entries[index].children[place];
                self.entries[child].depth = depth;
                stack.push(child);
            }
        }
        self
    }
}
