//! How many crates a program is built from.

use std::collections::BTreeSet;

use super::Bench;
use super::peers::{PROGRAMS, Program};
use super::results::Part;
use crate::error::Error;
use crate::process::succeed;

pub(super) fn crates(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    for program in bench.wanted(&PROGRAMS) {
        program.sample(part, "crates", tree(bench, program)?);
    }
    Ok(())
}

fn tree(bench: &Bench, program: Program) -> Result<f64, Error> {
    let mut tree = program.cargo(bench, "tree");
    tree.args(["--edges", "normal,build", "--prefix", "none"]);
    Ok(f64::from(distinct(&succeed(&mut tree)?.stdout)))
}

/// The crates in a tree: each version of a package once, without the program itself.
fn distinct(tree: &str) -> u32 {
    let crates: BTreeSet<&str> = tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty() && !line.starts_with("peer-"))
        .collect();
    crates.iter().map(|_| 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_counts_once_for_each_version() {
        let tree =
            "peer-ours v0.1.0\nhyper v1.12.0\nbytes v1.11.0\nhyper v1.12.0 (*)\nhyper v0.14.32\n";
        assert_eq!(distinct(tree), 3);
    }
}
