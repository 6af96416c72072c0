//! What importing costs.

use std::io::{self, Read};
use std::time::Instant;

use connect_local_endpoint::{OnRejection, Store};
use peer_harness::Failure;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::{cpu, peak_kib};

/// How many bytes lie between two looks at the clock.
const STEP: usize = 16 << 20;
/// As many rows as the importer writes at once.
const BATCH: usize = 5_000;
/// What the importer sets, too.
const SETTINGS: &str =
    "PRAGMA journal_mode = wal; PRAGMA synchronous = normal; PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 16000";

pub(crate) fn import(database: &str) -> Result<String, Failure> {
    let (started, before) = (Instant::now(), cpu("self")?);
    let store = Store::open(database)?;
    let mut input = Timed {
        reader: io::stdin(),
        until_next: STEP,
        times: vec![before],
    };
    let mut importer = store.importer(OnRejection::Continue, || ());
    importer.read("standard input", &mut input)?;
    let report = importer.finish()?;
    let peak = peak_kib()?;
    // What closing costs counts, too.
    drop(store);
    let (cpu, seconds) = (cpu("self")? - before, started.elapsed().as_secs_f64());
    let times = input.times;
    let tenth = (times.len() - 1) / 10;
    let first = times[tenth] - times[0];
    let last = times[times.len() - 1] - times[times.len() - 1 - tenth];
    let stats = Store::open(database)?.stats(1)?;
    let (records, contacts) = (report.added + report.updated + report.stale, stats.contacts);
    let bytes = stats.bytes;
    Ok(format!(
        "{{\"records\":{records},\"contacts\":{contacts},\"seconds\":{seconds},\"cpu\":{cpu},\"first\":{first},\
        \"last\":{last},\"peak_kib\":{peak},\"bytes\":{bytes}}}\n"
    ))
}

/// Looks at the clock as input is read.
struct Timed<R> {
    reader: R,
    until_next: usize,
    times: Vec<f64>,
}

impl<R: Read> Read for Timed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.until_next = self.until_next.saturating_sub(read);
        if self.until_next == 0 {
            self.until_next = STEP;
            self.times.push(cpu("self").map_err(io::Error::other)?);
        }
        Ok(read)
    }
}

/// A prepared insert of the same rows, in the same table with the same indexes and in batches of the same size.
pub(crate) fn insert(from: &str, to: &str) -> Result<String, Failure> {
    let source = Connection::open(from)?;
    let target = Connection::open(to)?;
    target.execute_batch(SETTINGS)?;
    let mut schema = source.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")?;
    let schema = schema.query_map([], |row| row.get::<_, String>(0))?;
    for create in schema {
        target.execute_batch(&create?)?;
    }
    let mut select = source.prepare("SELECT * FROM contact ORDER BY key")?;
    let columns = select.column_count();
    let places = vec!["?"; columns].join(", ");
    let insert = format!("INSERT INTO contact VALUES ({places})");
    let mut rows = select.query([])?;
    let (mut count, mut cpu_of_inserts) = (0, 0.0);
    loop {
        let mut batch: Vec<Vec<Value>> = Vec::with_capacity(BATCH);
        while batch.len() < BATCH
            && let Some(row) = rows.next()?
        {
            batch.push(
                (0..columns)
                    .map(|place| row.get(place))
                    .collect::<Result<_, _>>()?,
            );
        }
        let before = cpu("thread-self")?;
        target.execute_batch("BEGIN IMMEDIATE")?;
        let mut statement = target.prepare_cached(&insert)?;
        for row in &batch {
            statement.execute(params_from_iter(row))?;
        }
        drop(statement);
        target.execute_batch("COMMIT")?;
        cpu_of_inserts += cpu("thread-self")? - before;
        count += batch.len();
        if batch.len() < BATCH {
            break;
        }
    }
    let before = cpu("thread-self")?;
    drop(target);
    cpu_of_inserts += cpu("thread-self")? - before;
    Ok(format!(
        "{{\"records\":{count},\"cpu\":{cpu_of_inserts}}}\n"
    ))
}
