//! Instructions and allocations per call: figures that do not depend on how busy the machine is.

use std::path::Path;
use std::process::Command;

use super::Bench;
use super::calls::PAGES;
use super::peers::{CALLERS, Measured, isolated, serve};
use super::results::Part;
use crate::error::Error;
use crate::process::{self, succeed};

/// Calls of the short and the long run under callgrind. What the long one takes more is taken by the calls it has more,
/// without start-up, connecting and warming up.
const SHORT_AND_LONG: [u32; 2] = [100, 600];
const ALLOCATION_CALLS: u32 = 2_000;

pub(super) fn instructions(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    let version = process::run(Command::new("valgrind").arg("--version"));
    let Ok(version) = version else {
        part.note("instructions: skipped, there is no valgrind");
        return Ok(());
    };
    println!("{}", version.stdout.trim());
    let server = serve(bench, None)?;
    let programs: Vec<_> = bench
        .wanted(&CALLERS)
        .into_iter()
        .map(|program| Ok((program, program.binary(bench)?)))
        .collect::<Result<_, Error>>()?;
    for _ in 0..if bench.quick { 1 } else { 3 } {
        for summaries in PAGES {
            for (program, binary) in &programs {
                let [short, long] =
                    SHORT_AND_LONG.map(|calls| callgrind(binary, &server.url, summaries, calls));
                let calls = f64::from(SHORT_AND_LONG[1] - SHORT_AND_LONG[0]);
                let metric = format!("instructions-{summaries}");
                part.sample(&metric, program.peer, (long? - short?) / calls);
            }
        }
    }
    Ok(())
}

/// The instructions of a whole run.
fn callgrind(binary: &Path, url: &str, summaries: u32, calls: u32) -> Result<f64, Error> {
    let mut command = isolated(Path::new("valgrind"));
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(binary)
        .args([
            url,
            "sequential",
            &summaries.to_string(),
            &calls.to_string(),
        ]);
    let finished = succeed(&mut command)?;
    collected(&finished.stderr)
        .ok_or_else(|| Error::Other(format!("callgrind printed no count:\n{}", finished.tail())))
}

/// The count in what callgrind prints at its end: `==7== Collected : 123456`.
fn collected(output: &str) -> Option<f64> {
    let line = output.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(' ').next()?.parse().ok()
}

pub(super) fn allocations(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    let server = serve(bench, None)?;
    for program in bench.wanted(&CALLERS) {
        let binary = program.counting_binary(bench)?;
        for summaries in PAGES {
            let mut command = isolated(&binary);
            command.args([&server.url, "sequential"]);
            command.args([summaries, ALLOCATION_CALLS].map(|number| number.to_string()));
            let measured = Measured::by(&mut command)?;
            let metric = format!("allocations-{summaries}");
            let per_call = measured.ratio("allocations", "calls")?;
            part.sample(&metric, program.peer, per_call);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_of_callgrind_is_found() {
        let output = "==7== Events    : Ir\n==7== Collected : 123456\n==7== \n";
        assert_eq!(collected(output), Some(123_456.0));
        assert_eq!(collected("==7== error"), None);
    }
}
