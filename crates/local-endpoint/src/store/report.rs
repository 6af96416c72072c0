//! What an import did.

use crate::records::Rejection;

/// Rejections beyond this many are counted, not kept.
pub(super) const REJECTIONS_KEPT: usize = 100;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Contacts that were not known before.
    pub added: u64,
    /// Records and events with something newer about a known contact.
    pub updated: u64,
    /// Records and events with nothing newer than what was known.
    pub stale: u64,
    /// EventBridge events about something else.
    pub ignored: u64,
    /// How many records were rejected.
    pub rejected: u64,
    /// The first hundred of them.
    pub rejections: Vec<Rejection>,
}

impl Report {
    /// Adds the figures of another import.
    pub fn merge(&mut self, other: Self) {
        self.added += other.added;
        self.updated += other.updated;
        self.stale += other.stale;
        self.ignored += other.ignored;
        self.rejected += other.rejected;
        let free = REJECTIONS_KEPT.saturating_sub(self.rejections.len());
        self.rejections
            .extend(other.rejections.into_iter().take(free));
    }
}
