//! Tests of the command line's package for longer than they take themselves: `connect serve` under faults and quotas, `connect
//! export` of many trees against it, and both importers and endpoints over one PostgreSQL.

use std::fs;
use std::path::Path;

use super::{Context, Outcome, Steps};
use crate::error::Error;
use crate::postgres::{Programs, Server};
use crate::process::{self, cargo, succeed};

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

/// The tests that are skipped elsewhere, with the features that other steps of the gate have built already.
const OVER_POSTGRES: [&str; 3] = [
    "connect-local-endpoint --features postgres --lib -- store::",
    "connect-cli --features parquet,postgres --test cli -- postgres::",
    // What restarts the server is alone with it.
    "connect-cli --features parquet,postgres --test cli -- --test-threads=1 shared::",
];

pub(super) fn store(context: &Context, steps: &mut Steps) {
    over_postgres(context, steps, "tests", |server| {
        let mut figures = Vec::new();
        for tests in OVER_POSTGRES {
            let mut test = cargo(&context.root, &context.target);
            test.envs(variables(server)).env("PROPTEST_CASES", "16");
            test.args(["test", "--package"]).args(tests.split(' '));
            let finished = succeed(&mut test)?;
            let mut lines = finished.stdout.lines();
            let result = lines.find_map(|line| line.strip_prefix("test result: ok. "));
            let passed = result.and_then(|result| result.split(';').next());
            let (_, name) = tests.rsplit_once(' ').unwrap_or_default();
            figures.push(format!("{name} {}", passed.unwrap_or("nothing")));
        }
        Ok(Outcome::Passed(figures.join(", ")))
    });
}

/// Optimised, since a million contacts take long enough, but not as what is released.
pub(super) fn postgres(context: &Context, steps: &mut Steps) {
    over_postgres(context, steps, "several processes", |server| {
        let variables = variables(server).into_iter().chain([
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
        ]);
        let flags = ["--release", "--features", "postgres"];
        test(context, "shared", &flags, &variables.collect::<Vec<_>>())
    });
}

/// Where the tests find the server, and what restarts it.
fn variables(server: &Server) -> [(&'static str, String); 2] {
    [
        ("CONNECT_TEST_POSTGRES", server.url()),
        ("CONNECT_TEST_POSTGRES_RESTART", server.restart_line()),
    ]
}

/// A step with a PostgreSQL server of its own.
fn over_postgres(
    context: &Context,
    steps: &mut Steps,
    subject: &str,
    run: impl FnOnce(&Server) -> Result<Outcome, Error>,
) {
    steps.step(subject, || {
        let folder = context.target.join("verify");
        fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        let temporary = std::env::temp_dir();
        let name = format!("connect-postgres-{}", std::process::id());
        // The user who runs PostgreSQL may have no way to where this is built.
        let find = |within: &Path, name: &str| Ok((Programs::find(within)?, within.join(name)));
        let found = find(&folder, "postgres").or_else(|_: String| find(&temporary, &name));
        let (programs, folder) = match found {
            Ok(found) => found,
            Err(why) => return Ok(Outcome::Skipped(why)),
        };
        let server = programs.start(&folder)?;
        run(&server).map_err(|error| {
            let said = server.said();
            let last = said.len().saturating_sub(4_000);
            let said = String::from_utf8_lossy(&said.as_bytes()[last..]);
            Error::Other(format!("{error}\n{said}"))
        })
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
