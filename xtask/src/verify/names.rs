//! The names in the crate emitted from each model beside those of the aws-sdk-rust crate.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use connect_codegen::emit;
use connect_codegen::lower::{Selection, lower};
use connect_codegen::model::Model;
use serde_json::Value;

use super::crates::left_out;
use super::{Context, Outcome, Steps, stem};
use crate::compare_names;
use crate::error::Error;
use crate::workspace::read;

pub(super) fn compare(context: &Context, steps: &mut Steps) {
    for model in context.models("models", steps) {
        steps.step(&stem(&model), || compare_one(context, &model));
    }
}

fn compare_one(context: &Context, model: &Path) -> Result<Outcome, Error> {
    let (text, file) = (read(model)?, model.display().to_string());
    let wrong = |what: &str| Error::Other(format!("{file}: {what}"));
    let json: Value = serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
    let name = crate_name(&json).ok_or_else(|| wrong("no service has an SDK ID"))?;
    let Some(source) = find_source(&name, context.sdk_source.as_deref()) else {
        return Ok(Outcome::Skipped(format!(
            "no source of {name}: `cargo fetch` in a project that uses it, or --sdk-source DIR"
        )));
    };
    let mut warnings = BTreeSet::new();
    let parsed = Model::parse(&file, &text)?;
    let service = lower(&parsed, &Selection::default(), &mut warnings)?;
    let emitted = emit::modules(&service, emit::Options::default(), compare_names::FOLDER)?;
    let left_out = warnings.iter().filter_map(|warning| left_out(warning));
    let left_out = left_out.map(str::to_owned).collect();
    let report = compare_names::compare(&json, &emitted, &left_out, &source.join("src"))?;
    print!("{report}");
    let version = source.file_name().unwrap_or_default().to_string_lossy();
    let counts = format!("{version}: {}", report.counts());
    if report.is_explained() {
        Ok(Outcome::Passed(counts))
    } else {
        Err(Error::Other(counts))
    }
}

/// What aws-sdk-rust calls a service's crate: its SDK ID in lower case, without spaces.
fn crate_name(model: &Value) -> Option<String> {
    let mut shapes = model["shapes"].as_object()?.values();
    let id = shapes.find_map(|shape| shape["traits"]["aws.api#service"]["sdkId"].as_str())?;
    Some(format!("aws-sdk-{}", id.to_lowercase().replace(' ', "")))
}

/// The newest source of a crate: below the folder given, else below the registries in CARGO_HOME.
fn find_source(name: &str, given: Option<&Path>) -> Option<PathBuf> {
    let folders = match given {
        Some(folder) => vec![folder.to_owned()],
        None => {
            let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
            let home =
                home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
            subfolders(&home.join("registry/src"))
        }
    };
    let sources = folders.iter().flat_map(|folder| subfolders(folder));
    sources
        .filter_map(|source| {
            let version = source.file_name()?.to_str()?.strip_prefix(name)?;
            let version = match version {
                "" => Vec::new(),
                version => numbers(version.strip_prefix('-')?)?,
            };
            Some((version, source))
        })
        .max()
        .map(|(_, source)| source)
}

/// `1.220.0`
fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.is_dir()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_source_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "aws-sdk-x-1.9.0",
            "aws-sdk-x-1.10.0",
            "aws-sdk-xy-2.0.0",
            "aws-sdk-x-old",
        ] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let found = find_source("aws-sdk-x", Some(folder.path())).unwrap();
        assert!(found.ends_with("aws-sdk-x-1.10.0"), "{}", found.display());
        assert_eq!(find_source("aws-sdk-z", Some(folder.path())), None);
    }

    #[test]
    fn a_crate_is_named_after_the_sdk_id() {
        let model = serde_json::json!({
            "shapes": { "x#S": { "traits": { "aws.api#service": { "sdkId": "API Gateway" } } } }
        });
        assert_eq!(crate_name(&model).unwrap(), "aws-sdk-apigateway");
        assert_eq!(crate_name(&serde_json::json!({})), None);
    }
}
