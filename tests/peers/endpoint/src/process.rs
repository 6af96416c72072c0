//! What the system says about processes.

use std::fs;

use peer_harness::Failure;

/// A process that is running, or has ended and was not waited for.
pub(crate) struct Process {
    pub(crate) name: String,
    pub(crate) parent: u32,
    /// The processor time that it has taken, in seconds.
    cpu: f64,
    /// That of its children that were waited for.
    cpu_of_children: f64,
}

impl Process {
    /// By its number, `self`, or `thread-self` for this thread alone.
    pub(crate) fn read(whose: &str) -> Result<Self, Failure> {
        let stat = fs::read_to_string(format!("/proc/{whose}/stat"))?;
        // The second field is a name in brackets, which may have any character.
        let (before, after) = stat.rsplit_once(')').ok_or("no name")?;
        let (_, name) = before.split_once('(').ok_or("no name")?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let field = |place: usize| fields.get(place).copied().unwrap_or_default();
        // Linux counts a hundred a second, whatever it does inside.
        let seconds = |place| Ok::<_, Failure>(field(place).parse::<f64>()? / 100.0);
        Ok(Self {
            name: name.to_owned(),
            parent: field(1).parse()?,
            cpu: seconds(11)? + seconds(12)?,
            cpu_of_children: seconds(13)? + seconds(14)?,
        })
    }
}

/// The processor time that this process has taken, or this thread alone, in seconds.
pub(crate) fn cpu(whose: &str) -> Result<f64, Failure> {
    Ok(Process::read(whose)?.cpu)
}

/// The processor time that a process and its children have taken, also those that have ended, in seconds.
pub(crate) fn cpu_of_family(parent: u32) -> Result<f64, Failure> {
    let numbers = fs::read_dir("/proc")?.flatten();
    let numbers = numbers.filter_map(|entry| entry.file_name().into_string().ok());
    let processes = numbers.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    // Others may end while they are looked at.
    let processes = processes.filter_map(|number| Process::read(&number).ok());
    let children = processes.filter(|process| process.parent == parent);
    let children: f64 = children
        .map(|child| child.cpu + child.cpu_of_children)
        .sum();
    let parent = Process::read(&parent.to_string())?;
    Ok(children + parent.cpu + parent.cpu_of_children)
}

/// The most memory that this process has had in use, in KiB.
pub(crate) fn peak_kib() -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.ok_or("no VmHWM")?.parse()?)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_an_ended_child_took_is_its_parents() {
        let this = std::process::id();
        assert_eq!(
            Process::read("self").unwrap().parent,
            std::os::unix::process::parent_id()
        );
        let before = cpu_of_family(this).unwrap();
        let work = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
        let status = Command::new("sh").args(["-c", work]).status().unwrap();
        assert!(status.success());
        assert!(cpu_of_family(this).unwrap() > before);
    }
}
