//! Runs the binary as a user would, but for the environment, which is empty.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const KEY: &str = "AKIDINTEGRATION";
pub(crate) const SECRET: &str = "integration-secret";
/// The key pair, as variables of the environment.
pub(crate) const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", KEY),
    ("AWS_SECRET_ACCESS_KEY", SECRET),
];

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

    /// The standard output of a command that succeeded, as JSON.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.ok()).expect("JSON")
    }

    /// The standard error of a command that ended with `code` and printed nothing else, trimmed.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        let ended = (self.code, self.stdout.as_str());
        assert_eq!(ended, (Some(code), ""), "{self:?}");
        self.stderr.trim().to_owned()
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

/// Fails unless the text contains the part.
#[track_caller]
pub(crate) fn contains(text: &str, part: &str) {
    assert!(text.contains(part), "no {part:?} in {text}");
}

/// Fails unless the text starts with the part.
#[track_caller]
pub(crate) fn starts_with(text: &str, part: &str) {
    assert!(text.starts_with(part), "no {part:?} before {text}");
}

/// The IDs of a page of contacts, as `list-associated-contacts` prints it.
pub(crate) fn ids(page: &Value) -> Vec<&str> {
    let contacts = page["ContactSummaryList"].as_array().expect("a list");
    contacts
        .iter()
        .map(|contact| contact["ContactId"].as_str().expect("an ID"))
        .collect()
}

/// The binary with a command line, split as a shell does, and a home directory that is not there.
pub(crate) fn command(line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connect"));
    command
        .args(shlex::split(line).expect("quotes are closed"))
        .env_clear()
        .envs([("TZ", "UTC"), ("HOME", "/nonexistent")])
        .stdin(Stdio::null());
    command
}

/// Runs a command line.
pub(crate) fn connect(line: &str) -> Ran {
    run(command(line))
}

/// Runs a command that has been prepared.
pub(crate) fn run(mut command: Command) -> Ran {
    command.output().expect("the binary runs").into()
}

/// All that a child writes to one of its pipes.
pub(crate) fn read(pipe: Option<impl Read>) -> String {
    let mut text = String::new();
    let mut pipe = pipe.expect("it is piped");
    pipe.read_to_string(&mut text).expect("UTF-8");
    text
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
        Self::samples_with("")
    }

    /// Serves the samples, with these flags.
    pub(crate) fn samples_with(flags: &str) -> Self {
        let folder = folder();
        let records = file(&folder, "records.jsonl", &connect("samples").ok());
        let database = database(&folder);
        connect(&format!("import '{records}' --database '{database}'")).ok();
        Self::start_with(folder, &KEYS, flags).0
    }

    /// Starts the server with some variables, and returns it with its first lines: the URL, and the key pair that it makes
    /// up where the variables hold none.
    pub(crate) fn start(folder: TempDir, environment: &[(&str, &str)]) -> (Self, Vec<String>) {
        Self::start_with(folder, environment, "")
    }

    /// The same, with more flags.
    pub(crate) fn start_with(
        folder: TempDir,
        environment: &[(&str, &str)],
        flags: &str,
    ) -> (Self, Vec<String>) {
        let arguments = format!("--database '{}' {flags}", database(&folder));
        Self::serve(folder, environment, &arguments)
    }

    /// Starts the server with these arguments.
    pub(crate) fn serve(
        folder: TempDir,
        environment: &[(&str, &str)],
        arguments: &str,
    ) -> (Self, Vec<String>) {
        let mut serve = command(&format!("serve {arguments}"));
        serve.envs(environment.iter().copied());
        serve.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = serve.spawn().expect("the binary runs");
        let lines = if environment.is_empty() { 3 } else { 1 };
        let stdout = BufReader::new(child.stdout.as_mut().expect("standard output is piped"));
        let lines = stdout.lines().take(lines);
        let lines: Vec<_> = lines.map(|line| line.expect("UTF-8")).collect();
        let url = lines[0].clone();
        (Self { url, folder, child }, lines)
    }

    /// Ends it as Ctrl-C does, and returns what it wrote to standard error.
    #[cfg(unix)]
    pub(crate) fn interrupt(&mut self) -> String {
        let process = self.child.id().to_string();
        let killed = Command::new("kill").args(["-INT", &process]).status();
        assert!(killed.expect("kill is there").success());
        let status = self.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0));
        read(self.child.stderr.take())
    }

    /// A command against this server, with its credentials.
    pub(crate) fn command(&self, line: &str) -> Command {
        call(&self.url, line)
    }

    /// Runs a command against this server.
    pub(crate) fn connect(&self, line: &str) -> Ran {
        run(self.command(line))
    }
}

/// Sends a signal to a process.
#[cfg(unix)]
pub(crate) fn kill(signal: &str, child: &Child) {
    let process = child.id().to_string();
    let killed = Command::new("kill").args([signal, &process]).status();
    assert!(killed.expect("kill is there").success());
}

/// A command against a server, with the key pair.
pub(crate) fn call(url: &str, line: &str) -> Command {
    let mut command = command(line);
    command.args(["--endpoint-url", url, "--region", "us-east-1"]);
    command.envs(KEYS);
    command
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder for the test, removed when dropped.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

pub(crate) fn database(folder: &TempDir) -> String {
    text(&folder.path().join("contacts.db")).to_owned()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("the test's paths are UTF-8")
}

/// Writes a file into a folder, below folders that are made for it, and returns its path.
pub(crate) fn file(folder: &TempDir, name: &str, content: &str) -> String {
    let path: PathBuf = folder.path().join(name);
    let parent = path.parent().expect("it lies in the folder");
    std::fs::create_dir_all(parent).expect("the folder takes folders");
    std::fs::write(&path, content).expect("the folder takes files");
    text(&path).to_owned()
}
