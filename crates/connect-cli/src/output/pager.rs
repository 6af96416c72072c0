//! Where standard output goes: straight on, or through a pager where a person reads it.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::{Child, Command, Stdio};

use super::Visible;
use crate::failure::Failure;

/// Who shows the output to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pager {
    /// Nobody: it goes to the terminal.
    None,
    /// The command that was asked for.
    Chosen(String),
    /// `less`, if it is there.
    Usual,
}

/// Standard output, buffered. It is opened by the first use, so that a pager starts when there is something to show.
pub(crate) struct Sink {
    pager: Pager,
    out: Option<Out>,
}

struct Out {
    // The writer comes first: dropped, it closes the pipe that the pager waits for.
    writer: Visible<Box<dyn Write>>,
    pager: Option<Child>,
}

impl Out {
    fn new(writer: impl Write + 'static, pager: Option<Child>) -> Self {
        Self {
            writer: Visible::new(Box::new(BufWriter::new(writer))),
            pager,
        }
    }
}

impl Sink {
    /// Standard output, with a pager if it is a terminal.
    pub(crate) fn new(pager: Pager) -> Self {
        Self { pager, out: None }
    }

    /// Where to write. What would steer a terminal is escaped on one, and passes elsewhere.
    ///
    /// # Errors
    ///
    /// A pager that was chosen and cannot be started is a wrong setting.
    pub(crate) fn open(&mut self) -> Result<&mut dyn Write, Failure> {
        self.open_as(!io::stdout().is_terminal())
    }

    /// Where to write what is escaped already, and coloured.
    ///
    /// # Errors
    ///
    /// As [`Sink::open`].
    pub(crate) fn open_raw(&mut self) -> Result<&mut dyn Write, Failure> {
        self.open_as(true)
    }

    fn open_as(&mut self, raw: bool) -> Result<&mut dyn Write, Failure> {
        let out = match self.out.take() {
            Some(out) => out,
            None => self.start()?,
        };
        let writer = &mut self.out.insert(out).writer;
        writer.raw = raw;
        Ok(writer)
    }

    fn start(&self) -> Result<Out, Failure> {
        let direct = || Out::new(io::stdout().lock(), None);
        match &self.pager {
            _ if !io::stdout().is_terminal() => Ok(direct()),
            Pager::None => Ok(direct()),
            Pager::Usual => Ok(page("less").unwrap_or_else(|_| direct())),
            Pager::Chosen(line) if line.trim().is_empty() => Ok(direct()),
            Pager::Chosen(line) => page(line).map_err(|error| {
                Failure::Configuration(format!(
                    "Unable to redirect output to pager `{line}`: {error}"
                ))
            }),
        }
    }

    /// Writes what is left, and waits until the pager is closed.
    ///
    /// # Errors
    ///
    /// What could not be written.
    pub(crate) fn close(mut self) -> Result<(), Failure> {
        self.finish().map_err(Failure::Output)
    }

    fn finish(&mut self) -> io::Result<()> {
        let Some(Out { mut writer, pager }) = self.out.take() else {
            return Ok(());
        };
        let flushed = writer.flush();
        drop(writer);
        if let Some(mut pager) = pager {
            pager.wait()?;
        }
        flushed
    }
}

/// A command that fails half-way leaves no pager behind: what it printed can be read first.
impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

/// Starts a pager from a command line, whose words may be quoted as in a shell. On Windows a backslash separates folders.
fn page(line: &str) -> io::Result<Out> {
    let words = if cfg!(windows) {
        Some(line.split_whitespace().map(str::to_owned).collect())
    } else {
        shlex::split(line)
    };
    let mut words = words
        .ok_or_else(|| io::Error::other("a quote is not closed"))?
        .into_iter();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Leave at once what fits on one screen, show colours, leave the text behind.
        command.env("LESS", "FRX");
    }
    let mut child = command.spawn()?;
    let stdin = child.stdin.take();
    let stdin = stdin.ok_or_else(|| io::Error::other("it has no standard input"))?;
    Ok(Out::new(stdin, Some(child)))
}
