//! Parts that generate a crate from each published model: how long that takes, whether it compiles, whether its tests pass.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use super::process::{self, cargo};
use super::{Context, Outcome, Steps};
use crate::codegen::read;
use crate::conformance;
use crate::error::Error;
use crate::tree::lines_of_rust;

/// Generations of a model that are timed; the median counts.
const RUNS: usize = 3;

pub(super) fn generate(context: &Context, steps: &mut Steps) {
    let models = published(context, steps);
    if models.is_empty() {
        return;
    }
    let mut built = false;
    steps.step("release xtask", || {
        let build = process::run(cargo(&context.root, &context.target).args([
            "build",
            "--release",
            "--package",
            "xtask",
        ]))?;
        built = build.success;
        Ok(if built {
            Outcome::Passed("built".to_owned())
        } else {
            Outcome::Failed(build.tail())
        })
    });
    if !built {
        return;
    }
    let xtask = context.target.join("release/xtask");
    for model in models {
        let name = stem(&model);
        steps.step(&name, || {
            let mut runs = Vec::new();
            let mut last = None;
            for _ in 0..RUNS {
                let folder = folder(context, &name);
                if folder.exists() {
                    fs::remove_dir_all(&folder).map_err(Error::io(&folder))?;
                }
                let mut generate = generate_command(Command::new(&xtask), context, &model, &[]);
                let began = Instant::now();
                let finished = process::run(&mut generate)?;
                runs.push(began.elapsed());
                if !finished.success {
                    return Ok(Outcome::Failed(finished.tail()));
                }
                last = Some(finished);
            }
            runs.sort();
            let lines = lines_of_rust(&folder(context, &name).join("src"))?;
            let warnings = last.map(|finished| finished.stderr).unwrap_or_default();
            let left_out: Vec<&str> = warnings.lines().filter_map(left_out).collect();
            let without = match left_out.as_slice() {
                [] => String::new(),
                names => format!(", without {}", names.join(", ")),
            };
            Ok(Outcome::Passed(format!(
                "{:.2} s (median of {RUNS}), {lines} lines{without}",
                runs[RUNS / 2].as_secs_f64(),
            )))
        });
    }
}

pub(super) fn check(context: &Context, steps: &mut Steps) {
    let models = published(context, steps);
    each_crate(context, steps, &models, &[], |folder, _, _| {
        let mut clippy = cargo(folder, &context.target);
        clippy.args(["clippy", "--quiet", "--all-targets", "--all-features"]);
        let finished = process::run(clippy.args(["--", "--deny", "warnings"]))?;
        Ok(if finished.success {
            Outcome::Passed("client and server compile without a warning".to_owned())
        } else {
            Outcome::Failed(finished.tail())
        })
    });
}

pub(super) fn endpoints(context: &Context, steps: &mut Steps) {
    let models = published(context, steps);
    each_crate(context, steps, &models, &[], |folder, model, _| {
        let mut test = cargo(folder, &context.target);
        let finished = process::run(test.args(["test", "--quiet", "--lib", "endpoint"]))?;
        let passed = finished.stdout.contains("test result: ok");
        Ok(match endpoint_cases(model)? {
            0 => Outcome::Skipped("the model has no endpoint tests".to_owned()),
            cases if passed && ran_tests(&finished.stdout) > 0 => {
                Outcome::Passed(format!("{cases} cases"))
            }
            _ => Outcome::Failed(finished.tail()),
        })
    });
}

pub(super) fn round_trips(context: &Context, steps: &mut Steps) {
    let mut models = published(context, steps);
    models.extend(conformance::own_suite(&context.root).unwrap_or_default());
    each_crate(
        context,
        steps,
        &models,
        &["--tests"],
        |folder, _, warnings| {
            let mut test = cargo(folder, &context.target);
            test.args(["test", "--quiet", "--lib", "--features", "server"]);
            let finished = process::run(test.arg("generated::tests"))?;
            let operations = fs::read_dir(folder.join("src/generated/operation"));
            // All but `mod.rs`.
            let operations = operations.map_err(Error::io(folder))?.count() - 1;
            Ok(
                if finished.success && !finished.stderr.contains("warning") {
                    let tests = ran_tests(&finished.stdout);
                    let untested = warnings
                        .lines()
                        .filter_map(|line| line.strip_prefix("warning: tests: "));
                    let untested: Vec<&str> = untested.collect();
                    let but = match untested.as_slice() {
                        [] => String::new(),
                        untested => format!("; not covered: {}", untested.join("; ")),
                    };
                    Outcome::Passed(format!("{operations} operations, {tests} tests{but}"))
                } else {
                    Outcome::Failed(finished.tail())
                },
            )
        },
    );
}

/// Generates a crate from each model, both sides, and does something with its folder, the model and what was warned of.
fn each_crate(
    context: &Context,
    steps: &mut Steps,
    models: &[PathBuf],
    options: &[&str],
    run: impl Fn(&Path, &Path, &str) -> Result<Outcome, Error>,
) {
    for model in models {
        let name = stem(model);
        steps.step(&name, || {
            let xtask = process::xtask(&context.root)?;
            let finished = process::run(&mut generate_command(xtask, context, model, options))?;
            if !finished.success {
                return Ok(Outcome::Failed(finished.tail()));
            }
            let folder = folder(context, &name);
            // The workspace's versions, so that what it has built is used again.
            let lock = context.root.join("Cargo.lock");
            fs::copy(&lock, folder.join("Cargo.lock")).map_err(Error::io(&lock))?;
            run(&folder, model, &finished.stderr)
        });
    }
}

/// The published models. Where there are none, the part says so.
fn published(context: &Context, steps: &mut Steps) -> Vec<PathBuf> {
    let models = context.models("models");
    if models.is_empty() {
        let folder = context.shared.join("models");
        steps.skip(format!("no models in {}", folder.display()));
    }
    models
}

fn generate_command(
    mut xtask: Command,
    context: &Context,
    model: &Path,
    options: &[&str],
) -> Command {
    let name = stem(model);
    xtask
        .current_dir(&context.root)
        .args(["codegen", "--server", "--package"])
        .arg(format!("verify-{name}"))
        .arg("--model")
        .arg(model)
        .arg("--out")
        .arg(folder(context, &name))
        .args(options);
    xtask
}

fn folder(context: &Context, name: &str) -> PathBuf {
    context.target.join("verify").join(name)
}

fn stem(model: &Path) -> String {
    let stem = model.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
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
