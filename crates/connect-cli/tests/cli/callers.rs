//! `connect serve`: who may call, how often, over what, and what goes wrong on purpose.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::Value;

use crate::connect::{
    Served, call, connect, contains, database, file, folder, read, run, starts_with,
};

const LIST: &str = "list-associated-contacts --instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48 \
    --contact-id 51705299-7f7e-4b61-91df-49e93d3ec8a9 --no-paginate";

const KEYS: &str = r#"
[[key]]
access_key_id = "AKIDREADER"
secret_access_key = "reader-secret"
session_token = "reader-token"
operations = ["ListAssociatedContacts"]
instances = ["5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48"]
"#;

#[test]
fn keys_of_a_file_have_rights_and_the_environment_s_has_none() {
    let folder = folder();
    let keys = file(&folder, "keys.toml", KEYS);
    let mut served = Served::samples_with(&format!("--keys '{keys}'"));
    let as_reader = |line: &str| {
        let mut command = call(&served.url, line);
        command.envs([
            ("AWS_ACCESS_KEY_ID", "AKIDREADER"),
            ("AWS_SECRET_ACCESS_KEY", "reader-secret"),
            ("AWS_SESSION_TOKEN", "reader-token"),
        ]);
        run(command)
    };
    as_reader(LIST).ok();
    let denied = [
        "stop-contact --instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48 --contact-id x",
        "list-associated-contacts --instance-id elsewhere --contact-id x",
    ];
    for line in denied {
        let stderr = as_reader(line).failed(254);
        contains(&stderr, "AccessDeniedException");
        contains(
            &stderr,
            "user/AKIDREADER is not authorized to perform: connect:",
        );
    }
    contains(
        &served.connect(LIST).failed(254),
        "UnrecognizedClientException",
    );
    served.child.kill().expect("it runs");
    let stderr = read(served.child.stderr.take());
    assert_eq!(
        stderr.contains("Warning: other users can read"),
        cfg!(unix),
        "{stderr}"
    );
    assert!(!stderr.contains("reader-"), "{stderr}");
}

#[test]
fn what_is_wrong_with_a_file_of_keys_is_said() {
    let folder = folder();
    let keys = file(&folder, "keys.toml", &KEYS.replace("operations", "rights"));
    let serve = |keys: &str| {
        connect(&format!(
            "serve --database '{}' --keys '{keys}'",
            database(&folder)
        ))
    };
    let stderr = serve(&keys).failed(253);
    contains(
        &stderr,
        "keys.toml: key 1 (AKIDREADER): operations: expected a list",
    );
    assert!(!stderr.contains("reader-secret"), "{stderr}");
    contains(
        &serve("nowhere.toml").failed(253),
        "cannot use nowhere.toml: ",
    );
}

#[cfg(unix)]
#[test]
fn quotas_and_faults_strike_and_are_reported_at_the_end() {
    let flags = "--fault latency=1ms --fault ListAssociatedContacts:error=Strange/418@1 --fault-seed 7 \
        --quota 9/9 --quota DescribeContact=0.001/1";
    let mut served = Served::samples_with(flags);
    let stderr = served.connect(LIST).failed(254);
    contains(
        &stderr,
        "(Strange) when calling the ListAssociatedContacts operation: This error was injected",
    );
    let describe = "describe-contact --instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48 \
        --contact-id 51705299-7f7e-4b61-91df-49e93d3ec8a9";
    served.connect(describe).ok();
    let mut throttled = served.command(describe);
    throttled.env("AWS_MAX_ATTEMPTS", "1");
    contains(&run(throttled).failed(254), "(ThrottlingException)");
    let stderr = served.interrupt();
    for injected in [
        "1 by ListAssociatedContacts:error=Strange/418@1",
        "2 by latency=1ms",
    ] {
        contains(&stderr, &format!("faults injected: {injected}\n"));
    }
}

#[test]
fn wrong_rules_are_usage_errors() {
    let folder = folder();
    let database = database(&folder);
    for (flag, expected) in [
        ("--quota 2", "expected calls per second"),
        ("--fault crash", "expected latency=TIME"),
        ("--fault stall@2", "expected a share"),
        (
            "--fault StopContacts:stall",
            "there is no operation \"StopContacts\": there are ",
        ),
        (
            "--quota StopContacts=2/5",
            "there is no operation \"StopContacts\": there are ",
        ),
    ] {
        let stderr = connect(&format!("serve --database '{database}' {flag}")).failed(252);
        contains(&stderr, expected);
    }
}

