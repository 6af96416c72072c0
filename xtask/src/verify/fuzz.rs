//! Hostile bytes: the bounded runs of the test suite with more cases, and the fuzz targets where cargo-fuzz is there.

use std::fs;
use std::process::Command;

use super::{Context, Outcome, Steps};
use crate::error::Error;
use crate::process::{cargo, run, succeed};

/// Random cases of each property; the test suite takes 256.
const CASES: u32 = 20_000;

/// Bytes of an input of a fuzz target, at the most.
const LONGEST: u32 = 64 * 1024;

/// Megabytes that a fuzz target may take, the fuzzer's own included.
const MEMORY: u32 = 512;

/// Where the fuzz targets lie.
const FUZZ: &str = "crates/protocol/fuzz";

pub(super) fn all(context: &Context, steps: &mut Steps) {
    steps.step("bounded", || {
        let mut test = cargo(&context.root, &context.target);
        test.env("PROPTEST_CASES", CASES.to_string());
        test.args(["test", "--quiet", "--package", "connect-protocol"]);
        test.args([
            "--all-features",
            "--test",
            "hostile",
            "--test",
            "properties",
        ]);
        succeed(&mut test)?;
        Ok(Outcome::Passed(format!("{CASES} cases of each property")))
    });
    let folder = context.root.join(FUZZ);
    let targets = fs::read_dir(folder.join("fuzz_targets"));
    let targets = targets.into_iter().flatten().flatten();
    let mut targets: Vec<String> = targets
        .filter_map(|entry| {
            let path = entry.path();
            Some(path.file_stem()?.to_str()?.to_owned())
        })
        .collect();
    targets.sort();
    if !works("cargo", &["fuzz", "--version"], "cargo-fuzz") {
        let why = format!(
            "{} not run: cargo-fuzz is not installed",
            targets.join(", ")
        );
        return steps.step("targets", || Ok(Outcome::Skipped(why)));
    }
    // The address sanitizer is nightly's; coverage, which guides the fuzzer, is any toolchain's.
    let nightly = works("rustup", &["toolchain", "list"], "nightly");
    for target in targets {
        steps.step(&target, || {
            let mut fuzz = Command::new("cargo");
            // This program was started by a toolchain's cargo, whose settings must not reach another one.
            fuzz.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
            fuzz.current_dir(&folder);
            if nightly {
                fuzz.args(["+nightly", "fuzz", "run"]);
            } else {
                fuzz.args(["fuzz", "run", "--sanitizer", "none"]);
            }
            fuzz.args(["--fuzz-dir", ".", "--target-dir"])
                .arg(context.target.join("fuzz"))
                .args([&target, "--", "-timeout=10"])
                .arg(format!("-max_len={LONGEST}"))
                .arg(format!("-rss_limit_mb={MEMORY}"))
                .arg(format!("-max_total_time={}", context.fuzz_seconds));
            let finished = succeed(&mut fuzz)?;
            let mut lines = finished.stderr.lines();
            let done = lines.rfind(|line| line.starts_with("Done "));
            let done = done.ok_or_else(|| Error::Other(finished.tail()))?;
            let sanitizer = if nightly { "address" } else { "no" };
            Ok(Outcome::Passed(format!(
                "{done}, {sanitizer} sanitizer, within {MEMORY} MB"
            )))
        });
    }
}

/// Whether a program runs and prints what is expected.
fn works(program: &str, arguments: &[&str], expected: &str) -> bool {
    let finished = run(Command::new(program).args(arguments));
    finished.is_ok_and(|finished| finished.success && finished.stdout.contains(expected))
}
