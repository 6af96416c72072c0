//! Tests of the command line's package for longer than they take themselves: `connect serve` under faults and quotas, `connect
//! export` of many trees against it, and both importers and endpoints over one PostgreSQL.

use super::{Context, Outcome, Steps};
use crate::error::Error;
use crate::postgres::Programs;
use crate::process::{self, cargo};

pub(super) fn soak(context: &Context, steps: &mut Steps) {
    let variables = [
        (
            "CONNECT_TEST_SOAK_MINUTES",
            context.soak_minutes.to_string(),
        ),
        (
            "CONNECT_TEST_SOAK_CLIENTS",
            context.soak_clients.to_string(),
        ),
    ];
    steps.step("connect serve", || test(context, "soak", &[], &variables));
}

pub(super) fn export(context: &Context, steps: &mut Steps) {
    let variables = [(
        "CONNECT_TEST_EXPORT_TREES",
        context.export_trees.to_string(),
    )];
    steps.step("connect export", || {
        test(context, "export", &[], &variables)
    });
}

/// Optimised, since a million contacts take long enough, but not as what is released.
pub(super) fn postgres(context: &Context, steps: &mut Steps) {
    steps.step("several processes", || {
        let folder = context.target.join("verify/postgres");
        let programs = match Programs::find(&context.root) {
            Ok(programs) => programs,
            Err(why) => return Ok(Outcome::Skipped(why)),
        };
        let server = programs.start(&folder)?;
        let variables = [
            ("CONNECT_TEST_POSTGRES", server.url()),
            ("CONNECT_TEST_POSTGRES_RESTART", server.restart_line()),
            (
                "CONNECT_TEST_POSTGRES_CONTACTS",
                context.postgres_contacts.to_string(),
            ),
            (
                "CONNECT_TEST_POSTGRES_RESTARTS",
                context.postgres_restarts.to_string(),
            ),
            ("CARGO_PROFILE_RELEASE_LTO", "false".to_owned()),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16".to_owned()),
        ];
        let flags = ["--release", "--features", "postgres"];
        test(context, "shared", &flags, &variables)
    });
}

/// Runs the tests whose names have `name`, one after another, which print their figures in lines that begin with it.
fn test(
    context: &Context,
    name: &str,
    flags: &[&str],
    variables: &[(&str, String)],
) -> Result<Outcome, Error> {
    let mut test = cargo(&context.root, &context.target);
    test.envs(variables.iter().map(|(name, value)| (name, value)));
    test.args(["test", "--package", "connect-cli"]).args(flags);
    test.args(["--test", "cli", name, "--", "--nocapture"]);
    let finished = process::run(test.arg("--test-threads=1"))?;
    let prefix = format!("{name}: ");
    let lines = finished.stdout.lines();
    // The first one stands behind the test's name.
    let figures = lines.filter_map(|line| Some(line.split_once(&prefix)?.1));
    let figures = figures.collect::<Vec<_>>().join("; ");
    if !finished.success || figures.is_empty() {
        return Err(Error::Other(format!("{figures}\n{}", finished.tail())));
    }
    Ok(Outcome::Passed(figures))
}
