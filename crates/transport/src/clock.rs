//! Clocks for tests.

use std::time::SystemTime;

use aws_smithy_async::time::TimeSource;
use tokio::time::Instant;

/// The system's time when it was made, moving with tokio's clock: stands still while that is paused.
#[derive(Debug)]
pub struct TokioClock {
    start: SystemTime,
    made: Instant,
}

impl TokioClock {
    /// A clock that shows `start` now.
    pub fn starting_at(start: SystemTime) -> Self {
        Self {
            start,
            made: Instant::now(),
        }
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::starting_at(SystemTime::now())
    }
}

impl TimeSource for TokioClock {
    fn now(&self) -> SystemTime {
        self.start + self.made.elapsed()
    }
}
