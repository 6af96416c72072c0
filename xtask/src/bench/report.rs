//! BENCHMARKS.md: the table, and what one must know to read and repeat it.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use super::Bench;
use super::metrics::{CLIENT, ENDPOINT};
use super::python::Python;
use super::results::Results;
use super::table::{goals, table};
use super::watch::field;
use crate::error::Error;
use crate::process;
use crate::workspace::read;

const INTRODUCTION: &str = "\
# Benchmarks

Written by `cargo xtask bench`, which anyone can run. It builds and measures the programs in `tests/peers`, which make the same
call, ListAssociatedContacts, to the same server on loopback that has its responses ready, and the local endpoint, over SQLite and
over PostgreSQL, beside what is left of it without it. Peers take turns. Ratios travel, times do not: they are of one machine on one day.

```console
$ cargo xtask bench                       # everything; aws-sdk-connect is built several times, which takes most of it
$ cargo xtask bench calls first           # parts; the tables keep the latest results of the others
$ cargo xtask bench --quick calls --peer ours --peer floor    # briefly, for a look; nothing is stored
$ cargo xtask bench endpoint --size 10k --size 1m --size 10m  # the local endpoint, also with ten million contacts
```

Each cell has the median and, where something was measured several times, the least and the greatest. A ratio is one of medians.
";

const READING: &str = "\
## How it is measured

- **ours** is `connect-sdk`, **aws-sdk-connect** AWS's crate, both with default features. **floor** is what is left without
  a client: hyper-util's pooling client, rustls with ring, aws-sigv4, serde's derive over serde_json; it has no retries, time limits,
  endpoint rules or modelled errors. Unless a row says otherwise, the SDK comes with `aws-config`, as its guide has it, and
  ours without, which it does not need.
- **Time per call** is of calls one after the other on a current-thread runtime, over one kept connection. Peer and server stay on
  one processor, so that it is the time that the two work. Where the system may spread them, each message has to
  wake a sleeping processor, which on virtual machines takes several times as long and is the same for all peers.
  **Calls per second** are on tokio's default runtime, a thread per core, which the server shares.
- **Instructions** are callgrind's, the difference between a run of 600 and one of 100 calls, so that starting and connecting
  drop out. Under it SHA-256 runs without the processor's own instructions. **Allocations** are counted by a global allocator
  around 2,000 calls; one that grows counts again.
- **Peak memory** is the most that the process ever had resident. **First response** is a process from start to end that makes one
  call; aws-config finds no files to read. The floor reads the system's certificates when it starts, ours when it first needs
  them. boto3 makes its calls one after the other only.
- **Builds** start from nothing but downloaded sources, with cargo's default profiles. Memory is read from the process table
  every 15 ms. **Rebuilds** come after touching the caller's `main.rs`. The **generated crate alone** is built with its
  dependencies in place: ours has the operations of its model, AWS's all of Connect's.
- **Generated lines to compile** are those of the clients as they are: ours has the operations of its model, AWS's all of
  Connect's, and one of them cannot be had without the others.
- **All of Connect** is generated from the published model, client side, and built on its own. Ours compiles what a caller uses in
  the caller: that is the price seen in the rebuilds. Operations are those of either's model.
- **endpoint** is `connect-local-endpoint` over a database of a synthetic contact centre (`connect samples`; 1.35 records a contact,
  1.6 kB each). Rates are of processor time, so that other work on the machine counts little: of all threads that import, and of the
  process that serves without the thread in it that calls; **by the clock** they are of the time that passed. The **floor** of
  importing is a prepared insert of the rows that the import led to, into the same table with the same indexes, in batches of the
  same size; it parses, looks up and joins nothing. The floor of serving is hyper with a fixed body that checks the signature with
  aws-sigv4 as the endpoint does. Unless a row says otherwise, figures are of SQLite and of the largest database. **Pages** by
  themselves are read from the store, each of another contact; those of the largest tree again and again.
- **Over PostgreSQL**, the server is on loopback with its settings as they come, fsync on, and nobody else calls it. Processor time is
  that of the caller and of all processes of the server, those in the background too: work that one hands to the other counts. The
  floor of importing is a binary COPY of the rows that the import led to, into a table with the same columns and indexes, in
  batches of the same size, by the same measures; reading those rows does not count. Pages are read after a VACUUM, with server and
  caller on one processor, so that it is the time that the two work.
