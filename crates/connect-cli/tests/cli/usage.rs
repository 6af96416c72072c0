//! What is wrong before anything is sent: exit codes 252 and 253.

use std::process::Stdio;

use serde_json::json;

use crate::connect::{KEYS, Ran, command, connect, contains, file, folder, read, run, starts_with};

const LIST: &str = "list-associated-contacts --instance-id i --contact-id c";
const LOCAL: &str = "list-associated-contacts --local";

fn local(arguments: &str) -> Ran {
    connect(&format!("{LOCAL} {arguments}"))
}

#[test]
fn help_is_plain_text() {
    let help = connect("list-associated-contacts --help").ok();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = "follows from their InitialContactId, PreviousContactId and RelatedContactId.";
    contains(&help, words);
    assert!(
        !help.contains(['`', '\\']) && !help.contains("]("),
        "{help}"
    );
}

#[test]
fn a_wrong_command_line_is_252() {
    let lines = [
        "",
        "no-such-command",
        "list-associated-contacts --no-such-flag",
        "tree --local --endpoint-url http://127.0.0.1:1",
        "tree --local --ca-bundle file",
        "tree --local --ascii --query Contacts",
        "import file",
        "serve --database file --listen localhost",
        "samples --loc",
        "list-associated-contacts --generate-cli-skeleton output",
    ];
    let flags = [
        "--max-results many",
        "--max-results 4294967296",
        "--query foo[",
        "--output xml",
        "--max-items 0",
        "--cli-input-json {",
        r#"--cli-input-json '{"Nope":1}'"#,
        "--instance-id ''",
        "--max-results 0",
        "--max-results 5 --max-items 5",
        "--starting-token eyJvdGhlciI6IDF9",
        "--max 1",
    ];
    let flags = flags.map(|flags| format!("{LOCAL} {flags}"));
    for line in lines.into_iter().chain(flags.iter().map(String::as_str)) {
        let stderr = connect(line).failed(252);
        assert!(!stderr.is_empty(), "{line}");
    }
}

#[test]
fn an_option_that_does_not_apply_is_named() {
    for (command, flag, rest) in [
        ("samples", "--local", ""),
        ("serve", "--region", "=us-east-1 --database file"),
        ("import", "--output", "=json file --database file"),
        ("tree", "--no-paginate", " --local"),
        ("export", "--query", "=Contacts --local"),
    ] {
        let stderr = connect(&format!("{command} {flag}{rest}")).failed(252);
        contains(&stderr, &format!("'{flag}' does not apply to '{command}'"));
    }
}

#[test]
fn required_arguments_are_named_by_their_flags() {
    for (arguments, message) in [
        (
            "--region us-east-1",
            "the following arguments are required: --instance-id, --contact-id",
        ),
        (
            r#"--cli-input-json '{"InstanceId": "i"}'"#,
            "the following arguments are required: --contact-id",
        ),
        (
            r#"--cli-input-json '{"InstanceId": "i", "ContactID": "c"}'"#,
            "Parameter validation failed:\n\
             Unknown parameter in input: \"ContactID\", must be one of: InstanceId, ContactId, MaxResults, NextToken\n\
             Missing required parameter in input: \"ContactId\"",
        ),
    ] {
        let line = format!("list-associated-contacts {arguments}");
        assert_eq!(connect(&line).failed(252), message);
    }
}

#[test]
fn flags_may_be_abbreviated_as_long_as_they_are_unambiguous() {
    let count = local("--max-i 2 --out text --que=length(ContactSummaryList)").ok();
    assert_eq!(count, "2\n");
    let before = "--out json list-associated-contacts --loc --no-pag --max-r=1";
    contains(&connect(before).ok(), "NextToken");
    contains(&connect("tree --loc --asc").ok(), "contacts");
}

#[test]
fn help_and_version_are_no_errors() {
    for (line, parts) in [
        (
            "list-associated-contacts --help",
            "--instance-id --max-results --starting-token --cli-input-json --endpoint-url",
        ),
        (
            "--help",
            "list-associated-contacts tree export import samples serve",
        ),
    ] {
        let help = connect(line).ok();
        for part in parts.split(' ') {
            contains(&help, part);
        }
    }
    starts_with(&connect("--version").ok(), "connect ");
}

#[test]
fn a_missing_region_or_credentials_are_253() {
    let failed = |arguments: &str, variables: &[(&str, &str)]| {
        let mut command = command(&format!("{LIST} {arguments}"));
        command.envs(variables.iter().copied());
        run(command).failed(253)
    };
    let region = ("AWS_REGION", "us-east-1");
    contains(&failed("", &KEYS), "You must specify a region");
    let stderr = failed("", &[region, KEYS[0]]);
    assert!(
        cfg!(feature = "aws-config") || stderr.contains("missing: AWS_SECRET_ACCESS_KEY"),
        "{stderr}"
    );
    failed("", &[region, ("AWS_EC2_METADATA_DISABLED", "true")]);
    let unknown = "The config profile (nobody) could not be found";
    contains(&failed("--profile nobody", &[]), unknown);
    let format = [("AWS_DEFAULT_OUTPUT", "xml")];
    contains(&failed("", &format), "Unknown output type: xml");
}

#[test]
fn skeletons_are_filled_in_and_read_again() {
    let skeleton = connect("list-associated-contacts --generate-cli-skeleton").ok();
    assert_eq!(
        skeleton,
        "{\n    \"InstanceId\": \"\",\n    \"ContactId\": \"\",\n    \"MaxResults\": 0,\n    \"NextToken\": \"\"\n}\n"
    );
    let sample = connect(&format!("{LIST} --generate-cli-skeleton output")).json();
    assert_eq!(sample["ContactSummaryList"][0]["Channel"], json!("Channel"));
    let folder = folder();
    let path = file(&folder, "input.json", r#"{"MaxResults": 3}"#);
    let page = local(&format!("--cli-input-json 'file://{path}'")).json();
    assert_eq!(page["ContactSummaryList"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut tree = command("tree --local");
    tree.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = tree.spawn().expect("the binary runs");
    drop(child.stdout.take());
    let stderr = read(child.stderr.take());
    let code = child.wait().expect("it ends").code();
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
}
