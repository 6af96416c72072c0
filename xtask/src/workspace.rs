//! This workspace: where it is and where it builds; and what several commands do with files and arguments.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use connect_codegen::model::Model;

use crate::error::Error;

/// This workspace's model.
pub(crate) const MODEL: &str = "model/connect.json";

/// The folder of the workspace that this command was built in, or the one it runs in.
pub(crate) fn workspace_root() -> Result<PathBuf, Error> {
    let here = std::env::current_dir().map_err(Error::io(Path::new(".")))?;
    here.ancestors()
        .find(|folder| folder.join(MODEL).is_file() && folder.join("Cargo.toml").is_file())
        .map(Path::to_owned)
        .ok_or_else(|| Error::Other(format!("no {MODEL} here or in a folder above")))
}

/// Where this workspace builds.
pub(crate) fn target_folder(root: &Path) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => std::path::absolute(&folder).unwrap_or_else(|_| folder.into()),
        None => root.join("target"),
    }
}

/// The name of a choice on the command line.
pub(crate) fn value_name(value: &impl ValueEnum) -> String {
    let value = value.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

pub(crate) fn print_warnings(warnings: &BTreeSet<String>) {
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
}

/// Reads a model; errors name it by the path it was asked for with.
pub(crate) fn read_model(root: &Path, path: &Path) -> Result<Model, Error> {
    let text = read(&root.join(path))?;
    Ok(Model::parse(&path.display().to_string(), &text)?)
}

pub(crate) fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::io(path))
}
