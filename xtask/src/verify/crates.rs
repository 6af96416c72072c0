//! Parts that generate a crate from each published model: how long that takes, whether it compiles, whether its tests pass.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Context, Outcome, Steps, stem};
use crate::conformance::SUITE;
use crate::error::Error;
use crate::process::{self, cargo, succeed, timed};
use crate::tree;
use crate::workspace::read;

/// Generations of a model that are timed; the median counts.
const RUNS: usize = 3;

pub(super) fn generate(context: &Context, steps: &mut Steps) {
    let models = context.models("models", steps);
    if models.is_empty() {
        return;
    }
    steps.step("release xtask", || {
        let mut build = cargo(&context.root, &context.target);
        succeed(build.args(["build", "--release", "--package", "xtask"]))?;
        Ok(Outcome::Passed("built".to_owned()))
    });
    let xtask = context.target.join("release/xtask");
    for model in models {
        let folder = folder(context, &model);
        steps.step(&stem(&model), || {
            let mut runs = Vec::new();
            let mut warnings = String::new();
            for _ in 0..RUNS {
                tree::remove(&folder)?;
                let mut generate = generation(Command::new(&xtask), context, &model);
                let (seconds, finished) = timed(&mut generate)?;
                runs.push(seconds);
                warnings = finished.stderr;
            }
            runs.sort_by(f64::total_cmp);
            let (median, lines) = (runs[RUNS / 2], tree::lines_of_rust(&folder.join("src"))?);
            let left_out: Vec<&str> = warnings.lines().filter_map(left_out).collect();
            let without = list(", without ", ", ", &left_out);
            Ok(Outcome::Passed(format!(
                "{median:.2} s (median of {RUNS}), {lines} lines{without}",
            )))
        });
    }
}

pub(super) fn lint(context: &Context, steps: &mut Steps) {
    let models = context.models("models", steps);
    each_crate(context, steps, &models, &[], |folder, _, _| {
        let mut clippy = cargo(folder, &context.target);
        clippy.args(["clippy", "--quiet", "--all-targets", "--all-features"]);
        succeed(clippy.args(["--", "--deny", "warnings"]))?;
        let figures = "client and server compile without a warning";
        Ok(Outcome::Passed(figures.to_owned()))
    });
}

pub(super) fn endpoints(context: &Context, steps: &mut Steps) {
    let models = context.models("models", steps);
    each_crate(context, steps, &models, &[], |folder, model, _| {
        let cases = endpoint_cases(model)?;
        if cases == 0 {
            let why = "the model has no endpoint tests";
            return Ok(Outcome::Skipped(why.to_owned()));
        }
        let mut test = cargo(folder, &context.target);
        let finished = succeed(test.args(["test", "--quiet", "--lib", "endpoint"]))?;
        if ran_tests(&finished.stdout) == 0 {
            return Err(Error::Other(finished.tail()));
        }
        Ok(Outcome::Passed(format!("{cases} cases")))
    });
}

pub(super) fn round_trips(context: &Context, steps: &mut Steps) {
    let mut models = context.models("models", steps);
    models.extend(tree::json_files(&context.root.join(SUITE)).unwrap_or_default());
    let options = ["--tests"];
    each_crate(context, steps, &models, &options, |folder, _, warnings| {
        let mut test = cargo(folder, &context.target);
        test.args(["test", "--quiet", "--lib", "--features", "server"]);
        let finished = succeed(test.arg("generated::tests"))?;
        if finished.stderr.contains("warning") {
            return Err(Error::Other(finished.tail()));
        }
        let operations = fs::read_dir(folder.join("src/generated/operation"));
        // All but `mod.rs`.
        let operations = operations.map_err(Error::io(folder))?.count() - 1;
        let tests = ran_tests(&finished.stdout);
        let warnings = warnings.lines();
        let uncovered: Vec<&str> = warnings
            .filter_map(|line| line.strip_prefix("warning: tests: "))
            .collect();
        let but = list("; not covered: ", "; ", &uncovered);
        Ok(Outcome::Passed(format!(
            "{operations} operations, {tests} tests{but}"
        )))
    });
}

