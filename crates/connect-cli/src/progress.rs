//! How far a long command has come, on standard error.

use std::io::{self, IsTerminal, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{
    BinaryBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle,
};

/// How long a command takes until a terminal shows its progress.
const SHORT: Duration = Duration::from_secs(1);
/// How often there is a line of it elsewhere.
const BETWEEN: Duration = Duration::from_secs(10);

/// What is counted.
#[derive(Debug, Clone, Copy)]
enum Unit {
    /// Bytes that are read.
    Bytes,
    /// Contacts that are exported.
    Contacts,
}

/// Counts what is read or exported: a bar on a terminal, a line now and then elsewhere, nothing of what is soon over.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    unit: Unit,
    is_terminal: bool,
    /// When something is to be shown next; `None` where the bar shows itself.
    next: Mutex<Option<Instant>>,
}

impl Progress {
    /// `total` is how many bytes there are to read, if that is known.
    pub(crate) fn new(total: Option<u64>) -> Self {
        Self::of(Unit::Bytes, total)
    }

    /// `total` is how many contacts there are to export.
    pub(crate) fn of_contacts(total: u64) -> Self {
        Self::of(Unit::Contacts, Some(total))
    }

    fn of(unit: Unit, total: Option<u64>) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let template = match (unit, total) {
            (Unit::Contacts, _) => {
                "{wide_bar} {human_pos} of {human_len} contacts, {per_sec}, {eta} left"
            }
            (Unit::Bytes, Some(_)) => {
                "{wide_bar} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left"
            }
            (Unit::Bytes, None) => "{spinner} {binary_bytes}, {binary_bytes_per_sec}",
        };
        // A wrong template leaves the usual bar.
        let style = ProgressStyle::with_template(template);
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let wait = if is_terminal { SHORT } else { BETWEEN };
        Self {
            bar,
            unit,
            is_terminal,
            next: Mutex::new(Some(Instant::now() + wait)),
        }
    }

    /// Counts what is read of `reader`.
    pub(crate) fn counted<R>(self: &Arc<Self>, reader: R) -> Counted<R> {
        Counted {
            reader,
            progress: Arc::clone(self),
        }
    }

    /// Counts so many more.
    pub(crate) fn count(&self, count: usize) {
        self.bar.inc(count as u64);
        if let Some(line) = self.due(Instant::now()) {
            crate::note(&line);
        }
    }

    /// The line that is to be printed now, if one is. On a terminal the bar appears instead.
    fn due(&self, now: Instant) -> Option<String> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if next.is_none_or(|next| now < next) {
            return None;
        }
        if self.is_terminal {
            *next = None;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            return None;
        }
        *next = Some(now + BETWEEN);
        if let (Unit::Contacts, Some(total)) = (self.unit, self.bar.length()) {
            let (done, total) = (HumanCount(self.bar.position()), HumanCount(total));
            let (rate, left) = (self.bar.per_sec(), HumanDuration(self.bar.eta()));
            return Some(format!(
                "exported {done} of {total} contacts, {rate:.1}/s, {left} left"
            ));
        }
        let (bar, read) = (&self.bar, BinaryBytes(self.bar.position()));
        let rate = BinaryBytes(bar.per_sec() as u64);
        Some(match bar.length() {
            Some(total) => {
                let (total, left) = (BinaryBytes(total), HumanDuration(bar.eta()));
                format!("read {read} of {total}, {rate}/s, {left} left")
            }
            None => format!("read {read}, {rate}/s"),
        })
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A reader whose bytes are counted.
pub(crate) struct Counted<R> {
    reader: R,
    progress: Arc<Progress>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.progress.count(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(total: Option<u64>, is_terminal: bool) -> Arc<Progress> {
        Arc::new(Progress {
            is_terminal,
            ..Progress::new(total)
        })
    }

    #[test]
    fn a_line_comes_every_ten_seconds_and_not_at_once() {
        for (total, expected) in [
            (Some(4096), "read 1.00 KiB of 4.00 KiB, "),
            (None, "read 1.00 KiB, "),
        ] {
            let progress = progress(total, false);
            let begin = progress.next.lock().unwrap().unwrap() - BETWEEN;
            let after = |seconds| progress.due(begin + Duration::from_secs(seconds));
            let mut reader = progress.counted(io::repeat(1).take(1024));
            io::copy(&mut reader, &mut io::sink()).unwrap();
            assert_eq!(after(9), None);
            let line = after(10).unwrap();
            assert!(line.starts_with(expected), "{line}");
            assert_eq!(line.ends_with(" left"), total.is_some(), "{line}");
            assert_eq!(after(19), None);
            assert!(after(20).is_some());
        }
    }

    #[test]
    fn a_terminal_has_a_bar_after_a_second_and_no_lines() {
        let progress = progress(Some(9), true);
        let begin = progress.next.lock().unwrap().unwrap();
        assert_eq!(progress.due(begin - SHORT), None);
        assert!(progress.next.lock().unwrap().is_some());
        assert_eq!(progress.due(begin), None);
        assert!(progress.next.lock().unwrap().is_none());
        progress.finish();
        assert_eq!(progress.due(begin + 2 * BETWEEN), None);
    }
}
