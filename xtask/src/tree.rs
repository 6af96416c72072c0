//! Generated files on disk: comparing them with what they should be, and writing them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use connect_codegen::FileSet;

use crate::error::Error;
use crate::workspace::read;

/// How a file on disk differs from what it should be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    Changed(String),
    Missing(String),
    Orphan(String),
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed(path) => write!(f, "differs: {path}"),
            Self::Missing(path) => write!(f, "missing: {path}"),
            Self::Orphan(path) => write!(f, "orphan:  {path}"),
        }
    }
}

/// Compares the files below `root` with a set. Everything in `folders` that is not in the set is an orphan.
pub(crate) fn compare(
    root: &Path,
    folders: &[&str],
    files: &FileSet,
) -> Result<Vec<Difference>, Error> {
    let mut there = BTreeMap::new();
    for folder in folders {
        collect(root, &root.join(folder), &mut there)?;
    }
    let mut differences = Vec::new();
    for (path, text) in files.iter() {
        let on_disk = match there.remove(path) {
            Some(file) => Some(fs::read(&file).map_err(Error::io(&file))?),
            None => fs::read(root.join(path)).ok(),
        };
        match on_disk {
            Some(bytes) if bytes == text.as_bytes() => {}
            Some(_) => differences.push(Difference::Changed(path.to_owned())),
            None => differences.push(Difference::Missing(path.to_owned())),
        }
    }
    differences.extend(there.into_keys().map(Difference::Orphan));
    Ok(differences)
}

/// Makes the files below `root` what the set says, touching only those that differ.
pub(crate) fn write(
    root: &Path,
    folders: &[&str],
    files: &FileSet,
) -> Result<Vec<Difference>, Error> {
    let differences = compare(root, folders, files)?;
    for difference in &differences {
        match difference {
            Difference::Orphan(path) => {
                let path = root.join(path);
                fs::remove_file(&path).map_err(Error::io(&path))?;
                remove_empty_parents(root, &path);
            }
            Difference::Changed(relative) | Difference::Missing(relative) => {
                let path = root.join(relative);
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(Error::io(folder))?;
                }
                let text = files.get(relative).unwrap_or_default();
                fs::write(&path, text).map_err(Error::io(&path))?;
            }
        }
    }
    Ok(differences)
}

/// Folders that have become empty go too; the first that has not stops it.
fn remove_empty_parents(root: &Path, path: &Path) {
    for folder in path
        .ancestors()
        .skip(1)
        .take_while(|folder| *folder != root)
    {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, PathBuf>) -> Result<(), Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io(folder)(error)),
    };
    for entry in entries {
        let path = entry.map_err(Error::io(folder))?.path();
        if path.is_dir() {
            collect(root, &path, found)?;
        } else if let Ok(relative) = path.strip_prefix(root) {
            let relative: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            found.insert(relative.join("/"), path);
        }
    }
    Ok(())
}

/// The JSON files in a folder, by name.
pub(crate) fn json_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Removes a folder, if it is there.
pub(crate) fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io(folder)(error)),
        _ => Ok(()),
    }
}

/// The lines of all files in a folder of sources.
pub(crate) fn lines_of_rust(folder: &Path) -> Result<usize, Error> {
    let mut files = BTreeMap::new();
    collect(folder, folder, &mut files)?;
    let lines = files.values().map(|path| Ok(read(path)?.lines().count()));
    lines.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_changed_missing_and_too_much() {
        let root = tempfile::tempdir().unwrap();
        let mut files = FileSet::default();
        files.text("gen/a.rs", "a");
        files.text("gen/deep/b.rs", "b");
        files.text("gen/c.rs", "c");
        assert_eq!(write(root.path(), &["gen"], &files).unwrap().len(), 3);
        assert_eq!(compare(root.path(), &["gen"], &files).unwrap(), []);

        fs::write(root.path().join("gen/a.rs"), "x").unwrap();
        fs::remove_file(root.path().join("gen/deep/b.rs")).unwrap();
        fs::create_dir_all(root.path().join("gen/old")).unwrap();
        fs::write(root.path().join("gen/old/d.rs"), "d").unwrap();
        let expected = [
            Difference::Changed("gen/a.rs".to_owned()),
            Difference::Missing("gen/deep/b.rs".to_owned()),
            Difference::Orphan("gen/old/d.rs".to_owned()),
        ];
        assert_eq!(compare(root.path(), &["gen"], &files).unwrap(), expected);
        write(root.path(), &["gen"], &files).unwrap();
        assert_eq!(compare(root.path(), &["gen"], &files).unwrap(), []);
        assert!(!root.path().join("gen/old").exists());
    }
}
