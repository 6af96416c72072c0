//! `--local`: the real client, a real socket, sample contacts.

use crate::connect::{command, connect, ids, run};
use serde_json::{Value, json};

fn listed(arguments: &[&str]) -> Value {
    let line = [&["list-associated-contacts", "--local"], arguments].concat();
    serde_json::from_str(&connect(&line).ok()).expect("JSON")
}

#[test]
fn the_tree_is_drawn_whole() {
    let picture = connect(&["tree", "--local"]).ok();
    let all = listed(&[]);
    let ids = ids(&all);
    assert!(ids.len() >= 120, "{} contacts", ids.len());
    for id in &ids {
        assert!(picture.contains(id), "{id} is missing");
    }
    assert!(
        picture.starts_with(&format!("{} contacts", ids.len())),
        "{picture}"
    );
    assert!(!picture.contains('\x1b'), "colour in a pipe");
    let coloured = connect(&["tree", "--local", "--color", "on"]).ok();
    assert!(coloured.contains('\x1b'));
    let ascii = connect(&["tree", "--local", "--ascii"]).ok();
    assert!(!ascii.contains('└') && ascii.contains("`-"), "{ascii}");
}

#[test]
fn the_tree_is_data_where_a_format_is_asked_for() {
    let tree = connect(&[
        "tree",
        "--local",
        "--query",
        "Contacts[0].Depth",
        "--output",
        "json",
    ])
    .ok();
    assert_eq!(tree, "0\n");
    let rows = connect(&[
        "tree",
        "--local",
        "--output",
        "text",
        "--query",
        "Contacts[].[ContactId]",
    ])
    .ok();
    assert_eq!(rows.lines().count(), ids(&listed(&[])).len());
}

#[test]
fn pages_are_merged_unless_told_otherwise() {
    let all = listed(&[]);
    assert_eq!(all.as_object().map(serde_json::Map::len), Some(1), "{all}");
    let page = listed(&["--no-paginate"]);
    assert_eq!(ids(&page).len(), 25);
    assert!(page["NextToken"].is_string());
    assert_eq!(ids(&listed(&["--max-results", "7"])), ids(&all)[..7]);
    assert_eq!(listed(&["--page-size", "100"]), all);
}

#[test]
fn members_stand_in_the_model_s_order() {
    let line = ["list-associated-contacts", "--local", "--max-items", "1"];
    let text = connect(&line).ok();
    let place = |name: &str| text.find(&format!("\"{name}\"")).expect("the member");
    assert!(place("ContactId") < place("ContactArn"));
    assert!(place("ContactArn") < place("InitiationTimestamp"));
    assert!(place("InitiationMethod") < place("Channel"));
    assert!(place("Channel") < place("NextToken"));
    assert!(
        text.starts_with(
            "{\n    \"ContactSummaryList\": [\n        {\n            \"ContactId\": "
        ),
        "{text}"
    );
    assert!(text.contains("+00:00\""), "{text}");
    let mut berlin = command(&line);
    berlin.env("TZ", "CET-1");
    assert!(run(berlin).ok().contains("+01:00\""));
}

#[test]
fn every_format_prints() {
    let printed = |format: &str| {
        let query = "ContactSummaryList[:2].{Id: ContactId, Channel: Channel}";
        connect(&[
            "list-associated-contacts",
            "--local",
            "--output",
            format,
            "--query",
            query,
            "--no-paginate",
        ])
        .ok()
    };
    let all = listed(&["--no-paginate"]);
    let [first, second] = [0, 1].map(|index| &all["ContactSummaryList"][index]);
    let id = |contact: &Value| contact["ContactId"].as_str().expect("an ID").to_owned();
    let channel = |contact: &Value| contact["Channel"].as_str().expect("a channel").to_owned();
    assert_eq!(
        serde_json::from_str::<Value>(&printed("json")).expect("JSON"),
        json!([{"Id": id(first), "Channel": channel(first)}, {"Id": id(second), "Channel": channel(second)}])
    );
    assert_eq!(
        printed("text"),
        format!(
            "{}\t{}\n{}\t{}\n",
            channel(first),
            id(first),
            channel(second),
            id(second)
        )
    );
    let yaml = format!(
        "- Channel: {}\n  Id: {}\n- Channel: {}\n  Id: {}\n",
        channel(first),
        id(first),
        channel(second),
        id(second)
    );
    assert_eq!(printed("yaml"), yaml);
    assert!(printed("yaml-stream").starts_with("- - Channel: "));
    assert!(printed("table").contains("ListAssociatedContacts"));
    assert_eq!(printed("off"), "");
}

