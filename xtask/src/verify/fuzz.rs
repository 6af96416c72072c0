//! Hostile bytes: the bounded runs of the test suite with more cases, and the fuzz targets where cargo-fuzz is there.

use std::fs;
use std::process::Command;

use super::{Context, Outcome, Steps, process};

/// Random cases of each property; the test suite takes 256.
const CASES: u32 = 20_000;

/// Where the fuzz targets lie.
const FUZZ: &str = "crates/protocol/fuzz";

pub(super) fn run(context: &Context, steps: &mut Steps) {
    steps.step("bounded", || {
        let mut test = process::cargo(&context.root, &context.target);
        test.env("PROPTEST_CASES", CASES.to_string());
        test.args([
            "test",
            "--quiet",
            "--package",
            "connect-protocol",
            "--all-features",
        ]);
        let finished = process::run(test.args(["--test", "hostile", "--test", "properties"]))?;
        Ok(if finished.success {
            Outcome::Passed(format!("{CASES} cases of each property"))
        } else {
            Outcome::Failed(finished.tail())
        })
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
    if let Some(why) = no_fuzzer() {
        steps.skip(format!("{} not run: {why}", targets.join(", ")));
        return;
    }
    for target in targets {
        steps.step(&target, || {
            let mut fuzz = Command::new("cargo");
            // This program was started by another toolchain's cargo, whose settings must not reach the nightly one.
            fuzz.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
            fuzz.current_dir(&folder)
                .args(["+nightly", "fuzz", "run", "--fuzz-dir", ".", &target, "--"])
                .arg(format!("-max_total_time={}", context.fuzz_seconds));
            let finished = process::run(&mut fuzz)?;
            Ok(
                match finished
                    .stderr
                    .lines()
                    .rfind(|line| line.starts_with("Done "))
                {
                    Some(done) if finished.success => Outcome::Passed(done.to_owned()),
                    _ => Outcome::Failed(finished.tail()),
                },
            )
        });
    }
}

/// What is missing to run fuzz targets.
fn no_fuzzer() -> Option<&'static str> {
    let works = |program: &str, arguments: &[&str], expected: &str| {
        let output = Command::new(program).args(arguments).output();
        output.is_ok_and(|output| {
            output.status.success() && String::from_utf8_lossy(&output.stdout).contains(expected)
        })
    };
    if !works("rustup", &["toolchain", "list"], "nightly") {
        Some("there is no nightly toolchain")
    } else if !works("cargo", &["fuzz", "--version"], "cargo-fuzz") {
        Some("cargo-fuzz is not installed")
    } else {
        None
    }
}
