//! `connect serve --seed`, and imports that are interrupted.

#[cfg(unix)]
use std::process::{Command, Stdio};

use crate::connect::{KEYS, Served, connect, contains, file, folder, starts_with, text};

const LIST: &str = "list-associated-contacts --instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48 \
    --contact-id 51705299-7f7e-4b61-91df-49e93d3ec8a9 --query length(ContactSummaryList)";

#[test]
fn a_seed_is_served_from_memory() {
    let folder = folder();
    let seed = text(folder.path()).to_owned();
    file(&folder, "samples/records.jsonl", &connect("samples").ok());
    let (served, _) = Served::serve(folder, &KEYS, &format!("--seed '{seed}'"));
    assert_eq!(served.connect(LIST).ok().trim(), "127");
    let files = std::fs::read_dir(served.folder.path()).expect("a folder");
    assert_eq!(files.count(), 1);
}

#[test]
fn a_seed_with_a_bad_record_is_not_served() {
    let folder = folder();
    let seed = file(&folder, "a.jsonl", "{}");
    for (seed, why) in [
        (seed.as_str(), "a.jsonl:1 (byte 0): InstanceARN: missing"),
        ("/no/such/folder", "cannot read /no/such/folder: "),
    ] {
        let stderr = connect(&format!("serve --seed '{seed}'")).failed(255);
        starts_with(&stderr, "cannot import the seed: ");
        contains(&stderr, why);
    }
}

#[cfg(unix)]
#[test]
fn seeding_can_be_interrupted() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let folder = folder();
        let pipe = folder.path().join("pipe");
        let made = Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo runs").success());
        let database = folder.path().join("contacts.db");
        let line = format!(
            "serve --database '{}' --seed '{}'",
            text(&database),
            text(&pipe)
        );
        let mut child = crate::connect::command(&line)
            .spawn()
            .expect("the binary runs");
        while !database.exists() {
            std::thread::yield_now();
        }
        crate::connect::kill(signal, &child);
        assert_eq!(child.wait().expect("it ends").code(), Some(code));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_import_keeps_what_it_read_unless_it_is_strict() {
    use std::io::Write;
    let record = |id: &str| {
        format!(
            r#"{{"InstanceARN":"arn:aws:connect:eu-central-1:1:instance/i","ContactId":"{id}"}}"#
        )
    };
    for (signal, code, mode, kept, why) in [
        (
            "-INT",
            130,
            "",
            "2 contacts",
            "interrupted: what was imported stays",
        ),
        (
            "-TERM",
            143,
            "",
            "2 contacts",
            "interrupted: what was imported stays",
        ),
        (
            "-TERM",
            143,
            "--strict",
            "0 contacts",
            "interrupted: nothing is imported",
        ),
    ] {
        let folder = folder();
        let first = file(&folder, "first.jsonl", &record("first"));
        let database = crate::connect::database(&folder);
        let line = format!("import {mode} '{first}' - --database '{database}'");
        let mut import = crate::connect::command(&line);
        import.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut import = import
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut pipe = import.stdin.take().expect("standard input is piped");
        // Longer than a pipe holds: when it is written, the import has begun to read, and goes on.
        let space = " ".repeat(1 << 20);
        write!(pipe, "{}{space}", record("second")).expect("it reads");
        crate::connect::kill(signal, &import);
        let ran = crate::connect::Ran::from(import.wait_with_output().expect("it ends"));
        drop(pipe);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        contains(&ran.stderr, why);
        let stats = connect(&format!("stats --database '{database}'")).ok();
        starts_with(&stats, kept);
    }
}
