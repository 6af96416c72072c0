//! `--local`: the real client, a real socket, sample contacts.

use serde_json::{Value, json};

use crate::connect::{
    KEYS, Ran, Served, command, connect, contains, database, file, folder, ids, run, starts_with,
};

fn list(arguments: &str) -> Ran {
    connect(&format!("list-associated-contacts --local {arguments}"))
}

#[test]
fn the_tree_is_drawn_whole() {
    let picture = connect("tree --local").ok();
    let all = list("").json();
    let ids = ids(&all);
    assert!(ids.len() >= 120, "{} contacts", ids.len());
    for id in &ids {
        contains(&picture, id);
    }
    starts_with(&picture, &format!("{} contacts", ids.len()));
    assert!(!picture.contains('\x1b'), "colour in a pipe");
    let coloured = connect("tree --local --color on").ok();
    assert!(coloured.contains('\x1b'));
    let ascii = connect("tree --local --ascii").ok();
    assert!(!ascii.contains('└') && ascii.contains("`-"), "{ascii}");
}

#[test]
fn the_tree_is_data_where_a_format_is_asked_for() {
    let tree = connect("tree --local --query Contacts[0].Depth --output json").ok();
    assert_eq!(tree, "0\n");
    let rows = connect("tree --local --output text --query Contacts[].[ContactId]").ok();
    assert_eq!(rows.lines().count(), ids(&list("").json()).len());
}

#[test]
fn pages_are_merged_unless_one_is_asked_for() {
    let all = list("").json();
    assert_eq!(all.as_object().map(serde_json::Map::len), Some(1), "{all}");
    let page = list("--no-paginate").json();
    assert_eq!(ids(&page).len(), 25);
    assert!(page["NextToken"].is_string());
    assert_eq!(ids(&list("--max-results 7").json()), ids(&all)[..7]);
    assert_eq!(list("--page-size 100").json(), all);
}

#[test]
fn members_stand_in_the_model_s_order() {
    let line = "list-associated-contacts --local --max-items 1";
    let text = connect(line).ok();
    let place = |name: &str| text.find(&format!("\"{name}\"")).expect("the member");
    let members = [
        "ContactId",
        "ContactArn",
        "InitiationTimestamp",
        "InitiationMethod",
        "Channel",
        "NextToken",
    ];
    assert!(members.is_sorted_by_key(|name| place(name)), "{text}");
    let beginning = "{\n    \"ContactSummaryList\": [\n        {\n            \"ContactId\": ";
    starts_with(&text, beginning);
    contains(&text, "+00:00\"");
    let mut berlin = command(line);
    berlin.env("TZ", "CET-1");
    contains(&run(berlin).ok(), "+01:00\"");
}

#[test]
fn every_format_prints() {
    let query = "ContactSummaryList[:2].{Id: ContactId, Channel: Channel}";
    let printed = |format| {
        list(&format!(
            "--output {format} --query '{query}' --no-paginate"
        ))
    };
    let all = list("--no-paginate").json();
    let member = |index: usize, name| &all["ContactSummaryList"][index][name];
    let text = |index, name| member(index, name).as_str().expect("a text");
    let [first, second] = [0, 1].map(|index| (text(index, "ContactId"), text(index, "Channel")));
    let ((id, channel), (other_id, other_channel)) = (first, second);
    assert_eq!(
        printed("json").json(),
        json!([{"Id": id, "Channel": channel}, {"Id": other_id, "Channel": other_channel}])
    );
    assert_eq!(
        printed("text").ok(),
        format!("{channel}\t{id}\n{other_channel}\t{other_id}\n")
    );
    assert_eq!(
        printed("yaml").ok(),
        format!("- Channel: {channel}\n  Id: {id}\n- Channel: {other_channel}\n  Id: {other_id}\n")
    );
    starts_with(&printed("yaml-stream").ok(), "- - Channel: ");
    contains(&printed("table").ok(), "ListAssociatedContacts");
    assert_eq!(printed("off").ok(), "");
}

/// Without a query, the columns of each page are its own and its lists carry their names.
#[test]
fn text_is_printed_by_page_and_says_how_to_go_on() {
    let text = list("--output text --max-items 3").ok();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    starts_with(lines[0], "CONTACTSUMMARYLIST\t");
    starts_with(lines[3], "NEXTTOKEN\t");
    let ran = list("--output text --max-items 3 --query ContactSummaryList[].[ContactId]");
    assert_eq!(ran.stderr.trim_end(), lines[3]);
    assert_eq!(ran.ok().lines().count(), 3);
}

#[test]
fn a_query_sees_all_pages_together_whatever_the_format() {
    let count = ids(&list("").json()).len();
    let length = "length(ContactSummaryList)";
    let chats = "length(ContactSummaryList[?Channel==`CHAT`]) > `0`";
    for (format, query, expected) in [
        ("text", length, format!("{count}\n")),
        ("json", length, format!("{count}\n")),
        ("yaml", length, format!("{count}\n...\n")),
        ("yaml-stream", length, format!("- {count}\n")),
        ("text", chats, "True\n".to_owned()),
    ] {
        let ran = list(&format!(
            "--page-size 50 --output {format} --query '{query}'"
        ));
        assert_eq!(ran.ok(), expected, "{format}");
    }
}

