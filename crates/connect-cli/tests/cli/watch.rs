//! `connect watch`: a tree that grows, of an instance and of events.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::connect::{Ran, Served, command, connect, contains, starts_with};

const INSTANCE: &str = "5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48";

/// Reads until a line contains the part.
fn read_until(out: &mut impl BufRead, part: &str) {
    let mut line = String::new();
    while !line.contains(part) {
        line.clear();
        assert!(
            out.read_line(&mut line).expect("UTF-8") > 0,
            "it ends without {part}"
        );
    }
}

/// Runs a command with pipes.
fn begun(mut command: Command) -> Child {
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    pipes
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

fn ended(child: Child) -> Ran {
    child.wait_with_output().expect("it ends").into()
}

#[test]
fn a_tree_of_an_instance_is_drawn_until_all_of_it_has_ended() {
    let served = Served::samples();
    let call = |line: &str| served.connect(&format!("{line} --instance-id {INSTANCE}"));
    let start = "start-task-contact --name n --query ContactId --output text";
    let first = call(start).ok().trim().to_owned();
    let mut child = begun(served.command(&format!(
        "watch --instance-id {INSTANCE} --contact-id {first} --interval 0.1"
    )));
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    read_until(&mut out, &first);
    let second = call(&format!("{start} --previous-contact-id {first}"))
        .ok()
        .trim()
        .to_owned();
    read_until(&mut out, "2 contacts");
    read_until(&mut out, &second);
    for id in [&first, &second] {
        call(&format!("stop-contact --contact-id {id}")).ok();
    }
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut out, &mut rest).expect("UTF-8");
    assert!(
        rest.contains("2 contacts") && !rest.contains('\x1b'),
        "{rest}"
    );
    assert!(
        !rest.lines().last().expect("a line").contains("open"),
        "{rest}"
    );
    assert_eq!(ended(child).code, Some(0));
}

#[test]
fn a_tree_of_events_is_drawn_as_they_come() {
    let event = |id: &str, kind: &str, previous: Option<&str>| {
        let end = (kind == "DISCONNECTED").then_some("2026-03-14T10:09:00Z");
        json!({
            "version": "0", "id": format!("{id}{kind}"), "detail-type": "Amazon Connect Contact Event",
            "source": "aws.connect", "account": "111122223333", "time": end.unwrap_or("2026-03-14T10:01:00Z"),
            "region": "eu-central-1", "resources": [],
            "detail": {
                "eventType": kind, "contactId": id, "previousContactId": previous, "channel": "VOICE",
                "instanceArn": format!("arn:aws:connect:eu-central-1:111122223333:instance/{INSTANCE}"),
                "initiationMethod": "INBOUND", "initiationTimestamp": "2026-03-14T10:00:00Z",
                "disconnectTimestamp": end,
            },
        })
    };
    let mut child = begun(command("watch --events"));
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    writeln!(stdin, "{}", event("contact-a", "INITIATED", None)).expect("it reads");
    read_until(&mut out, "contact-a");
    let body = event("contact-b", "INITIATED", Some("contact-a")).to_string();
    let message = json!({"Messages": [{"MessageId": "m", "ReceiptHandle": "r", "Body": body}]});
    writeln!(stdin, "{message}").expect("it reads");
    read_until(&mut out, "contact-b");
    for id in ["contact-a", "contact-b"] {
        writeln!(stdin, "{}", event(id, "DISCONNECTED", None)).expect("it reads");
    }
    // It ends though its input does not.
    let ran = ended(child);
    drop(stdin);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));

    let mut child = begun(command("watch --events --contact-id nobody"));
    writeln!(child.stdin.take().expect("it is piped"), "no event\n").expect("it reads");
    let failed = ended(child).failed(255);
    contains(&failed, "standard input:1");
    contains(&failed, "1 event could not be read");
}

#[test]
fn what_cannot_be_watched_is_said() {
    let nobody = "watch --local --contact-id nobody";
    starts_with(
        &connect(nobody).failed(254),
        "An error occurred (ResourceNotFoundException)",
    );
    for (line, message) in [
        ("watch --region r", "required: --instance-id"),
        ("watch --events --local", "cannot be used with"),
        (
            "watch --local --interval 0",
            "expected a number of seconds from 0.1",
        ),
        ("watch --local --query x", "does not apply to"),
    ] {
        contains(&connect(line).failed(252), message);
    }
}
