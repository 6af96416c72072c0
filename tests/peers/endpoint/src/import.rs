//! What importing costs.

use std::io::{self, Read, Write};
use std::time::Instant;

use connect_local_endpoint::OnRejection;
use peer_harness::Failure;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::database::Database;
use crate::process::{cpu, peak_kib};

/// How many bytes lie between two looks at the clock.
const STEP: usize = 16 << 20;
/// As many rows as the importer writes at once.
const BATCH: usize = 5_000;
/// How many bytes of a COPY are sent at once.
const PART: usize = 64 << 10;
/// What the importer sets, too.
const SETTINGS: &str =
    "PRAGMA journal_mode = wal; PRAGMA synchronous = normal; PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 16000";

pub(crate) fn import(database: &Database) -> Result<String, Failure> {
    let (started, before) = (Instant::now(), database.cpu()?);
    let store = database.store()?;
    let mut input = Timed {
        database,
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
    let (cpu, seconds) = (database.cpu()? - before, started.elapsed().as_secs_f64());
    let times = input.times;
    let tenth = (times.len() - 1) / 10;
    let first = times[tenth] - times[0];
    let last = times[times.len() - 1] - times[times.len() - 1 - tenth];
    database.settle()?;
    let stats = database.store()?.stats(1)?;
    let (records, contacts) = (report.added + report.updated + report.stale, stats.contacts);
    let bytes = stats.bytes;
    Ok(format!(
        "{{\"records\":{records},\"contacts\":{contacts},\"seconds\":{seconds},\"cpu\":{cpu},\"first\":{first},\
        \"last\":{last},\"peak_kib\":{peak},\"bytes\":{bytes}}}\n"
    ))
}

/// Looks at the clock as input is read.
struct Timed<'a, R> {
    database: &'a Database,
    reader: R,
    until_next: usize,
    times: Vec<f64>,
}

impl<R: Read> Read for Timed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.until_next = self.until_next.saturating_sub(read);
        if self.until_next == 0 {
            self.until_next = STEP;
            self.times
                .push(self.database.cpu().map_err(io::Error::other)?);
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
    let (mut count, mut seconds, mut cpu_of_inserts) = (0, 0.0, 0.0);
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
        let (started, before) = (Instant::now(), cpu("thread-self")?);
        target.execute_batch("BEGIN IMMEDIATE")?;
        let mut statement = target.prepare_cached(&insert)?;
        for row in &batch {
            statement.execute(params_from_iter(row))?;
        }
        drop(statement);
        target.execute_batch("COMMIT")?;
        cpu_of_inserts += cpu("thread-self")? - before;
        seconds += started.elapsed().as_secs_f64();
        count += batch.len();
        if batch.len() < BATCH {
            break;
        }
    }
    let (started, before) = (Instant::now(), cpu("thread-self")?);
    drop(target);
    cpu_of_inserts += cpu("thread-self")? - before;
    seconds += started.elapsed().as_secs_f64();
    Ok(format!(
        "{{\"records\":{count},\"seconds\":{seconds},\"cpu\":{cpu_of_inserts}}}\n"
    ))
}

/// A binary COPY of the same rows, into a table with the same columns and indexes and in batches of the same size. Reading them does
/// not count.
pub(crate) fn copy(database: &Database) -> Result<String, Failure> {
    let (mut source, mut target) = (database.connect()?, database.connect()?);
    target.batch_execute(
        "CREATE SCHEMA floor; CREATE TABLE floor.contact (LIKE connect.contact INCLUDING ALL)",
    )?;
    let last_of_batch = format!(
        "SELECT max(key) FROM (SELECT key FROM connect.contact WHERE key > $1 ORDER BY key LIMIT {BATCH}) AS batch"
    );
    let last_of_batch = source.prepare(&last_of_batch)?;
    let (mut count, mut seconds, mut taken, mut after) = (0, 0.0, 0.0, i64::MIN);
    while let Some(last) = source.query_one(&last_of_batch, &[&after])?.get(0) {
        let select = format!(
            "SELECT * FROM connect.contact WHERE key > {after} AND key <= {last} ORDER BY key"
        );
        let select = format!("COPY ({select}) TO STDOUT (FORMAT binary)");
        let mut rows = Vec::new();
        source.copy_out(&select)?.read_to_end(&mut rows)?;
        let of_server = database.cpu_of_server()?;
        let (started, before) = (Instant::now(), cpu("thread-self")?);
        let mut copy = target.copy_in("COPY floor.contact FROM STDIN (FORMAT binary)")?;
        for part in rows.chunks(PART) {
            copy.write_all(part)?;
        }
        count += copy.finish()?;
        taken += cpu("thread-self")? - before;
        seconds += started.elapsed().as_secs_f64();
        taken += database.cpu_of_server()? - of_server;
        after = last;
    }
    target.batch_execute("DROP SCHEMA floor CASCADE")?;
    Ok(format!(
        "{{\"records\":{count},\"seconds\":{seconds},\"cpu\":{taken}}}\n"
    ))
}
