//! `connect import` and `connect serve`, and commands against them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::connect::{
    KEY, KEYS, Ran, SECRET, Served, command, connect, contains, database, file, folder, ids, run,
    starts_with,
};

const IDS: &str = "--instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48 \
    --contact-id 51705299-7f7e-4b61-91df-49e93d3ec8a9";

fn list(arguments: &str) -> String {
    format!("list-associated-contacts {IDS} {arguments}")
}

/// Fails unless the command ended with this error of the service. Returns the message.
#[track_caller]
fn is_error(ran: Ran, code: &str) -> String {
    let stderr = ran.failed(254);
    let expected =
        format!("An error occurred ({code}) when calling the ListAssociatedContacts operation: ");
    starts_with(&stderr, &expected);
    stderr
}

#[test]
fn the_samples_come_back_over_pages() {
    let served = Served::samples();
    let page = |arguments: &str| -> Value { served.connect(&list(arguments)).json() };
    let all = page("");
    let all = ids(&all);
    assert!(all.len() >= 120, "{} contacts", all.len());
    let first = page("--max-results 7");
    assert_eq!(ids(&first), all[..7]);
    let token = first["NextToken"].as_str().expect("a token");
    let second = page(&format!("--next-token '{token}'"));
    assert_eq!(ids(&second), all[7..32]);
    assert_eq!(ids(&page("--no-paginate")), all[..25]);

    let mut seen: Vec<String> = Vec::new();
    let mut start = String::new();
    loop {
        let page = page(&format!("--max-items 40 --page-size 30 {start}"));
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        match page["NextToken"].as_str() {
            Some(next) => start = format!("--starting-token '{next}'"),
            None => break,
        }
    }
    assert_eq!(seen, all);
    let tree = served.connect(&format!("tree {IDS}")).ok();
    assert_eq!(tree, connect("tree --local").ok());
}

#[test]
fn errors_are_the_service_s_own() {
    let served = Served::samples();
    for (arguments, code) in [
        ("--contact-id nobody", "ResourceNotFoundException"),
        ("--instance-id nowhere", "ResourceNotFoundException"),
        ("--next-token nonsense", "InvalidRequestException"),
        ("--no-sign-request", "MissingAuthenticationTokenException"),
    ] {
        is_error(served.connect(&list(arguments)), code);
    }
    let ran = served.connect(&list("--max-results 101"));
    contains(&is_error(ran, "InvalidParameterException"), "axResults");
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
        let mut command = served.command(&list(""));
        command.env(name, value);
        is_error(run(command), code);
    }
}

#[test]
fn a_key_pair_is_made_up_where_none_is_given() {
    let (served, lines) = Served::start(folder(), &[]);
    starts_with(&lines[0], "http://127.0.0.1:");
    let mut command = served.command(&list(""));
    for line in &lines[1..] {
        let (name, value) = line.split_once('=').expect("NAME=VALUE");
        command.env(name, value);
    }
    is_error(run(command), "ResourceNotFoundException");
}

#[test]
fn what_is_imported_later_is_served_too() {
    let served = Served::samples();
    let exported = served.connect(&format!("export {IDS}")).ok();
    let count = exported.lines().count();
    let other = exported.replace("5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48", "another-instance");
    let records = file(&served.folder, "exported.jsonl", &other);
    let database = database(&served.folder);
    let summary = connect(&format!("import '{records}' --database '{database}'")).ok();
    starts_with(&summary, &format!("{count} contacts added"));
    let line = "--instance-id another-instance --query 'length(ContactSummaryList)'";
    let listed = served.connect(&list(line)).ok();
    assert_eq!(listed.trim(), count.to_string());
}

#[test]
fn a_wrong_path_creates_no_database() {
    let folder = folder();
    let records = file(&folder, "records.jsonl", &connect("samples").ok());
    let database = database(&folder);
    let line = format!("import '{records}' /no/such/file --database '{database}'");
    let stderr = connect(&line).failed(255);
    contains(&stderr, "cannot read /no/such/file");
    assert!(!Path::new(&database).exists());
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let folder = folder();
    let text = "this is no database, but somebody's text\n";
    let path = file(&folder, "contacts.db", text);
    let stderr = connect(&format!("serve --database '{path}'")).failed(255);
    contains(&stderr, "contacts.db: file is not a database");
    let content = std::fs::read_to_string(&path).expect("the file is there");
    starts_with(&content, "this is no database");
}

#[test]
fn a_server_that_others_reach_needs_keys_and_encryption_and_its_health_no_signature() {
    let folder = folder();
    let database = database(&folder);
    let serve = |flags: &str| {
        let mut serve = command(&format!(
            "serve --database '{database}' --listen 0.0.0.0:0 {flags}"
        ));
        serve.stdout(Stdio::piped()).stderr(Stdio::piped());
        serve
    };
    let stderr = run(serve("--insecure")).failed(252);
    contains(
        &stderr,
        "Other machines can reach 0.0.0.0:0, which needs a key pair in AWS_ACCESS_KEY_ID",
    );
    let mut unencrypted = serve("");
    unencrypted.envs(KEYS);
    contains(
        &run(unencrypted).failed(252),
        "which needs --tls-cert and --tls-key, or --insecure",
    );
    assert!(!Path::new(&database).exists());

    let mut insecure = serve("--insecure");
    insecure.envs(KEYS);
    let mut child = insecure.spawn().expect("the binary runs");
    let mut url = String::new();
    BufReader::new(child.stdout.take().expect("a pipe"))
        .read_line(&mut url)
        .expect("UTF-8");
    let port = url.trim().rsplit(':').next().expect("a port");
    let port = port.parse().expect("a port");
    let mut health = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    health
        .write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("it reads");
    let mut response = String::new();
    health.read_to_string(&mut response).expect("a response");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    starts_with(&response, "HTTP/1.1 200 OK");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_server_in_order() {
    for signal in ["-INT", "-TERM"] {
        let mut served = Served::samples();
        served.connect(&list("")).ok();
        crate::connect::kill(signal, &served.child);
        let begin = Instant::now();
        let status = served.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(begin.elapsed() < Duration::from_secs(20), "{signal}");
        let log = served.folder.path().join("contacts.db-wal");
        assert!(!log.exists(), "{signal}");
    }
}

#[test]
fn secrets_stay_out_of_the_log() {
    let ran = Served::samples().connect(&list("--debug --no-paginate"));
    contains(&ran.stderr, "ListAssociatedContacts");
    for secret in [SECRET, "Signature="] {
        assert!(!ran.stderr.contains(secret), "{}", ran.stderr);
    }
    assert!(!ran.stdout.contains(KEY));
}
