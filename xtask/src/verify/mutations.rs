//! Broken models: the property test of the generator with many more mutants than the test suite takes.

use super::{Context, Outcome, Steps};
use crate::process::{cargo, succeed};

/// Mutants of each model.
const MUTANTS: u32 = 1_000;

pub(super) fn run(context: &Context, steps: &mut Steps) {
    // Without published models, those of the workspace are mutated.
    context.models("models", steps);
    steps.step("mutants", || {
        let mut test = cargo(&context.root, &context.target);
        test.env("MUTATIONS", MUTANTS.to_string());
        test.args(["test", "--release", "--package", "connect-test-codegen"]);
        let finished = succeed(test.args(["--test", "mutations", "--", "--nocapture"]))?;
        let (generated, rejected) = count(&finished.stdout);
        Ok(Outcome::Passed(format!(
            "{generated} mutants generated, {rejected} rejected with their place, none panicked"
        )))
    });
}

/// Mutants generated and rejected, over all lines of the form `model.json: 12 generated, 3 rejected`.
fn count(output: &str) -> (usize, usize) {
    let counts = output.lines().filter_map(|line| {
        let (_, counts) = line.rsplit_once(": ")?;
        let (generated, rejected) = counts.split_once(" generated, ")?;
        let rejected = rejected.strip_suffix(" rejected")?;
        Some((generated.parse().ok()?, rejected.parse().ok()?))
    });
    counts.fold((0, 0), |sum, one: (usize, usize)| {
        (sum.0 + one.0, sum.1 + one.1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutants_are_counted_over_all_models() {
        let output = "running 2 tests\na.json: 12 generated, 3 rejected\ntest x ... ok\nb.json: 1 generated, 20 rejected\n";
        assert_eq!(count(output), (13, 23));
    }
}
