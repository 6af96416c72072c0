//! `cargo xtask bench`: the same program on our client, on `aws-sdk-connect` and on bare hyper (`tests/peers`), measured side by
//! side. Peers take turns, so that a slow moment of the machine hits all of them.

mod build;
mod calls;
mod counts;
mod dependencies;
mod endpoint;
mod generator;
mod metrics;
mod peers;
mod python;
mod report;
mod results;
mod table;
mod watch;

use std::path::PathBuf;

use clap::ValueEnum;

use crate::error::Error;
use crate::workspace::{target_folder, value_name, workspace_root};
use endpoint::Size;
use metrics::{CLIENT, ENDPOINT, Peer};
use peers::Program;
use results::Results;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The parts to measure; all, if none is named.
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Measure briefly, to see that everything runs or where things stand. Nothing is stored.
    #[arg(long)]
    quick: bool,
    /// Measure only this peer; may be given several times. Nothing is stored.
    #[arg(long = "peer", value_enum, value_name = "PEER")]
    peers: Vec<Peer>,
    /// A size of the local endpoint's database; may be given several times. Without it, 10k and 1m, or 10k and 100k with --quick.
    /// 10m takes half an hour, and 45 GB of disk.
    #[arg(long = "size", value_enum, value_name = "CONTACTS")]
    sizes: Vec<Size>,
}

/// Measurements that are made together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Clean builds, their memory, and rebuilds.
    Build,
    /// Sizes of binaries.
    Size,
    /// Crates in the tree.
    Tree,
    /// The generator's time, and what its output costs to build.
    Generator,
    /// Instructions per call, by callgrind.
    Instructions,
    /// Allocations per call, by a counting allocator.
    Allocations,
    /// Time per call and calls per second.
    Calls,
    /// Peak memory of the process.
    Memory,
    /// First response of a fresh process.
    First,
    /// The local endpoint: import, pages, reset; over PostgreSQL, too, where that is installed.
    Endpoint,
    /// The start of `connect serve`, and its memory.
    Serve,
}

/// What every part needs.
struct Bench {
    quick: bool,
    peers: Vec<Peer>,
    sizes: Vec<Size>,
    root: PathBuf,
    /// Where everything is built.
    folder: PathBuf,
}

impl Bench {
    /// Whether a peer is to be measured.
    fn wants(&self, peer: Peer) -> bool {
        self.peers.is_empty() || self.peers.contains(&peer)
    }

    /// Those of some programs whose peers are to be measured.
    fn wanted(&self, programs: &[Program]) -> Vec<Program> {
        let wanted = programs.iter().filter(|program| self.wants(program.peer));
        wanted.copied().collect()
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    let root = workspace_root()?;
    let bench = Bench {
        quick: arguments.quick,
        peers: arguments.peers.clone(),
        sizes: arguments.sizes.clone(),
        folder: target_folder(&root).join("bench"),
        root,
    };
    let parts = match arguments.parts.as_slice() {
        [] => Part::value_variants(),
        parts => parts,
    };
    let store = !bench.quick && bench.peers.is_empty();
    let mut results = Results::load(&bench.root)?;
    for part in parts {
        let name = value_name(part);
        println!("== {name}");
        let mut found = results::Part::new()?;
        match part {
            Part::Build => {
                build::clean(&bench, &mut found)?;
                build::rebuild(&bench, &mut found)?;
            }
            Part::Size => build::size(&bench, &mut found)?,
            Part::Tree => dependencies::crates(&bench, &mut found)?,
            Part::Generator => generator::run(&bench, &mut found)?,
            Part::Instructions => counts::instructions(&bench, &mut found)?,
            Part::Allocations => counts::allocations(&bench, &mut found)?,
            Part::Calls => {
                calls::time(&bench, &mut found)?;
                calls::rate(&bench, &mut found)?;
            }
            Part::Memory => calls::memory(&bench, &mut found)?,
            Part::First => calls::first(&bench, &mut found)?,
            Part::Endpoint => endpoint::run(&bench, &mut found)?,
            Part::Serve => endpoint::serve(&bench, &mut found)?,
        }
        if store {
            results.replace(&name, found);
            results.store(&bench.root)?;
            report::write(&bench, &results)?;
        } else {
            results.overlay(&name, found);
        }
    }
    for metrics in [CLIENT, ENDPOINT] {
        println!("\n{}", table::table(metrics, &results));
    }
    println!("{}", table::goals(&results));
    Ok(())
}
