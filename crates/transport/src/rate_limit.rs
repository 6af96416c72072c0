//! A client-side limit on the rate of requests.

use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::time::SharedTimeSource;
use tokio::sync::Mutex;

/// A token bucket: so many requests per second, and so many at once after a pause. Every attempt takes a token, retries
/// included. Clones share the bucket: give one to several clients to limit them together.
#[derive(Clone, Debug)]
pub struct RateLimit(Arc<Bucket>);

#[derive(Debug)]
struct Bucket {
    per_second: f64,
    burst: f64,
    /// Held by whoever waits for the next token; the lock's queue keeps callers in order.
    turn: Mutex<()>,
    tokens: SyncMutex<Tokens>,
}

#[derive(Debug)]
struct Tokens {
    count: f64,
    at: Option<SystemTime>,
}

impl RateLimit {
    /// `per_second` requests a second, and up to `burst` at once. Both are at least a thousandth and one.
    pub fn new(per_second: f64, burst: u32) -> Self {
        let burst = f64::from(burst.max(1));
        let per_second = if per_second.is_finite() {
            per_second.max(0.001)
        } else {
            f64::MAX
        };
        Self(Arc::new(Bucket {
            per_second,
            burst,
            turn: Mutex::new(()),
            tokens: SyncMutex::new(Tokens {
                count: burst,
                at: None,
            }),
        }))
    }

    /// What Amazon Connect allows an account in a region for most operations: 2 requests per second, 5 at once.
    pub fn connect() -> Self {
        Self::new(2.0, 5)
    }

    /// Waits for a token: first come, first served. A caller that stops waiting takes none.
    pub(crate) async fn acquire(&self, clock: &SharedTimeSource, sleep: &SharedAsyncSleep) {
        let _turn = self.0.turn.lock().await;
        while let Some(wait) = self.take(clock.now()) {
            sleep.sleep(wait).await;
        }
    }

    /// Takes a token, or says how long it is until there is one.
    fn take(&self, now: SystemTime) -> Option<Duration> {
        let mut tokens = self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back gives nothing, and takes nothing away.
        let passed = tokens
            .at
            .and_then(|at| now.duration_since(at).ok())
            .unwrap_or_default();
        tokens.count = (tokens.count + passed.as_secs_f64() * self.0.per_second).min(self.0.burst);
        tokens.at = Some(now);
        if tokens.count >= 1.0 {
            tokens.count -= 1.0;
            return None;
        }
        let wait = (1.0 - tokens.count) / self.0.per_second;
        // A microsecond more, so that rounding never makes the next look too early.
        Some(
            Duration::try_from_secs_f64(wait).unwrap_or(Duration::from_secs(1))
                + Duration::from_micros(1),
        )
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_async::rt::sleep::TokioSleep;
    use tokio::time::Instant;

    use super::*;
    use crate::clock::TokioClock;

    #[tokio::test(start_paused = true)]
    async fn a_burst_then_the_rate() {
        let (limit, clock, sleep) = (
            RateLimit::connect(),
            SharedTimeSource::new(TokioClock::default()),
            SharedAsyncSleep::new(TokioSleep::new()),
        );
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..8 {
            limit.clone().acquire(&clock, &sleep).await;
            times.push(start.elapsed().as_millis());
        }
        assert_eq!(&times[..5], [0; 5]);
        for (time, expected) in times[5..].iter().zip([500, 1000, 1500]) {
            assert!(time.abs_diff(expected) <= 3, "{times:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_takes_no_token() {
        let (limit, clock, sleep) = (
            RateLimit::new(1.0, 1),
            SharedTimeSource::new(TokioClock::default()),
            SharedAsyncSleep::new(TokioSleep::new()),
        );
        limit.acquire(&clock, &sleep).await;
        let start = Instant::now();
        let given_up =
            tokio::time::timeout(Duration::from_millis(300), limit.acquire(&clock, &sleep)).await;
        assert!(given_up.is_err());
        limit.acquire(&clock, &sleep).await;
        assert!(start.elapsed().as_millis().abs_diff(1000) <= 3);
    }
}
