//! `cargo xtask codegen` as people run it, in a copy of what it reads.
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
    let output = xtask(folder.path(), &["codegen"]);
    assert!(output.status.success(), "{}", stderr(&output));
    folder
}

fn xtask(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// All files below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn what_is_generated_passes_the_check() {
    let folder = generated();
    let before = files(folder.path());
    let output = xtask(folder.path(), &["codegen", "--check"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(
        (stderr(&output).as_str(), output.stdout.as_slice()),
        ("", &b""[..])
    );
    assert_eq!(files(folder.path()), before);
}

#[test]
fn the_workspace_itself_passes_the_check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = xtask(&root, &["codegen", "--check"]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn what_differs_is_missing_or_is_too_much_is_told_and_mended() {
    let folder = generated();
    let path = |path: &str| folder.path().join(path);
    let sdk = "crates/connect-sdk/src/generated";
    fs::write(path(&format!("{sdk}/types/_channel.rs")), "// by hand\n").unwrap();
    fs::remove_file(path("crates/connect-cli/src/generated/mod.rs")).unwrap();
    fs::create_dir(path(&format!("{sdk}/old"))).unwrap();
    fs::write(path(&format!("{sdk}/old/thing.rs")), "").unwrap();
    fs::write(path("crates/protocol/src/generated/more.rs"), "").unwrap();

    let before = files(folder.path());
    let output = xtask(folder.path(), &["codegen", "--check"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "missing: crates/connect-cli/src/generated/mod.rs\n\
         differs: crates/connect-sdk/src/generated/types/_channel.rs\n\
         orphan:  crates/connect-sdk/src/generated/old/thing.rs\n\
         orphan:  crates/protocol/src/generated/more.rs\n\
         error: generated code is not what the model says; run `cargo xtask codegen`\n"
    );
    assert_eq!(files(folder.path()), before, "a check writes nothing");

    let output = xtask(folder.path(), &["codegen"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!path(&format!("{sdk}/old")).exists());
    let output = xtask(folder.path(), &["codegen", "--check"]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_change_of_the_model_is_told() {
    let folder = generated();
    let path = folder.path().join("model/connect.json");
    let model = fs::read_to_string(&path).unwrap();
    let changed = model.replace("\"VOICE\"", "\"PHONE\"");
    assert_ne!(model, changed);
    fs::write(&path, changed).unwrap();
    let output = xtask(folder.path(), &["codegen", "--check"]);
    assert_eq!(output.status.code(), Some(1));
    let told = "differs: crates/connect-sdk/src/generated/types/_channel.rs\n";
    assert!(stderr(&output).contains(told), "{}", stderr(&output));
}

#[test]
fn of_a_broken_model_nothing_is_written() {
    for folder in [workspace(), generated()] {
        let path = folder.path().join("model/connect.json");
        let model = fs::read_to_string(&path).unwrap();
        for (good, bad, error) in [
            (
                "\"target\": \"com.amazonaws.connect#Channel\"",
                "\"target\": \"com.amazonaws.connect#Chanel\"",
                "error: model/connect.json: com.amazonaws.connect#AssociatedContactSummary$Channel: target \
                 com.amazonaws.connect#Chanel is not in the model\n",
            ),
            (
                "{InstanceId}",
                "{Instance}",
                "error: model/connect.json: com.amazonaws.connect#ListAssociatedContacts (smithy.api#http): the label \
                 \"Instance\" is no member of com.amazonaws.connect#ListAssociatedContactsRequest with httpLabel\n",
            ),
        ] {
            let broken = model.replace(good, bad);
            assert_ne!(model, broken, "the model has no {good}");
            fs::write(&path, broken).unwrap();
            let before = files(folder.path());
            for arguments in [&["codegen"][..], &["codegen", "--check"]] {
                let output = xtask(folder.path(), arguments);
                assert_eq!(output.status.code(), Some(1));
                assert_eq!(stderr(&output), error);
                assert_eq!(files(folder.path()), before);
            }
        }
    }
}

#[test]
fn without_a_model_there_is_nothing_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let output = xtask(folder.path(), &["codegen"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
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

/// The arguments that make a crate in `out` from this workspace's model.
fn crate_arguments(more: &[&'static str]) -> Vec<&'static str> {
    let mut arguments = vec!["codegen", "--model", "model/connect.json"];
    arguments.extend([
        "--package",
        "my-connect",
        "--out",
        "out",
        "--runtime",
        "runtime",
    ]);
    arguments.extend(more);
    arguments
}

#[test]
fn a_crate_of_its_own_is_written_checked_and_replaced() {
    let folder = with_runtime();
    let run = |more: &[&'static str]| xtask(folder.path(), &crate_arguments(more));
    let output = run(&["--server"]);
    assert!(output.status.success(), "{}", stderr(&output));
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

    let output = run(&["--server", "--check"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let output = run(&["--check"]);
    assert_eq!(output.status.code(), Some(1));
    let orphan = "orphan:  src/generated/server/mod.rs\n";
    assert!(stderr(&output).contains(orphan), "{}", stderr(&output));

    let output = run(&[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!out.join("src/generated/server").exists());
}

#[test]
fn a_folder_with_other_things_in_it_is_left_alone() {
    let folder = workspace();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.txt"), "Chapter 1").unwrap();
    let output = xtask(folder.path(), &crate_arguments(&[]));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "error: out: the folder is not empty and holds no earlier output\n"
    );
    assert_eq!(files(&out).len(), 1);
    let mut arguments = crate_arguments(&[]);
    for argument in arguments.iter_mut().filter(|argument| **argument == "out") {
        *argument = "out/thesis.txt";
    }
    let output = xtask(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).starts_with("error: out/thesis.txt: "),
        "{}",
        stderr(&output)
    );
}

#[test]
fn arguments_that_make_no_sense_are_refused_by_name() {
    let folder = with_runtime();
    for (from, to, error) in [
        (
            "runtime",
            "main",
            "--runtime \"main\" is no git URL and no folder with a crate in \"protocol\"",
        ),
        (
            "model/connect.json",
            "model/none.json",
            "model/none.json: No such file or directory (os error 2)",
        ),
    ] {
        let mut arguments = crate_arguments(&[]);
        for argument in arguments.iter_mut().filter(|argument| **argument == from) {
            *argument = to;
        }
        let output = xtask(folder.path(), &arguments);
        assert_eq!(stderr(&output), format!("error: {error}\n"));
        assert_eq!(output.status.code(), Some(1));
        assert!(!folder.path().join("out").exists());
    }
    for (name, why) in [
        (
            "my connect",
            "expected letters, digits, - and _, a letter first",
        ),
        ("fn", "Rust keeps this name for itself"),
    ] {
        let mut arguments = crate_arguments(&[]);
        for argument in arguments
            .iter_mut()
            .filter(|argument| **argument == "my-connect")
        {
            *argument = name;
        }
        let output = xtask(folder.path(), &arguments);
        let told = format!("error: invalid value '{name}' for '--package <NAME>': {why}\n");
        assert!(stderr(&output).starts_with(&told), "{}", stderr(&output));
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
        let mut arguments = crate_arguments(&[]);
        *arguments.last_mut().unwrap() = runtime;
        let output = xtask(folder.path(), &arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        let manifest = fs::read_to_string(folder.path().join("out/Cargo.toml")).unwrap();
        assert!(
            manifest.contains(&format!("connect-protocol = {{ {expected} }}\n")),
            "{manifest}"
        );
    }
}

#[test]
fn a_name_that_no_package_can_have_is_refused() {
    let folder = workspace();
    for name in ["my connect", "1connect", ""] {
        let line = ["codegen", "--model", "model/connect.json", "--out", "out"];
        let output = xtask(folder.path(), &[&line[..], &["--package", name]].concat());
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(!folder.path().join("out").exists(), "{name}");
    }
}
