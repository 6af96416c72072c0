//! What it costs to build a program: time and memory of clean builds, time of rebuilds, and how large it gets.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::Bench;
use super::metrics::Peer;
use super::peers::{AWS_SDK, AWS_SDK_LEAN, FLOOR, OURS, OURS_CHAIN, Program, succeed};
use super::results::Part;
use super::watch::{Watched, watch};
use crate::error::Error;
use crate::process;

/// The programs with TLS and no more, and those with `aws-config`'s chain of credentials: like is compared with like.
pub(super) const LEAN: [Program; 3] = [FLOOR, OURS, AWS_SDK_LEAN];
pub(super) const CHAIN: [Program; 2] = [OURS_CHAIN, AWS_SDK];

/// Clean builds of all that do not take minutes.
const ROUNDS: usize = 3;
const REBUILDS: usize = 5;

pub(super) fn clean(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    fetch(bench)?;
    for round in 0..if bench.quick { 1 } else { ROUNDS } {
        for (programs, suffix) in [(&LEAN[..], ""), (&CHAIN[..], "-chain")] {
            for program in bench.wanted(programs) {
                // Minutes are not told more precisely by building three times.
                if round > 0 && program.peer == Peer::AwsSdk {
                    continue;
                }
                let release = clean_build(bench, program, Profile::RELEASE)?;
                part.sample(
                    &format!("build-release{suffix}"),
                    program.peer,
                    release.seconds,
                );
                if suffix.is_empty() && release.largest_kib > 0 {
                    let memory = [
                        ("build-memory", release.largest_kib),
                        ("build-memory-all", release.together_kib),
                    ];
                    for (metric, kib) in memory {
                        part.sample(metric, program.peer, mebibytes(kib * 1024));
                    }
                }
                let debug = clean_build(bench, program, Profile::DEBUG)?;
                part.sample(&format!("build-debug{suffix}"), program.peer, debug.seconds);
            }
        }
    }
    Ok(())
}

/// Builds again what has just been built, as if the caller's source had changed.
pub(super) fn rebuild(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    let programs = bench.wanted(&LEAN);
    for (metric, profile) in [
        ("rebuild-debug", Profile::DEBUG),
        ("rebuild-release", Profile::RELEASE),
    ] {
        for program in &programs {
            build(bench, *program, profile)?;
        }
        for _ in 0..if bench.quick { 1 } else { REBUILDS } {
            for program in &programs {
                let source = program.source(bench);
                let file = File::options().append(true).open(&source);
                let touched = file.and_then(|file| file.set_modified(SystemTime::now()));
                touched.map_err(Error::io(&source))?;
                let watched = build(bench, *program, profile)?;
                part.sample(metric, program.peer, watched.seconds);
            }
        }
    }
    Ok(())
}

pub(super) fn size(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    for program in bench.wanted(&LEAN) {
        let binary = program.binary(bench)?;
        part.sample("size", program.peer, size_of(&binary)?);
        strip(&binary, "size-stripped", program, part)?;
    }
    for program in bench.wanted(&CHAIN) {
        let binary = program.binary(bench)?;
        strip(&binary, "size-stripped-chain", program, part)?;
    }
    for program in bench.wanted(&LEAN) {
        build(bench, program, Profile::SMALL)?;
        let binary = program.built_binary(bench, Profile::SMALL.folder);
        part.sample("size-small", program.peer, size_of(&binary)?);
    }
    Ok(())
}

fn strip(binary: &Path, metric: &str, program: Program, part: &mut Part) -> Result<(), Error> {
    let stripped = binary.with_extension("stripped");
    let mut strip = Command::new("strip");
    strip.arg("-o").arg(&stripped).arg(binary);
    match process::run(&mut strip) {
        Ok(finished) if finished.success => part.sample(metric, program.peer, size_of(&stripped)?),
        _ => part.note("stripped binaries: skipped, there is no `strip`"),
    }
    Ok(())
}

/// A cargo profile.
#[derive(Clone, Copy)]
pub(super) struct Profile {
    pub(super) options: &'static [&'static str],
    /// The folder of its results.
    pub(super) folder: &'static str,
}

impl Profile {
    pub(super) const RELEASE: Self = Self {
        options: &["--release"],
        folder: "release",
    };
    const DEBUG: Self = Self {
        options: &[],
        folder: "debug",
    };
    const SMALL: Self = Self {
        options: &["--profile", "small"],
        folder: "small",
    };
}

/// Downloads what is to be built, which is no part of a build.
pub(super) fn fetch(bench: &Bench) -> Result<(), Error> {
    let mut fetch = process::cargo(&bench.root.join("tests/peers"), &bench.folder);
    succeed(fetch.args(["fetch", "--locked"]))?;
    Ok(())
}

fn clean_build(bench: &Bench, program: Program, profile: Profile) -> Result<Watched, Error> {
    let folder = program.target(bench).join(profile.folder);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Error::io(&folder))?;
    }
    build(bench, program, profile)
}

pub(super) fn build(bench: &Bench, program: Program, profile: Profile) -> Result<Watched, Error> {
    println!("building {} ({}) ...", program.name, profile.folder);
    let mut build = program.cargo(bench, "build");
    watch(build.args(profile.options), &log(bench)?)
}

/// Where the output of builds goes.
pub(super) fn log(bench: &Bench) -> Result<PathBuf, Error> {
    fs::create_dir_all(&bench.folder).map_err(Error::io(&bench.folder))?;
    Ok(bench.folder.join("build.log"))
}

fn size_of(file: &Path) -> Result<f64, Error> {
    let metadata = fs::metadata(file).map_err(Error::io(file))?;
    Ok(mebibytes(metadata.len()))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sizes of files and processes fit"
)]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
