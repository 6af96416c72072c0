//! How the API of one version of a service differs from that of another.
//!
//! Documentation is no part of an API; what callers name, what travels and what is checked is.

mod items;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use self::items::{Item, items};
use crate::ir::Service;

/// What changed, in the order of paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff(pub Vec<Change>);

/// An item of the API that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its path in the generated crate: `types::Channel::Email`.
    pub path: String,
    /// What happened to it.
    pub kind: ChangeKind,
    /// What it is, or what was and what is.
    pub detail: String,
}

/// What happened to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
}

/// Compares two versions of a service. What comes or goes with the item around it (fields of a new type, say) is not told.
pub fn diff(old: &Service, new: &Service) -> Diff {
    let (old, new) = (items(old), items(new));
    let paths: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let gone = |items: &BTreeMap<String, Item>, item: &Item| {
        let parent = item.parent.as_ref();
        parent.is_some_and(|parent| !items.contains_key(parent))
    };
    let changes = paths.into_iter().filter_map(|path| {
        let (kind, detail) = match (old.get(path), new.get(path)) {
            (None, Some(item)) if !gone(&old, item) => (ChangeKind::Added, whole(&new, path, item)),
            (Some(item), None) if !gone(&new, item) => {
                (ChangeKind::Removed, whole(&old, path, item))
            }
            (Some(old), Some(new)) => (ChangeKind::Changed, old.changes(new)?),
            _ => return None,
        };
        Some(Change {
            path: path.clone(),
            kind,
            detail,
        })
    });
    Diff(changes.collect())
}

/// An item in short, with the number of its fields or variants.
fn whole(items: &BTreeMap<String, Item>, path: &String, item: &Item) -> String {
    let summary = item.summary();
    let members = items
        .values()
        .filter(|item| item.parent.as_ref() == Some(path));
    match members.count() {
        members if members > 0 && path.starts_with("types::") => format!("{summary} of {members}"),
        _ => summary,
    }
}

impl Diff {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn count(&self, kind: ChangeKind) -> usize {
        self.0.iter().filter(|change| change.kind == kind).count()
    }
}

/// A line per change, `+` before what was added, `-` before what was removed, `~` before what changed, and the counts.
impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Change { path, kind, detail } in &self.0 {
            let sign = match kind {
                ChangeKind::Added => '+',
                ChangeKind::Removed => '-',
                ChangeKind::Changed => '~',
            };
            writeln!(f, "{sign} {path}: {detail}")?;
        }
        if self.is_empty() {
            return writeln!(f, "the API is unchanged");
        }
        let [added, removed, changed] =
            [ChangeKind::Added, ChangeKind::Removed, ChangeKind::Changed]
                .map(|kind| self.count(kind));
        writeln!(f, "{added} added, {removed} removed, {changed} changed")
    }
}
