//! Watching a build: how long it takes, and how much memory its processes have in use.
//!
//! The system's process table is read every few milliseconds: when a build has ended, only its largest process is known. Where there is
//! no `/proc`, memory is not measured.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::workspace::read;

const INTERVAL: Duration = Duration::from_millis(15);

/// What a build took.
#[derive(Debug, Default)]
pub(super) struct Watched {
    pub(super) seconds: f64,
    /// The most that one process has had in use, in KiB; 0 where that is not known.
    pub(super) largest_kib: u64,
    /// The most that all processes have had in use at one time, in KiB.
    pub(super) together_kib: u64,
}

/// Runs a command that has to succeed; what it prints goes to a file.
pub(super) fn watch(command: &mut Command, log: &Path) -> Result<Watched, Error> {
    let file = File::create(log).map_err(Error::io(log))?;
    let error_file = file.try_clone().map_err(Error::io(log))?;
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(error_file)
        .spawn()
        .map_err(Error::io(Path::new(command.get_program())))?;
    let mut watched = Watched::default();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(Error::io(log))? {
            break status;
        }
        let family = family(child.id());
        let together = family.iter().map(|status| status.in_use_kib).sum();
        let largest = family.iter().map(|status| status.peak_kib).max();
        watched.together_kib = watched.together_kib.max(together);
        watched.largest_kib = watched.largest_kib.max(largest.unwrap_or_default());
        std::thread::sleep(INTERVAL);
    };
    watched.seconds = started.elapsed().as_secs_f64();
    if status.success() {
        Ok(watched)
    } else {
        Err(Error::Other(format!("a build failed:\n{}", read(log)?)))
    }
}

/// A process and all that descend from it.
fn family(root: u32) -> Vec<Status> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut ids: Vec<u32> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    // Parents come first, but for the rare moment in which numbers start anew.
    ids.sort_unstable();
    let mut family = BTreeSet::from([root]);
    let statuses = ids.into_iter().filter_map(|id| {
        let status = Status::read(&fs::read_to_string(format!("/proc/{id}/status")).ok()?)?;
        let belongs = id == root || family.contains(&status.parent);
        belongs.then(|| {
            family.insert(id);
            status
        })
    });
    statuses.collect()
}

/// A field of what the system says about itself, which is a line `name: value` for each.
pub(super) fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim_end() == name).then(|| value.trim())
    })
}

struct Status {
    parent: u32,
    in_use_kib: u64,
    peak_kib: u64,
}

impl Status {
    /// A process that has ended and is not yet waited for has no memory.
    fn read(text: &str) -> Option<Self> {
        let value = |name: &str| {
            let value = field(text, name)?;
            value.split_whitespace().next()?.parse::<u64>().ok()
        };
        Some(Self {
            parent: value("PPid")?.try_into().ok()?,
            in_use_kib: value("VmRSS").unwrap_or_default(),
            peak_kib: value("VmHWM").unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_a_process_is_read() {
        let text = "Name:\trustc\nPPid:\t12\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n";
        let status = Status::read(text).unwrap();
        assert_eq!(
            (status.parent, status.in_use_kib, status.peak_kib),
            (12, 1024, 2048)
        );
        let ended = Status::read("Name:\trustc\nState:\tZ (zombie)\nPPid:\t12\n").unwrap();
        assert_eq!(ended.peak_kib, 0);
    }

    #[test]
    fn a_field_has_a_whole_name() {
        let text = "cpu family\t: 25\nmodel\t\t: 1\nmodel name\t: A: B\n";
        assert_eq!(field(text, "model name"), Some("A: B"));
        assert_eq!(field(text, "model"), Some("1"));
        assert_eq!(field(text, "cpu"), None);
    }

    #[test]
    fn a_command_that_fails_is_an_error_with_what_it_printed() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let error = watch(Command::new("cargo").arg("no-such-command"), log.path()).unwrap_err();
        assert!(error.to_string().contains("no-such-command"), "{error}");
    }
}