#[test]
fn calls_are_encrypted_where_there_is_a_certificate() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    let certificates = folder();
    let certificate = file(&certificates, "cert.pem", &cert.pem());
    let key = file(&certificates, "key.pem", &signing_key.serialize_pem());
    let served = Served::samples_with(&format!("--tls-cert '{certificate}' --tls-key '{key}'"));
    starts_with(&served.url, "https://127.0.0.1:");
    served
        .connect(&format!("{LIST} --ca-bundle '{certificate}'"))
        .ok();
    contains(&served.connect(LIST).failed(255), "certificate");

    let database = database(&certificates);
    let serve = |flags: &str| connect(&format!("serve --database '{database}' {flags}"));
    contains(
        &serve(&format!("--tls-cert '{certificate}'")).failed(252),
        "--tls-key",
    );
    let stderr = serve(&format!(
        "--tls-cert '{certificate}' --tls-key '{certificate}'"
    ))
    .failed(253);
    contains(&stderr, "cert.pem: there is no private key in PEM");
    let stderr = serve(&format!("--tls-cert nowhere --tls-key '{key}'")).failed(253);
    contains(&stderr, "cannot read nowhere: ");
}

#[cfg(unix)]
#[test]
fn each_request_is_a_line_of_text_or_of_a_file() {
    let forged = LIST.replace("5a3c0f6e", "'a\nb'5a3c0f6e");
    let mut served = Served::samples();
    served.connect(&forged).failed(254);
    let stderr = served.interrupt();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let line = stderr.as_str();
    contains(
        line,
        " AKIDINTEGRATION GET \"/contact/associated/a%0Ab5a3c0f6e-",
    );
    contains(line, " ListAssociatedContacts \"a\\nb5a3c0f6e-");
    contains(line, " 404 ResourceNotFoundException ");

    let logs = folder();
    let log = file(&logs, "access.jsonl", "");
    let mut served = Served::samples_with(&format!("--access-log '{log}'"));
    served.connect(LIST).ok();
    served.connect(&forged).failed(254);
    assert_eq!(served.interrupt(), "");
    let text = std::fs::read_to_string(&log).expect("the log is there");
    let lines = text.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines.collect::<Result<_, _>>().expect("JSON");
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(lines[0]["status"], 200);
    assert_eq!(lines[1]["code"], "ResourceNotFoundException");
    assert_eq!(
        lines[1]["instance"],
        "a\nb5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48"
    );
    assert!(lines[0]["micros"].as_u64() > Some(0), "{text}");

    let database = database(&logs);
    let serve = connect(&format!(
        "serve --database '{database}' --access-log /nowhere/log"
    ));
    contains(&serve.failed(253), "cannot write /nowhere/log: ");
}

#[cfg(unix)]
#[test]
fn events_go_to_files_that_can_be_imported_and_what_is_lost_is_said() {
    let events = folder();
    let path = format!("{}/events.jsonl", events.path().display());
    // Nothing listens there any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let url = format!("http://user:hidden@localhost:{port}/hidden?token=hidden");
    let mut served = Served::samples_with(&format!("--events '{path}' --events '{url}' --debug"));
    let instance = "--instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48";
    let started = served.connect(&format!("start-task-contact {instance} --name x"));
    let started: Value = started.json();
    let id = started["ContactId"].as_str().expect("an ID");
    let written = std::fs::read_to_string(&path).expect("events");
    contains(&written, "\"eventType\":\"INITIATED\"");
    contains(&written, id);
    let stderr = served.interrupt();
    let lost = format!("events not delivered: 1 to http://localhost:{port}\n");
    contains(&stderr, &lost);
    assert!(
        !stderr.contains("hidden") && !stderr.contains("aGlkZGVu"),
        "{stderr}"
    );
    assert!(!stderr.contains("events.jsonl"), "{stderr}");

    let database = database(&events);
    let imported = connect(&format!("import '{path}' --database '{database}'")).ok();
    starts_with(&imported, "1 contacts added, ");
}

#[test]
fn what_is_wrong_with_events_is_said_without_secrets() {
    let folder = folder();
    let missing = format!("{}/no/events.jsonl", folder.path().display());
    for (events, code, expected) in [
        (missing.as_str(), 253, "cannot deliver events to "),
        (
            "http://hidden:hidden@exa mple.com",
            252,
            "expected a path, or a URL such as",
        ),
        (
            "http://u:hidden@consumer:80/hidden",
            252,
            "Events to http://consumer:80 would go to another machine unencrypted, which needs https or --insecure.",
        ),
    ] {
        let stderr = connect(&format!("serve --events '{events}'")).failed(code);
        contains(&stderr, expected);
        assert!(!stderr.contains("hidden"), "{stderr}");
    }
}
