//! Token buckets, and waiting for a token.

use std::sync::{Mutex as SyncMutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::time::SharedTimeSource;
use tokio::sync::Mutex;

/// Seconds since 1970.
pub(crate) fn seconds(time: SystemTime) -> f64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs_f64()
}

/// Tokens that come in at a rate, up to a capacity. Times are in seconds.
#[derive(Debug, Default)]
pub(crate) struct TokenBucket {
    pub(crate) per_second: f64,
    pub(crate) capacity: f64,
    pub(crate) tokens: f64,
    pub(crate) filled_at: Option<f64>,
}

impl TokenBucket {
    /// Takes a token, or says how long it is until there is one.
    pub(crate) fn take(&mut self, now: f64) -> Option<Duration> {
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
    pub(crate) fn set_rate(&mut self, now: f64, per_second: f64, capacity: f64) {
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

/// Callers who wait for a token: first come, first served.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    /// Held by whoever waits for the next token; the lock's queue keeps callers in order.
    turn: Mutex<()>,
    bucket: SyncMutex<T>,
}

impl<T> Queue<T> {
    pub(crate) fn new(bucket: T) -> Self {
        Self {
            turn: Mutex::new(()),
            bucket: SyncMutex::new(bucket),
        }
    }

    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.bucket.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until `take` takes a token, which else says how long it is until there is one. A caller that stops waiting takes
    /// none.
    pub(crate) async fn acquire(
        &self,
        clock: &SharedTimeSource,
        sleep: &SharedAsyncSleep,
        take: impl Fn(&mut T, f64) -> Option<Duration>,
    ) {
        let _turn = self.turn.lock().await;
        while let Some(wait) = self.with(|bucket| take(bucket, seconds(clock.now()))) {
            sleep.sleep(wait).await;
        }
    }
}
