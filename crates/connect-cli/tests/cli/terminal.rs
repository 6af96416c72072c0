//! What a terminal is sent, seen from a pseudo-terminal.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};
use std::thread;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::json;

use crate::connect::{KEY, SECRET, command, run};

/// Clears the screen, sets the title, conceals, turns the text round, forges a line.
const HOSTILE: &str =
    "x\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}[8m\u{9b}2J\u{7f}\u{202e}evil\u{2066}\rforged";
const IDS: [&str; 4] = [
    "--instance-id",
    "11111111-1111-1111-1111-111111111111",
    "--contact-id",
    "x",
];

/// Answers every request with this, on a port of its own.
fn serve(head: &'static str, body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let request = BufReader::new(&stream).lines();
            request
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .for_each(drop);
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            let _ = (&stream).write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

fn contacts() -> String {
    let contact = json!({
        "ContactId": HOSTILE, "ContactArn": HOSTILE, "InitialContactId": HOSTILE, "PreviousContactId": HOSTILE,
        "Channel": HOSTILE, "InitiationMethod": HOSTILE, "InitiationTimestamp": 1_700_000_000,
    });
    let body =
        json!({ "ContactSummaryList": [contact, {"ContactId": "x", "RelatedContactId": HOSTILE}] });
    serve("200 OK", body.to_string())
}

fn call(url: &str, arguments: &[&str]) -> Command {
    let mut command = command(arguments);
    command.args([
        "--endpoint-url",
        url,
        "--region",
        "us-east-1",
        "--no-cli-pager",
    ]);
    command.envs([
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ]);
    command
}

/// What the command writes to a terminal, on both of its outputs.
fn on_terminal(mut command: Command) -> String {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
    grantpt(&master)
        .and_then(|()| unlockpt(&master))
        .expect("it can be used");
    let name = ptsname(&master, Vec::new()).expect("it has a name");
    let terminal = File::options()
        .read(true)
        .write(true)
        .open(OsStr::from_bytes(name.as_bytes()));
    let terminal = terminal.expect("the other end");
    command.stdout(terminal.try_clone().expect("a file"));
    command.stderr(Stdio::from(terminal));
    let mut child = command.spawn().expect("the binary runs");
    // It holds the other end too.
    drop(command);
    let mut written = Vec::new();
    // The end of a terminal that nobody writes to is an error on Linux.
    let _ = File::from(master).read_to_end(&mut written);
    child.wait().expect("it ends");
    String::from_utf8(written).expect("UTF-8")
}

/// Takes our own colours out: sequences of which each is one of those that data cannot bring.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('m').expect("a colour");
        assert!(
            code.split(';').all(|code| [
                "", "0", "1", "2", "31", "32", "33", "34", "35", "36", "90"
            ]
            .contains(&code)),
            "{part}"
        );
        plain += rest;
    }
    plain
}

fn assert_tame(written: &str, what: &str) {
    // The terminal itself turns a line feed into a carriage return and a line feed.
    let plain = without_colours(&written.replace("\r\n", "\n"));
    let steers = |character: char| {
        character.is_control() && !"\n\t".contains(character)
            || "\u{202e}\u{2066}".contains(character)
    };
    assert!(!plain.contains(steers), "{what}: {plain:?}");
    assert!(plain.contains("evil"), "{what}: {plain}");
}

#[test]
fn data_cannot_steer_the_terminal() {
    let url = contacts();
    let list = ["list-associated-contacts"];
    for format in ["json", "yaml", "yaml-stream", "text", "table"] {
        let line = [&list, &IDS[..], &["--output", format]].concat();
        assert_tame(&on_terminal(call(&url, &line)), format);
    }
    for line in [
        &["tree"][..],
        &["tree", "--output", "table"],
        &["export", "--format", "records"],
        &["export", "--format", "csv"],
        &["export", "--format", "dot"],
        &["export", "--format", "mermaid"],
    ] {
        let written = on_terminal(call(&url, &[line, &IDS].concat()));
        assert_tame(&written, &line.join(" "));
    }
    let coloured = on_terminal(call(
        &url,
        &[&list, &IDS[..], &["--output", "table"]].concat(),
    ));
    assert!(coloured.contains("\u{1b}["), "colours are gone: {coloured}");
    // A pipe gets the data as it is.
    let text = run(call(
        &url,
        &[&list, &IDS[..], &["--output", "text"]].concat(),
    ))
    .ok();
    assert!(text.contains(HOSTILE), "{text:?}");
}

