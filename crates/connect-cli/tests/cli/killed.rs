//! `connect import` that is killed or finds the disk full: the database opens, is consistent, and ends as if nothing had been.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use rusqlite::{Connection, types::Value};

use crate::connect::{command, connect, contains, file, folder, run, text};

/// How often an import is killed, unless the environment says.
const KILLS: u64 = 8;
const SEED: u64 = 20_260_314;

fn import(records: &str, database: &Path) -> Command {
    command(&format!(
        "import '{records}' --database '{}'",
        text(database)
    ))
}

/// All contacts by instance and ID: their values, and for the tree the first ID in it.
type Contacts = BTreeMap<(i64, String), (String, Vec<Value>)>;

/// Checks a database from its references alone, and returns what it holds. One that was never begun holds nothing.
fn check(database: &Path) -> Contacts {
    let connection = Connection::open(database).expect("it opens");
    let verdict: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("it is read");
    assert_eq!(verdict, "ok");
    let mut contacts = Contacts::new();
    let mut trees: BTreeMap<i64, BTreeSet<(i64, String)>> = BTreeMap::new();
    let mut neighbours: HashMap<(i64, String), Vec<(i64, String)>> = HashMap::new();
    let Ok(mut statement) = connection.prepare(
        "SELECT instance, id, tree, previous, initial, related, listed, initiated, disconnected, method, channel,
        version_time, version_origin, field_versions, details FROM contact",
    ) else {
        return contacts;
    };
    let mut rows = statement.query([]).expect("contacts");
    while let Some(row) = rows.next().expect("a row") {
        let instance = row.get(0).expect("an instance");
        let id = (instance, row.get(1).expect("an ID"));
        trees
            .entry(row.get(2).expect("a tree"))
            .or_default()
            .insert(id.clone());
        for column in 3..6 {
            if let Some(other) = row.get::<_, Option<String>>(column).expect("a reference") {
                let other = (instance, other);
                neighbours
                    .entry(other.clone())
                    .or_default()
                    .push(id.clone());
                neighbours.entry(id.clone()).or_default().push(other);
            }
        }
        let values = (3..15).map(|column| row.get(column).expect("a value"));
        contacts.insert(id, (String::new(), values.collect()));
    }
    let mut select = connection
        .prepare("SELECT key, size FROM tree")
        .expect("trees");
    let sizes = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("trees");
    let sizes: BTreeMap<i64, isize> = sizes.map(|row| row.expect("a tree")).collect();
    let counted = trees
        .iter()
        .map(|(key, members)| (*key, members.len().cast_signed()));
    assert_eq!(sizes, counted.collect());
    for members in trees.values() {
        // What can be reached from any member is the tree.
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<_> = members.first().into_iter().collect();
        while let Some(id) = waiting.pop() {
            if reached.insert(id.clone()) {
                waiting.extend(neighbours.get(id).into_iter().flatten());
            }
        }
        assert_eq!(&reached, members);
        for id in members {
            let first = reached.first().map(|(_, id)| id.clone());
            contacts.get_mut(id).expect("a contact").0 = first.unwrap_or_default();
        }
    }
    contacts
}

#[test]
fn an_import_that_is_killed_leaves_what_it_wrote_and_can_be_repeated() {
    let folder = folder();
    let records = file(
        &folder,
        "records.jsonl",
        &connect("samples --contacts 3000 --seed 4").ok(),
    );
    let whole = folder.path().join("whole.db");
    let started = Instant::now();
    run(import(&records, &whole)).ok();
    let takes = started.elapsed();
    let expected = check(&whole);
    assert_eq!(expected.len(), 3_000);
    let kills = std::env::var("CONNECT_TEST_KILLS").ok();
    let kills = kills.map_or(KILLS, |kills| kills.parse().expect("a number"));
    let mut rng = fastrand::Rng::with_seed(SEED);
    let mut killed = 0;
    for kill in 0..kills {
        let database = folder.path().join(format!("{kill}.db"));
        let moment = takes.mul_f64(rng.f64());
        let started = Instant::now();
        let mut child = import(&records, &database)
            .stdout(Stdio::null())
            .spawn()
            .expect("the binary runs");
        while started.elapsed() < moment && child.try_wait().expect("a child").is_none() {
            thread::yield_now();
        }
        child.kill().expect("it is a child");
        let status = child.wait().expect("it ends");
        killed += u64::from(!status.success());
        let part = check(&database);
        assert!(
            part.keys().all(|id| expected.contains_key(id)),
            "kill {kill}"
        );
        run(import(&records, &database)).ok();
        assert!(check(&database) == expected, "kill {kill} at {moment:?}");
    }
    assert!(killed > 0, "no import was killed");
}

#[cfg(unix)]
#[test]
fn an_import_on_a_full_disk_fails_and_can_be_repeated() {
    let folder = folder();
    let records = file(
        &folder,
        "records.jsonl",
        &connect("samples --contacts 1500 --seed 4").ok(),
    );
    let whole = folder.path().join("whole.db");
    run(import(&records, &whole)).ok();
    let expected = check(&whole);
    // No file may be longer than so many blocks of half or one KiB, depending on the shell.
    for blocks in [1, 60, 400, 1500] {
        let database = folder.path().join(format!("{blocks}.db"));
        let limited = import(&records, &database);
        let mut shell = Command::new("sh");
        shell
            .args([
                "-c",
                "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"",
                &blocks.to_string(),
            ])
            .arg(limited.get_program())
            .args(limited.get_args());
        let stderr = run(shell).failed(255);
        contains(&stderr, text(&database));
        check(&database);
        run(import(&records, &database)).ok();
        assert!(check(&database) == expected, "{blocks} blocks");
    }
}
