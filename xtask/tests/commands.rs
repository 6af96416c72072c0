//! `cargo xtask codegen` as people run it, in a copy of what it reads; and `cargo xtask conformance` with the workspace's own suite.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder with the model and nothing generated.
fn workspace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::create_dir(folder.path().join("model")).unwrap();
    for file in ["Cargo.toml", "model/connect.json", "model/partitions.json"] {
        fs::copy(root.join(file), folder.path().join(file)).unwrap();
    }
    folder
}

/// A folder with the model and all that is generated from it.
fn generated() -> TempDir {
    let folder = workspace();
    succeeds(folder.path(), &["codegen"]);
    folder
}

fn xtask(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[track_caller]
fn succeeds(folder: &Path, arguments: &[&str]) -> Output {
    let output = xtask(folder, arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    output
}

/// What a command prints that fails with this code.
#[track_caller]
fn fails(folder: &Path, code: i32, arguments: &[&str]) -> String {
    let output = xtask(folder, arguments);
    let stderr = without_warnings(&output);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    stderr
}

/// What a command prints on standard error, but for the two patterns of the model that nobody can check as they are published.
fn without_warnings(output: &Output) -> String {
    let stderr = std::str::from_utf8(&output.stderr).unwrap();
    let is_known = |line: &&str| {
        let mut known = ["ContactTagKey", "PhoneNumber"].iter();
        known.any(|shape| {
            let place = format!("com.amazonaws.connect#{shape} (smithy.api#pattern): ");
            line.starts_with(&format!("warning: model/connect.json: {place}"))
        })
    };
    let lines = stderr.split_inclusive('\n');
    lines.filter(|line| !is_known(line)).collect()
}

/// All files below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn what_is_generated_is_up_to_date() {
    let folder = generated();
    let before = files(folder.path());
    let output = succeeds(folder.path(), &["codegen", "--check"]);
    assert!(without_warnings(&output).is_empty() && output.stdout.is_empty());
    assert_eq!(files(folder.path()), before);
}

#[test]
fn the_workspace_itself_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    succeeds(&root, &["codegen", "--check"]);
}

#[test]
fn what_differs_is_missing_or_is_too_much_is_reported_and_written() {
    let folder = generated();
    let path = |path: &str| folder.path().join(path);
    let sdk = "crates/connect-sdk/src/generated";
    fs::write(path(&format!("{sdk}/types/_channel.rs")), "// by hand\n").unwrap();
    fs::remove_file(path("crates/connect-cli/src/generated/mod.rs")).unwrap();
    fs::create_dir(path(&format!("{sdk}/old"))).unwrap();
    fs::write(path(&format!("{sdk}/old/thing.rs")), "").unwrap();
    fs::write(path("crates/protocol/src/generated/more.rs"), "").unwrap();

    let before = files(folder.path());
    assert_eq!(
        fails(folder.path(), 1, &["codegen", "--check"]),
        "missing: crates/connect-cli/src/generated/mod.rs\n\
         differs: crates/connect-sdk/src/generated/types/_channel.rs\n\
         orphan:  crates/connect-sdk/src/generated/old/thing.rs\n\
         orphan:  crates/protocol/src/generated/more.rs\n\
         error: generated code is not what the model says; run `cargo xtask codegen`\n"
    );
    assert_eq!(files(folder.path()), before, "--check writes nothing");

    succeeds(folder.path(), &["codegen"]);
    assert!(!path(&format!("{sdk}/old")).exists());
    succeeds(folder.path(), &["codegen", "--check"]);
}

#[test]
fn a_change_of_the_model_is_reported() {
    let folder = generated();
    let path = folder.path().join("model/connect.json");
    let model = fs::read_to_string(&path).unwrap();
    let changed = model.replace("\"VOICE\"", "\"PHONE\"");
    assert_ne!(model, changed);
    fs::write(&path, changed).unwrap();
    let stderr = fails(folder.path(), 1, &["codegen", "--check"]);
    let line = "differs: crates/connect-sdk/src/generated/types/_channel.rs\n";
    assert!(stderr.contains(line), "{stderr}");
}

