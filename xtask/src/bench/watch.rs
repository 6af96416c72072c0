//! Watching a build: how long it takes, how much memory its processes have in use, and how long each crate is compiled.
//!
//! The system's process table is read every few milliseconds: there is no other way, without `unsafe`, to learn what the
//! compilers that cargo starts have in use. Where there is no `/proc`, memory and crates are not told.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::codegen::read;
use crate::error::Error;

const INTERVAL: Duration = Duration::from_millis(15);

/// What a build took.
#[derive(Debug, Default)]
pub(super) struct Watched {
    pub(super) seconds: f64,
    /// The most that one process has had in use, in KiB; 0 where the system does not tell.
    pub(super) largest_kib: u64,
    /// The most that all processes have had in use at one time, in KiB.
    pub(super) together_kib: u64,
    /// How long the compiler of a crate has been seen running, in seconds, by the crate's name.
    pub(super) crates: BTreeMap<String, f64>,
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
    let mut family = Family::new(child.id());
    let mut watched = Watched::default();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(Error::io(log))? {
            break status;
        }
        family.look(&mut watched);
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
struct Family {
    root: u32,
    /// Every process that has been looked at, and what is known of it if it belongs to the family.
    known: BTreeMap<u32, Option<Member>>,
}

struct Member {
    first_seen: Instant,
    /// The crate that it compiles.
    crate_name: Option<String>,
}

impl Family {
    fn new(root: u32) -> Self {
        Self {
            root,
            known: BTreeMap::new(),
        }
    }

    /// Looks at every process once.
    fn look(&mut self, watched: &mut Watched) {
        let running = processes();
        self.known.retain(|id, _| running.contains(id));
        let mut together = 0;
        // Parents come first, but for the rare moment in which numbers start anew.
        for id in running {
            let known = self.known.get(&id);
            if matches!(known, Some(None)) {
                continue;
            }
            let Some(status) = Status::of(id) else {
                continue;
            };
            let belongs =
                id == self.root || matches!(self.known.get(&status.parent), Some(Some(_)));
            let member = self.known.entry(id).or_insert_with(|| {
                belongs.then(|| Member {
                    first_seen: Instant::now(),
                    crate_name: None,
                })
            });
            let Some(member) = member else {
                continue;
            };
            together += status.in_use_kib;
            watched.largest_kib = watched.largest_kib.max(status.peak_kib);
            member.see(id, &mut watched.crates);
        }
        watched.together_kib = watched.together_kib.max(together);
    }
}

impl Member {
    fn see(&mut self, id: u32, crates: &mut BTreeMap<String, f64>) {
        if self.crate_name.is_none() {
            self.crate_name = crate_name(id);
        }
        if let Some(name) = &self.crate_name {
            let seen = self.first_seen.elapsed().as_secs_f64();
            let longest = crates.entry(name.clone()).or_default();
            *longest = longest.max(seen);
        }
    }
}

/// The numbers of all processes, in order.
fn processes() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut ids: Vec<u32> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    ids.sort_unstable();
    ids
}

/// A field of what the system tells about itself, which is a line `name: value` for each.
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
    fn of(id: u32) -> Option<Self> {
        Self::read(&fs::read_to_string(format!("/proc/{id}/status")).ok()?)
    }

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

/// The crate that a process compiles, by the compiler's arguments.
fn crate_name(id: u32) -> Option<String> {
    let arguments = fs::read_to_string(format!("/proc/{id}/cmdline")).ok()?;
    let mut arguments = arguments.split('\0');
    arguments.find(|argument| *argument == "--crate-name")?;
    arguments.next().map(str::to_owned)
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