/// Without a query, the columns of each page are its own and its lists carry their names.
#[test]
fn text_is_printed_by_page_and_says_how_to_go_on() {
    let list = ["list-associated-contacts", "--local", "--output", "text"];
    let text = connect(&[&list[..], &["--max-items", "3"]].concat()).ok();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(
        lines[0].starts_with("CONTACTSUMMARYLIST\t") && lines[3].starts_with("NEXTTOKEN\t"),
        "{text}"
    );
    let query = [
        "--max-items",
        "3",
        "--query",
        "ContactSummaryList[].[ContactId]",
    ];
    let ran = connect(&[&list[..], &query].concat());
    assert_eq!(ran.stderr.trim_end(), lines[3]);
    assert_eq!(ran.ok().lines().count(), 3);
}

#[test]
fn a_query_sees_all_pages_together_whatever_the_format() {
    let count = ids(&listed(&[])).len();
    for (format, query, expected) in [
        ("text", "length(ContactSummaryList)", format!("{count}\n")),
        ("json", "length(ContactSummaryList)", format!("{count}\n")),
        (
            "yaml",
            "length(ContactSummaryList)",
            format!("{count}\n...\n"),
        ),
        (
            "yaml-stream",
            "length(ContactSummaryList)",
            format!("- {count}\n"),
        ),
        (
            "text",
            "length(ContactSummaryList[?Channel==`CHAT`]) > `0`",
            "True\n".to_owned(),
        ),
    ] {
        let list = ["list-associated-contacts", "--local", "--page-size", "50"];
        let line = [&list[..], &["--output", format, "--query", query]].concat();
        assert_eq!(connect(&line).ok(), expected, "{format}");
    }
}

#[test]
fn a_missing_contact_is_the_service_s_error() {
    let stderr = connect(&[
        "list-associated-contacts",
        "--local",
        "--contact-id",
        "nobody",
    ])
    .failed(254);
    let expected = "An error occurred (ResourceNotFoundException) when calling the ListAssociatedContacts operation: ";
    assert!(stderr.trim_start().starts_with(expected), "{stderr}");
    let beginning = |id| connect(&["tree", "--local", "--contact-id", id]);
    assert_eq!(
        beginning("51705299").ok(),
        connect(&["tree", "--local"]).ok()
    );
    let stderr = beginning("5").failed(252);
    assert!(
        stderr.contains("\"5\" is the beginning of several, as 51"),
        "{stderr}"
    );
    let stderr = beginning("nobody").failed(254);
    assert!(stderr.trim_start().starts_with(expected), "{stderr}");
}

#[test]
fn exports_suit_other_tools() {
    let count = ids(&listed(&[])).len();
    let export = |format| connect(&["export", "--local", "--format", format]).ok();
    assert_eq!(export("csv").lines().count(), count + 1);
    assert_eq!(export("records").lines().count(), count);
    assert_eq!(
        export("dot")
            .lines()
            .filter(|line| line.contains("[label="))
            .count(),
        count
    );
    assert_eq!(
        export("mermaid")
            .lines()
            .filter(|line| line.contains("[\""))
            .count(),
        count
    );
}

#[test]
fn debugging_logs_to_standard_error_without_secrets() {
    let ran = connect(&[
        "list-associated-contacts",
        "--local",
        "--debug",
        "--max-items",
        "1",
    ]);
    assert!(
        ran.stderr.contains("ListAssociatedContacts"),
        "{}",
        ran.stderr
    );
    assert!(
        !ran.stderr.contains("Signature=")
            && !ran.stderr.to_lowercase().contains("authorization: aws4")
    );
    ran.ok();
}
