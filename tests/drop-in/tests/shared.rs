//! The programs in `../shared/dropin`, written for `aws-sdk-connect`: each is built in a crate of its own kind, with the
//! rename and nothing else, and run. They are not part of the repository; where they are not there, the test says so.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bytes::Bytes;
use connect_local_endpoint::{Credentials, LocalEndpoint, OnRejection, Store};
use connect_tests::record::{self, Record};
use connect_tests::socket::Socket;
use http::{Request, Response};
use tokio::task::block_in_place;

const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/dropin");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// Built dependencies are found here: the target folder of this run.
const TARGET: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/..");

/// The programs, by name.
struct Programs(PathBuf);

impl Programs {
    /// Builds them; none where they are not there.
    fn build() -> Option<Self> {
        let Ok(programs) = fs::read_dir(PROGRAMS) else {
            // Past the test harness, which keeps to itself what passing tests print.
            let _ = writeln!(std::io::stderr(), "skipped: ../shared/dropin is not there");
            return None;
        };
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("drop-in");
        let bins = scratch.join("src/bin");
        let _ = fs::remove_dir_all(&scratch);
        fs::create_dir_all(&bins).unwrap();
        for program in programs {
            let program = program.unwrap();
            fs::copy(program.path(), bins.join(program.file_name())).unwrap();
        }
        fs::write(scratch.join("Cargo.toml"), manifest()).unwrap();
        // The same versions as here, which are built already.
        fs::copy(format!("{ROOT}/Cargo.lock"), scratch.join("Cargo.lock")).unwrap();
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--bins", "--target-dir", TARGET])
            .current_dir(&scratch)
            .status()
            .unwrap();
        assert!(built.success(), "the programs do not compile");
        Some(Self(Path::new(TARGET).join("debug")))
    }

    /// Runs a program with arguments and an environment that is nothing but these variables.
    fn run(&self, name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let program = self
            .0
            .join(name)
            .with_extension(std::env::consts::EXE_EXTENSION);
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(variables.iter().copied());
        block_in_place(|| command.output()).unwrap()
    }
}

/// The manifest of a program's author, who renamed one dependency.
fn manifest() -> String {
    let root: String = fs::read_to_string(format!("{ROOT}/Cargo.toml")).unwrap();
    let version = |name: &str| {
        let line = root.lines().find(|line| line.starts_with(name)).unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    };
    format!(
        r#"[package]
name = "drop-in"
edition = "2024"

[dependencies]
aws-sdk-connect = {{ package = "connect-sdk", path = {:?} }}
aws-config = {{ version = "{}", default-features = false, features = ["rt-tokio"] }}
tokio = {{ version = "{}", features = ["macros", "rt-multi-thread"] }}

[profile.dev]
# As in the workspace, so that what it has built fits.
debug = "line-tables-only"

# Without an HTTP client of its own, which takes longer to build than all the rest, `aws-config` finds what is in the
# environment all the same. An assertion there wants one to be on hand.
[profile.dev.package.aws-smithy-runtime]
debug-assertions = false

[workspace]
"#,
        format!("{ROOT}/crates/connect-sdk"),
        version("aws-config"),
        version("tokio"),
    )
}

fn stdout(output: &Output) -> &str {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    assert_eq!(error, "");
    std::str::from_utf8(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_written_for_aws_sdk_connect_compile_and_run() {
    let Some(programs) = block_in_place(Programs::build) else {
        return;
    };
    manual_paging(&programs).await;
    errors(&programs).await;
    assert_eq!(stdout(&programs.run("03_types", &[], &[])), "");
}

/// It asks for the tree of `contact` in `instance` with a key of its own, 100 at a time, and prints a line for each contact.
async fn manual_paging(programs: &Programs) {
    let id = |place| match place {
        0 => "contact".to_owned(),
        place => format!("contact-{place:03}"),
    };
    let mut records = Vec::new();
    let mut expected = String::new();
    for place in 0..130 {
        let record = Record::new("instance", &id(place), place);
        let started = 1_773_446_400 + place;
        if place == 0 {
            records.push(record);
            expected += &format!("contact VOICE true false {started} None\n");
            continue;
        }
        let (id, previous) = (id(place), id(place - 1));
        records.push(
            record
                .with("Channel", "CHAT")
                .with("InitiationMethod", "TRANSFER")
                .with("PreviousContactId", previous.as_str()),
        );
        expected += &format!("{id} CHAT false true {started} Some({previous:?})\n");
    }
    let store = block_in_place(|| {
        let store = Store::in_memory().unwrap();
        let records = record::file(&records);
        store
            .import("test", records.as_bytes(), OnRejection::Abort)
            .unwrap();
        store
    });
    let endpoint = LocalEndpoint::builder()
        .store(store)
        .credentials(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "test",
        ))
        .start()
        .await
        .unwrap();
    let output = programs.run("01_manual_paging", &[&endpoint.url()], &[]);
    assert_eq!(stdout(&output), expected);
}

/// It makes one call under what `aws-config` finds in the environment, and prints what came of it.
async fn errors(programs: &Programs) {
    let run = |url: &str| {
        let variables = [
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ENDPOINT_URL", url),
            // No delays between attempts.
            ("AWS_MAX_ATTEMPTS", "1"),
            ("AWS_CONFIG_FILE", "/nonexistent"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        stdout(&programs.run("02_errors", &[], &variables)).to_owned()
    };
    for (status, code, body, expected) in [
        (
            200,
            "",
            r#"{"ContactSummaryList": []}"#,
            "request Some(\"request-1\")\nOk(true)\n",
        ),
        (404, "ResourceNotFoundException", "{}", "Ok(false)\n"),
        (429, "ThrottlingException", "{}", "Err(\"slow down\")\n"),
        (
            400,
            "InvalidRequestException",
            r#"{"Message": "no"}"#,
            r#"Err("Some(\"no\") 400")"#,
        ),
        (
            500,
            "InternalServiceException",
            r#"{"Message": "sorry"}"#,
            r#"Err("Some(\"InternalServiceException\"): Some(\"sorry\")")"#,
        ),
        (200, "", "{", r#"Err("ListAssociatedContacts: "#),
    ] {
        let socket = Socket::handling(move |_: Request<Bytes>| {
            let response = Response::builder()
                .status(status)
                .header("x-amzn-errortype", code);
            response.body(Bytes::from_static(body.as_bytes())).unwrap()
        });
        let printed = run(&socket.await.unwrap().url());
        assert!(printed.starts_with(expected), "{printed}");
    }
    // Nobody listens on a port that was given back.
    let gone = Socket::handling(|_: Request<Bytes>| Response::default())
        .await
        .unwrap()
        .url();
    assert_eq!(run(&gone), "Err(\"network\")\n");
}
