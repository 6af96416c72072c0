//! The generator: how long it takes for published models, and what its output for all of Connect costs to build, beside the crate
//! that AWS publishes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::Bench;
use super::build::{Profile, build, fetch};
use super::metrics::Peer;
use super::peers::{AWS_SDK, OURS, Program};
use super::results::Part;
use crate::error::Error;
use crate::process::{self, succeed, timed};
use crate::tree::{lines_of_rust, remove};
use crate::workspace::read;

const CONNECT: &str = "generate-connect";
/// The published models, by the metric that each is generated for.
const MODELS: [(&str, &str); 4] = [
    (CONNECT, "connect-2017-08-08"),
    ("generate-api-gateway", "api-gateway"),
    ("generate-iot", "iot"),
    ("generate-lambda", "lambda"),
];
const ROUNDS: usize = 7;

pub(super) fn run(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    fetch(bench)?;
    if bench.wants(Peer::Ours) {
        crate_alone(bench, part, OURS, "connect-sdk")?;
        let own = bench.root.join("crates/connect-sdk/src/generated");
        let client = lines_of_rust(&own)? - lines_of_rust(&own.join("server"))?;
        part.sample("lines", Peer::Ours, count(client));
        published_models(bench, part)?;
    }
    if bench.wants(Peer::AwsSdk) {
        let seconds = crate_alone(bench, part, AWS_SDK, "aws-sdk-connect")?;
        let source = source_of(bench, "aws-sdk-connect")?;
        let lines = count(lines_of_rust(&source.join("src"))?);
        part.sample("lines", Peer::AwsSdk, lines);
        per_operation(
            part,
            Peer::AwsSdk,
            operation_modules(&source)?,
            seconds,
            lines,
        );
    }
    Ok(())
}

fn published_models(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    let models = bench.root.join("../shared/models");
    let there: Vec<_> = MODELS
        .into_iter()
        .map(|(metric, name)| (metric, models.join(name).with_extension("json")))
        .filter(|(_, model)| model.is_file())
        .collect();
    if there.len() < MODELS.len() {
        part.note("published models: skipped those that are not in ../shared/models");
    }
    if there.is_empty() {
        return Ok(());
    }
    let target = bench.folder.join("build/xtask");
    let mut build = process::cargo(&bench.root, &target);
    succeed(build.args(["build", "--release", "--locked", "--package", "xtask"]))?;
    let xtask = target.join("release/xtask");
    // Each output has a folder of its own: a file system is slow to make files where it has just removed some.
    let folder = bench.folder.join("generated");
    remove(&folder)?;
    let mut connect = None;
    for round in 0..if bench.quick { 1 } else { ROUNDS } {
        for (metric, model) in &there {
            let out = folder.join(format!("{metric}-{round}"));
            let (seconds, operations) = generate(bench, &xtask, model, &out)?;
            part.sample(metric, Peer::Ours, seconds);
            if *metric == CONNECT {
                connect = Some((out, operations));
            }
        }
    }
    if let Some((folder, operations)) = connect {
        let seconds = build_generated(bench, &folder)?;
        let lines = count(lines_of_rust(&folder.join("src"))?);
        per_operation(part, Peer::Ours, operations, seconds, lines);
    }
    Ok(())
}

/// Generates a crate into a new folder: the time it takes in seconds, start to end, and the operations generated.
fn generate(bench: &Bench, xtask: &Path, model: &Path, out: &Path) -> Result<(f64, f64), Error> {
    let mut command = Command::new(xtask);
    command
        .current_dir(&bench.root)
        .args(["codegen", "--package", GENERATED, "--model"])
        .arg(model)
        .arg("--out")
        .arg(out);
    let (seconds, finished) = timed(&mut command)?;
    let uncounted = || Error::Other(format!("no count of operations in {:?}", finished.stdout));
    Ok((seconds, operations(&finished.stdout).ok_or_else(uncounted)?))
}

const GENERATED: &str = "generated-connect";

/// The number at the end of what the generator prints.
fn operations(output: &str) -> Option<f64> {
    let (_, number) = output.rsplit_once("operations: ")?;
    number.trim_end().parse().ok()
}

