//! The files of records in a folder.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::{ImportError, Importer};

/// The files at and below a path, in the order of their names. Hidden ones are left out. What else is left out, such as
/// pipes and links that lead in circles, is named to `on_skip`, with the reason. Files and folders that cannot be read are
/// among the files: reading them reports why. A `database`, with what SQLite keeps beside it, is no file of records.
///
/// # Errors
/// If there is nothing at `path`, or it is a folder that cannot be read.
pub fn find_files(
    path: &Path,
    database: Option<&Path>,
    on_skip: impl FnMut(&Path, &str),
) -> io::Result<Vec<PathBuf>> {
    let mut walk = Walk {
        database: database.and_then(|database| fs::canonicalize(database).ok()),
        folders: Vec::new(),
        files: Vec::new(),
        on_skip,
    };
    walk.collect(path, true)?;
    Ok(walk.files)
}

impl Importer<'_> {
    /// Reads a file by its path as [`Importer::read`] does, or a pipe as [`Importer::follow`] does. One that cannot be
    /// opened is in the report. `through` may look at what is read.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn read_file<R: Read + Send + 'static>(
        &mut self,
        path: &Path,
        through: impl FnOnce(File) -> R,
    ) -> Result<(), ImportError> {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) if path.is_file() => self.read(&name, through(file)),
            Ok(pipe) => self.follow(&name, through(pipe)),
            Err(error) => {
                self.unopened(&name, &error);
                Ok(())
            }
        }
    }
}

struct Walk<F> {
    /// The database, which is not imported itself.
    database: Option<PathBuf>,
    /// The folders that contain the current one, to find links that lead back.
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
    on_skip: F,
}

impl<F: FnMut(&Path, &str)> Walk<F> {
    /// Collects the files below a path. What was asked for is no file to skip.
    fn collect(&mut self, path: &Path, is_asked_for: bool) -> io::Result<()> {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if is_asked_for => return Err(error),
            Err(_) if path.is_symlink() => return self.skip(path, "a link that leads nowhere"),
            Err(_) => {
                self.files.push(path.to_owned());
                return Ok(());
            }
        };
        // A pipe has no canonical path.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if self.is_database(&place) {
            return self.skip(path, "it belongs to the database");
        }
        if !metadata.is_dir() {
            if !metadata.is_file() && !is_asked_for {
                return self.skip(path, "not a file");
            }
            self.files.push(path.to_owned());
            return Ok(());
        }
        if self.folders.contains(&place) {
            return self.skip(path, "a link that leads back to a folder around it");
        }
        self.folders.push(place);
        let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        match entries {
            Ok(mut entries) => {
                entries.retain(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
                entries.sort_by_key(fs::DirEntry::path);
                for entry in entries {
                    self.collect(&entry.path(), false)?;
                }
            }
            Err(error) if is_asked_for => return Err(error),
            // Reading it as a file reports the error and counts it.
            Err(_) => self.files.push(path.to_owned()),
        }
        self.folders.pop();
        Ok(())
    }

    fn skip(&mut self, path: &Path, why: &str) -> io::Result<()> {
        (self.on_skip)(path, why);
        Ok(())
    }

    /// Whether it is the database or what SQLite keeps beside it.
    fn is_database(&self, place: &Path) -> bool {
        let Some(database) = &self.database else {
            return false;
        };
        ["", "-wal", "-shm", "-journal"].iter().any(|suffix| {
            let mut name = database.clone().into_os_string();
            name.push(suffix);
            place == Path::new(&name)
        })
    }
}
