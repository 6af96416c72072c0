//! `connect import`: what it reads, what it leaves alone.

use std::io::Write;
use std::process::Stdio;

use crate::connect::{
    Ran, Served, command, connect, contains, database, file, folder, starts_with, text,
};

const LIST_A: &str = "list-associated-contacts --instance-id i-1 --contact-id a";

fn record(id: &str) -> String {
    format!(
        r#"{{"InstanceARN":"arn:aws:connect:eu-central-1:111122223333:instance/i-1","ContactId":"{id}"}}"#
    )
}

fn import(paths: &str, database: &str) -> Ran {
    connect(&format!("import {paths} --database '{database}'"))
}

#[cfg(unix)]
#[test]
fn what_is_no_file_of_records_is_skipped_and_named() {
    use std::os::unix::fs::symlink;
    use std::process::Command;
    let folder = folder();
    file(&folder, "records/a.jsonl", &record("a"));
    let inside = folder.path().join("records");
    let database = inside.join("contacts.db");
    import(text(&inside), text(&database)).ok();
    symlink("..", inside.join("loop")).expect("a link");
    symlink("nowhere", inside.join("dangling")).expect("a link");
    let made = Command::new("mkfifo").arg(inside.join("pipe")).status();
    assert!(made.expect("mkfifo runs").success());
    let ran = import(text(folder.path()), text(&database));
    for (name, why) in [
        ("contacts.db", "it belongs to the database"),
        ("dangling", "a link that leads nowhere"),
        ("loop", "a link that leads back to a folder around it"),
        ("pipe", "not a file"),
    ] {
        let line = format!("records/{name} is skipped: {why}");
        contains(&ran.stderr, &line);
    }
    let summary = "0 contacts added, 0 updated, 1 records not newer";
    starts_with(&ran.ok(), summary);
}

#[test]
fn strict_is_all_files_or_none_and_says_what_it_did() {
    let folder = folder();
    let good = file(&folder, "good.jsonl", &record("a"));
    let bad = file(&folder, "bad.jsonl", &format!("{}\nnonsense", record("b")));
    let nonsense = file(&folder, "nonsense.jsonl", "nonsense");
    for (paths, added, outcome) in [
        (format!("--strict '{good}' '{bad}'"), 0, "nothing"),
        (format!("'{nonsense}'"), 0, "nothing"),
        (format!("'{good}' '{bad}'"), 2, "the rest"),
    ] {
        let ran = import(&paths, &database(&folder));
        assert_eq!(ran.code, Some(255), "{ran:?}");
        let rest = "0 updated, 0 records not newer, 0 other events, 1 records rejected";
        assert_eq!(ran.stdout, format!("{added} contacts added, {rest}\n"));
        let outcome = format!("one record was rejected; {outcome} is imported");
        contains(&ran.stderr, &outcome);
    }
}

#[test]
fn bad_records_are_named_by_their_file_and_the_rest_imported() {
    let folder = folder();
    let samples = connect("samples").ok();
    let first = samples.lines().next().expect("a record");
    let records = format!("{first}\n{{\"ContactId\": 1}}\n");
    let records = file(&folder, "records/b.jsonl", &records);
    let inside = folder.path().join("records");
    for (paths, summary) in [
        (text(&inside), "1 contacts added, 0 updated"),
        (&format!("'{records}' --strict"), "0 contacts added"),
    ] {
        let ran = import(paths, &database(&folder));
        assert_eq!(ran.code, Some(255), "{ran:?}");
        starts_with(&ran.stdout, summary);
        contains(&ran.stderr, "b.jsonl");
    }
}

#[test]
fn every_path_that_is_not_there_is_named() {
    let ran = import("/no/such/one /no/such/two", &database(&folder()));
    let stderr = ran.failed(255);
    for path in ["/no/such/one", "/no/such/two"] {
        contains(&stderr, &format!("cannot read {path}"));
    }
}

#[cfg(unix)]
#[test]
fn every_file_that_cannot_be_opened_is_named_and_counted() {
    let folder = folder();
    let good = file(&folder, "good.jsonl", &record("a"));
    // Nobody can open a socket as a file, not even an administrator.
    let sockets = ["one", "two"].map(|name| {
        let path = folder.path().join(name);
        let listener = std::os::unix::net::UnixListener::bind(&path);
        (text(&path).to_owned(), listener.expect("a socket"))
    });
    let [(one, _), (two, _)] = &sockets;
    for (mode, added) in [("--strict", 0), ("", 1)] {
        let paths = format!("{mode} '{one}' '{good}' '{two}'");
        let ran = import(&paths, &database(&folder));
        assert_eq!(ran.code, Some(255), "{ran:?}");
        for socket in [one, two] {
            let line = format!("{socket}:1 (byte 0): cannot be read: ");
            contains(&ran.stderr, &line);
        }
        starts_with(&ran.stdout, &format!("{added} contacts added, "));
        contains(&ran.stdout, "2 records rejected");
    }
}

#[test]
fn a_slow_stream_is_served_as_it_comes() {
    let served = Served::samples();
    let database = database(&served.folder);
    let mut import = command(&format!("import - --database '{database}'"));
    import.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut import = import.spawn().expect("the binary runs");
    let mut pipe = import.stdin.take().expect("standard input is piped");
    pipe.write_all(record("a").as_bytes()).expect("it reads");
    // The stream goes on.
    while served.connect(LIST_A).code != Some(0) {
        std::thread::yield_now();
    }
    drop(pipe);
    let ran = Ran::from(import.wait_with_output().expect("it ends"));
    starts_with(&ran.ok(), "1 contacts added");
}

#[cfg(unix)]
#[test]
fn a_server_whose_database_was_replaced_says_so() {
    let served = Served::samples();
    let other = served.folder.path().join("other.db");
    let records = file(&served.folder, "a.jsonl", &record("a"));
    import(&records, text(&other)).ok();
    std::fs::rename(&other, database(&served.folder)).expect("the database gives way");
    let ran = served.connect(LIST_A);
    let message = "file was replaced or removed: start the server again";
    contains(&ran.stderr, message);
}

#[test]
fn a_sparse_event_leaves_a_tree_whole() {
    let whole = record("b").replace(
        '}',
        r#","PreviousContactId":"a","LastUpdateTimestamp":"2026-03-14T05:46:11Z"}"#,
    );
    let sparse = format!(
        r#"{{"detail-type":"Amazon Connect Contact Event","time":"2026-03-14T05:50:00Z","detail":{}}}"#,
        record("b")
    );
    let served = Served::samples();
    let records = [record("a"), whole, sparse].concat();
    let records = file(&served.folder, "contacts.jsonl", &records);
    import(&records, &database(&served.folder)).ok();
    let listed = served.connect(LIST_A).ok();
    contains(&listed, r#""PreviousContactId": "a""#);
}

#[cfg(unix)]
#[test]
fn a_new_database_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    let folder = folder();
    let records = file(&folder, "a.jsonl", &record("a"));
    let database = database(&folder);
    import(&records, &database).ok();
    let metadata = Path::new(&database).metadata().expect("it is there");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_synthetic_contact_centre_is_made_from_its_seed_and_imported() {
    let [one, same, other] =
        [1, 1, 2].map(|seed| connect(&format!("samples --contacts 300 --seed {seed}")).ok());
    assert_eq!(one, same);
    assert_ne!(one, other);
    let folder = folder();
    let ran = import(&file(&folder, "one.jsonl", &one), &database(&folder));
    starts_with(&ran.ok(), "300 contacts added, ");
    let stderr = connect("samples --seed 1").failed(252);
    contains(&stderr, "--contacts");
}
