//! The program of `tests/drop-in` on `aws-sdk-connect` itself, against `connect serve`: it must print what it prints on our client.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Context, Outcome, Steps};
use crate::error::Error;
use crate::process::{Server, cargo, run, succeed};
use crate::workspace::read;

/// The instance of the samples, and a contact of its largest tree.
const KNOWN: [&str; 2] = [
    "5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48",
    "51705299-7f7e-4b61-91df-49e93d3ec8a9",
];
/// What the program's documentation asks for.
const QUOTA: &str = "0.001/40";
const KEYS: &str = r#"
[[key]]
access_key_id = "AKIDDESK"
secret_access_key = "secret"
operations = ["*"]
instances = ["*"]

[[key]]
access_key_id = "AKIDREADER"
secret_access_key = "secret"
operations = []
instances = ["*"]
"#;

pub(super) fn compare(context: &Context, steps: &mut Steps) {
    steps.step("aws-sdk-connect", || {
        let peers = context.root.join("tests/peers");
        let target = context.target.join("verify/operations");
        let fetched = run(cargo(&peers, &target).args(["fetch", "--locked"]))?;
        if !fetched.success {
            let why = fetched.stderr.lines().next_back().unwrap_or_default();
            return Ok(Outcome::Skipped(format!("it cannot be had: {why}")));
        }
        let mut build = cargo(&peers, &target);
        // Two compilers at once need 5 GiB, and debug information would need more.
        build.env("CARGO_PROFILE_DEV_DEBUG", "0");
        succeed(build.args([
            "build",
            "--locked",
            "--jobs",
            "2",
            "--package",
            "peer-operations",
        ]))?;
        let mut build = cargo(&context.root, &context.target);
        succeed(build.args(["build", "--package", "connect-cli"]))?;
        let folder = target.join("served");
        fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        let server = serve(&context.target.join("debug/connect"), &folder)?;
        let mut program = Command::new(target.join("debug/peer-operations"));
        let printed = succeed(program.arg(&server.url).args(KNOWN))?.stdout;
        let expected = read(&context.root.join("tests/drop-in/tests/scenario.txt"))?;
        let count = expected.lines().count();
        let mut lines = printed.lines().zip(expected.lines());
        if let Some((printed, expected)) = lines.find(|(printed, expected)| printed != expected) {
            let what = format!("it prints\n{printed}\nwhere our client prints\n{expected}");
            return Err(Error::Other(what));
        }
        if printed != expected {
            return Err(Error::Other(format!("it does not print {count} lines")));
        }
        Ok(Outcome::Passed(format!("{count} lines as by our client")))
    });
}

/// `connect serve` with the samples.
fn serve(connect: &Path, folder: &Path) -> Result<Server, Error> {
    let (seed, keys) = (folder.join("records.jsonl"), folder.join("keys.toml"));
    let samples = succeed(Command::new(connect).arg("samples"))?;
    fs::write(&seed, &samples.stdout).map_err(Error::io(&seed))?;
    fs::write(&keys, KEYS).map_err(Error::io(&keys))?;
    let mut serve = Command::new(connect);
    serve.args(["serve", "--quota", QUOTA, "--seed"]).arg(seed);
    Server::start(serve.arg("--keys").arg(keys).stderr(Stdio::null()))
}
