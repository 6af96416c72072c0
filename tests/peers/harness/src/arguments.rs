//! What the command line asks for.

use std::str::FromStr;
use std::time::Duration;

use crate::Failure;

pub(crate) struct Arguments {
    pub(crate) url: String,
    pub(crate) mode: Mode,
    /// Contacts per page.
    pub(crate) summaries: i32,
}

#[derive(Clone, Copy)]
pub(crate) enum Mode {
    /// One call, as a program makes that has just been started.
    Once,
    /// One call after the other, all on one thread.
    Sequential(Limit),
    /// Many tasks that each make one call after the other, on as many threads as there are processors.
    Concurrent { limit: Limit, tasks: usize },
}

/// When to stop.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    /// After so many calls, of each task.
    Calls(u64),
    /// After so long.
    Time(Duration),
}

impl Arguments {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut next = |name: &str| {
            let missing = || format!("{name} is missing; see the documentation of peer-harness");
            arguments.next().ok_or_else(missing)
        };
        let url = next("URL")?;
        let mode = next("MODE")?;
        let summaries = next("SUMMARIES")?.parse()?;
        let mode = match mode.as_str() {
            "once" => Mode::Once,
            "sequential" => Mode::Sequential(next("LIMIT")?.parse()?),
            "concurrent" => Mode::Concurrent {
                limit: next("LIMIT")?.parse()?,
                tasks: next("TASKS")?.parse()?,
            },
            other => return Err(format!("{other:?} is no mode").into()),
        };
        Ok(Self {
            url,
            mode,
            summaries,
        })
    }
}

impl FromStr for Limit {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        Ok(match text.strip_suffix('s') {
            Some(seconds) => Self::Time(Duration::try_from_secs_f64(seconds.parse()?)?),
            None => Self::Calls(text.parse()?),
        })
    }
}
