//! Files that commands write.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// A file beside another, with one more ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Writes a file as a whole: who reads it meanwhile, or after an interruption, has the old one or the new one. What is no
/// regular file, such as a pipe, is written to.
///
/// # Errors
///
/// A file that cannot be written.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let written = match fs::metadata(path) {
        Ok(old) if !old.is_file() => fs::write(path, content),
        old => {
            // A link stays one.
            let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let unfinished = beside(&place, "unfinished");
            fs::write(&unfinished, content)
                .and_then(|()| match old {
                    Ok(old) => fs::set_permissions(&unfinished, old.permissions()),
                    Err(_) => Ok(()),
                })
                .and_then(|()| fs::rename(&unfinished, &place))
        }
    };
    written.map_err(|error| Failure::file("write", path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_a_folder_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tree.svg");
        for content in ["old", "new"] {
            replace(&path, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace(folder.path(), b"x").is_err());
        assert!(replace(&folder.path().join("none/tree.svg"), b"x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one_and_rights_stay_as_they_were() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| folder.path().join(name));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&file, &link).unwrap();
        replace(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        replace(Path::new("/dev/null"), b"x").unwrap();
    }
}