/// The release build of the generated crate, its dependencies built before.
fn build_generated(bench: &Bench, folder: &Path) -> Result<f64, Error> {
    println!("building {GENERATED} (release) ...");
    // The same versions as everything else.
    let lock = bench.root.join("tests/peers/Cargo.lock");
    fs::copy(&lock, folder.join("Cargo.lock")).map_err(Error::io(&lock))?;
    let target = bench.folder.join("build/generated");
    let cargo = || process::cargo(folder, &target);
    succeed(cargo().args(["build", "--release"]))?;
    succeed(cargo().args(["clean", "--release", "--package", GENERATED]))?;
    let (seconds, _) = timed(cargo().args(["build", "--release"]))?;
    Ok(seconds)
}

/// The release build of a program's generated crate: how long it is compiled when all that it depends on is built.
fn crate_alone(
    bench: &Bench,
    part: &mut Part,
    program: Program,
    package: &str,
) -> Result<f64, Error> {
    build(bench, program, Profile::RELEASE)?;
    let mut clean = process::cargo(&bench.root.join("tests/peers"), &program.target(bench));
    succeed(clean.args(["clean", "--locked", "--release", "--package", package]))?;
    let target = program.target(bench);
    succeed(
        program
            .cargo(bench, "build")
            .args(["--release", "--timings"]),
    )?;
    let timings = read(&target.join("cargo-timings/cargo-timing.html"))?;
    let unknown = || Error::Other(format!("cargo's timings have no {package}"));
    let seconds = compiled_in(&timings, package).ok_or_else(unknown)?;
    part.sample("crate-alone", program.peer, seconds);
    Ok(seconds)
}

/// How long a package was compiled, by cargo's page of timings.
fn compiled_in(timings: &str, package: &str) -> Option<f64> {
    let (_, units) = timings.split_once("const UNIT_DATA = ")?;
    let (units, _) = units.split_once(";\n")?;
    let units: Vec<Value> = serde_json::from_str(units).ok()?;
    // A build script is a unit with a target.
    let mut units = units.iter();
    let unit = units.find(|unit| unit["name"] == package && unit["target"] == "")?;
    unit["duration"].as_f64()
}

fn per_operation(part: &mut Part, peer: Peer, operations: f64, seconds: f64, lines: f64) {
    println!("{}: {operations} operations", peer.name());
    part.sample("connect-per-operation", peer, seconds * 1e3 / operations);
    part.sample("lines-per-operation", peer, lines / operations);
}

/// The folder of a package's source.
fn source_of(bench: &Bench, package: &str) -> Result<PathBuf, Error> {
    let mut metadata = process::cargo(&bench.root.join("tests/peers"), &bench.folder);
    let finished = succeed(metadata.args(["metadata", "--locked", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&finished.stdout)
        .map_err(|error| Error::Other(format!("cargo metadata: {error}")))?;
    let mut packages = metadata["packages"].as_array().into_iter().flatten();
    let found = packages.find(|found| found["name"] == package);
    let manifest = found.and_then(|package| package["manifest_path"].as_str());
    let folder = manifest.and_then(|manifest| Path::new(manifest).parent());
    let unknown = || Error::Other(format!("cargo knows no {package}"));
    folder.map(Path::to_owned).ok_or_else(unknown)
}

/// The operations of a crate that AWS publishes: each is a file.
fn operation_modules(source: &Path) -> Result<f64, Error> {
    let folder = source.join("src/operation");
    let entries = fs::read_dir(&folder).map_err(Error::io(&folder))?;
    let files = entries.flatten().filter(|entry| {
        entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "rs")
    });
    Ok(count(files.count()))
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here fits")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_package_is_read_from_cargos_timings() {
        let timings = "<script>\nconst UNIT_DATA = [\n{\"name\": \"a\", \"target\": \" build script\", \"duration\": 1.0},\n\
            {\"name\": \"a\", \"target\": \"\", \"duration\": 0.22}];\n// UNIT_DATA\n";
        assert_eq!(compiled_in(timings, "a"), Some(0.22));
        assert_eq!(compiled_in(timings, "b"), None);
    }

    #[test]
    fn the_operations_are_read_from_what_the_generator_prints() {
        let output = "target/x: 1402 files written; operations: 283\n";
        assert_eq!(operations(output), Some(283.0));
        assert_eq!(operations(""), None);
    }
}