/// The service's own and the one to go on with, on both outputs.
#[test]
fn tokens_cannot_either() {
    let contact = json!({ "ContactId": "evil" });
    let page = json!({ "ContactSummaryList": [contact], "NextToken": HOSTILE });
    let url = serve("200 OK", page.to_string());
    for format in ["json", "text", "table", "yaml-stream"] {
        for more in [
            &["--no-paginate"][..],
            &["--max-items", "1"],
            &["--max-items", "1", "--query", "ContactSummaryList"],
        ] {
            let options = [&["--output", format], more].concat();
            let line = [&["list-associated-contacts"], &IDS[..], &options].concat();
            assert_tame(&on_terminal(call(&url, &line)), &options.join(" "));
        }
    }
}

/// In files: cells that are no formulas, graphs in which data stays text.
#[test]
fn exports_are_inert() {
    let formula = "=cmd|'/c calc'!A1";
    let directive = "%%{init: {}}%%\"] --> x; \\";
    let children =
        (0..501).map(|id| json!({"ContactId": id.to_string(), "PreviousContactId": formula}));
    let mut contacts = vec![json!({"ContactId": formula, "Channel": directive})];
    contacts.extend(children);
    let url = serve(
        "200 OK",
        json!({ "ContactSummaryList": contacts }).to_string(),
    );
    let export = |more: &[&str]| run(call(&url, &[&["export"], &IDS[..], more].concat()));
    let csv = export(&["--format", "csv"]).ok();
    assert!(
        csv.contains("\"'=cmd") && !csv.contains(",=") && !csv.contains(",\"="),
        "{csv}"
    );
    let raw = export(&["--format", "csv", "--raw-cells"]).ok();
    assert!(raw.contains(",=cmd") && !raw.contains("'=cmd"), "{raw}");
    let dot = export(&["--format", "dot"]).ok();
    assert!(
        dot.contains(r#"[label="%%{init: {}}%%\"] --> x; \\ ?\n?\n=cmd|'/c calc'!A1"];"#),
        "{dot}"
    );
    let mermaid = export(&["--format", "mermaid"]);
    assert!(
        mermaid
            .stderr
            .contains("501 edges; Mermaid draws up to 500"),
        "{}",
        mermaid.stderr
    );
    let mermaid = mermaid.ok();
    assert!(
        !mermaid.contains('%') && mermaid.lines().count() == 1 + 502 + 501,
        "{mermaid}"
    );
}

#[test]
fn error_messages_cannot_either_wherever_they_go() {
    let body = json!({ "message": HOSTILE }).to_string();
    let url = serve(
        "400 Bad Request\r\nx-amzn-errortype: InvalidRequestException",
        body,
    );
    let line = [&["list-associated-contacts"], &IDS[..]].concat();
    assert_tame(&on_terminal(call(&url, &line)), "error");
    assert_tame(&run(call(&url, &line)).failed(254), "error in a pipe");
    let wrong = [&line[..], &["--output", HOSTILE]].concat();
    assert_tame(&run(call(&url, &wrong)).failed(252), "usage");
    let debugged = [&line[..], &["--debug"]].concat();
    assert_tame(&run(call(&url, &debugged)).failed(254), "log");
}

#[test]
fn a_pager_may_be_quoted_and_is_for_terminals_that_can_page() {
    for (pager, term, paged) in [
        (
            r#"/bin/sh -c 'printf "paged: %s\n" "$(cat)"'"#,
            "xterm",
            true,
        ),
        (
            r#"/bin/sh -c 'printf "paged: %s\n" "$(cat)"'"#,
            "dumb",
            false,
        ),
        ("/bin/sh -c 'echo", "dumb", false),
    ] {
        let mut tree = command(&["tree", "--local"]);
        tree.envs([("PAGER", pager), ("TERM", term)]);
        let written = on_terminal(tree);
        assert_eq!(written.contains("paged: "), paged, "{written}");
        assert!(written.contains("127 contacts"), "{written}");
    }
    let mut open = command(&["tree", "--local"]);
    open.env("PAGER", "sh -c 'cat");
    assert!(on_terminal(open).contains("a quote is not closed"));
}
