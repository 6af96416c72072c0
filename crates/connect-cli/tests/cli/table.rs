//! Every command, exit code, format and paging flag in one table. What else they do is in the other files; exit codes 130 and
//! 143, which need signals, are in `seeded.rs`.

use std::collections::BTreeSet;

use crate::connect::{connect, contains, file, folder};

/// Formats of results, each with what begins the output of `describe-contact`.
const FORMATS: [(&str, &str); 6] = [
    ("json", "{\n    \"Contact\": {\n"),
    ("yaml", "Contact:\n  Arn: arn:"),
    ("yaml-stream", "- Contact:\n    Arn: arn:"),
    ("text", "CONTACT\tarn:"),
    ("table", "---"),
    ("off", ""),
];

/// Flags of paging, each with how many contacts are printed of the 127.
const PAGING: [(&str, usize); 9] = [
    ("", 127),
    ("--page-size 100", 127),
    ("--max-items 7", 7),
    ("--max-items 30 --page-size 20", 30),
    ("--no-paginate", 25),
    ("--max-results 9", 9),
    ("--no-paginate --max-results 100", 100),
    ("--max-items 200", 127),
    // Behind the first three of the first page.
    (
        "--starting-token eyJOZXh0VG9rZW4iOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAzfQ==",
        124,
    ),
];

const CONTACT: &str = "51705299-7f7e-4b61-91df-49e93d3ec8a9";

/// Command lines, their exit codes, and a part of what they print: on standard output where the code is 0. RECORDS, FOLDER
/// and DATABASE are of the test.
const LINES: [(&str, u8, &str); 79] = [
    ("tree --local", 0, "127 contacts"),
    (
        "tree --records RECORDS --contact-id CONTACT --ascii",
        0,
        "`-",
    ),
    ("tree --region r", 252, "--instance-id"),
    ("tree --local --format html", 0, "<!DOCTYPE html>"),
    ("tree --local --format csv", 0, "depth,contact_id"),
    (
        "tree --local --depth 1 --format svg --out FOLDER/svg",
        0,
        "",
    ),
    ("tree --local --format svg --ascii", 252, "--format tree"),
    (
        "tree --local --format svg --output json",
        252,
        "cannot be used",
    ),
    ("tree --local --out FOLDER/none/svg", 255, "No such file"),
    ("tree --local --facts", 0, "127 contacts"),
    (
        "tree --local --contact-id nobody",
        254,
        "connect find lists contacts",
    ),
    (
        "tree --database FOLDER/none --contact-id c",
        255,
        "No such file",
    ),
    (
        "export --local",
        0,
        "\"AWSContactTraceRecordFormatVersion\"",
    ),
    (
        "export --local --format csv --raw-cells",
        0,
        "depth,contact_id",
    ),
    ("export --local --format dot", 0, "digraph contacts"),
    ("export --local --format mermaid", 0, "flowchart TD"),
    ("export --local --format svg", 0, "<svg xmlns="),
    ("export --local --format tree", 0, "127 contacts"),
    (
        "export --local --contact-ids CONTACT --facts --out FOLDER/facts",
        252,
        "--facts is for one tree",
    ),
    (
        "export --local --contact-ids CONTACT --format html --out FOLDER/html",
        252,
        "other formats hold one tree",
    ),
    ("export --local --format xml", 252, "possible values"),
    (
        "export --local --contact-ids CONTACT --out FOLDER/trees",
        0,
        "",
    ),
    (
        "export --local --contact-ids CONTACT --out FOLDER/trees",
        255,
        "is not an interrupted export",
    ),
    (
        "export --instance-id i --contact-id c",
        253,
        "You must specify a region",
    ),
    ("find --local --max-items 1", 0, "EMAIL"),
    ("find --local --largest", 0, CONTACT),
    ("find --local --since soon", 252, "expected a date or time"),
    (
        "find --local --instance-id nobody",
        254,
        "ResourceNotFoundException",
    ),
    (
        "import RECORDS --database DATABASE",
        0,
        "132 contacts added",
    ),
    ("import RECORDS", 252, "--database"),
    (
        "import FOLDER/none --database DATABASE",
        255,
        "No such file",
    ),
    ("stats --database DATABASE", 0, "132 contacts in 4 trees"),
    (
        "stats --database DATABASE --output yaml",
        0,
        "Contacts: 132",
    ),
    ("stats --database FOLDER/none", 255, "No such file"),
    (
        "prune --database DATABASE --before 2020-01-01 --dry-run",
        0,
        "0 contacts would be removed",
    ),
    ("prune --database DATABASE", 252, "--before"),
    (
        "prune --database FOLDER/none --before 2020-01-01",
        255,
        "No such file",
    ),
    ("samples", 0, CONTACT),
    ("samples --contacts 3 --seed 1", 0, "ContactId"),
    ("samples --contacts many", 252, "invalid value"),
    ("serve --listen localhost", 252, "expected an IP address"),
    ("serve --keys FOLDER/none", 253, "none"),
    ("serve --database RECORDS", 255, "not a database"),
    ("view --database FOLDER/none", 255, "No such file"),
    ("view --instance-id i", 253, "You must specify a region"),
    (
        "watch --local --contact-id nobody",
        254,
        "ResourceNotFoundException",
    ),
    ("watch --events", 0, ""),
    (
        "watch --local --interval x",
        252,
        "expected a number of seconds",
    ),
    (
        "configure check --region r --no-sign-request",
        0,
        "--no-sign-request",
    ),
    ("configure check", 253, "You must specify a region"),
    ("configure", 252, "<WHAT>"),
    ("completions bash", 0, "_connect"),
    ("completions", 252, "<SHELL>"),
    ("man FOLDER/man", 0, ""),
    ("man RECORDS/man", 255, "cannot write into"),
    ("help tree", 0, "Draw the contact tree"),
    ("--version", 0, "connect 0."),
    ("", 252, "Usage: connect"),
    (
        "list-associated-contacts --local --output text",
        0,
        "CONTACTSUMMARYLIST",
    ),
    (
        "list-associated-contacts --local --max-items 5 --no-paginate",
        252,
        "--max-items",
    ),
    (
        "list-associated-contacts --local --starting-token eyJvdGhlciI6IDF9",
        252,
        "Bad starting token",
    ),
    (
        "list-associated-contacts --local --next-token x",
        254,
        "InvalidRequestException",
    ),
    (
        "list-associated-contacts --database FOLDER/none",
        255,
        "No such file",
    ),
    (
        "describe-contact --database DATABASE --contact-id CONTACT",
        0,
        CONTACT,
    ),
    (
        "describe-contact --instance-id i --contact-id c",
        253,
        "You must specify a region",
    ),
    (
        "get-contact-attributes --local --initial-contact-id CONTACT",
        0,
        "Attributes",
    ),
    (
        "list-contact-references --local --reference-types URL",
        0,
        "ReferenceSummaryList",
    ),
    (
        "search-contacts --local --time-range Type=INITIATION_TIMESTAMP,StartTime=2026-03-14,EndTime=2026-03-15",
        0,
        "TotalCount",
    ),
    ("search-contacts --local", 252, "--time-range"),
    (
        "start-chat-contact --local --contact-flow-id f --participant-details DisplayName=n",
        0,
        "ParticipantToken",
    ),
    (
        "start-outbound-voice-contact --local --contact-flow-id f --destination-phone-number +15551234567 --queue-id q",
        0,
        "ContactId",
    ),
    ("start-task-contact --local --name n", 0, "ContactId"),
    (
        "stop-contact --local --contact-id nobody",
        254,
        "ContactNotFoundException",
    ),
    ("tag-contact --local --tags k=v", 0, ""),
    ("untag-contact --local --tag-keys k", 0, ""),
    (
        "transfer-contact --local --contact-flow-id f --queue-id q --contact-id nobody",
        254,
        "ResourceNotFoundException",
    ),
    ("update-contact --local --name n", 0, ""),
    (
        "update-contact --database DATABASE --contact-id c",
        252,
        "does not apply to",
    ),
    (
        "update-contact-attributes --local --initial-contact-id CONTACT --attributes k=v",
        0,
        "",
    ),
];

