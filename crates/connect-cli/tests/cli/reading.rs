//! `--database` and `--records`: commands that read contacts of files, without a server.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::connect::{Ran, command, connect, contains, database, file, folder, run, starts_with};

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
