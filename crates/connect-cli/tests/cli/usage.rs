//! What is wrong before anything is sent: exit codes 252 and 253.

use std::io::Read;
use std::process::Stdio;

use crate::connect::{KEY, SECRET, command, connect, file, run};
use serde_json::{Value, json};
use tempfile::tempdir;

const IDS: [&str; 4] = ["--instance-id", "i", "--contact-id", "c"];

fn list(arguments: &[&str]) -> Vec<String> {
    let line = [&["list-associated-contacts"], arguments].concat();
    line.into_iter().map(str::to_owned).collect()
}

#[test]
fn help_is_plain_text() {
    let help = connect(&["list-associated-contacts", "--help"]).ok();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = "told by their InitialContactId, PreviousContactId and RelatedContactId.";
    assert!(help.contains(words), "{help}");
    assert!(
        !help.contains(['`', '\\']) && !help.contains("]("),
        "{help}"
    );
}

#[test]
fn a_wrong_command_line_is_252() {
    for line in [
        vec![],
        vec!["no-such-command"],
        vec!["list-associated-contacts", "--no-such-flag"],
        vec![
            "list-associated-contacts",
            "--local",
            "--max-results",
            "many",
        ],
        vec![
            "list-associated-contacts",
            "--local",
            "--max-results",
            "4294967296",
        ],
        vec!["list-associated-contacts", "--local", "--query", "foo["],
        vec!["list-associated-contacts", "--local", "--output", "xml"],
        vec!["list-associated-contacts", "--local", "--max-items", "0"],
        vec![
            "list-associated-contacts",
            "--local",
            "--cli-input-json",
            "{",
        ],
        vec![
            "list-associated-contacts",
            "--local",
            "--cli-input-json",
            r#"{"Nope":1}"#,
        ],
        vec!["list-associated-contacts", "--local", "--instance-id", ""],
        vec!["list-associated-contacts", "--local", "--max-results", "0"],
        vec![
            "list-associated-contacts",
            "--local",
            "--max-results",
            "5",
            "--max-items",
            "5",
        ],
        vec![
            "list-associated-contacts",
            "--local",
            "--starting-token",
            "eyJvdGhlciI6IDF9",
        ],
        vec!["tree", "--local", "--endpoint-url", "http://127.0.0.1:1"],
        vec!["tree", "--local", "--ca-bundle", "file"],
        vec!["tree", "--local", "--ascii", "--query", "Contacts"],
        vec!["import", "file"],
        vec!["serve"],
        vec!["serve", "--database", "file", "--listen", "localhost"],
    ] {
        let ran = connect(&line);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(252), ""),
            "{line:?}: {ran:?}"
        );
        assert!(!ran.stderr.trim().is_empty(), "{line:?}");
    }
}

#[test]
fn an_option_that_does_not_apply_is_refused_by_name() {
    for (line, flag) in [
        (["samples", "--local"], "--local"),
        (["serve", "--region=us-east-1"], "--region"),
        (["import", "--output=json"], "--output"),
        (["tree", "--no-paginate"], "--no-paginate"),
        (["export", "--query=Contacts"], "--query"),
    ] {
        let complete = match line[0] {
            "serve" => vec!["--database", "file"],
            "import" => vec!["file", "--database", "file"],
            "tree" | "export" => vec!["--local"],
            _ => vec![],
        };
        let stderr = connect(&[&line[..], &complete[..]].concat()).failed(252);
        let expected = format!("'{flag}' does not apply to '{}'", line[0]);
        assert!(stderr.contains(&expected), "{stderr}");
    }
}

#[test]
fn required_arguments_are_named_by_their_flags() {
    let stderr = connect(&["list-associated-contacts", "--region", "us-east-1"]).failed(252);
    assert_eq!(
        stderr.trim(),
        "the following arguments are required: --instance-id, --contact-id"
    );
    let input = r#"{"InstanceId": "i"}"#;
    let stderr = connect(&["list-associated-contacts", "--cli-input-json", input]).failed(252);
    assert_eq!(
        stderr.trim(),
        "the following arguments are required: --contact-id"
    );
    let input = r#"{"InstanceId": "i", "ContactID": "c"}"#;
    let stderr = connect(&["list-associated-contacts", "--cli-input-json", input]).failed(252);
    assert_eq!(
        stderr.trim(),
        "Parameter validation failed:\n\
         Unknown parameter in input: \"ContactID\", must be one of: InstanceId, ContactId, MaxResults, NextToken\n\
         Missing required parameter in input: \"ContactId\""
    );
}

