//! Other programs: cargo, and this one.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Instant;

use crate::error::Error;

/// What a program that ended printed.
pub(crate) struct Finished {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    /// The last lines of what it printed, for an error.
    pub(crate) fn tail(&self) -> String {
        const LINES: usize = 40;
        let all = format!("{}\n{}", self.stdout.trim_end(), self.stderr.trim_end());
        let lines: Vec<&str> = all.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }
}

pub(crate) fn run(command: &mut Command) -> Result<Finished, Error> {
    let program = PathBuf::from(command.get_program());
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().map_err(Error::io(&program))?;
    Ok(Finished {
        success: status.success(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    })
}

/// Runs a command that has to succeed.
pub(crate) fn succeed(command: &mut Command) -> Result<Finished, Error> {
    let finished = run(command)?;
    if finished.success {
        return Ok(finished);
    }
    let (program, tail) = (command.get_program().display(), finished.tail());
    Err(Error::Other(format!("{program} failed:\n{tail}")))
}

/// Runs a command that has to succeed, and measures the seconds from its start to its end.
pub(crate) fn timed(command: &mut Command) -> Result<(f64, Finished), Error> {
    let started = Instant::now();
    let finished = succeed(command)?;
    Ok((started.elapsed().as_secs_f64(), finished))
}

/// A server that prints its URL once it can be called. It is ended when this is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start(command: &mut Command) -> Result<Self, Error> {
        let program = PathBuf::from(command.get_program());
        let process = command.stdout(Stdio::piped()).spawn();
        let mut server = Self {
            process: process.map_err(Error::io(&program))?,
            url: String::new(),
        };
        if let Some(stdout) = server.process.stdout.take() {
            let read = BufReader::new(stdout).read_line(&mut server.url);
            read.map_err(Error::io(&program))?;
        }
        server.url.truncate(server.url.trim_end().len());
        if server.url.is_empty() {
            let program = program.display();
            return Err(Error::Other(format!("{program} did not start")));
        }
        Ok(server)
    }

    /// The process's ID.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Cargo in a folder, building into `target`.
pub(crate) fn cargo(folder: &Path, target: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(folder).env("CARGO_TARGET_DIR", target);
    command
}

/// This program itself, so that a part does what the command of the same name does.
pub(crate) fn xtask(root: &Path) -> Result<Command, Error> {
    let this = std::env::current_exe().map_err(Error::io(Path::new("xtask")))?;
    let mut command = Command::new(this);
    command.current_dir(root);
    Ok(command)
}
