//! Where standard output goes: straight on, or through a pager where a person reads it.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::failure::Failure;

/// Standard output, buffered.
#[derive(Debug)]
pub(crate) enum Sink {
    /// Standard output itself.
    Direct(BufWriter<StdoutLock<'static>>),
    /// A pager in front of it.
    Pager(Child, BufWriter<ChildStdin>),
}

impl Sink {
    /// Opens standard output. A pager is a command line, split at spaces; none, or an empty one, means no pager, as does
    /// an output that is no terminal.
    ///
    /// # Errors
    ///
    /// A pager that cannot be started is a wrong setting.
    pub(crate) fn open(pager: Option<&str>) -> Result<Self, Failure> {
        let mut words = pager.unwrap_or_default().split_whitespace();
        match words.next() {
            Some(program) if io::stdout().is_terminal() => {
                Self::page(program, words).map_err(|error| {
                    Failure::Configuration(format!(
                        "Unable to redirect output to pager `{program}`: {error}"
                    ))
                })
            }
            _ => Ok(Self::Direct(BufWriter::new(io::stdout().lock()))),
        }
    }

    fn page<'a>(program: &str, arguments: impl Iterator<Item = &'a str>) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped());
        if std::env::var_os("LESS").is_none() {
            // Leave at once what fits on one screen, show colours, leave the text behind.
            command.env("LESS", "FRX");
        }
        let mut child = command.spawn()?;
        match child.stdin.take() {
            Some(stdin) => Ok(Self::Pager(child, BufWriter::new(stdin))),
            None => Err(io::Error::other("it has no standard input")),
        }
    }

    /// Writes what is left, and waits until the pager is closed.
    ///
    /// # Errors
    ///
    /// What could not be written.
    pub(crate) fn close(mut self) -> Result<(), Failure> {
        let flushed = self.flush();
        if let Self::Pager(mut child, stdin) = self {
            drop(stdin);
            child.wait().map_err(Failure::Output)?;
        }
        flushed.map_err(Failure::Output)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Direct(out) => out.write(bytes),
            Self::Pager(_, out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Direct(out) => out.flush(),
            Self::Pager(_, out) => out.flush(),
        }
    }
}
