//! A token bucket: for the client's limits on its own rate, and a server's on that of its callers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
#[must_use]
pub fn seconds(time: SystemTime) -> f64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs_f64()
}

/// Tokens that come in at a rate, up to a capacity. Times are in seconds.
#[derive(Debug, Default)]
pub struct TokenBucket {
    per_second: f64,
    capacity: f64,
    tokens: f64,
    filled_at: Option<f64>,
}

impl TokenBucket {
    /// A full bucket: `per_second` tokens come in, and `burst` are there at most. Both are at least a thousandth and one.
    #[must_use]
    pub fn full(per_second: f64, burst: u32) -> Self {
        let burst = f64::from(burst.max(1));
        let per_second = if per_second.is_finite() {
            per_second.max(0.001)
        } else {
            f64::MAX
        };
        Self {
            per_second,
            capacity: burst,
            tokens: burst,
            filled_at: None,
        }
    }

    /// The rate at which tokens come in.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.per_second
    }

    /// Takes a token, or says how long it is until there is one.
    pub fn take(&mut self, now: f64) -> Option<Duration> {
        self.fill(now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return None;
        }
        let wait = Duration::try_from_secs_f64((1.0 - self.tokens) / self.per_second);
        // A microsecond more, so that rounding never makes the next look too early.
        Some(wait.unwrap_or(Duration::from_secs(2)) + Duration::from_micros(1))
    }

    /// Changes the rate. What has come in so far came in at the old one.
    pub fn set_rate(&mut self, now: f64, per_second: f64, capacity: f64) {
        self.fill(now);
        (self.per_second, self.capacity) = (per_second, capacity);
        self.tokens = self.tokens.min(capacity);
    }

    fn fill(&mut self, now: f64) {
        if let Some(before) = self.filled_at {
            // A clock that was set back gives nothing, and takes nothing away.
            let passed = (now - before).max(0.0);
            self.tokens = (self.tokens + passed * self.per_second).min(self.capacity);
        }
        self.filled_at = Some(now);
    }
}
