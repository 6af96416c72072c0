//! Test vectors: the official suites, where they are there, and the workspace's own.

use std::process::Command;

use super::{Context, Outcome, Steps, stem};
use crate::error::Error;
use crate::process::{succeed, xtask};

pub(super) fn run(context: &Context, steps: &mut Steps) {
    for suite in context.models("smithy", steps) {
        steps.step(&stem(&suite), || {
            passed(
                xtask(&context.root)?
                    .args(["conformance", "--model"])
                    .arg(&suite),
            )
        });
    }
    steps.step("own suite", || {
        passed(xtask(&context.root)?.arg("conformance"))
    });
}

/// The count at the end of a run in which no vector failed.
fn passed(conformance: &mut Command) -> Result<Outcome, Error> {
    let finished = succeed(conformance)?;
    let count = finished.stdout.lines().last().unwrap_or_default();
    Ok(Outcome::Passed(count.to_owned()))
}
