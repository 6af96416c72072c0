//! Other programs: cargo, and this one.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
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
