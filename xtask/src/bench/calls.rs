//! Time and memory of calls.

use std::path::PathBuf;
use std::process::Command;

use super::Bench;
use super::metrics::Peer;
use super::peers::{CALLERS, Measured, Processor, isolated_on, serve};
use super::python::Python;
use super::results::Part;
use crate::error::Error;
use crate::process::timed;

/// Summaries per page.
pub(super) const PAGES: [u32; 2] = [1, 100];
const TASKS: [u32; 2] = [16, 256];
const ROUNDS: usize = 7;
/// Fresh processes of each peer.
const PROCESSES: usize = 21;

/// What can be started to make calls: a binary of ours or a script.
struct Caller {
    peer: Peer,
    program: PathBuf,
    /// Arguments that come first.
    script: Option<PathBuf>,
}

impl Caller {
    fn command(&self, arguments: &[&str]) -> Command {
        self.command_on(None, arguments)
    }

    fn command_on(&self, processor: Option<&Processor>, arguments: &[&str]) -> Command {
        let mut command = isolated_on(processor, &self.program);
        command.args(&self.script).args(arguments);
        command
    }
}

fn binaries(bench: &Bench) -> Result<Vec<Caller>, Error> {
    let callers = bench.wanted(&CALLERS).into_iter().map(|program| {
        Ok(Caller {
            peer: program.peer,
            program: program.binary(bench)?,
            script: None,
        })
    });
    callers.collect()
}

/// The binaries and, where there is Python, boto3.
fn callers(bench: &Bench, python: Option<&Python>) -> Result<Vec<Caller>, Error> {
    let mut callers = binaries(bench)?;
    callers.extend(
        python
            .filter(|_| bench.wants(Peer::Boto3))
            .map(|python| Caller {
                peer: Peer::Boto3,
                program: python.interpreter.clone(),
                script: Some(bench.root.join("tests/peers/boto3/main.py")),
            }),
    );
    Ok(callers)
}

/// How long a round is.
fn limit(bench: &Bench) -> &'static str {
    if bench.quick { "0.3s" } else { "2s" }
}

pub(super) fn rounds(bench: &Bench) -> usize {
    if bench.quick { 2 } else { ROUNDS }
}

pub(super) fn time(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    let python = Python::for_peers(bench, part)?;
    let callers = callers(bench, python.as_ref())?;
    let mut places = vec![("time-apart", None, serve(bench, None)?)];
    match Processor::first() {
        Some(processor) => {
            let server = serve(bench, Some(&processor))?;
            places.push(("time", Some(processor), server));
        }
        None => part.note("calls on one processor: skipped, there is no `taskset`"),
    }
    for _ in 0..rounds(bench) {
        for summaries in PAGES {
            for (metric, processor, server) in &places {
                for caller in &callers {
                    let summaries = summaries.to_string();
                    let arguments = [&server.url, "sequential", &summaries, limit(bench)];
                    let mut command = caller.command_on(processor.as_ref(), &arguments);
                    let seconds = Measured::by(&mut command)?.ratio("seconds", "calls")?;
                    part.sample(&format!("{metric}-{summaries}"), caller.peer, seconds * 1e6);
                }
            }
        }
    }
    Ok(())
}

pub(super) fn rate(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    let callers = binaries(bench)?;
    let server = serve(bench, None)?;
    for _ in 0..rounds(bench) {
        for tasks in TASKS {
            for summaries in PAGES {
                for caller in &callers {
                    let metric = format!("rate-{tasks}-{summaries}");
                    let (tasks, summaries) = (tasks.to_string(), summaries.to_string());
                    let arguments = [&server.url, "concurrent", &summaries, limit(bench), &tasks];
                    let measured = Measured::by(&mut caller.command(&arguments))?;
                    part.sample(&metric, caller.peer, measured.ratio("calls", "seconds")?);
                }
            }
        }
    }
    Ok(())
}

pub(super) fn memory(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    let python = Python::for_peers(bench, part)?;
    let callers = callers(bench, python.as_ref())?;
    let server = serve(bench, None)?;
    let runs: [(&str, &[&str]); 2] = [
        ("memory-1", &["sequential", "1", "2000"]),
        ("memory-100", &["concurrent", "100", "50", "256"]),
    ];
    for _ in 0..rounds(bench) {
        for (metric, run) in runs {
            for caller in &callers {
                if caller.peer == Peer::Boto3 && run[0] == "concurrent" {
                    continue;
                }
                let mut command = caller.command(&[&server.url]);
                match Measured::by(command.args(run))?.get("peak_kib") {
                    Some(kib) => part.sample(metric, caller.peer, kib / 1024.0),
                    None => part.note("memory: skipped, there is no /proc"),
                }
            }
        }
    }
    Ok(())
}

/// Starts fresh processes that make one call each; the time from start to end counts.
pub(super) fn first(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    let python = Python::for_peers(bench, part)?;
    let callers = callers(bench, python.as_ref())?;
    let server = serve(bench, None)?;
    for _ in 0..if bench.quick { 3 } else { PROCESSES } {
        for caller in &callers {
            let mut command = caller.command(&[&server.url, "once", "1"]);
            let (seconds, _) = timed(&mut command)?;
            part.sample("first", caller.peer, seconds * 1e3);
        }
        if let Some(python) = python.as_ref().filter(|_| bench.wants(Peer::AwsCli)) {
            let mut command = python.aws_cli(&server.url);
            let (seconds, _) = timed(&mut command)?;
            part.sample("first", Peer::AwsCli, seconds * 1e3);
        }
    }
    Ok(())
}
