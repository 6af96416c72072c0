//! `connect serve` under faults and quotas: the test of the command line's package for longer than it takes itself.

use super::{Context, Outcome, Steps};
use crate::error::Error;
use crate::process::{self, cargo};

pub(super) fn run(context: &Context, steps: &mut Steps) {
    steps.step("connect serve", || {
        let mut test = cargo(&context.root, &context.target);
        test.env(
            "CONNECT_TEST_SOAK_MINUTES",
            context.soak_minutes.to_string(),
        );
        test.env(
            "CONNECT_TEST_SOAK_CLIENTS",
            context.soak_clients.to_string(),
        );
        test.args(["test", "--package", "connect-cli"]);
        let finished = process::run(test.args(["--test", "cli", "soak", "--", "--nocapture"]))?;
        let figures = finished
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix("soak: "));
        let figures = figures.collect::<Vec<_>>().join("; ");
        if !finished.success || figures.is_empty() {
            return Err(Error::Other(format!("{figures}\n{}", finished.tail())));
        }
        Ok(Outcome::Passed(figures))
    });
}
