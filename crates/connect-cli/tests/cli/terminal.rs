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

use crate::connect::{call, command, contains, run};

/// Clears the screen, sets the title, conceals, turns the text round, forges a line.
const HOSTILE: &str =
    "x\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}[8m\u{9b}2J\u{7f}\u{202e}evil\u{2066}\rforged";
const IDS: &str =
    "--instance-id 11111111-1111-1111-1111-111111111111 --contact-id x --no-cli-pager";

/// Sends this to every client, on a port of its own.
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
            let response = format!(
                "HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            let _ = (&stream).write_all(response.as_bytes());
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

fn list(url: &str, arguments: &str) -> Command {
    call(url, &format!("list-associated-contacts {IDS} {arguments}"))
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
        let colours = ["", "0", "1", "2", "31", "32", "33", "34", "35", "36", "90"];
        let is_colour = |code| colours.contains(&code);
        assert!(code.split(';').all(is_colour), "{part}");
        plain += rest;
    }
    plain
}

fn assert_tame(written: &str, what: &str) {
    // The terminal itself turns a line feed into a carriage return and a line feed.
    let plain = without_colours(&written.replace("\r\n", "\n"));
    let steers = |character: char| match character {
        '\n' | '\t' => false,
        '\u{202e}' | '\u{2066}' => true,
        character => character.is_control(),
    };
    assert!(!plain.contains(steers), "{what}: {plain:?}");
    assert!(plain.contains("evil"), "{what}: {plain}");
}

#[test]
fn data_cannot_steer_the_terminal() {
    let url = contacts();
    for format in ["json", "yaml", "yaml-stream", "text", "table"] {
        let written = on_terminal(list(&url, &format!("--output {format}")));
        assert_tame(&written, format);
        let coloured = written.contains("\u{1b}[");
        assert_eq!(coloured, format == "table", "{written}");
    }
    for line in [
        "tree",
        "tree --output table",
        "export --format records",
        "export --format csv",
        "export --format dot",
        "export --format mermaid",
        "export --format svg",
        "export --format html",
        "tree --format svg",
    ] {
        let written = on_terminal(call(&url, &format!("{line} {IDS}")));
        assert_tame(&written, line);
    }
    // A pipe gets the data as it is.
    contains(&run(list(&url, "--output text")).ok(), HOSTILE);
}

/// The service's own and the one to go on with, on both outputs.
#[test]
fn tokens_cannot_either() {
    let contact = json!({ "ContactId": "evil" });
    let page = json!({ "ContactSummaryList": [contact], "NextToken": HOSTILE });
    let url = serve("200 OK", page.to_string());
    for format in ["json", "text", "table", "yaml-stream"] {
        for more in [
            "--no-paginate",
            "--max-items 1",
            "--max-items 1 --query ContactSummaryList",
        ] {
            let options = format!("--output {format} {more}");
            assert_tame(&on_terminal(list(&url, &options)), &options);
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
    let contacts = json!({ "ContactSummaryList": contacts });
    let url = serve("200 OK", contacts.to_string());
    let export = |format| run(call(&url, &format!("export {IDS} --format {format}")));
    let csv = export("csv").ok();
    contains(&csv, "\"'=cmd");
    assert!(!csv.contains(",=") && !csv.contains(",\"="), "{csv}");
    let raw = export("csv --raw-cells").ok();
    assert!(raw.contains(",=cmd") && !raw.contains("'=cmd"), "{raw}");
    let label = r#"[label="%%{init: {}}%%\"] --> x; \\ ?\n?\n=cmd|'/c calc'!A1"];"#;
    contains(&export("dot").ok(), label);
    let mermaid = export("mermaid");
    contains(&mermaid.stderr, "501 edges; Mermaid draws up to 500");
    let mermaid = mermaid.ok();
    let lines = mermaid.lines().count();
    assert!(
        !mermaid.contains('%') && lines == 1 + 502 + 501,
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
    assert_tame(&on_terminal(list(&url, "")), "error");
    assert_tame(&run(list(&url, "")).failed(254), "error in a pipe");
    let mut wrong = list(&url, "");
    wrong.args(["--output", HOSTILE]);
    assert_tame(&run(wrong).failed(252), "usage");
    assert_tame(&run(list(&url, "--debug")).failed(254), "log");
}

#[test]
fn a_pager_may_be_quoted_and_is_for_terminals_that_can_page() {
    let paging = r#"/bin/sh -c 'printf "paged: %s\n" "$(cat)"'"#;
    for (pager, term, part, paged) in [
        (paging, "xterm", "127 contacts", true),
        (paging, "dumb", "127 contacts", false),
        ("/bin/sh -c 'echo", "dumb", "127 contacts", false),
        ("sh -c 'cat", "", "a quote is not closed", false),
    ] {
        let mut tree = command("tree --local");
        tree.envs([("PAGER", pager), ("TERM", term)]);
        let written = on_terminal(tree);
        assert_eq!(written.contains("paged: "), paged, "{written}");
        contains(&written, part);
    }
}
