//! The programs of `tests/peers`: building and running them, and the server that they call.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::Bench;
use super::metrics::{Peer, is_known};
use super::results::Part;
use super::watch::field;
use crate::error::Error;
use crate::process::{self, Server, succeed};

/// A program of `tests/peers` with certain features.
#[derive(Debug, Clone, Copy)]
pub(super) struct Program {
    pub(super) peer: Peer,
    /// What its files are called.
    pub(super) name: &'static str,
    package: &'static str,
    features: &'static [&'static str],
    /// The rows about builds that compare it, by what their metrics end in.
    rows: &'static [&'static str],
}

/// Rows that compare programs as their users set them up, ours without `aws-config` and the SDK with it.
const AS_USED: &str = "";
/// Rows that compare programs which all have `aws-config`'s chain of credentials.
const WITH_CHAIN: &str = "-chain";
/// Rows that compare programs without it.
const WITHOUT_CHAIN: &str = "-lean";

pub(super) const OURS: Program = Program {
    peer: Peer::Ours,
    name: "ours",
    package: "peer-ours",
    features: &[],
    rows: &[AS_USED, WITHOUT_CHAIN],
};
pub(super) const AWS_SDK: Program = Program {
    peer: Peer::AwsSdk,
    name: "aws-sdk",
    package: "peer-aws-sdk",
    features: &[],
    rows: &[AS_USED, WITH_CHAIN],
};
/// Ours with `aws-config`'s chain of credentials.
pub(super) const OURS_CHAIN: Program = Program {
    name: "ours-aws-config",
    features: &["--features", "aws-config"],
    rows: &[WITH_CHAIN],
    ..OURS
};
/// The SDK without it.
pub(super) const AWS_SDK_LEAN: Program = Program {
    name: "aws-sdk-lean",
    features: &["--no-default-features"],
    rows: &[WITHOUT_CHAIN],
    ..AWS_SDK
};
pub(super) const FLOOR: Program = Program {
    peer: Peer::Floor,
    name: "floor",
    package: "peer-floor",
    features: &[],
    rows: &[AS_USED, WITHOUT_CHAIN],
};
const SERVER: Program = Program {
    peer: Peer::Floor,
    name: "server",
    package: "peer-server",
    features: &[],
    rows: &[],
};

/// Measures the local endpoint.
pub(super) const ENDPOINT: Program = Program {
    peer: Peer::Ours,
    name: "endpoint",
    package: "peer-endpoint",
    features: &[],
    rows: &[],
};

/// The programs as their users set them up; these make the calls.
pub(super) const CALLERS: [Program; 3] = [OURS, AWS_SDK, FLOOR];
/// All programs that are built to be compared.
pub(super) const PROGRAMS: [Program; 5] = [FLOOR, OURS, OURS_CHAIN, AWS_SDK, AWS_SDK_LEAN];

impl Program {
    /// Where it is built. Each program has a folder of its own, so that a clean build is one and features are its own.
    pub(super) fn target(&self, bench: &Bench) -> PathBuf {
        bench.folder.join("build").join(self.name)
    }

    /// A cargo command on this program and no other.
    pub(super) fn cargo(&self, bench: &Bench, subcommand: &str) -> Command {
        let folder = bench.root.join("tests/peers");
        let mut cargo = process::cargo(&folder, &self.target(bench));
        cargo.args([subcommand, "--locked", "--package", self.package]);
        cargo.args(self.features);
        cargo
    }

    /// Adds a sample to those rows of a metric that compare it.
    pub(super) fn sample(&self, part: &mut Part, metric: &str, value: f64) {
        debug_assert!(is_known(metric), "{metric}");
        let rows = self.rows.iter().map(|row| format!("{metric}{row}"));
        for row in rows.filter(|row| is_known(row)) {
            part.sample(&row, self.peer, value);
        }
    }

    /// Builds it for release and gives a copy of the binary, which other builds leave alone.
    pub(super) fn binary(&self, bench: &Bench) -> Result<PathBuf, Error> {
        self.built(bench, self.name, &[])
    }

    /// The same, counting allocations.
    pub(super) fn counting_binary(&self, bench: &Bench) -> Result<PathBuf, Error> {
        let name = format!("{}-allocations", self.name);
        self.built(bench, &name, &["--features", "allocations"])
    }

