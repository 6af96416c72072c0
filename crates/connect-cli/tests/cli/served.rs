//! `connect import` and `connect serve`, and commands against them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::tempdir;

use crate::connect::{KEY, Served, command, connect, database, file, ids, run, text};

const IDS: [&str; 4] = [
    "--instance-id",
    "5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48",
    "--contact-id",
    "51705299-7f7e-4b61-91df-49e93d3ec8a9",
];

fn list<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["list-associated-contacts"], &IDS[..], arguments].concat()
}

fn error(code: &str) -> String {
    format!("An error occurred ({code}) when calling the ListAssociatedContacts operation: ")
}

#[test]
fn the_samples_come_back_over_pages() {
    let served = Served::samples();
    let page = |arguments: &[&str]| -> Value {
        serde_json::from_str(&served.connect(&list(arguments)).ok()).expect("JSON")
    };
    let all = page(&[]);
    let all = ids(&all);
    assert!(all.len() >= 120, "{} contacts", all.len());
    let first = page(&["--max-results", "7"]);
    assert_eq!(ids(&first), all[..7]);
    let token = first["NextToken"].as_str().expect("a token");
    assert_eq!(ids(&page(&["--next-token", token])), all[7..32]);
    assert_eq!(ids(&page(&["--no-paginate"])), all[..25]);

    let mut seen: Vec<String> = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let mut arguments = vec!["--max-items", "40", "--page-size", "30"];
        arguments.extend(
            token
                .iter()
                .flat_map(|token| ["--starting-token", token.as_str()]),
        );
        let answer = page(&arguments);
        seen.extend(ids(&answer).into_iter().map(str::to_owned));
        match answer["NextToken"].as_str() {
            Some(next) => token = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(seen, all);
    let tree = served.connect(&[&["tree"], &IDS[..]].concat()).ok();
    assert_eq!(tree, connect(&["tree", "--local"]).ok());
}

#[test]
fn refusals_are_the_service_s_own() {
    let served = Served::samples();
    let failed = |arguments: &[&str]| {
        let stderr = served.connect(&list(arguments)).failed(254);
        stderr.trim().to_owned()
    };
    assert!(failed(&["--contact-id", "nobody"]).starts_with(&error("ResourceNotFoundException")));
    assert!(failed(&["--instance-id", "nowhere"]).starts_with(&error("ResourceNotFoundException")));
    assert!(failed(&["--next-token", "nonsense"]).starts_with(&error("InvalidRequestException")));
    let stderr = failed(&["--max-results", "101"]);
    assert!(
        stderr.starts_with(&error("InvalidParameterException")) && stderr.contains("axResults"),
        "{stderr}"
    );
    for (name, value, code) in [
        (
            "AWS_SECRET_ACCESS_KEY",
            "wrong",
            "InvalidSignatureException",
        ),
        (
            "AWS_ACCESS_KEY_ID",
            "AKIDUNKNOWN",
            "UnrecognizedClientException",
        ),
        ("AWS_SESSION_TOKEN", "wrong", "UnrecognizedClientException"),
    ] {
        let mut command = served.command(&list(&[]));
        command.env(name, value);
        let stderr = run(command).failed(254);
        assert!(stderr.trim().starts_with(&error(code)), "{stderr}");
    }
    let stderr = served.connect(&list(&["--no-sign-request"])).failed(254);
    assert!(
        stderr
            .trim()
            .starts_with(&error("MissingAuthenticationTokenException")),
        "{stderr}"
    );
}

#[test]
fn a_key_pair_is_made_up_where_none_is_given() {
    let (served, lines) = Served::start(tempdir().expect("a folder"), &[]);
    assert!(lines[0].starts_with("http://127.0.0.1:"), "{lines:?}");
    let mut command = command(&list(&[
        "--endpoint-url",
        &served.url,
        "--region",
        "us-east-1",
    ]));
    for line in &lines[1..] {
        let (name, value) = line.split_once('=').expect("NAME=VALUE");
        command.env(name, value);
    }
    let stderr = run(command).failed(254);
    assert!(
        stderr
            .trim()
            .starts_with(&error("ResourceNotFoundException")),
        "{stderr}"
    );
}

#[test]
fn what_is_imported_later_is_served_too() {
    let served = Served::samples();
    let exported = served.connect(&[&["export"], &IDS[..]].concat()).ok();
    let other = exported.replace("5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48", "another-instance");
    let records = file(&served.folder, "exported.jsonl", &other);
    let summary = connect(&[
        "import",
        &records,
        "--database",
        text(&database(&served.folder)),
    ])
    .ok();
    assert!(
        summary.starts_with(&format!("{} contacts added", exported.lines().count())),
        "{summary}"
    );
    let line = list(&[
        "--instance-id",
        "another-instance",
        "--query",
        "length(ContactSummaryList)",
    ]);
    assert_eq!(
        served.connect(&line).ok().trim(),
        exported.lines().count().to_string()
    );
}

#[test]
fn bad_records_are_told_and_the_rest_imported() {
    let folder = tempdir().expect("a folder");
    let samples = connect(&["samples"]).ok();
    let first = samples.lines().next().expect("a record");
    let inside = folder.path().join("records");
    std::fs::create_dir(&inside).expect("the folder takes folders");
    let records = file(
        &folder,
        "records/b.jsonl",
        &format!("{first}\n{{\"ContactId\": 1}}\n"),
    );
    let database = database(&folder);
    let ran = connect(&["import", text(&inside), "--database", text(&database)]);
    assert_eq!(ran.code, Some(255), "{ran:?}");
    assert!(
        ran.stdout.starts_with("1 contacts added, 0 updated"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("b.jsonl"), "{ran:?}");
    let strict = connect(&[
        "import",
        &records,
        "--database",
        text(&database),
        "--strict",
    ]);
    assert_eq!(strict.code, Some(255), "{strict:?}");
    assert!(strict.stderr.contains("b.jsonl"), "{strict:?}");
}

#[test]
fn a_wrong_path_creates_no_database() {
    let folder = tempdir().expect("a folder");
    let records = file(&folder, "records.jsonl", &connect(&["samples"]).ok());
    let database = database(&folder);
    let line = [
        "import",
        &records,
        "/no/such/file",
        "--database",
        text(&database),
    ];
    let stderr = connect(&line).failed(255);
    assert!(stderr.contains("cannot read /no/such/file"), "{stderr}");
    assert!(!database.exists());
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempdir().expect("a folder");
    let path = file(
        &folder,
        "contacts.db",
        "this is no database, but somebody's text\n",
    );
    let stderr = connect(&["serve", "--database", &path]).failed(255);
    assert!(
        stderr.contains("contacts.db: file is not a database"),
        "{stderr}"
    );
    let content = std::fs::read_to_string(&path).expect("the file is there");
    assert!(content.starts_with("this is no database"));
}

#[test]
fn a_server_that_others_reach_warns_and_answers_for_its_health_unsigned() {
    let folder = tempdir().expect("a folder");
    let mut serve = command(&[
        "serve",
        "--database",
        text(&database(&folder)),
        "--listen",
        "0.0.0.0:0",
    ]);
    let mut child = serve
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut url = String::new();
    BufReader::new(child.stdout.take().expect("a pipe"))
        .read_line(&mut url)
        .expect("UTF-8");
    let port = url.trim().rsplit(':').next().expect("a port");
    let mut health =
        TcpStream::connect(("127.0.0.1", port.parse().expect("a port"))).expect("it listens");
    health
        .write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("it reads");
    let mut answer = String::new();
    health.read_to_string(&mut answer).expect("an answer");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .expect("a pipe")
        .read_to_string(&mut stderr)
        .expect("UTF-8");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(
        stderr.contains("Warning: ") && stderr.contains("not encrypted"),
        "{stderr}"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_server_in_order() {
    for signal in ["-INT", "-TERM"] {
        let mut served = Served::samples();
        served.connect(&list(&[])).ok();
        let process = served.child.id().to_string();
        let killed = Command::new("kill").args([signal, &process]).status();
        assert!(killed.expect("kill is there").success());
        let begin = Instant::now();
        let status = served.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(begin.elapsed() < Duration::from_secs(20), "{signal}");
        let log = database(&served.folder).with_extension("db-wal");
        assert!(!log.exists(), "{signal}");
    }
}

#[test]
fn secrets_stay_out_of_the_log() {
    let served = Served::samples();
    let ran = served.connect(&list(&["--debug", "--no-paginate"]));
    assert!(
        ran.stderr.contains("ListAssociatedContacts"),
        "{}",
        ran.stderr
    );
    assert!(
        !ran.stderr.contains(crate::connect::SECRET) && !ran.stderr.contains("Signature="),
        "{}",
        ran.stderr
    );
    assert!(!ran.stdout.contains(KEY));
}
