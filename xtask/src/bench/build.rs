//! What it costs to build a program: time and memory of clean builds, time of rebuilds, and how large it gets.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use super::Bench;
use super::metrics::Peer;
use super::peers::{CALLERS, PROGRAMS, Program};
use super::results::Part;
use super::watch::{Watched, watch};
use crate::error::Error;
use crate::process::{self, succeed};
use crate::tree::remove;

/// Clean builds of all that do not take minutes.
const ROUNDS: usize = 3;
const REBUILDS: usize = 5;

pub(super) fn clean(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    fetch(bench)?;
    for round in 0..if bench.quick { 1 } else { ROUNDS } {
        for program in bench.wanted(&PROGRAMS) {
            // Minutes are not measured more precisely by building three times.
            if round > 0 && program.peer == Peer::AwsSdk {
                continue;
            }
            let release = clean_build(bench, program, Profile::RELEASE)?;
            program.sample(part, "build-release", release.seconds);
            if release.largest_kib > 0 {
                let memory = [
                    ("build-memory", release.largest_kib),
                    ("build-memory-all", release.together_kib),
                ];
                for (metric, kib) in memory {
                    program.sample(part, metric, mebibytes(kib * 1024));
                }
            }
            let debug = clean_build(bench, program, Profile::DEBUG)?;
            program.sample(part, "build-debug", debug.seconds);
        }
    }
    Ok(())
}

/// Builds again what has just been built, as if the caller's source had changed.
pub(super) fn rebuild(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    let programs = bench.wanted(&CALLERS);
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
    for program in bench.wanted(&PROGRAMS) {
        let binary = program.binary(bench)?;
        program.sample(part, "size", size_of(&binary)?);
        strip(&binary, program, part)?;
    }
    for program in bench.wanted(&CALLERS) {
        build(bench, program, Profile::SMALL)?;
        let binary = program.built_binary(bench, Profile::SMALL.folder);
        part.sample("size-small", program.peer, size_of(&binary)?);
    }
    Ok(())
}

fn strip(binary: &Path, program: Program, part: &mut Part) -> Result<(), Error> {
    let stripped = binary.with_extension("stripped");
    let mut strip = Command::new("strip");
    strip.arg("-o").arg(&stripped).arg(binary);
    match process::run(&mut strip) {
        Ok(finished) if finished.success => {
            program.sample(part, "size-stripped", size_of(&stripped)?)
        }
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
    remove(&folder)?;
    build(bench, program, profile)
}

pub(super) fn build(bench: &Bench, program: Program, profile: Profile) -> Result<Watched, Error> {
    println!("building {} ({}) ...", program.name, profile.folder);
    let mut build = program.cargo(bench, "build");
    fs::create_dir_all(&bench.folder).map_err(Error::io(&bench.folder))?;
    watch(build.args(profile.options), &bench.folder.join("build.log"))
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
