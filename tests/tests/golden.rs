//! Models, and what the generator makes of them: folders below `golden/`.
//!
//! `good/NAME/model.json` becomes the crate in `good/NAME/expected`, whose library is an example of this package, so that
//! all of them are compiled and linted. Warnings stand in `expected.warn`. `bad/NAME/model.json` is rejected with the text of
//! `expected.err`. `UPDATE_EXPECTED=1 cargo test -p connect-tests --test golden` writes what comes out now.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "helpers of tests, too, may panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use connect_codegen::FileSet;
use connect_codegen::emit::{self, Options, Package, Runtime};
use connect_codegen::lower::{Selection, lower};
use connect_codegen::model::Model;

/// The models that get a server side.
const WITH_SERVER: [&str; 3] = ["hostile-names", "server", "text"];

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(kind)
}

/// The models of a kind: name and folder.
fn models(kind: &str) -> Vec<(String, PathBuf)> {
    let mut models: Vec<_> = fs::read_dir(folder(kind))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    models.sort();
    models
}

fn good_model(name: &str) -> Model {
    let text = fs::read_to_string(folder("good").join(name).join("model.json")).unwrap();
    Model::parse("model.json", &text).unwrap()
}

/// What is generated from a model, and the warnings.
fn generate(
    name: &str,
    folder: &Path,
    strict: bool,
) -> Result<(FileSet, String), connect_codegen::Error> {
    let text = fs::read_to_string(folder.join("model.json")).unwrap();
    let model = Model::parse("model.json", &text)?;
    let options = Options {
        server: WITH_SERVER.contains(&name),
        ..Options::default()
    };
    let selection = Selection {
        strict,
        server: options.server,
        ..Selection::default()
    };
    let mut warnings = BTreeSet::new();
    let service = lower(&model, &selection, &mut warnings)?;
    let package = Package {
        name: name.to_owned(),
        runtime: Runtime::Path("../../../../../crates".to_owned()),
    };
    let files = emit::package(&service, options, &package)?;
    let warnings = warnings.iter().map(|warning| format!("{warning}\n"));
    Ok((files, warnings.collect()))
}

/// Files by their path in a folder.
type Files = BTreeMap<String, String>;

/// All files below a folder but its model.
fn read(folder: &Path) -> Files {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else {
            let relative = path.strip_prefix(folder).unwrap().to_str().unwrap();
            files.insert(
                relative.replace('\\', "/"),
                fs::read_to_string(&path).unwrap(),
            );
        }
    }
    files.remove("model.json");
    files
}

/// Compares the folders of a kind of models with what they should hold beside the model, or makes them so.
#[track_caller]
fn compare(kind: &str, found: impl Fn(&str, &Path) -> Files) {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut differing = Vec::new();
    for (name, folder) in models(kind) {
        let (expected, found) = (read(&folder), found(&name, &folder));
        let all: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
        for path in all {
            let file = folder.join(path);
            match (expected.get(path), found.get(path)) {
                (expected, found) if expected == found => {}
                (_, Some(text)) if update => {
                    fs::create_dir_all(file.parent().unwrap()).unwrap();
                    fs::write(file, text).unwrap();
                }
                (_, None) if update => fs::remove_file(file).unwrap(),
                _ => differing.push(file.display().to_string()),
            }
        }
    }
    assert!(
        differing.is_empty(),
        "these differ, are missing or should not be there:\n{}\n\nUPDATE_EXPECTED=1 writes what comes out now",
        differing.join("\n")
    );
}

#[test]
fn good_models_become_the_expected_crates() {
    compare("good", |name, folder| {
        let (files, warnings) = generate(name, folder, false).unwrap();
        let files = files.iter();
        let files = files.map(|(path, text)| (format!("expected/{path}"), text.to_owned()));
        let warnings = (!warnings.is_empty()).then(|| ("expected.warn".to_owned(), warnings));
        files.chain(warnings).collect()
    });
}

#[test]
fn bad_models_are_rejected_with_the_expected_words() {
    compare("bad", |name, folder| {
        let error = generate(name, folder, true).map(drop).expect_err(name);
        [("expected.err".to_owned(), format!("{error}\n"))].into()
    });
}

#[test]
fn all_good_models_are_compiled() {
    let manifest = include_str!("../Cargo.toml");
    for (name, _) in models("good") {
        let path = format!("path = \"golden/good/{name}/expected/src/lib.rs\"");
        assert!(
            manifest.contains(&path),
            "Cargo.toml has no example with {path}"
        );
    }
}

#[test]
fn a_selection_of_what_is_not_there_is_rejected() {
    let model = good_model("server");
    let table = [
        (
            Some("Shop"),
            "PutItem",
            "model.json: no service \"Shop\"; the model has example#Server",
        ),
        (
            Some("Server"),
            "GetItem",
            "model.json: example#Server: the service has no operation \"GetItem\"; near it: PutItem, ListItems",
        ),
    ];
    for (service, operation, expected) in table {
        let selection = Selection {
            service: service.map(str::to_owned),
            operations: vec![operation.to_owned()],
            ..Selection::default()
        };
        let error = lower(&model, &selection, &mut BTreeSet::new()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn only_the_chosen_operations_and_what_they_reach_are_generated() {
    let model = good_model("server");
    let selection = Selection {
        operations: vec!["ListItems".to_owned()],
        ..Selection::default()
    };
    let service = lower(&model, &selection, &mut BTreeSet::new()).unwrap();
    let files = emit::modules(&service, Options::default(), "src").unwrap();
    let files: Vec<&str> = files.iter().map(|(path, _)| path).collect();
    let types = files.iter().filter(|path| path.starts_with("src/types/"));
    let expected = "src/types/_color.rs src/types/error/mod.rs src/types/mod.rs";
    assert_eq!(types.copied().collect::<Vec<_>>().join(" "), expected);
    assert!(files.contains(&"src/client/list_items.rs"));
    assert!(!files.contains(&"src/client/put_item.rs"));
}

#[test]
fn patterns_that_rust_cannot_compile_are_reported_where_a_server_would_check_them() {
    let model = good_model("left-out");
    for server in [false, true] {
        let selection = Selection {
            server,
            ..Selection::default()
        };
        let mut warnings = BTreeSet::new();
        lower(&model, &selection, &mut warnings).unwrap();
        let reported = warnings.iter().filter(|warning| {
            warning.starts_with("model.json: example#Name (smithy.api#pattern): ")
                && warning.ends_with("the server will not check it")
        });
        assert_eq!(reported.count(), usize::from(server));
    }
}
