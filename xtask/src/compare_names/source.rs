//! Where the two crates have their names.

use std::path::{Path, PathBuf};

use connect_codegen::{FileSet, names};
use syn::Item;

use super::FOLDER;
use super::api::Api;
use crate::error::Error;
use crate::workspace::read;

/// Reads the modules that the generator emitted.
pub(super) fn emitted(files: &FileSet) -> Result<Api, Error> {
    let mut api = Api::default();
    for (path, text) in files.iter() {
        let path = path
            .strip_prefix(FOLDER)
            .unwrap_or(path)
            .trim_start_matches('/');
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let module = file.trim_end_matches(".rs");
        match folder {
            "types" => api.add_types("types", &items(path, text)?),
            "types/error" => api.add_types("types::error", &items(path, text)?),
            "client" if module == "mod" => api.add_operations(&items(path, text)?),
            "operation" | "client" => api.add_types(&operation(module), &items(path, text)?),
            _ => {}
        }
    }
    Ok(api)
}

/// Reads `src` of an aws-sdk-rust crate.
pub(super) fn sdk(src: &Path) -> Result<Api, Error> {
    let mut api = Api::default();
    for (folder, module) in [("types", "types"), ("types/error", "types::error")] {
        for path in entries(&src.join(folder))? {
            api.add_types(module, &file(&path)?);
        }
    }
    for path in entries(&src.join("client"))? {
        api.add_operations(&file(&path)?);
    }
    for path in entries(&src.join("operation"))? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let module = operation(&name);
        if path.is_dir() {
            for path in entries(&path)? {
                api.add_types(&module, &file(&path)?);
            }
        } else {
            api.add_types(&module, &file(&path)?);
        }
    }
    Ok(api)
}

/// The module of an operation, from its file's name.
fn operation(name: &str) -> String {
    let raw = if names::is_keyword(name) { "r#" } else { "" };
    format!("operation::{raw}{name}")
}

/// The items of a source file; none of a folder or a file that is not there.
fn file(path: &Path) -> Result<Vec<Item>, Error> {
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let text = read(path)?;
    items(&path.display().to_string(), &text)
}

fn items(path: &str, text: &str) -> Result<Vec<Item>, Error> {
    let file = syn::parse_file(text).map_err(|source| Error::Rust {
        path: path.to_owned(),
        source,
    })?;
    Ok(file.items)
}

/// What is in a folder; nothing where there is none.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).map_err(Error::io(folder))?;
    entries
        .map(|entry| Ok(entry.map_err(Error::io(folder))?.path()))
        .collect()
}
