//! Test vectors: the official suites, where they are there, and the workspace's own.

use super::{Context, Outcome, Steps, process};

pub(super) fn run(context: &Context, steps: &mut Steps) {
    let suites = context.models("smithy");
    if suites.is_empty() {
        let folder = context.shared.join("smithy");
        steps.skip(format!("no suites in {}", folder.display()));
    }
    for suite in suites {
        let subject = suite.file_stem().unwrap_or_default().to_string_lossy();
        steps.step(&subject, || {
            let mut conformance = process::xtask(&context.root)?;
            conformance.arg("conformance").arg("--model").arg(&suite);
            Ok(outcome(&process::run(&mut conformance)?))
        });
    }
    steps.step("own suite", || {
        let mut conformance = process::xtask(&context.root)?;
        Ok(outcome(&process::run(conformance.arg("conformance"))?))
    });
}

fn outcome(finished: &process::Finished) -> Outcome {
    let mut lines = finished.stdout.lines();
    let count = lines.rfind(|line| line.contains(" passed, "));
    match count {
        Some(count) if finished.success => Outcome::Passed(count.to_owned()),
        _ => Outcome::Failed(finished.tail()),
    }
}
