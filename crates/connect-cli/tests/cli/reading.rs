//! `--database` and `--records`: commands that read contacts of files, without a server.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::connect::{
    Ran, Served, command, connect, contains, database, file, folder, run, starts_with,
};

const CONTACT: &str = "51705299-7f7e-4b61-91df-49e93d3ec8a9";

#[test]
fn files_are_read_as_an_instance_is_and_do_not_change() {
    let folder = folder();
    let records = file(&folder, "records.jsonl", &connect("samples").ok());
    let database = database(&folder);
    connect(&format!("import '{records}' --database '{database}'")).ok();
    let before = std::fs::read(&database).expect("it is there");
    for line in [
        "tree --contact-id 51705299",
        "export --format csv --contact-id 51705299",
        &format!("list-associated-contacts --contact-id {CONTACT}"),
        &format!("describe-contact --contact-id {CONTACT}"),
        &format!("get-contact-attributes --initial-contact-id {CONTACT}"),
        &format!("list-contact-references --contact-id {CONTACT} --reference-types URL"),
        "search-contacts --time-range Type=INITIATION_TIMESTAMP,StartTime=2026-03-01,EndTime=2026-04-01",
    ] {
        let local = connect(&format!("{line} --local")).ok();
        assert_eq!(
            connect(&format!("{line} --database '{database}'")).ok(),
            local
        );
        assert_eq!(
            connect(&format!("{line} --records '{records}'")).ok(),
            local
        );
    }
    assert_eq!(std::fs::read(&database).expect("it is there"), before);
    let files = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(files, 2);

    let mut tree = command(&format!("tree --contact-id {CONTACT} --records -"));
    tree.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = tree.spawn().expect("the binary runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let samples = std::fs::read(&records).expect("it is there");
    stdin.write_all(&samples).expect("it reads");
    drop(stdin);
    let drawn = Ran::from(child.wait_with_output().expect("it ends"));
    assert_eq!(drawn.ok(), connect("tree --local").ok());
}

#[test]
fn contacts_and_trees_are_found_where_they_are() {
    let served = Served::samples();
    let database = database(&served.folder);
    let from_files = |line: &str| connect(&format!("find {line} --database '{database}'"));
    let times = "--since 2025-09-01 --until 2026-03-14T14:02:00Z";
    for line in [
        "--max-items 1000 --since 2026-03-01 --query length(Contacts)",
        &format!("--channel CHAT TASK --method TRANSFER --output json {times}"),
        &format!("--agent nobody {times}"),
        &format!("--attribute language=de language=fr {times}"),
        &format!("--queue q --query Contacts {times}"),
    ] {
        let instance = "--instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48";
        let called = served.connect(&format!("find {line} {instance}")).ok();
        assert_eq!(from_files(line).ok(), called, "{line}");
    }
    assert_eq!(from_files("--query length(Contacts)").ok(), "25\n");
    let all = from_files("--max-items 1000 --query Contacts[].InitiationTimestamp").json();
    let all = all.as_array().expect("a list");
    assert!(
        all.len() > 130 && all.is_sorted_by(|a, b| a.as_str() >= b.as_str()),
        "{all:?}"
    );
    let last = from_files("--until 2026-03-14T14:02:00Z --channel TASK --max-items 1").ok();
    assert_eq!(
        last,
        "2026-03-14T14:02:00+00:00  TASK   TRANSFER        019036b5-4a9a-475e-a24b-69c66ec72840\n"
    );
    let trees = from_files("--channel CHAT --largest").ok();
    starts_with(&trees, "    127 contacts       ");
    contains(&trees, &format!(" found  {CONTACT}\n"));
    let all = from_files("--largest --max-items 2").ok();
    let one_by_one = from_files("--largest --max-items 2 --since 2026-01-01").ok();
    assert_eq!(all, one_by_one);
    let sizes = "find --largest --instance-id i --region r";
    contains(&connect(sizes).failed(252), "--largest needs --database");
    contains(
        &connect("find --region r").failed(252),
        "required: --instance-id",
    );
    contains(
        &connect("find --local --attribute mood").failed(252),
        "expected KEY=VALUE",
    );
    contains(
        &connect("find --local --channel FAX").failed(254),
        "enum value set",
    );
}

#[test]
fn what_a_filter_hides_of_a_tree_is_counted() {
    let count = |filter: &str| {
        let shown = connect(&format!(
            "tree --local {filter} --query '[length(Contacts), NotShown]'"
        ));
        let shown = shown.json();
        assert_eq!(
            shown[0].as_u64().zip(shown[1].as_u64()).map(|(a, b)| a + b),
            Some(127),
            "{filter}"
        );
        shown[0].as_u64().expect("a number")
    };
    assert_eq!(count("--depth 1"), 2);
    assert!(count("--channel TASK EMAIL") > count("--channel EMAIL"));
    assert!(count("--since 2026-03-14T12:00:00Z") > 2);
    let path = "--only-path --contact-id cc0969ad-9169-4d0b-9233-d7b99cd8f52b";
    assert_eq!(count(path), 8);
    let picture = connect(&format!("tree --local {path}")).ok();
    assert!(
        picture.ends_with("\nNot shown: 119 contacts\n"),
        "{picture}"
    );
    assert!(!connect("tree --local").ok().contains("Not shown"));
}

#[test]
fn what_is_wrong_with_files_is_said_with_their_names() {
    let folder = folder();
    let of = |instance: &str| {
        let arn = format!("arn:aws:connect:eu-central-1:111122223333:instance/{instance}");
        json!({"ContactId": "c", "InstanceARN": arn, "Channel": "CHAT"}).to_string()
    };
    let two = file(&folder, "two.jsonl", &format!("{}\n{}\n", of("i"), of("j")));
    let bad = file(
        &folder,
        "bad.jsonl",
        &format!("{}\n{{\"ContactId\": 3}}\n", of("i")),
    );
    let empty = file(&folder, "empty.jsonl", "");
    let text = file(&folder, "text.db", &"no database ".repeat(500));
    let broken = database(&folder);
    connect(&format!("import '{two}' --database '{broken}'")).ok();
    let mut bytes = std::fs::read(&broken).expect("it is there");
    bytes[8192..].fill(7);
    let broken = file(&folder, "broken.db", "");
    std::fs::write(&broken, bytes).expect("it can be written");
    for (source, code, parts) in [
        (
            format!("--records '{two}'"),
            252,
            "--instance-id|two.jsonl|instances: i, j",
        ),
        (
            format!("--records '{bad}'"),
            255,
            "bad.jsonl|one record is bad|InstanceARN: missing",
        ),
        (
            format!("--records '{empty}'"),
            255,
            "empty.jsonl|no contacts",
        ),
        (
            "--records /no/such/file".to_owned(),
            255,
            "/no/such/file|No such file",
        ),
        (
            format!("--database '{text}'"),
            255,
            "text.db|not a database",
        ),
        (
            "--database /no/such.db".to_owned(),
            255,
            "/no/such.db|No such file",
        ),
        (
            format!("--database '{broken}' --instance-id i"),
            255,
            "broken.db|malformed",
        ),
        (
            format!("--records '{two}' --local"),
            252,
            "cannot be used with",
        ),
        (
            format!("--database '{text}' --region r"),
            252,
            "cannot be used with",
        ),
    ] {
        let stderr = connect(&format!("tree --contact-id c {source}")).failed(code);
        parts.split('|').for_each(|part| contains(&stderr, part));
    }
    let one = connect(&format!(
        "tree --records '{two}' --instance-id j --contact-id c"
    ));
    starts_with(&one.ok(), "1 contact");
    let none = connect(&format!("tree --records '{two}' --instance-id j"));
    contains(&none.failed(252), "are required: --contact-id");
}

#[test]
fn what_changes_contacts_takes_no_file() {
    for line in [
        "stop-contact --instance-id i --contact-id c",
        "update-contact --instance-id i --contact-id c",
        "start-task-contact --instance-id i --name n",
    ] {
        for source in ["--database file", "--records file"] {
            let stderr = run(command(&format!("{line} {source}"))).failed(252);
            contains(&stderr, "does not apply to");
            contains(&stderr, "which does not read contacts or changes them");
        }
    }
}
