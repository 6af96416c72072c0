//! A file of trees that is written on after an interruption, and the journal beside it.
//!
//! The journal's first line says what is exported. Each other line is written after a tree: the tree's contacts, and how long
//! the file was then. What the file holds beyond the last of them was not finished, and is cut off.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;
use crate::files::beside;

/// A file of trees under way.
#[derive(Debug)]
pub(super) struct Output {
    file: File,
    end: u64,
    journal: File,
    journal_path: PathBuf,
    done: HashSet<String>,
    /// Whether a process before this one began it.
    pub(super) is_resumed: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    end: u64,
    contact_ids: Vec<String>,
}

impl Output {
    /// Begins a file, or goes on where an export of the same was interrupted.
    ///
    /// # Errors
    ///
    /// A file that cannot be written, is something else, or that another process exports into.
    pub(super) fn open(path: &Path, what: &Value) -> Result<Self, Failure> {
        let journal_path = beside(path, "journal");
        let wrong = |path: &Path, reason: &str| {
            Failure::other(format!("cannot export into {}: {reason}", path.display()))
        };
        let unusable = |error: io::Error| wrong(path, &error.to_string());
        let open = |path: &Path| {
            File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)
        };
        let journal =
            open(&journal_path).map_err(|error| wrong(&journal_path, &error.to_string()))?;
        match journal.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(wrong(path, "another process does")),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        let mut output = Self {
            end: 0,
            journal,
            journal_path,
            done: HashSet::new(),
            is_resumed: false,
            file: open(path).map_err(unusable)?,
        };
        let length = output.file.metadata().map_err(unusable)?.len();
        let begun = output.read_journal().map_err(unusable)?;
        output.is_resumed = begun.is_some();
        match begun {
            None if length > 0 => {
                // Nobody is to lose a file to a name that was chosen twice.
                let _ = fs::remove_file(&output.journal_path);
                return Err(wrong(
                    path,
                    "it is there, and is not an interrupted export: choose another, or remove it",
                ));
            }
            None => writeln!(output.journal, "{what}").map_err(unusable)?,
            Some(begun) if begun != *what => {
                let reason = format!(
                    "it was begun as {begun}, which is not {what}: choose another, or remove it and its journal"
                );
                return Err(wrong(path, &reason));
            }
            Some(_) if length < output.end => {
                return Err(wrong(
                    path,
                    "it is shorter than its journal says: remove both",
                ));
            }
            Some(_) => {}
        }
        output.file.set_len(output.end).map_err(unusable)?;
        output.file.seek(SeekFrom::End(0)).map_err(unusable)?;
        Ok(output)
    }

    /// Reads what was done, and returns what is exported, if that is known. A line that was not finished is cut off.
    fn read_journal(&mut self) -> io::Result<Option<Value>> {
        let mut reader = BufReader::new(&self.journal);
        let (mut whole, mut text) = (0, String::new());
        let mut next = |text: &mut String| {
            text.clear();
            let count = reader.read_line(text)?;
            Ok::<_, io::Error>((count > 0 && text.ends_with('\n')).then_some(count as u64))
        };
        let mut begun = None;
        while let Some(count) = next(&mut text)? {
            if begun.is_none() {
                begun = Some(serde_json::from_str(&text)?);
            } else {
                let line: Line = serde_json::from_str(&text)?;
                self.end = line.end;
                self.done.extend(line.contact_ids);
            }
            whole += count;
        }
        self.journal.set_len(whole)?;
        self.journal.seek(SeekFrom::End(0))?;
        Ok(begun)
    }

    /// Whether nothing has been written.
    pub(super) fn is_empty(&self) -> bool {
        self.end == 0
    }

    /// Whether a contact is in a tree that has been written.
    pub(super) fn has(&self, contact_id: &str) -> bool {
        self.done.contains(contact_id)
    }

    /// Writes a tree and that it is written.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub(super) fn add(&mut self, text: &str, contact_ids: Vec<String>) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        let line = Line {
            end: self.end + text.len() as u64,
            contact_ids,
        };
        let json = serde_json::to_string(&line)? + "\n";
        self.journal.write_all(json.as_bytes())?;
        self.end = line.end;
        self.done.extend(line.contact_ids);
        Ok(())
    }

    /// Ends an export that lacks nothing: there is nothing to go on with.
    ///
    /// # Errors
    ///
    /// A file that cannot be written or removed.
    pub(super) fn finish(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::remove_file(&self.journal_path)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn what_was_not_finished_is_cut_off_and_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let what = json!({"Format": "x"});
        let mut output = Output::open(&path, &what).unwrap();
        assert!(output.is_empty());
        output.add("one\n", ids(&["a", "b"])).unwrap();
        output.add("two\n", ids(&["c"])).unwrap();
        let busy = Output::open(&path, &what).unwrap_err().to_string();
        assert!(busy.ends_with("out: another process does"), "{busy}");
        drop(output);
        let journal = fs::read(beside(&path, "journal")).unwrap();
        // Killed at any moment: any length of the journal, and a file that may be further.
        for length in 0..=journal.len() {
            fs::write(beside(&path, "journal"), &journal[..length]).unwrap();
            let begun = journal[..length].contains(&b'\n');
            fs::write(&path, if begun { "one\ntwo\nthr" } else { "" }).unwrap();
            let mut output = Output::open(&path, &what).unwrap();
            for (text, contacts) in [("one\n", &["a", "b"][..]), ("two\n", &["c"])] {
                if !output.has(contacts[0]) {
                    output.add(text, ids(contacts)).unwrap();
                }
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n", "{length}");
        }
        Output::open(&path, &what).unwrap().finish().unwrap();
        assert!(!beside(&path, "journal").exists());
    }

    #[test]
    fn another_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        fs::write(&path, "precious").unwrap();
        let what = json!({"Format": "x"});
        for (journal, reason) in [
            (None, "is not an interrupted export"),
            (Some("{\"Format\":\"y\"}\n"), "it was begun as"),
            (
                Some("{\"Format\":\"x\"}\n{\"End\":99,\"ContactIds\":[]}\n"),
                "shorter than its journal says",
            ),
            (Some("no journal\n"), "expected ident"),
        ] {
            let beside = beside(&path, "journal");
            match journal {
                Some(text) => fs::write(&beside, text).unwrap(),
                None => assert!(!beside.exists()),
            }
            let error = Output::open(&path, &what).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        }
    }
}
