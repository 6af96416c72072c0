//! What was measured, kept so that parts can be measured one by one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::metrics::{Peer, is_known};
use crate::error::Error;
use crate::process;
use crate::workspace::read;

/// The latest results of each part, by its name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Results {
    pub(super) parts: BTreeMap<String, Part>,
}

/// What a run of a part found.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Part {
    /// The day, `YYYY-MM-DD`.
    pub(super) date: String,
    /// What was not measured, and why.
    pub(super) notes: Vec<String>,
    /// The samples by metric and peer.
    samples: BTreeMap<String, BTreeMap<String, Vec<f64>>>,
}

impl Part {
    pub(super) fn new() -> Result<Self, Error> {
        let date = process::run(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
        Ok(Self {
            date: date.stdout.trim().to_owned(),
            ..Self::default()
        })
    }

    /// Adds a sample, in the metric's unit, and prints it.
    pub(super) fn sample(&mut self, metric: &str, peer: Peer, value: f64) {
        debug_assert!(is_known(metric), "{metric}");
        println!("{metric}, {}: {value:.3}", peer.name());
        let peers = self.samples.entry(metric.to_owned()).or_default();
        peers.entry(peer.name().to_owned()).or_default().push(value);
    }

    /// Says what is not measured, and why.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        println!("{note}");
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// Beside what it was measured with, so that whoever measures a part has the others.
const FILE: &str = "tests/peers/results.json";

impl Results {
    pub(super) fn load(root: &Path) -> Result<Self, Error> {
        let path = root.join(FILE);
        serde_json::from_str(&read(&path)?)
            .map_err(|error| Error::Other(format!("{}: {error}", path.display())))
    }

    pub(super) fn store(&self, root: &Path) -> Result<(), Error> {
        let path = root.join(FILE);
        let json = serde_json::to_string_pretty(self).map_err(std::io::Error::from);
        let written = json.and_then(|json| fs::write(&path, json + "\n"));
        written.map_err(Error::io(&path))
    }

    /// Takes in what a whole run of a part found, in place of what the last one did.
    pub(super) fn replace(&mut self, part: &str, found: Part) {
        self.parts.insert(part.to_owned(), found);
    }

    /// Takes in what a run of some peers found; the others keep what they have.
    pub(super) fn overlay(&mut self, part: &str, mut found: Part) {
        if let Some(earlier) = self.parts.remove(part) {
            for (metric, peers) in earlier.samples {
                let now = found.samples.entry(metric).or_default();
                for (peer, samples) in peers {
                    now.entry(peer).or_insert(samples);
                }
            }
        }
        self.replace(part, found);
    }

    /// The samples of a metric and peer; empty, if it was not measured.
    pub(super) fn samples(&self, metric: &str, peer: Peer) -> &[f64] {
        let found = self
            .parts
            .values()
            .find_map(|part| part.samples.get(metric)?.get(peer.name()));
        found.map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(samples: &[(&str, Peer, f64)]) -> Part {
        let mut part = Part::default();
        for (metric, peer, value) in samples {
            part.sample(metric, *peer, *value);
        }
        part
    }

    #[test]
    fn results_are_read_as_they_were_written() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join(FILE).parent().unwrap()).unwrap();
        let mut results = Results::default();
        let mut first = part(&[("first", Peer::Ours, 1.5), ("first", Peer::Ours, 2.5)]);
        first.note("no Python");
        results.replace("first", first);
        results.store(root.path()).unwrap();
        let read = Results::load(root.path()).unwrap();
        assert_eq!(read.parts, results.parts);
        assert_eq!(read.samples("first", Peer::Ours), [1.5, 2.5]);
    }

    #[test]
    fn a_run_of_some_peers_leaves_the_others_alone() {
        let mut results = Results::default();
        let both = [("first", Peer::Ours, 1.0), ("first", Peer::Floor, 2.0)];
        results.replace("first", part(&both));
        results.overlay("first", part(&[("first", Peer::Ours, 3.0)]));
        assert_eq!(results.samples("first", Peer::Ours), [3.0]);
        assert_eq!(results.samples("first", Peer::Floor), [2.0]);
        assert!(results.samples("first", Peer::Boto3).is_empty());
    }

    #[test]
    fn a_whole_run_leaves_nothing_of_the_last() {
        let mut results = Results::default();
        results.replace("first", part(&[("first", Peer::Boto3, 1.0)]));
        results.replace("first", part(&[("first", Peer::Ours, 3.0)]));
        assert!(results.samples("first", Peer::Boto3).is_empty());
    }
}