- **Optimised for size** is `opt-level = \"z\"`, fat LTO, one codegen unit, `panic = \"abort\"`, stripped.
";

/// Writes the report.
pub(super) fn write(bench: &Bench, results: &Results) -> Result<(), Error> {
    let (client, endpoint) = (table(CLIENT, results), table(ENDPOINT, results));
    let goals = goals(results);
    let mut text = format!(
        "{INTRODUCTION}\n## The client\n\n{client}\n## The local endpoint\n\n{endpoint}\n{goals}\n\n{READING}\n"
    );
    text.push_str("## Where and when\n\n");
    for line in circumstances(bench)? {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "- {line}");
    }
    for (name, part) in &results.parts {
        let _ = writeln!(text, "- `{name}`: {}", part.date);
        for note in &part.notes {
            let _ = writeln!(text, "  - {note}");
        }
    }
    let path = bench.root.join("BENCHMARKS.md");
    fs::write(&path, text).map_err(Error::io(&path))
}

/// The machine and the versions of what was measured.
fn circumstances(bench: &Bench) -> Result<Vec<String>, Error> {
    let mut lines = vec![machine()];
    let version = |program: &str| {
        let finished = process::run(Command::new(program).arg("--version"));
        finished
            .ok()
            .map(|finished| finished.stdout.trim().to_owned())
    };
    lines.extend(["rustc", "valgrind"].into_iter().filter_map(version));
    let lock = read(&bench.root.join("tests/peers/Cargo.lock"))?;
    lines.push(versions(&lock));
    lines.extend(
        Python::installed(bench)
            .map(|python| python.versions())
            .transpose()?,
    );
    Ok(lines)
}

fn machine() -> String {
    let value = |file: &str, name: &str| {
        let text = fs::read_to_string(file).ok()?;
        field(&text, name).map(str::to_owned)
    };
    let model = value("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".into());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = value("/proc/meminfo", "MemTotal")
        .and_then(|total| total.strip_suffix(" kB")?.parse::<u64>().ok())
        .map_or_else(String::new, |kib| {
            format!(", {} GiB of memory", (kib + (1 << 19)) >> 20)
        });
    let (system, architecture) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{model}, {cores} cores{memory}, {system} on {architecture}")
}

/// The versions of the crates that matter, from a lock file.
fn versions(lock: &str) -> String {
    let names = [
        "aws-sdk-connect",
        "aws-config",
        "aws-sigv4",
        "hyper",
        "hyper-util",
        "rustls",
        "ring",
        "serde_json",
        "tokio",
    ];
    let versions = names.iter().filter_map(|name| {
        // The latest comes last.
        let (_, after) = lock.rsplit_once(&format!("name = \"{name}\"\nversion = \""))?;
        let (version, _) = after.split_once('"')?;
        Some(format!("{name} {version}"))
    });
    versions.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_version_of_a_crate_is_taken() {
        let lock = "[[package]]\nname = \"hyper\"\nversion = \"0.14.32\"\n\n\
            [[package]]\nname = \"hyper\"\nversion = \"1.12.0\"\n\n\
            [[package]]\nname = \"hyper-rustls\"\nversion = \"0.27.10\"\n";
        assert_eq!(versions(lock), "hyper 1.12.0");
    }

    /// The cells of a Markdown table's row.
    fn cells(line: &str) -> Vec<&str> {
        let cells = line.trim_matches('|').split('|');
        cells.map(str::trim).collect()
    }

    #[test]
    fn the_readme_says_what_the_last_run_says() {
        let readme = include_str!("../../../README.md");
        let benchmarks = include_str!("../../../BENCHMARKS.md");
        let (_, compared) = readme.split_once("## How it compares").unwrap();
        let rows: Vec<_> = compared.lines().map(cells).collect();
        let mut figures = 0;
        for measured in benchmarks.lines().map(cells).filter(|row| row.len() > 4) {
            let same = rows
                .iter()
                .filter(|row| row.len() > 2 && row[0] == measured[0]);
            for row in same.filter(|row| !row[0].is_empty()) {
                // The median comes first.
                let medians = [measured[4], measured[3]].map(|cell| cell.split(" (").next());
                assert_eq!([Some(row[1]), Some(row[2])], medians, "{}", row[0]);
                figures += 1;
            }
        }
        assert!(figures > 10, "{figures}");
    }
}