#[test]
fn flags_may_be_abbreviated_as_long_as_they_are_unambiguous() {
    let list = ["list-associated-contacts", "--local"];
    let line = [
        &list[..],
        &[
            "--max-i",
            "2",
            "--out",
            "text",
            "--que=length(ContactSummaryList)",
        ],
    ];
    assert_eq!(connect(&line.concat()).ok(), "2\n");
    let before = [
        "--out",
        "json",
        "list-associated-contacts",
        "--loc",
        "--no-pag",
        "--max-r=1",
    ];
    assert!(connect(&before).ok().contains("NextToken"));
    let picture = connect(&["tree", "--loc", "--asc"]).ok();
    assert!(picture.contains("contacts"), "{picture}");
    connect(&[&list[..], &["--max", "1"]].concat()).failed(252);
    connect(&["samples", "--loc"]).failed(252);
}

#[test]
fn help_and_version_are_no_errors() {
    let help = connect(&["list-associated-contacts", "--help"]).ok();
    for flag in [
        "--instance-id",
        "--max-results",
        "--starting-token",
        "--cli-input-json",
        "--endpoint-url",
    ] {
        assert!(help.contains(flag), "{flag} is missing: {help}");
    }
    let help = connect(&["--help"]).ok();
    for name in [
        "list-associated-contacts",
        "tree",
        "export",
        "import",
        "samples",
        "serve",
    ] {
        assert!(help.contains(name), "{name} is missing: {help}");
    }
    assert!(connect(&["--version"]).ok().starts_with("connect "));
}

#[test]
fn a_missing_region_or_credentials_are_253() {
    let line = list(&IDS);
    let line: Vec<_> = line.iter().map(String::as_str).collect();
    let mut bare = command(&line);
    bare.envs([
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ]);
    assert!(run(bare).failed(253).contains("You must specify a region"));
    let mut half = command(&line);
    half.envs([("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", KEY)]);
    let stderr = run(half).failed(253);
    assert!(
        cfg!(feature = "aws-config") || stderr.contains("missing: AWS_SECRET_ACCESS_KEY"),
        "{stderr}"
    );
    let mut none = command(&line);
    none.envs([
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    run(none).failed(253);
    let mut unknown = command(&line);
    unknown.args(["--profile", "nobody"]);
    assert!(
        run(unknown)
            .failed(253)
            .contains("The config profile (nobody) could not be found")
    );
    let mut format = command(&line);
    format.env("AWS_DEFAULT_OUTPUT", "xml");
    assert!(run(format).failed(253).contains("Unknown output type: xml"));
}

#[test]
fn skeletons_are_filled_in_and_read_again() {
    let skeleton = connect(&["list-associated-contacts", "--generate-cli-skeleton"]).ok();
    assert_eq!(
        skeleton,
        "{\n    \"InstanceId\": \"\",\n    \"ContactId\": \"\",\n    \"MaxResults\": 0,\n    \"NextToken\": \"\"\n}\n"
    );
    let mut sample = command(&[
        "list-associated-contacts",
        "--generate-cli-skeleton",
        "output",
    ]);
    sample.args(IDS);
    let sample: Value = serde_json::from_str(&run(sample).ok()).expect("JSON");
    assert_eq!(sample["ContactSummaryList"][0]["Channel"], json!("Channel"));
    connect(&[
        "list-associated-contacts",
        "--generate-cli-skeleton",
        "output",
    ])
    .failed(252);
    let folder = tempdir().expect("a folder");
    let path = file(&folder, "input.json", r#"{"MaxResults": 3}"#);
    let input = format!("file://{path}");
    let page = connect(&[
        "list-associated-contacts",
        "--local",
        "--cli-input-json",
        &input,
    ])
    .ok();
    let page: Value = serde_json::from_str(&page).expect("JSON");
    assert_eq!(page["ContactSummaryList"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut child = command(&["tree", "--local"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .expect("a pipe")
        .read_to_string(&mut stderr)
        .expect("UTF-8");
    assert_eq!(
        (child.wait().expect("it ends").code(), stderr.as_str()),
        (Some(0), "")
    );
}
