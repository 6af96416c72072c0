//! A part of the trees as a forest of its own.

use crate::anomaly::Anomaly;
use crate::contact::NodeId;
use crate::forest::{Entry, Forest, Node};

impl Forest {
    /// The contacts that are to be kept and all above them, each where it hangs, with what is wrong with it.
    #[must_use]
    pub fn filter(&self, mut keep: impl FnMut(Node<'_>) -> bool) -> Self {
        let mut kept = vec![false; self.entries.len()];
        for index in 0..kept.len() {
            if !keep(self.at(index)) {
                continue;
            }
            let mut at = Some(index);
            while let Some(index) = at.filter(|index| !kept[*index]) {
                kept[index] = true;
                at = self.entries[index].parent.map(|(_, parent)| parent);
            }
        }
        let mut count = 0;
        let places = kept.into_iter().map(|is_kept| {
            count += usize::from(is_kept);
            is_kept.then(|| count - 1)
        });
        let places: Vec<Option<usize>> = places.collect();
        let old = self.entries.iter().zip(&places);
        let entries = old
            .filter(|(_, place)| place.is_some())
            .map(|(entry, _)| Entry {
                contact: entry.contact.clone(),
                parent: entry
                    .parent
                    .and_then(|(link, parent)| Some((link, places[parent]?))),
                children: Vec::new(),
                depth: 0,
                also_related: entry.also_related.and_then(|related| places[related]),
            });
        let by_id = self.by_id.iter().filter_map(|index| places[*index]);
        let anomalies = self.anomalies.iter().filter_map(|anomaly| {
            let node = NodeId(places[anomaly.node.0]?);
            Some(Anomaly {
                node,
                ..anomaly.clone()
            })
        });
        Self {
            entries: entries.collect(),
            roots: Vec::new(),
            by_id: by_id.collect(),
            anomalies: anomalies.collect(),
        }
        .hung_up()
    }
}