#[test]
fn of_a_broken_model_nothing_is_written() {
    for folder in [workspace(), generated()] {
        let path = folder.path().join("model/connect.json");
        let model = fs::read_to_string(&path).unwrap();
        for (good, bad, error) in [
            (
                "\"target\": \"com.amazonaws.connect#AssociatedContactSummaryList\"",
                "\"target\": \"com.amazonaws.connect#Summaries\"",
                "error: model/connect.json: com.amazonaws.connect#ListAssociatedContactsResponse$ContactSummaryList: \
                 target com.amazonaws.connect#Summaries is not in the model\n",
            ),
            (
                "/contact/associated/{InstanceId}",
                "/contact/associated/{Instance}",
                "error: model/connect.json: com.amazonaws.connect#ListAssociatedContacts (smithy.api#http): the label \
                 \"Instance\" is no member of com.amazonaws.connect#ListAssociatedContactsRequest with httpLabel\n",
            ),
        ] {
            let broken = model.replace(good, bad);
            assert_ne!(model, broken, "the model has no {good}");
            fs::write(&path, broken).unwrap();
            let before = files(folder.path());
            for arguments in [&["codegen"][..], &["codegen", "--check"]] {
                assert_eq!(fails(folder.path(), 1, arguments), error);
                assert_eq!(files(folder.path()), before);
            }
        }
    }
}

#[test]
fn documentation_is_taken_along_where_it_is_asked_for() {
    let folder = generated();
    let path = folder.path().join("model/connect.json");
    let model = fs::read_to_string(&path).unwrap();
    let mut published: serde_json::Value = serde_json::from_str(&model).unwrap();
    let words = "<p>Returns <b>one</b> <code>Contact</code>, not a &lt;list&gt;.</p> <note><p>[See]</p></note>";
    let stop = &mut published["shapes"]["com.amazonaws.connect#StopContact"];
    stop["traits"]["smithy.api#documentation"] = words.into();
    let from = folder.path().join("published.json");
    fs::write(&from, published.to_string()).unwrap();
    for (flag, markdown) in [
        (
            &["--docs"][..],
            Some("/// Returns **one** `Contact`, not a \\<list>.\n"),
        ),
        (&[], None),
    ] {
        succeeds(folder.path(), &["remove", "StopContact"]);
        let add = ["add", "StopContact", "--from", "published.json"];
        succeeds(folder.path(), &[&add, flag].concat());
        let added = fs::read_to_string(&path).unwrap();
        assert_eq!(added.contains("<b>one</b>"), markdown.is_some());
        let code: String = files(&folder.path().join("crates/connect-sdk"))
            .into_values()
            .map(|file| String::from_utf8(file).unwrap())
            .collect();
        assert!(code.contains("StopContact") && !code.contains("<b>"));
        if let Some(markdown) = markdown {
            let shown: Vec<_> = code
                .lines()
                .filter(|line| line.contains("**one**"))
                .collect();
            assert!(code.contains(markdown), "no {markdown} in {shown:?}");
        } else {
            assert!(!code.contains("Returns **one**"));
        }
    }
}

#[test]
fn without_a_model_there_is_nothing_to_do() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        fails(folder.path(), 1, &["codegen"]),
        "error: no model/connect.json here or in a folder above\n"
    );
}

/// A folder with the model and a runtime that nothing is built from.
fn with_runtime() -> TempDir {
    let folder = workspace();
    for name in ["protocol", "transport"] {
        let folder = folder.path().join("runtime").join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("Cargo.toml"), "").unwrap();
    }
    folder
}

/// The arguments that make a crate in `out` from this workspace's model, with others in place of some.
fn crate_arguments<'a>(changes: &[(&str, &'a str)]) -> Vec<&'a str> {
    let line =
        "codegen --model model/connect.json --package my-connect --out out --runtime runtime";
    let replaced = |argument| {
        let change = changes.iter().find(|(from, _)| *from == argument);
        change.map_or(argument, |(_, to)| *to)
    };
    line.split(' ').map(replaced).collect()
}

