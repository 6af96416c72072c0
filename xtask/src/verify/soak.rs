//! Tests of the command line's package for longer than they take themselves: `connect serve` under faults and quotas, and
//! `connect export` of many trees against it.

use super::{Context, Outcome, Steps};
use crate::error::Error;
use crate::process::{self, cargo};

pub(super) fn run(context: &Context, steps: &mut Steps) {
    let (minutes, clients) = (context.soak_minutes, context.soak_clients);
    let variables = [
        ("CONNECT_TEST_SOAK_MINUTES", minutes.to_string()),
        ("CONNECT_TEST_SOAK_CLIENTS", clients.to_string()),
    ];
    test(context, steps, "connect serve", "soak", &variables);
}

pub(super) fn export(context: &Context, steps: &mut Steps) {
    let variables = [(
        "CONNECT_TEST_EXPORT_TREES",
        context.export_trees.to_string(),
    )];
    test(context, steps, "connect export", "export", &variables);
}

/// Runs the tests whose names have `name`, which print their figures in lines that begin with it.
fn test(
    context: &Context,
    steps: &mut Steps,
    subject: &str,
    name: &str,
    variables: &[(&str, String)],
) {
    steps.step(subject, || {
        let mut test = cargo(&context.root, &context.target);
        test.envs(variables.iter().map(|(name, value)| (name, value)));
        test.args(["test", "--package", "connect-cli"]);
        let finished = process::run(test.args(["--test", "cli", name, "--", "--nocapture"]))?;
        let prefix = format!("{name}: ");
        let lines = finished.stdout.lines();
        let figures = lines.filter_map(|line| line.strip_prefix(&prefix));
        let figures = figures.collect::<Vec<_>>().join("; ");
        if !finished.success || figures.is_empty() {
            return Err(Error::Other(format!("{figures}\n{}", finished.tail())));
        }
        Ok(Outcome::Passed(figures))
    });
}
