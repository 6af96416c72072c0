//! Models, and what the generator makes of them: folders below `golden/`.
//!
//! `good/NAME/model.json` becomes the crate in `good/NAME/expected`, whose library is an example of this package, so that
//! all of them are compiled and linted. Warnings stand in `expected.warn`. `bad/NAME/model.json` is refused with the text of
//! `expected.err`. `UPDATE_EXPECTED=1 cargo test -p connect-tests --test golden` writes what comes out now.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

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

/// What is generated from a model, and what was said on the way.
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

/// All files below a folder, by their path in it.
fn read(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if let Ok(text) = fs::read_to_string(&path) {
            let relative = path.strip_prefix(folder).unwrap().to_str().unwrap();
            files.insert(relative.replace('\\', "/"), text);
        }
    }
    files
}

/// Compares files of a folder with what they should be, or makes them so.
fn compare(
    folder: &Path,
    expected: &BTreeMap<String, String>,
    found: &BTreeMap<String, String>,
) -> Vec<String> {
    let all: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let differing = all
        .into_iter()
        .filter(|path| expected.get(*path) != found.get(*path));
    if std::env::var_os("UPDATE_EXPECTED").is_none() {
        return differing
            .map(|path| folder.join(path).display().to_string())
            .collect();
    }
    for path in differing {
        let file = folder.join(path);
        match found.get(path) {
            Some(text) => {
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            }
            None => fs::remove_file(file).unwrap(),
        }
    }
    Vec::new()
}

#[track_caller]
fn assert_none(differing: &[String]) {
    assert!(
        differing.is_empty(),
        "these differ, are missing or should not be there:\n{}\n\nUPDATE_EXPECTED=1 writes what comes out now",
        differing.join("\n")
    );
}

fn one(name: &str, text: String) -> BTreeMap<String, String> {
    let file = (!text.is_empty()).then(|| (name.to_owned(), text));
    file.into_iter().collect()
}

fn read_one(folder: &Path, name: &str) -> BTreeMap<String, String> {
    one(
        name,
        fs::read_to_string(folder.join(name)).unwrap_or_default(),
    )
}

#[test]
fn good_models_become_the_expected_crates() {
    let mut differing = Vec::new();
    for (name, folder) in models("good") {
        let (files, warnings) = match generate(&name, &folder, false) {
            Ok(generated) => generated,
            Err(error) => {
                differing.push(format!("{}: {error}", folder.display()));
                continue;
            }
        };
        let files = files
            .iter()
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .collect();
        let expected = folder.join("expected");
        differing.extend(compare(&expected, &read(&expected), &files));
        let warnings = one("expected.warn", warnings);
        differing.extend(compare(
            &folder,
            &read_one(&folder, "expected.warn"),
            &warnings,
        ));
    }
    assert_none(&differing);
}

#[test]
fn bad_models_are_refused_with_the_expected_words() {
    let mut differing = Vec::new();
    for (name, folder) in models("bad") {
        let error = match generate(&name, &folder, true) {
            Ok(_) => {
                differing.push(format!("{}: it was not refused", folder.display()));
                continue;
            }
            Err(error) => one("expected.err", format!("{error}\n")),
        };
        differing.extend(compare(&folder, &read_one(&folder, "expected.err"), &error));
    }
    assert_none(&differing);
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
fn a_selection_of_what_is_not_there_is_refused() {
    let text = fs::read_to_string(folder("good").join("server/model.json")).unwrap();
    let model = Model::parse("model.json", &text).unwrap();
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
    let text = fs::read_to_string(folder("good").join("server/model.json")).unwrap();
    let model = Model::parse("model.json", &text).unwrap();
    let selection = Selection {
        operations: vec!["ListItems".to_owned()],
        ..Selection::default()
    };
    let service = lower(&model, &selection, &mut BTreeSet::new()).unwrap();
    let files = emit::modules(&service, Options::default(), "src").unwrap();
    let files: Vec<&str> = files.iter().map(|(path, _)| path).collect();
    let types = files.iter().filter(|path| path.starts_with("src/types/"));
    assert_eq!(
        types.collect::<Vec<_>>(),
        [
            &"src/types/_color.rs",
            &"src/types/error/mod.rs",
            &"src/types/mod.rs"
        ]
    );
    assert!(files.contains(&"src/client/list_items.rs"));
    assert!(!files.contains(&"src/client/put_item.rs"));
}

#[test]
fn patterns_that_rust_cannot_compile_are_told_where_a_server_would_check_them() {
    let text = fs::read_to_string(folder("good").join("left-out/model.json")).unwrap();
    let model = Model::parse("model.json", &text).unwrap();
    for server in [false, true] {
        let selection = Selection {
            server,
            ..Selection::default()
        };
        let mut warnings = BTreeSet::new();
        lower(&model, &selection, &mut warnings).unwrap();
        let told = warnings.iter().filter(|warning| {
            warning.starts_with("model.json: example#Name (smithy.api#pattern): ")
                && warning.ends_with("the server will not check it")
        });
        assert_eq!(told.count(), usize::from(server));
    }
}
