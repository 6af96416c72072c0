//! The conformance suite covers what the generator knows. That its vectors hold is for `cargo xtask conformance` to say.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests, too, may panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use connect_codegen::model::ids::{ALL, Fate};
use serde_json::Value;

/// Traits that are read and that no vector needs: what is for people.
const WITHOUT: [&str; 1] = ["smithy.api#examples"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

/// The models by file name.
fn models() -> BTreeMap<String, Value> {
    let entries = fs::read_dir(folder()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let model = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            (name, model)
        })
        .collect()
}

/// The shapes of all models: ID and definition.
fn shapes(models: &BTreeMap<String, Value>) -> Vec<(&String, &Value)> {
    let shapes = models.values().map(|model| model["shapes"].as_object());
    shapes.flat_map(Option::unwrap).collect()
}

/// A shape's members and the like: whatever has a target and may have traits.
fn members(shape: &Value) -> impl Iterator<Item = &Value> {
    let named = shape["members"].as_object().into_iter().flatten();
    let single = ["member", "key", "value"]
        .into_iter()
        .filter_map(|name| shape.get(name));
    named.map(|(_, member)| member).chain(single)
}

fn traits(shape: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let own = shape["traits"].as_object().into_iter().flatten();
    own.chain(
        members(shape)
            .flat_map(|member| member["traits"].as_object())
            .flatten(),
    )
}

#[track_caller]
fn assert_all(what: &str, wanted: &str, found: &BTreeSet<&str>) {
    let wanted = wanted.split_whitespace();
    let missing: Vec<_> = wanted.filter(|name| !found.contains(name)).collect();
    assert!(
        missing.is_empty(),
        "no model of the suite has {what} {missing:?}"
    );
}

#[test]
fn every_trait_that_the_generator_reads_is_used() {
    let models = models();
    let used: BTreeSet<&str> = shapes(&models)
        .into_iter()
        .flat_map(|(_, shape)| traits(shape))
        .map(|(id, _)| id.as_str())
        .collect();
    let of = |fates: &[Fate]| {
        let rows = ALL.iter().filter(|(_, fate, _)| fates.contains(fate));
        rows.map(|(id, ..)| *id).collect::<Vec<_>>()
    };
    let mut wanted = of(&[Fate::Generated]);
    assert!(wanted.len() > 50, "{wanted:?}");
    wanted.retain(|id| !WITHOUT.contains(id));
    wanted.extend(
        ALL.iter()
            .map(|(id, ..)| *id)
            .filter(|id| id.starts_with("smithy.test#http")),
    );
    assert_all("the trait", &wanted.join(" "), &used);
    // What needs them is left out.
    let mut without = of(&[Fate::OperationLeftOut, Fate::OtherAuth]);
    without.extend(WITHOUT);
    without.retain(|id| used.contains(id));
    assert!(without.is_empty(), "{without:?} are used");
}

#[test]
fn every_kind_of_shape_is_used() {
    let models = models();
    let shapes = shapes(&models);
    let kinds = shapes
        .iter()
        .map(|(_, shape)| shape["type"].as_str().unwrap());
    let kinds: BTreeSet<&str> = kinds.collect();
    assert_all(
        "a shape of the type",
        "apply blob enum intEnum list map operation resource service set string structure timestamp union",
        &kinds,
    );
    let targets = shapes.iter().flat_map(|(_, shape)| members(shape));
    let targets: BTreeSet<&str> = targets
        .map(|member| member["target"].as_str().unwrap())
        .filter_map(|target| target.strip_prefix("smithy.api#"))
        .collect();
    assert_all(
        "a member that targets",
        "BigDecimal BigInteger Blob Boolean Byte Document Double Float Integer Long Short String Timestamp Unit",
        &targets,
    );
    let resources = shapes
        .iter()
        .filter(|(_, shape)| shape["type"] == "resource");
    let lifecycle: BTreeSet<&str> = resources
        .flat_map(|(_, shape)| shape.as_object().unwrap().keys())
        .map(String::as_str)
        .collect();
    assert_all(
        "a resource with",
        "create put read update delete list operations collectionOperations resources",
        &lifecycle,
    );
    assert!(shapes.iter().any(|(_, shape)| !shape["mixins"].is_null()));
}

#[test]
fn every_place_of_a_value_is_used() {
    let models = models();
    let shapes = shapes(&models);
    let kind = |id: &str| -> String {
        if let Some(simple) = id.strip_prefix("smithy.api#") {
            return simple.to_ascii_lowercase();
        }
        let (_, shape) = shapes.iter().find(|(there, _)| *there == id).unwrap();
        let streaming = !shape["traits"]["smithy.api#streaming"].is_null();
        let kind = shape["type"].as_str().unwrap();
        if streaming {
            format!("streaming-{kind}")
        } else {
            kind.to_owned()
        }
    };
    let bound = |id: &str| -> BTreeSet<String> {
        let members = shapes.iter().flat_map(|(_, shape)| members(shape));
        members
            .filter(|member| !member["traits"][id].is_null())
            .map(|member| kind(member["target"].as_str().unwrap()))
            .collect()
    };
    let scalars = "boolean byte double enum integer intEnum long string timestamp";
    for (id, more) in [
        ("smithy.api#httpLabel", ""),
        ("smithy.api#httpQuery", "float short list"),
        ("smithy.api#httpHeader", "float short list"),
    ] {
        let found = bound(id);
        let found = found.iter().map(String::as_str).collect();
        assert_all(id, &format!("{scalars} {more}"), &found);
    }
    let payloads = bound("smithy.api#httpPayload");
    assert_all(
        "a payload that is",
        "blob document enum list map streaming-blob string structure union",
        &payloads.iter().map(String::as_str).collect(),
    );
    let formats = shapes.iter().flat_map(|(_, shape)| traits(shape));
    let formats: BTreeSet<&str> = formats
        .filter(|(id, _)| *id == "smithy.api#timestampFormat")
        .map(|(_, format)| format.as_str().unwrap())
        .collect();
    assert_all("the format", "date-time epoch-seconds http-date", &formats);
}

#[test]
fn the_table_names_what_is_there() {
    let models = models();
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    let rows = readme.lines().filter(|line| line.starts_with("| ")).skip(1);
    let mut named = BTreeSet::new();
    let mut count = 0;
    for row in rows {
        let place = row.split('|').nth(2).unwrap();
        let mut model = None;
        for word in place.split('`').skip(1).step_by(2) {
            count += 1;
            if word.ends_with(".rs") {
                assert!(folder().join(word).is_file(), "{word} is not there: {row}");
            } else if word.ends_with(".json") {
                model = Some(
                    models
                        .get(word)
                        .unwrap_or_else(|| panic!("{word} is not there: {row}")),
                );
                named.insert(word.to_owned());
            } else {
                let shapes = model.and_then(|model| model["shapes"].as_object()).unwrap();
                let there = shapes.keys().any(|id| id.rsplit('#').next() == Some(word));
                assert!(there, "{word} is not there: {row}");
            }
        }
    }
    assert!(count > 50, "the table was not found");
    assert!(models.keys().eq(&named), "the table names {named:?}");
}