#[test]
fn a_missing_contact_is_the_service_s_error() {
    let expected = "An error occurred (ResourceNotFoundException) when calling the ListAssociatedContacts operation: ";
    starts_with(&list("--contact-id nobody").failed(254), expected);
    let beginning = |id| connect(&format!("tree --local --contact-id {id}"));
    let whole = connect("tree --local").ok();
    assert_eq!(beginning("51705299").ok(), whole);
    let several = "\"5\" is the beginning of several, as 51";
    contains(&beginning("5").failed(252), several);
    starts_with(&beginning("nobody").failed(254), expected);
}

#[test]
fn exports_suit_other_tools() {
    let count = ids(&list("").json()).len();
    for (format, mark, lines) in [
        ("csv", "", count + 1),
        ("records", "", count),
        ("dot", "[label=", count),
        ("mermaid", "[\"", count),
        ("svg", "<g>", count),
    ] {
        let text = connect(&format!("export --local --format {format}")).ok();
        let marked = text.lines().filter(|line| line.contains(mark));
        assert_eq!(marked.count(), lines, "{text}");
    }
}

#[test]
fn debugging_logs_to_standard_error_without_secrets() {
    let ran = list("--debug --max-items 1");
    contains(&ran.stderr, "ListAssociatedContacts");
    assert!(!ran.stderr.contains("Signature="));
    assert!(!ran.stderr.to_lowercase().contains("authorization: aws4"));
    ran.ok();
}

/// An agent consults a second one, then hands over to a third.
fn legs() -> String {
    let record = |id: &str, previous: Option<&str>, agent: Value, transferred: Option<&str>| {
        json!({
            "InstanceARN": "arn:aws:connect:eu-central-1:111122223333:instance/i", "ContactId": id,
            "PreviousContactId": previous, "Channel": "VOICE",
            "InitiationMethod": if previous.is_some() { "TRANSFER" } else { "INBOUND" },
            "InitiationTimestamp": "2026-03-14T08:00:00Z", "DisconnectTimestamp": "2026-03-14T08:10:00Z",
            "Agent": agent, "TransferCompletedTimestamp": transferred, "LastUpdateTimestamp": "2026-03-14T09:00:00Z",
            "Queue": {"Name": "storm desk", "EnqueueTimestamp": "2026-03-14T08:00:00Z",
                "DequeueTimestamp": "2026-03-14T08:00:45Z"},
        })
    };
    let agent = |name: &str, left: &str, talk: u32| {
        json!({
            "Username": name, "ConnectedToAgentTimestamp": "2026-03-14T08:01:00Z", "AgentInteractionDuration": talk,
            "AfterContactWorkStartTimestamp": left, "AfterContactWorkEndTimestamp": "2026-03-14T08:30:00Z",
        })
    };
    let (early, middle, late) = (
        "2026-03-14T08:05:00Z",
        "2026-03-14T08:10:00Z",
        "2026-03-14T08:20:00Z",
    );
    [
        record("a", None, agent("ada", middle, 300), Some(middle)),
        record("b", Some("a"), agent("Ольга", early, 0), None),
        record("c", Some("a"), agent("cem", late, 500), None),
    ]
    .map(|record| format!("{record}\n"))
    .concat()
}

#[test]
fn what_records_say_of_a_contact_is_drawn_with_it() {
    let folder = folder();
    let records = file(&folder, "records.jsonl", &legs());
    let call = |line: &str| connect(&format!("{line} --records {records} --contact-id a"));
    let drawn = call("tree").ok();
    for part in [
        "LEG",
        "consult",
        "transfer",
        "ada",
        "storm desk",
        "45s",
        "5m 00s",
    ] {
        contains(&drawn, part);
    }
    let query = "Contacts[].[Leg,Agent,QueuedSeconds,TalkSeconds,AfterContactSeconds]";
    let listed = call(&format!("tree --query '{query}'")).json();
    let expected = json!([
        [null, "ada", 45, 300, 1200],
        ["consult", "Ольга", 45, 0, 1500],
        ["transfer", "cem", 45, 500, 600],
    ]);
    assert_eq!(listed, expected);
    for format in ["svg", "html"] {
        let written = call(&format!("export --format {format}")).ok();
        for part in ["Ольга", "consult", "class=\"leg", "storm desk"] {
            contains(&written, part);
        }
    }
}

/// A call per contact, and no name of an agent: `DescribeContact` has its ID.
#[test]
fn an_instance_s_contacts_are_described_where_that_is_asked_for() {
    let folder = folder();
    let records = legs().replace("\"Username\":\"cem\"", "\"ARN\":\"arn:agent/agent-3\"");
    let records = file(&folder, "records.jsonl", &records);
    let database = database(&folder);
    connect(&format!("import '{records}' --database '{database}'")).ok();
    let (served, _) = Served::start_with(folder, &KEYS, "");
    let tree = |flags: &str| {
        let ids = "--instance-id i --contact-id a";
        served.connect(&format!("tree {ids} {flags}")).ok()
    };
    assert!(!tree("").contains("AFTER"));
    let described = tree("--facts");
    for part in ["AGENT", "agent-3", "25m 00s"] {
        contains(&described, part);
    }
    assert!(!described.contains("TALK"), "{described}");
}

#[test]
fn pictures_replace_a_file_as_a_whole() {
    let folder = folder();
    let path = file(&folder, "tree.html", "old");
    for command in ["tree", "export"] {
        let line = format!("{command} --local --format html");
        assert_eq!(connect(&format!("{line} --out {path}")).ok(), "");
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, connect(&line).ok());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