#[test]
fn every_command_exits_as_the_table_says() {
    let folder = folder();
    let records = file(&folder, "records.jsonl", &connect("samples").ok());
    let path = folder.path().to_str().expect("UTF-8");
    for (line, code, part) in LINES {
        let line = line.replace("DATABASE", &format!("{path}/contacts.db"));
        let line = line
            .replace("RECORDS", &records)
            .replace("FOLDER", path)
            .replace("CONTACT", CONTACT);
        let ran = connect(&line);
        assert_eq!(ran.code, Some(i32::from(code)), "{line}: {ran:?}");
        if code == 0 {
            contains(&ran.stdout, part);
            assert_eq!(ran.stdout.is_empty(), part.is_empty(), "{line}: {ran:?}");
        } else {
            contains(&ran.stderr, part);
        }
    }
    let codes: BTreeSet<_> = LINES.iter().map(|(_, code, _)| *code).collect();
    assert_eq!(codes, BTreeSet::from([0, 252, 253, 254, 255]));
    let help = connect("help").ok();
    let (_, commands) = help.split_once("Commands:\n").expect("a list");
    let (commands, _) = commands.split_once("\n\n").expect("a list");
    let of_table: BTreeSet<_> = LINES
        .iter()
        .filter_map(|(line, ..)| line.split(' ').next())
        .collect();
    for line in commands.lines().filter(|line| !line.starts_with("   ")) {
        let command = line.split_whitespace().next().expect("a command");
        assert!(of_table.contains(command), "the table lacks {command}");
    }
}

#[test]
fn every_format_and_paging_flag_prints() {
    let values = connect("tree --help").ok();
    let (_, values) = values.split_once("--output <FORMAT>").expect("the flag");
    let (values, _) = values.split_once("--query").expect("the next flag");
    let values = values
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- ")?.split_once(':'));
    let values: Vec<_> = values.map(|(name, _)| name).collect();
    assert_eq!(values, FORMATS.map(|(name, _)| name));
    for (format, begin) in FORMATS {
        let printed = connect(&format!("describe-contact --local --output {format}")).ok();
        assert!(printed.starts_with(begin), "{format}: {printed}");
        assert_eq!(printed.is_empty(), begin.is_empty());
        for (flags, count) in PAGING {
            let line = format!("list-associated-contacts --local --output {format} {flags}");
            let ids = connect(&line)
                .ok()
                .matches("instance/5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48/contact/")
                .count();
            // A table may break an ARN, and shows nothing else as often.
            if format != "table" {
                assert_eq!(ids, if format == "off" { 0 } else { count }, "{line}");
            }
        }
    }
}
