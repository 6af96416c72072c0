//! Broken models: whatever is done to a model, the generator says where it is wrong, or generates from it.
//!
//! Models of this repository are mutated always, published ones in `../shared` where they are. All is decided by fixed seeds.
//! `MUTATIONS=2000` takes that many mutants of each model instead of a few, as `cargo xtask verify mutations` does, and
//! `MUTATIONS=CASE:ID` that one of every model.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, too, may panic"
)]

mod extremes;
mod mutate;
mod random;
mod subset;

use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use connect_codegen::edit::{self, File};
use connect_codegen::emit::{self, Options, Package, Runtime};
use connect_codegen::lower::{Selection, lower};
use connect_codegen::model::Model;
use connect_test_codegen::{conformance, round_trips};
use serde_json::Value;

use random::Random;

/// No mutant takes longer, in a debug build on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The models in a folder, and in the folders in it.
fn models(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut models = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        if path.join("model.json").is_file() {
            models.push(path.join("model.json"));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            models.push(path);
        }
    }
    models.sort();
    models
}

/// The cases to run; where the environment asks for more than usual, this `share` of them.
fn cases(usual: u64, share: u64) -> Range<u64> {
    let Ok(wanted) = std::env::var("MUTATIONS") else {
        return 0..usual;
    };
    match wanted.strip_prefix("CASE:") {
        Some(case) => {
            let case = case.parse().unwrap();
            case..case + 1
        }
        None => 0..wanted.parse::<u64>().unwrap() / share,
    }
}

/// Mutates a model many times; `part` of it at a time, or as a whole.
fn run(path: &Path, cases: Range<u64>, part: bool) {
    let name = path
        .strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string();
    let text = std::fs::read_to_string(path).unwrap();
    let base: Value = serde_json::from_str(&text).unwrap();
    let seed = name.bytes().fold(7, |seed: u64, byte| {
        seed.wrapping_mul(31).wrapping_add(byte.into())
    });
    let (mut generated, mut rejected, mut failed) = (0, 0, Vec::new());
    for case in cases {
        let mut random = Random::new(seed, case);
        let mutant = if part {
            let part = subset::subset(&base, &mut random);
            mutate::mutant(&part, &mut random)
        } else {
            mutate::mutant(&base, &mut random)
        };
        let began = Instant::now();
        let failure = match catch_unwind(AssertUnwindSafe(|| generate(&mutant, &mut random))) {
            _ if began.elapsed() > LIMIT => Some(format!("it took {:?}", began.elapsed())),
            Err(_) => Some("the generator panicked".to_owned()),
            Ok(Ok(())) => {
                generated += 1;
                None
            }
            Ok(Err(message)) => {
                rejected += 1;
                let place = names_the_place(&message, &mutant);
                (!place).then(|| format!("no place is named: {message}"))
            }
        };
        failed.extend(failure.map(|failure| format!("{name}, MUTATIONS=CASE:{case}: {failure}")));
    }
    println!("{name}: {generated} generated, {rejected} rejected");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// All that becomes of a model's text; on an error, its message.
fn generate(text: &str, random: &mut Random) -> Result<(), String> {
    let message = |error: connect_codegen::Error| error.to_string();
    let model = Model::parse("model.json", text).map_err(message)?;
    let selection = Selection {
        strict: random.one_in(4),
        ..Selection::default()
    };
    let mut warnings = BTreeSet::new();
    let service = lower(&model, &selection, &mut warnings).map_err(message)?;
    for warning in &warnings {
        assert!(names_the_place(warning, text), "warning: {warning}");
    }
    let suite = conformance::read(&model, &service).map_err(message)?;
    let package = Package {
        name: "mutant".to_owned(),
        runtime: Runtime::Path("crates".to_owned()),
    };
    let options = Options {
        server: true,
        tests: random.one_in(4),
    };
    emit::package(&service, options, &package).map_err(message)?;
    round_trips(&service, "src/generated").map_err(message)?;
    emit::commands(&service, "mutant", "src").map_err(message)?;
    if !suite.cases.is_empty() {
        conformance::program(&service, &suite, &package).map_err(message)?;
    }
    if random.one_in(4) {
        edit_with(
            text,
            &service
                .operations
                .iter()
                .map(|it| it.name.clone())
                .collect::<Vec<_>>(),
        );
    }
    Ok(())
}

/// Operations go out and come back in.
fn edit_with(text: &str, operations: &[String]) {
    let file = |text| File {
        name: "model.json",
        text,
    };
    let Some(one) = operations.first() else {
        return;
    };
    let names = [one.clone()];
    let without = match edit::remove(file(text), &names) {
        Ok(edited) => edited.text,
        Err(error) => return assert!(error.to_string().contains("model.json"), "{error}"),
    };
    for edited in [
        edit::add(file(&without), file(text), &names, edit::Docs::Leave),
        edit::update(file(&without), file(text), &[]),
    ] {
        if let Err(error) = edited {
            assert!(error.to_string().contains("model.json"), "{error}");
        }
    }
}

/// Whether a message names the file and a shape, or a line of it, or says what the model as a whole lacks.
fn names_the_place(message: &str, text: &str) -> bool {
    let Some(rest) = message.strip_prefix("model.json: ") else {
        return false;
    };
    let whole = [
        "the model has ",
        "no service ",
        "Smithy version ",
        "not a JSON AST: ",
    ];
    if whole.iter().any(|start| rest.starts_with(start)) {
        return true;
    }
    let id = rest.split([':', ' ', '$']).next().unwrap_or_default();
    let quoted = Value::from(id).to_string();
    !id.is_empty() && (text.contains(&quoted[..quoted.len() - 1]) || id.starts_with("smithy.api#"))
}

#[test]
fn this_workspaces_model() {
    run(&root().join("model/connect.json"), cases(40, 1), false);
}

#[test]
fn models_of_the_tests() {
    for path in models(&root().join("tests/golden/good")) {
        run(&path, cases(6, 1), false);
    }
}

#[test]
fn published_models() {
    for folder in ["../shared/models", "../shared/smithy"] {
        let models = models(&root().join(folder));
        if models.is_empty() {
            println!("skipped: there are no models in {folder}");
        }
        for path in models {
            run(&path, cases(6, 1), true);
        }
    }
}

/// A large model takes seconds in a debug build, so none is run unless some are asked for.
#[test]
fn whole_published_models() {
    let cases = cases(0, 100);
    if cases.is_empty() {
        println!("skipped: MUTATIONS=1000 mutates published models as a whole, too");
        return;
    }
    for path in models(&root().join("../shared/models")) {
        run(&path, cases.clone(), false);
    }
}

#[test]
fn large_and_deep_models() {
    for (what, text) in extremes::all() {
        let began = Instant::now();
        let result = generate(&text, &mut Random::new(1, 0));
        println!("{what}: {:?} {result:?}", began.elapsed());
        assert!(began.elapsed() < LIMIT, "{what}");
        if let Err(message) = result {
            assert!(names_the_place(&message, &text), "{what}: {message}");
        }
    }
}
