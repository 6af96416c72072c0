//! `connect import`: what it reads, what it leaves alone.

use std::io::Write;
use std::path::Path;
#[cfg(unix)]
use std::process::Command;
use std::process::Stdio;

use tempfile::tempdir;

use crate::connect::{Ran, Served, command, connect, database, file, text};

fn record(id: &str) -> String {
    format!(
        r#"{{"InstanceARN":"arn:aws:connect:eu-central-1:111122223333:instance/i-1","ContactId":"{id}"}}"#
    )
}

fn import(paths: &[&str], database: &Path) -> Ran {
    connect(&[&["import"], paths, &["--database", text(database)]].concat())
}

#[cfg(unix)]
#[test]
fn what_is_no_file_of_records_is_skipped_and_named() {
    use std::os::unix::fs::symlink;
    let folder = tempdir().expect("a folder");
    let inside = folder.path().join("records");
    std::fs::create_dir(&inside).expect("the folder takes folders");
    file(&folder, "records/a.jsonl", &record("a"));
    let database = inside.join("contacts.db");
    import(&[text(&inside)], &database).ok();
    symlink("..", inside.join("loop")).expect("a link");
    symlink("nowhere", inside.join("dangling")).expect("a link");
    let made = Command::new("mkfifo").arg(inside.join("pipe")).status();
    let made = made.expect("mkfifo runs");
    assert!(made.success());
    let ran = import(&[text(folder.path())], &database);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout
            .starts_with("0 contacts added, 0 updated, 1 records not newer"),
        "{ran:?}"
    );
    for (name, why) in [
        ("contacts.db", "it belongs to the database"),
        ("dangling", "a link that leads nowhere"),
        ("loop", "a link that leads back to a folder around it"),
        ("pipe", "not a file"),
    ] {
        let told = format!("records/{name} is skipped: {why}");
        assert!(ran.stderr.contains(&told), "{told}: {ran:?}");
    }
}

#[test]
fn strict_is_all_files_or_none_and_tells_what_it_did() {
    let folder = tempdir().expect("a folder");
    let good = file(&folder, "good.jsonl", &record("a"));
    let bad = file(&folder, "bad.jsonl", &format!("{}\nnonsense", record("b")));
    let database = database(&folder);
    let nothing =
        "0 contacts added, 0 updated, 0 records not newer, 0 other events, 1 records refused";
    let ran = import(&["--strict", &good, &bad], &database);
    assert_eq!(ran.code, Some(255), "{ran:?}");
    assert_eq!(ran.stdout.trim(), nothing);
    assert!(
        ran.stderr
            .contains("one record was refused; nothing is imported"),
        "{ran:?}"
    );
    let ran = import(&[&good, &bad], &database);
    assert!(ran.stdout.starts_with("2 contacts added"), "{ran:?}");
    assert!(ran.stderr.contains("the rest is imported"), "{ran:?}");
}

#[test]
fn every_path_that_is_not_there_is_named() {
    let folder = tempdir().expect("a folder");
    let ran = import(&["/no/such/one", "/no/such/two"], &database(&folder));
    let told = ran.failed(255);
    for path in ["/no/such/one", "/no/such/two"] {
        assert!(told.contains(&format!("cannot read {path}")), "{told}");
    }
}

#[cfg(unix)]
#[test]
fn every_file_that_cannot_be_opened_is_named_and_counted() {
    let folder = tempdir().expect("a folder");
    let good = file(&folder, "good.jsonl", &record("a"));
    // Nobody can open a socket as a file, not even an administrator.
    let sockets = ["one", "two"].map(|name| {
        let path = folder.path().join(name);
        let listener = std::os::unix::net::UnixListener::bind(&path);
        (text(&path).to_owned(), listener.expect("a socket"))
    });
    let paths = [&sockets[0].0, &good, &sockets[1].0].map(String::as_str);
    for (mode, added) in [(&["--strict"][..], 0), (&[], 1)] {
        let ran = import(&[mode, &paths].concat(), &database(&folder));
        assert_eq!(ran.code, Some(255), "{ran:?}");
        for (socket, _) in &sockets {
            let told = format!("{socket}:1 (byte 0): cannot be read: ");
            assert!(ran.stderr.contains(&told), "{ran:?}");
        }
        let summary = format!("{added} contacts added, ");
        assert!(ran.stdout.starts_with(&summary), "{ran:?}");
        assert!(ran.stdout.contains("2 records refused"), "{ran:?}");
    }
}

#[test]
fn a_slow_stream_is_served_as_it_comes() {
    let served = Served::samples();
    let mut import = command(&["import", "-", "--database", text(&database(&served.folder))]);
    import.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut import = import.spawn().expect("the binary runs");
    let mut pipe = import.stdin.take().expect("standard input is piped");
    pipe.write_all(record("a").as_bytes()).expect("it reads");
    let line = [
        "list-associated-contacts",
        "--instance-id",
        "i-1",
        "--contact-id",
        "a",
    ];
    // The stream goes on.
    while served.connect(&line).code != Some(0) {
        std::thread::yield_now();
    }
    drop(pipe);
    let ran = Ran::from(import.wait_with_output().expect("it ends"));
    assert!(ran.ok().starts_with("1 contacts added"));
}

#[cfg(unix)]
#[test]
fn a_server_whose_database_was_replaced_says_so() {
    let served = Served::samples();
    let other = served.folder.path().join("other.db");
    let records = file(&served.folder, "a.jsonl", &record("a"));
    import(&[&records], &other).ok();
    std::fs::rename(&other, database(&served.folder)).expect("the database gives way");
    let line = [
        "list-associated-contacts",
        "--instance-id",
        "i-1",
        "--contact-id",
        "a",
    ];
    let ran = served.connect(&line);
    assert!(
        ran.stderr
            .contains("file was replaced or removed: start the server again"),
        "{ran:?}"
    );
}

#[test]
fn a_sparse_event_leaves_a_tree_whole() {
    let folder = tempdir().expect("a folder");
    let whole = record("b").replace(
        '}',
        r#","PreviousContactId":"a","LastUpdateTimestamp":"2026-03-14T05:46:11Z"}"#,
    );
    let sparse = format!(
        r#"{{"detail-type":"Amazon Connect Contact Event","time":"2026-03-14T05:50:00Z","detail":{}}}"#,
        record("b")
    );
    let files = [record("a"), whole, sparse].concat();
    let records = file(&folder, "contacts.jsonl", &files);
    let served = Served::samples();
    import(&[&records], &database(&served.folder)).ok();
    let line = [
        "list-associated-contacts",
        "--instance-id",
        "i-1",
        "--contact-id",
        "a",
    ];
    let told = served.connect(&line).ok();
    assert!(told.contains(r#""PreviousContactId": "a""#), "{told}");
}

#[test]
fn a_rest_is_only_spoken_of_where_there_is_one() {
    let folder = tempdir().expect("a folder");
    let bad = file(&folder, "bad.jsonl", "nonsense");
    let ran = import(&[&bad], &database(&folder));
    assert!(
        ran.stderr
            .contains("one record was refused; nothing is imported"),
        "{ran:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_new_database_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().expect("a folder");
    let records = file(&folder, "a.jsonl", &record("a"));
    let database = database(&folder);
    import(&[&records], &database).ok();
    let mode = |path: &Path| {
        let metadata = std::fs::metadata(path).expect("it is there");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode(&database), 0o600);
}