/// Items in a row with what comes before them; nothing, if there are none.
fn list(before: &str, between: &str, items: &[&str]) -> String {
    if items.is_empty() {
        return String::new();
    }
    format!("{before}{}", items.join(between))
}

/// Generates a crate from each model, both sides, and does something with its folder, the model and the warnings.
fn each_crate(
    context: &Context,
    steps: &mut Steps,
    models: &[PathBuf],
    options: &[&str],
    run: impl Fn(&Path, &Path, &str) -> Result<Outcome, Error>,
) {
    for model in models {
        steps.step(&stem(model), || {
            let mut generate = generation(process::xtask(&context.root)?, context, model);
            let finished = succeed(generate.args(options))?;
            let folder = folder(context, model);
            // The workspace's versions, so that what it has built is used again.
            let lock = context.root.join("Cargo.lock");
            fs::copy(&lock, folder.join("Cargo.lock")).map_err(Error::io(&lock))?;
            run(&folder, model, &finished.stderr)
        });
    }
}

/// The command that generates a crate from a model into its folder.
fn generation(mut xtask: Command, context: &Context, model: &Path) -> Command {
    xtask
        .current_dir(&context.root)
        .args(["codegen", "--server", "--package"])
        .arg(format!("verify-{}", stem(model)))
        .arg("--model")
        .arg(model)
        .arg("--out")
        .arg(folder(context, model));
    xtask
}

fn folder(context: &Context, model: &Path) -> PathBuf {
    context.target.join("verify").join(stem(model))
}

/// The operation that a warning names as left out.
pub(super) fn left_out(warning: &str) -> Option<&str> {
    let (place, _) = warning.split_once(": the operation is left out")?;
    place.rsplit('#').next()
}

/// How many endpoint tests a model brings.
fn endpoint_cases(model: &Path) -> Result<usize, Error> {
    let text = read(model)?;
    let model: Value = serde_json::from_str(&text)
        .map_err(|error| Error::Other(format!("{}: {error}", model.display())))?;
    let shapes = model["shapes"].as_object().into_iter().flatten();
    let cases = shapes.filter_map(|(_, shape)| {
        shape["traits"]["smithy.rules#endpointTests"]["testCases"].as_array()
    });
    Ok(cases.map(Vec::len).sum())
}

/// The tests that cargo counts as passed.
fn ran_tests(output: &str) -> usize {
    let results = output.lines().filter_map(|line| {
        let (_, rest) = line.split_once("test result: ok. ")?;
        rest.split_once(" passed")?.0.parse::<usize>().ok()
    });
    results.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_left_out_are_named() {
        let warnings = "warning: model: x#Tag (smithy.api#pattern): no regular expression\n\
            warning: model: x#Watch: the operation is left out: x#Out$Events is an event stream\n";
        let left_out: Vec<&str> = warnings.lines().filter_map(left_out).collect();
        assert_eq!(left_out, ["Watch"]);
    }

    #[test]
    fn passed_tests_are_counted_over_all_programs() {
        let output = "running 2 tests\n..\ntest result: ok. 2 passed; 0 failed; 0 ignored\n\
            test result: ok. 3 passed; 0 failed\n";
        assert_eq!(ran_tests(output), 5);
        assert_eq!(ran_tests("test result: FAILED. 1 passed; 1 failed"), 0);
    }

    #[test]
    fn endpoint_cases_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("model.json");
        let text = r##"{"shapes": {"x#S": {"traits": {"smithy.rules#endpointTests": {"testCases": [{}, {}]}}}}}"##;
        fs::write(&model, text).unwrap();
        assert_eq!(endpoint_cases(&model).unwrap(), 2);
    }
}
