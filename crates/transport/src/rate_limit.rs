//! A client-side limit on the rate of requests.

use std::sync::Arc;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use connect_protocol::bucket::TokenBucket;

use crate::bucket::Queue;

/// A token bucket: so many requests per second, and so many at once after a pause. Every attempt takes a token, retries
/// included. Clones share the bucket: give one to several clients to limit them together.
#[derive(Clone, Debug)]
pub struct RateLimit(Arc<Queue<TokenBucket>>);

impl RateLimit {
    /// `per_second` requests a second, and up to `burst` at once. Both are at least a thousandth and one.
    pub fn new(per_second: f64, burst: u32) -> Self {
        Self(Arc::new(Queue::new(TokenBucket::full(per_second, burst))))
    }

    /// What Amazon Connect allows an account in a region for most operations: 2 requests per second, 5 at once.
    pub fn connect() -> Self {
        Self::new(2.0, 5)
    }

    /// Waits for a token.
    pub(crate) async fn acquire(&self, clock: &SharedTimeSource, sleep: &SharedAsyncSleep) {
        self.0.acquire(clock, sleep, TokenBucket::take).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
