//! Which contacts belong together.
//!
//! Every row names its tree. Joining two trees relabels the smaller one, so that all joins of an import together cost
//! `n log n`. Trees come apart only when a newer version of a contact drops a reference, which real contacts hardly do.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

/// `initiated` in the database where the time is not known.
pub(super) const NO_TIME: i64 = i64::MAX;

/// The trees of a database, within a transaction.
pub(super) struct Trees<'a>(pub(super) &'a Connection);

impl Trees<'_> {
    /// Makes one tree of some and of so many contacts more, and returns it.
    pub(super) fn join(&self, trees: &[i64], more: i64) -> rusqlite::Result<i64> {
        match trees {
            [] => return self.plant(more),
            [tree] if more == 0 => return Ok(*tree),
            _ => {}
        }
        let mut all = more;
        let mut kept = (0, 0);
        for tree in trees {
            let size = self.size(*tree)?;
            all += size;
            kept = kept.max((size, *tree));
        }
        let (_, kept) = kept;
        for moved in trees.iter().filter(|tree| **tree != kept) {
            self.relabel(*moved, kept)?;
            self.fell(*moved)?;
        }
        self.resize(kept, all)?;
        Ok(kept)
    }

    /// Moves all contacts of a tree to another, one by one: a statement that changes many keeps copies of pages, to be able to
    /// take itself back.
    fn relabel(&self, from: i64, to: i64) -> rusqlite::Result<()> {
        let mut members = self
            .0
            .prepare_cached("SELECT key FROM contact WHERE tree = ?1")?;
        let members = members.query_map([from], |row| row.get(0))?;
        let members: Vec<i64> = members.collect::<rusqlite::Result<_>>()?;
        let mut relabel = self
            .0
            .prepare_cached("UPDATE contact SET tree = ?1 WHERE key = ?2")?;
        for member in members {
            relabel.execute([to, member])?;
        }
        Ok(())
    }

    /// Takes a tree apart where no reference holds it together any more.
    pub(super) fn split(&self, tree: i64) -> rusqlite::Result<()> {
        let members = self.members(tree)?;
        let mut groups: BTreeMap<usize, Vec<&Member>> = BTreeMap::new();
        for (member, group) in members.iter().zip(connected(&members)) {
            groups.entry(group).or_default().push(member);
        }
        // IDs that nobody refers to any more are forgotten, the largest part stays where it is.
        let (parts, forgotten): (Vec<_>, Vec<_>) = groups
            .into_values()
            .partition(|members| members.iter().any(|member| member.listed));
        for member in forgotten.iter().flatten() {
            self.0
                .prepare_cached("DELETE FROM contact WHERE instance = ?1 AND id = ?2")?
                .execute((member.instance, &member.id))?;
        }
        let largest = parts
            .iter()
            .enumerate()
            .max_by_key(|(_, members)| members.len())
            .map(|(place, _)| place);
        if largest.is_none() {
            self.fell(tree)?;
        }
        for (place, members) in parts.iter().enumerate() {
            if Some(place) == largest {
                self.resize(tree, size(members.len()))?;
                continue;
            }
            let new = self.plant(size(members.len()))?;
            for member in members {
                self.0
                    .prepare_cached("UPDATE contact SET tree = ?1 WHERE instance = ?2 AND id = ?3")?
                    .execute((new, member.instance, &member.id))?;
            }
        }
        Ok(())
    }

    fn members(&self, tree: i64) -> rusqlite::Result<Vec<Member>> {
        let select =
            "SELECT instance, id, listed, previous, initial, related FROM contact WHERE tree = ?1
            ORDER BY instance, id";
        self.0
            .prepare_cached(select)?
            .query_map([tree], |row| {
                Ok(Member {
                    instance: row.get(0)?,
                    id: row.get(1)?,
                    listed: row.get(2)?,
                    references: [row.get(3)?, row.get(4)?, row.get(5)?],
                })
            })?
            .collect()
    }

    /// A new tree of this size.
    fn plant(&self, size: i64) -> rusqlite::Result<i64> {
        self.0
            .prepare_cached("INSERT INTO tree (size) VALUES (?1)")?
            .insert([size])
    }

    fn fell(&self, tree: i64) -> rusqlite::Result<()> {
        self.0
            .prepare_cached("DELETE FROM tree WHERE key = ?1")?
            .execute([tree])
            .map(drop)
    }

    fn size(&self, tree: i64) -> rusqlite::Result<i64> {
        self.0
            .prepare_cached("SELECT size FROM tree WHERE key = ?1")?
            .query_row([tree], |row| row.get(0))
    }

    fn resize(&self, tree: i64, size: i64) -> rusqlite::Result<()> {
        self.0
            .prepare_cached("UPDATE tree SET size = ?2 WHERE key = ?1")?
            .execute([tree, size])
            .map(drop)
    }
}

struct Member {
    instance: i64,
    id: String,
    listed: bool,
    references: [Option<String>; 3],
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
