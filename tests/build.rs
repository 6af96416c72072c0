//! Generates what tests compile and use: for `tests/model_edit.rs` and `tests/redaction` the client and server of an edited model,
//! for `tests/calls` the client of a model of the conformance suite.
//!
//! The edits are those that a service makes between two versions of its model: a new member of an output, a new value of an
//! enum, a new optional member of an input in the query. And there is a sensitive member wherever one can be. The generated
//! tests are part of that program: what goes over the wire comes back the same, and what arrives broken is rejected.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use connect_codegen::emit::{self, Options};
use connect_codegen::lower::{Selection, lower};
use connect_codegen::model::Model;
use connect_test_codegen::round_trips;
use serde_json::{Value, json};

const NAMESPACE: &str = "com.amazonaws.connect";

fn main() -> Result<(), Box<dyn Error>> {
    let mut model: Value = serde_json::from_str(&read("../model/connect.json")?)?;
    edit(&mut model)?;
    let operations = vec!["ListAssociatedContacts".to_owned()];
    generate("edited", &model.to_string(), operations, true)?;
    generate("calls", &read("conformance/calls.json")?, Vec::new(), false)
}

/// The text of a file by its path in this package.
fn read(path: &str) -> Result<String, Box<dyn Error>> {
    let path = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(path);
    println!("cargo::rerun-if-changed={}", path.display());
    Ok(fs::read_to_string(path)?)
}

/// Writes the modules generated from a model, and `NAME.rs`, which a test includes at its root.
fn generate(
    name: &str,
    model: &str,
    operations: Vec<String>,
    server: bool,
) -> Result<(), Box<dyn Error>> {
    let model = Model::parse(name, model)?;
    let selection = Selection {
        operations,
        ..Selection::default()
    };
    let service = lower(&model, &selection, &mut BTreeSet::new())?;
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let options = Options {
        server,
        tests: server,
    };
    let mut files = emit::modules(&service, options, name)?;
    if options.tests {
        files.extend(round_trips(&service, name)?.files);
    }
    for (path, text) in files.iter() {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        fs::write(path, text)?;
    }
    // What the root of a generated crate holds. A test is no library, so that what it leaves alone would be reported as dead.
    let root = folder.join(name).join("mod.rs");
    let lines = [
        "#[allow(dead_code, unreachable_pub, reason = \"a test uses a part of it\")]".to_owned(),
        format!("#[path = {root:?}]"),
        "mod generated;".to_owned(),
        "pub use generated::*;".to_owned(),
    ];
    fs::write(folder.join(format!("{name}.rs")), lines.join("\n"))?;
    Ok(())
}

fn edit(model: &mut Value) -> Result<(), Box<dyn Error>> {
    let operation = shape(model, "ListAssociatedContacts")?;
    let (input, output) = (target(operation, "input")?, target(operation, "output")?);
    add(
        model,
        &output,
        "TotalCount",
        json!({
            "target": "smithy.api#Integer",
            "traits": { "smithy.api#documentation": "How many contacts there are on all pages." },
        }),
    )?;
    add(
        model,
        "Channel",
        "SMS",
        json!({
            "target": "smithy.api#Unit",
            "traits": { "smithy.api#enumValue": "SMS" },
        }),
    )?;
    add(
        model,
        &input,
        "Channel",
        json!({
            "target": format!("{NAMESPACE}#Channel"),
            "traits": { "smithy.api#httpQuery": "channel" },
        }),
    )?;
    let confidential = format!("{NAMESPACE}#Confidential");
    model["shapes"][&confidential] = json!({
        "type": "string",
        "traits": { "smithy.api#sensitive": {} },
    });
    let sensitive = |traits| json!({ "target": confidential, "traits": traits });
    let query = json!({ "smithy.api#httpQuery": "note" });
    add(model, &input, "Note", sensitive(query))?;
    add(model, &output, "Remark", sensitive(json!({})))?;
    let error = "InvalidParameterException";
    add(model, error, "Detail", sensitive(json!({})))
}

fn shape<'a>(model: &'a mut Value, name: &str) -> Result<&'a mut Value, Box<dyn Error>> {
    let id = format!("{NAMESPACE}#{name}");
    let shape = model["shapes"].get_mut(&id);
    shape.ok_or_else(|| format!("the model has no {id}").into())
}

/// The name of a shape that an operation refers to.
fn target(operation: &Value, property: &str) -> Result<String, Box<dyn Error>> {
    let target = operation[property]["target"].as_str();
    let name = target.and_then(|target| target.split_once('#'));
    name.map(|(_, name)| name.to_owned())
        .ok_or_else(|| format!("the operation has no {property}").into())
}

/// Adds a member to a shape that has none of that name.
fn add(
    model: &mut Value,
    shape_name: &str,
    name: &str,
    member: Value,
) -> Result<(), Box<dyn Error>> {
    let members = shape(model, shape_name)?["members"].as_object_mut();
    let members = members.ok_or_else(|| format!("{shape_name} has no members"))?;
    match members.insert(name.to_owned(), member) {
        None => Ok(()),
        Some(_) => Err(format!("{shape_name} has a member {name} now; edit another").into()),
    }
}
