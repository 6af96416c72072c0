//! Which contacts belong together.
//!
//! Every row names its tree. Joining two trees relabels the smaller one, so that all joins of an import together cost
//! `n log n`. Trees come apart only when a newer version of a contact drops a reference, which real contacts hardly do.

use std::collections::{BTreeMap, HashMap};

use super::StoreError;
use super::tables::{Member, Tables};

/// The trees of a database, within a transaction.
pub(super) struct Trees<'a>(pub(super) &'a dyn Tables);

impl Trees<'_> {
    /// Makes one tree of some and of so many contacts more, and returns it.
    pub(super) fn join(&self, trees: &[i64], more: i64) -> Result<i64, StoreError> {
        match trees {
            [] => return self.0.plant(more),
            [tree] if more == 0 => return Ok(*tree),
            _ => {}
        }
        let mut all = more;
        let mut kept = (0, 0);
        for tree in trees {
            let size = self.0.size(*tree)?;
            all += size;
            kept = kept.max((size, *tree));
        }
        let (_, kept) = kept;
        for moved in trees.iter().filter(|tree| **tree != kept) {
            self.0.relabel(*moved, kept)?;
            self.0.fell(*moved)?;
        }
        self.0.resize(kept, all)?;
        Ok(kept)
    }

    /// Takes a tree apart where no reference holds it together any more.
    pub(super) fn split(&self, tree: i64) -> Result<(), StoreError> {
        let members = self.0.members(tree)?;
        let mut groups: BTreeMap<usize, Vec<&Member>> = BTreeMap::new();
        for (member, group) in members.iter().zip(connected(&members)) {
            groups.entry(group).or_default().push(member);
        }
        // IDs that nobody refers to any more are forgotten, the largest part stays where it is.
        let (parts, forgotten): (Vec<_>, Vec<_>) = groups
            .into_values()
            .partition(|members| members.iter().any(|member| member.is_listed));
        for member in forgotten.iter().flatten() {
            self.0.delete(member.key)?;
        }
        let largest = parts
            .iter()
            .enumerate()
            .max_by_key(|(_, members)| members.len())
            .map(|(place, _)| place);
        if largest.is_none() {
            self.0.fell(tree)?;
        }
        for (place, members) in parts.iter().enumerate() {
            if Some(place) == largest {
                self.0.resize(tree, size(members.len()))?;
                continue;
            }
            let new = self.0.plant(size(members.len()))?;
            for member in members {
                self.0.replant(member.key, new)?;
            }
        }
        Ok(())
    }
}

/// For each member the number of its group: union-find with path halving.
fn connected(members: &[Member]) -> Vec<usize> {
    fn find(leaders: &mut [usize], mut at: usize) -> usize {
        while leaders[at] != at {
            leaders[at] = leaders[leaders[at]];
            at = leaders[at];
        }
        at
    }
    let by_id: HashMap<_, _> = members
        .iter()
        .enumerate()
        .map(|(index, member)| ((member.instance, member.id.as_str()), index))
        .collect();
    let mut leaders: Vec<usize> = (0..members.len()).collect();
    for (index, member) in members.iter().enumerate() {
        for id in member.references.iter().flatten() {
            if let Some(&other) = by_id.get(&(member.instance, id.as_str())) {
                let (one, other) = (find(&mut leaders, index), find(&mut leaders, other));
                leaders[one.max(other)] = one.min(other);
            }
        }
    }
    (0..members.len())
        .map(|index| find(&mut leaders, index))
        .collect()
}

fn size(members: usize) -> i64 {
    i64::try_from(members).unwrap_or(i64::MAX)
}
