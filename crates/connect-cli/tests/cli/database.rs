//! `connect stats` and `connect prune`.

use tempfile::TempDir;

use crate::connect::{connect, contains, database, file, folder};

/// A database of the samples, and its path.
fn samples() -> (TempDir, String) {
    let folder = folder();
    let records = file(&folder, "records.jsonl", &connect("samples").ok());
    let database = database(&folder);
    connect(&format!("import '{records}' --database '{database}'")).ok();
    (folder, database)
}

#[test]
fn stats_are_text_and_data() {
    let (_folder, database) = samples();
    let text = connect(&format!("stats --database '{database}' --largest 1")).ok();
    for part in [
        "132 contacts in 4 trees, 2026-03-14T",
        "instance arn:aws:connect:eu-central-1:",
        "tree of 51705299-7f7e-4b61-91df-49e93d3ec8a9: 127 contacts, arn:",
    ] {
        contains(&text, part);
    }
    assert_eq!(text.matches("tree of ").count(), 1);
    let data = connect(&format!("stats --database '{database}' --output json")).json();
    assert_eq!(data["Contacts"], 132);
    assert_eq!(data["Instances"][0]["Contacts"], 132);
    assert_eq!(data["LargestTrees"][0]["Contacts"], 127);
    assert_eq!(
        data["LargestTrees"].as_array().map(Vec::len),
        data["Trees"].as_u64().map(|n| n as usize)
    );
    let first = connect(&format!(
        "stats --database '{database}' --query FirstInitiationTimestamp"
    ))
    .json();
    assert_eq!(first, data["FirstInitiationTimestamp"]);
}

#[test]
fn what_is_pruned_is_shown_before_and_is_gone_then() {
    let (folder, database) = samples();
    let contact = "51705299-7f7e-4b61-91df-49e93d3ec8a9";
    let is_there = || {
        let bytes = std::fs::read(&database).expect("it is there");
        bytes
            .windows(contact.len())
            .any(|part| part == contact.as_bytes())
    };
    for (what, count) in [
        ("--contact 51705299-7f7e-4b61-91df-49e93d3ec8a9", 1),
        ("--before 2026-03-15", 131),
    ] {
        let prune =
            |flag: &str| connect(&format!("prune {what} {flag} --database '{database}'")).ok();
        let left = || connect(&format!("stats --database '{database}' --query Contacts")).json();
        let before = left().as_u64();
        let shown = prune("--dry-run");
        assert_eq!(left().as_u64(), before);
        let removed = prune("");
        assert_eq!(shown.replace("would be ", ""), removed);
        contains(
            &removed,
            &format!("{count} contacts removed, begun from 2026-03-14T"),
        );
        assert_eq!(left().as_u64().map(|left| left + count), before);
    }
    assert!(!is_there());
    let records = folder.path().join("records.jsonl");
    let line = format!(
        "import '{}' --database '{database}'",
        crate::connect::text(&records)
    );
    contains(&connect(&line).ok(), "132 contacts added");
    assert!(is_there());
}

#[test]
fn what_cannot_be_pruned_is_named() {
    let (folder, known) = samples();
    let missing = folder.path().join("missing.db");
    let missing = crate::connect::text(&missing);
    for (line, code, why) in [
        (
            format!("prune --contact nobody --database '{known}'"),
            255,
            "contact not found",
        ),
        (
            format!("prune --contact x --instance-id nowhere --database '{known}'"),
            255,
            "instance not found",
        ),
        (
            format!("prune --before yesterday --database '{known}'"),
            252,
            "expected a date or time",
        ),
        (format!("prune --database '{known}'"), 252, "--before"),
        (
            format!("prune --before 2026-01-01 --contact x --database '{known}'"),
            252,
            "cannot be used with",
        ),
        (
            format!("prune --before 2026-01-01 --database '{missing}'"),
            255,
            "missing.db",
        ),
        (format!("stats --database '{missing}'"), 255, "missing.db"),
    ] {
        contains(&connect(&line).failed(code), why);
    }
    assert!(!std::path::Path::new(missing).exists());
}

#[test]
fn an_older_database_that_is_only_read_is_named_with_what_to_do() {
    let (_folder, database) = samples();
    let connection = rusqlite::Connection::open(&database).expect("it is a database");
    let older = connection.pragma_update(None, "user_version", 2);
    older.expect("it may be written");
    drop(connection);
    for line in [
        "tree --contact-id c",
        "find",
        "describe-contact --contact-id c",
        "view",
    ] {
        let failed = connect(&format!("{line} --database '{database}'")).failed(255);
        contains(
            &failed,
            &format!("cannot use the database {database}: its schema version 2"),
        );
        contains(&failed, "connect stats brings it up to date");
    }
}
