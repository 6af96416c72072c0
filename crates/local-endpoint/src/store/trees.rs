//! Which contacts belong together.
//!
//! Every row names its tree. Joining two trees relabels the smaller one, so that all joins of an import together cost
//! `n log n`. Trees come apart only when a newer version of a contact drops a reference, which real contacts hardly do.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::StoreError;
use super::tables::{Member, Tables};

/// How many trees are taken apart at once: their contacts are in memory.
const SPLIT: usize = 100;

/// The trees of a database, within a transaction.
pub(super) struct Trees<'a>(pub(super) &'a dyn Tables);

/// What is to be one tree: some that are there, and so many contacts more.
#[derive(Debug, Default)]
pub(super) struct Union {
    pub(super) trees: Vec<i64>,
    pub(super) more: i64,
}

impl Union {
    fn is_new(&self) -> bool {
        self.trees.is_empty()
    }

    fn is_there(&self) -> bool {
        self.trees.len() == 1 && self.more == 0
    }
}

impl Trees<'_> {
    /// Makes a tree of each of these, and returns it.
    pub(super) fn join(&self, unions: &[Union]) -> Result<Vec<i64>, StoreError> {
        let new = unions.iter().filter(|union| union.is_new());
        let new: Vec<i64> = new.map(|union| union.more).collect();
        let mut new = self.0.plant(&new)?.into_iter();
        let changed = unions.iter().filter(|union| !union.is_there());
        let changed: Vec<i64> = changed.flat_map(|union| &union.trees).copied().collect();
        let mut sizes = self.0.sizes(&changed)?.into_iter();
        let (mut kept, mut moved, mut resized) = (Vec::new(), Vec::new(), Vec::new());
        for union in unions {
            if union.is_new() {
                kept.extend(new.next());
                continue;
            }
            if union.is_there() {
                kept.extend(&union.trees);
                continue;
            }
            let sizes = union.trees.iter().zip(&mut sizes);
            let sizes: Vec<(i64, i64)> = sizes.map(|(tree, size)| (size, *tree)).collect();
            let (_, largest) = sizes.iter().copied().max().unwrap_or_default();
            let all = sizes.iter().map(|(size, _)| size).sum::<i64>() + union.more;
            let smaller = union.trees.iter().filter(|tree| **tree != largest);
            moved.extend(smaller.map(|tree| (*tree, largest)));
            resized.push((largest, all));
            kept.push(largest);
        }
        self.0.relabel(&moved)?;
        let emptied: Vec<i64> = moved.iter().map(|(from, _)| *from).collect();
        self.0.fell(&emptied)?;
        self.0.resize(&resized)?;
        Ok(kept)
    }

    /// Takes trees apart where no reference holds them together any more.
    pub(super) fn split(&self, trees: &BTreeSet<i64>) -> Result<(), StoreError> {
        let trees: Vec<i64> = trees.iter().copied().collect();
        trees
            .chunks(SPLIT)
            .try_for_each(|trees| self.split_some(trees))
    }

    fn split_some(&self, trees: &[i64]) -> Result<(), StoreError> {
        let members = self.0.members(trees)?;
        let (mut forgotten, mut felled, mut resized) = (Vec::new(), Vec::new(), Vec::new());
        let mut apart: Vec<Vec<&Member>> = Vec::new();
        for members in members.chunk_by(|one, next| one.tree == next.tree) {
            let Some(Member { tree, .. }) = members.first() else {
                continue;
            };
            let mut groups: BTreeMap<usize, Vec<&Member>> = BTreeMap::new();
            for (member, group) in members.iter().zip(connected(members)) {
                groups.entry(group).or_default().push(member);
            }
            // IDs that nobody refers to any more are forgotten, the largest part stays where it is.
            let (mut parts, unlisted): (Vec<_>, Vec<_>) = groups
                .into_values()
                .partition(|members| members.iter().any(|member| member.is_listed));
            forgotten.extend(unlisted.iter().flatten().map(|member| member.key));
            let sizes = parts.iter().enumerate();
            match sizes.max_by_key(|(_, members)| members.len()) {
                Some((largest, members)) => {
                    resized.push((*tree, size(members.len())));
                    parts.remove(largest);
                    apart.append(&mut parts);
                }
                None => felled.push(*tree),
            }
        }
        let sizes: Vec<i64> = apart.iter().map(|members| size(members.len())).collect();
        let new = self.0.plant(&sizes)?;
        let moved = apart.iter().zip(new);
        let moved =
            moved.flat_map(|(members, new)| members.iter().map(move |member| (member.key, new)));
        self.0.replant(&moved.collect::<Vec<_>>())?;
        self.0.delete(&forgotten)?;
        self.0.fell(&felled)?;
        self.0.resize(&resized)
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
