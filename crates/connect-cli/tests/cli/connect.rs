//! Runs the binary as a user would, but for the environment, which is empty.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const KEY: &str = "AKIDINTEGRATION";
pub(crate) const SECRET: &str = "integration-secret";

/// What a command printed, and its exit code.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl Ran {
    /// The standard output of a command that succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// The standard error of a command that ended with `code` and printed nothing else.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (Some(code), ""),
            "{self:?}"
        );
        self.stderr
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
            code: output.status.code(),
        }
    }
}

/// The IDs of a page of contacts, as `list-associated-contacts` prints it.
pub(crate) fn ids(page: &Value) -> Vec<&str> {
    let contacts = page["ContactSummaryList"].as_array().expect("a list");
    contacts
        .iter()
        .map(|contact| contact["ContactId"].as_str().expect("an ID"))
        .collect()
}

/// The binary, with a home directory that is not there.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connect"));
    command
        .args(arguments)
        .env_clear()
        .env("TZ", "UTC")
        .env("HOME", "/nonexistent");
    command.stdin(Stdio::null());
    command
}

/// Runs a command.
pub(crate) fn connect(arguments: &[&str]) -> Ran {
    run(command(arguments))
}

/// Runs a command that has been prepared.
pub(crate) fn run(mut command: Command) -> Ran {
    command.output().expect("the binary runs").into()
}

/// `connect serve` on a database of its own, ended when dropped.
pub(crate) struct Served {
    pub(crate) url: String,
    pub(crate) folder: TempDir,
    pub(crate) child: Child,
}

impl Served {
    /// Serves the samples.
    pub(crate) fn samples() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let records = folder.path().join("records.jsonl");
        std::fs::write(&records, connect(&["samples"]).ok()).expect("the folder takes files");
        let database = database(&folder);
        connect(&["import", text(&records), "--database", text(&database)]).ok();
        Self::start(
            folder,
            &[
                ("AWS_ACCESS_KEY_ID", KEY),
                ("AWS_SECRET_ACCESS_KEY", SECRET),
            ],
        )
        .0
    }

    /// Starts the server, and answers it with all its first lines up to the one that ends them.
    pub(crate) fn start(folder: TempDir, environment: &[(&str, &str)]) -> (Self, Vec<String>) {
        let mut serve = command(&["serve", "--database", text(&database(&folder))]);
        serve
            .envs(environment.iter().copied())
            .stdout(Stdio::piped());
        let mut child = serve.spawn().expect("the binary runs");
        let lines = if environment.is_empty() { 3 } else { 1 };
        let stdout = BufReader::new(child.stdout.as_mut().expect("standard output is piped"));
        let lines: Vec<_> = stdout
            .lines()
            .take(lines)
            .map(|line| line.expect("UTF-8"))
            .collect();
        let url = lines[0].clone();
        (Self { url, folder, child }, lines)
    }

    /// A command against this server, with its credentials.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.args(["--endpoint-url", &self.url, "--region", "us-east-1"]);
        command.envs([
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
        ]);
        command
    }

    /// Runs a command against this server.
    pub(crate) fn connect(&self, arguments: &[&str]) -> Ran {
        run(self.command(arguments))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn database(folder: &TempDir) -> PathBuf {
    folder.path().join("contacts.db")
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("the test's paths are UTF-8")
}

/// Writes a file into a folder and answers its path.
pub(crate) fn file(folder: &TempDir, name: &str, content: &str) -> String {
    let path = folder.path().join(name);
    let mut file = std::fs::File::create(&path).expect("the folder takes files");
    file.write_all(content.as_bytes())
        .expect("the folder takes files");
    text(&path).to_owned()
}