#[test]
fn a_crate_of_its_own_is_written_compared_and_replaced() {
    let folder = with_runtime();
    let with = |more: &[&'static str]| [&crate_arguments(&[]), more].concat();
    succeeds(folder.path(), &with(&["--server"]));
    let out = folder.path().join("out");
    let manifest = fs::read_to_string(out.join("Cargo.toml")).unwrap();
    for line in [
        "name = \"my-connect\"",
        "connect-protocol = { path = \"../runtime/protocol\" }",
        "[workspace]",
    ] {
        assert!(manifest.contains(line), "{line} is not in {manifest}");
    }
    assert!(out.join("src/generated/server/mod.rs").is_file());

    succeeds(folder.path(), &with(&["--server", "--check"]));
    let stderr = fails(folder.path(), 1, &with(&["--check"]));
    let orphan = "orphan:  src/generated/server/mod.rs\n";
    assert!(stderr.contains(orphan), "{stderr}");

    succeeds(folder.path(), &with(&[]));
    assert!(!out.join("src/generated/server").exists());
}

#[test]
fn a_folder_with_other_things_in_it_is_left_alone() {
    let folder = workspace();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.txt"), "Chapter 1").unwrap();
    assert_eq!(
        fails(folder.path(), 1, &crate_arguments(&[])),
        "error: out: the folder is not empty and holds no earlier output\n"
    );
    assert_eq!(files(&out).len(), 1);
    let file = crate_arguments(&[("out", "out/thesis.txt")]);
    let stderr = fails(folder.path(), 1, &file);
    assert!(stderr.starts_with("error: out/thesis.txt: "), "{stderr}");
}

#[test]
fn arguments_that_make_no_sense_are_rejected_by_name() {
    let folder = with_runtime();
    for (from, to, code, error) in [
        (
            "runtime",
            "main",
            1,
            "--runtime \"main\" is no git URL and no folder with a crate in \"protocol\"",
        ),
        (
            "model/connect.json",
            "model/none.json",
            1,
            "model/none.json: No such file or directory (os error 2)",
        ),
        (
            "my-connect",
            "my connect",
            2,
            "invalid value 'my connect' for '--package <NAME>': expected letters, digits, - and _, a letter first",
        ),
        (
            "my-connect",
            "fn",
            2,
            "invalid value 'fn' for '--package <NAME>': Rust keeps this name for itself",
        ),
        ("my-connect", "1connect", 2, "invalid value '1connect'"),
        ("my-connect", "", 2, ""),
    ] {
        let stderr = fails(folder.path(), code, &crate_arguments(&[(from, to)]));
        assert!(stderr.starts_with(&format!("error: {error}")), "{stderr}");
        assert!(
            code == 2 || stderr == format!("error: {error}\n"),
            "{stderr}"
        );
        assert!(!folder.path().join("out").exists());
    }
}

#[test]
fn the_runtime_is_a_folder_or_a_repository() {
    let folder = with_runtime();
    for (runtime, expected) in [
        ("./runtime/../runtime", "path = \"../runtime/protocol\""),
        (
            "https://example.com/r.git",
            "git = \"https://example.com/r.git\"",
        ),
        (
            "git@example.com:team/r.git",
            "git = \"ssh://git@example.com/team/r.git\"",
        ),
    ] {
        succeeds(folder.path(), &crate_arguments(&[("runtime", runtime)]));
        let manifest = fs::read_to_string(folder.path().join("out/Cargo.toml")).unwrap();
        let line = format!("connect-protocol = {{ {expected} }}\n");
        assert!(manifest.contains(&line), "{manifest}");
    }
}

#[test]
fn our_own_suite_passes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = succeeds(&root, &["conformance"]);
    let stdout = String::from_utf8(output.stdout).unwrap();
    let last = stdout.lines().last().unwrap();
    // As many as there are, and none by way of an empty folder.
    let (passed, failed) = last.split_once(" passed, ").unwrap();
    assert_eq!(failed, "0 failed");
    assert!(passed.parse::<u32>().unwrap() > 700, "{passed}");
}