    /// Where cargo puts the binary of a profile.
    pub(super) fn built_binary(&self, bench: &Bench, profile: &str) -> PathBuf {
        self.target(bench).join(profile).join(self.package)
    }

    /// The file that calls the client.
    pub(super) fn source(&self, bench: &Bench) -> PathBuf {
        let folder = self.package.trim_start_matches("peer-");
        bench
            .root
            .join("tests/peers")
            .join(folder)
            .join("src/main.rs")
    }

    fn built(&self, bench: &Bench, name: &str, options: &[&str]) -> Result<PathBuf, Error> {
        println!("building {name} ...");
        let mut build = self.cargo(bench, "build");
        succeed(build.arg("--release").args(options))?;
        let from = self.built_binary(bench, "release");
        let folder = bench.folder.join("bin");
        fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        // The one that is there may be running, which can be replaced but not written to.
        let (new, to) = (folder.join(format!("{name}.new")), folder.join(name));
        fs::copy(&from, &new).map_err(Error::io(&from))?;
        fs::rename(&new, &to).map_err(Error::io(&to))?;
        Ok(to)
    }
}

/// A command with nothing in its environment that could change what a peer does: no profile, proxy or endpoint.
pub(super) fn isolated(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// A processor to run on.
#[derive(Debug)]
pub(super) struct Processor(String);

impl Processor {
    /// The first one that this process may use, where `taskset` can keep a program on it.
    pub(super) fn first() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let allowed = field(&status, "Cpus_allowed_list")?;
        let first = Self(allowed.split(['-', ',']).next()?.to_owned());
        let tried = process::run(&mut isolated_on(Some(&first), Path::new("true")));
        tried.is_ok_and(|tried| tried.success).then_some(first)
    }

    /// Keeps a process that runs, and those that it will start, on it.
    pub(super) fn keep(&self, process: u32) -> Result<(), Error> {
        let mut command = Command::new("taskset");
        command.args(["--pid", "--cpu-list", &self.0, &process.to_string()]);
        succeed(&mut command).map(drop)
    }
}

/// An isolated command that stays on a processor, if one is given.
pub(super) fn isolated_on(processor: Option<&Processor>, program: &Path) -> Command {
    let Some(Processor(number)) = processor else {
        return isolated(program);
    };
    let mut command = isolated(Path::new("taskset"));
    command.args(["--cpu-list", number]).arg(program);
    command
}

/// What a peer printed about its calls.
#[derive(Debug)]
pub(super) struct Measured(Value);

impl Measured {
    /// Runs a peer to its end.
    pub(super) fn by(command: &mut Command) -> Result<Self, Error> {
        Self::read(&succeed(command)?.stdout)
    }

    pub(super) fn read(line: &str) -> Result<Self, Error> {
        let value = serde_json::from_str(line);
        value
            .map(Self)
            .map_err(|_| Error::Other(format!("a peer printed {line:?}")))
    }

    /// A figure, if the peer has it.
    pub(super) fn get(&self, name: &str) -> Option<f64> {
        self.0[name].as_f64()
    }

    /// A figure that the peer must have.
    pub(super) fn need(&self, name: &str) -> Result<f64, Error> {
        let missing = || Error::Other(format!("no {name} in {}", self.0));
        self.get(name).ok_or_else(missing)
    }

    /// One figure per another.
    pub(super) fn ratio(&self, name: &str, per: &str) -> Result<f64, Error> {
        match (self.get(name), self.get(per)) {
            (Some(value), Some(per)) if per > 0.0 => Ok(value / per),
            _ => Err(Error::Other(format!("no {name} per {per} in {}", self.0))),
        }
    }
}

/// Starts the server that all peers call, to stay on a processor if one is given.
pub(super) fn serve(bench: &Bench, processor: Option<&Processor>) -> Result<Server, Error> {
    // It ends with its input.
    Server::start(isolated_on(processor, &SERVER.binary(bench)?).stdin(Stdio::piped()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_peer_are_read() {
        let measured = Measured::read("{\"calls\":4,\"seconds\":2.0}\n").unwrap();
        assert_eq!(measured.ratio("seconds", "calls").unwrap(), 0.5);
        assert_eq!(measured.get("allocations"), None);
        assert!(measured.ratio("allocations", "calls").is_err());
        assert!(Measured::read("error").is_err());
    }
}
