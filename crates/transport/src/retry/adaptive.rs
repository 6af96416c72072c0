//! Adaptive mode: a send rate that falls with throttling and climbs back along a cubic curve, as TCP CUBIC's window does.

use std::sync::{Mutex as SyncMutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::time::SharedTimeSource;
use tokio::sync::Mutex;

const MIN_RATE: f64 = 0.5;
const MIN_CAPACITY: f64 = 1.0;
/// The weight of the newest measurement.
const SMOOTHING: f64 = 0.8;
/// What is left of the rate after throttling.
const BETA: f64 = 0.7;
const SCALE: f64 = 0.4;

/// One client's send rate. There is no limit until the first throttling error.
#[derive(Debug)]
pub(crate) struct AdaptiveLimiter {
    /// Held by whoever waits for the next token; the lock's queue keeps callers in order.
    turn: Mutex<()>,
    rate: SyncMutex<Rate>,
}

impl AdaptiveLimiter {
    pub(crate) fn new(now: SystemTime) -> Self {
        Self {
            turn: Mutex::new(()),
            rate: SyncMutex::new(Rate::new(seconds(now))),
        }
    }

    /// Waits until an attempt may be made.
    pub(crate) async fn acquire(&self, clock: &SharedTimeSource, sleep: &SharedAsyncSleep) {
        if !self.with(|rate| rate.enabled) {
            return;
        }
        let _turn = self.turn.lock().await;
        while let Some(wait) = self.with(|rate| rate.take(seconds(clock.now()))) {
            sleep.sleep(wait).await;
        }
    }

    /// Learns how an attempt went.
    pub(crate) fn update(&self, now: SystemTime, throttled: bool) {
        self.with(|rate| rate.update(seconds(now), throttled));
    }

    fn with<T>(&self, f: impl FnOnce(&mut Rate) -> T) -> T {
        f(&mut self.rate.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}

/// All times in seconds, all rates per second.
#[derive(Debug)]
struct Rate {
    enabled: bool,
    /// The token bucket.
    fill_rate: f64,
    capacity: f64,
    tokens: f64,
    filled_at: Option<f64>,
    /// What is really sent, measured in buckets of half a second.
    measured: f64,
    bucket: f64,
    sent_in_bucket: f64,
    /// The curve.
    rate_at_throttle: f64,
    throttled_at: f64,
}

impl Rate {
    fn new(now: f64) -> Self {
        Self {
            enabled: false,
            fill_rate: 0.0,
            capacity: 0.0,
            tokens: 0.0,
            filled_at: None,
            measured: 0.0,
            bucket: now.floor(),
            sent_in_bucket: 0.0,
            rate_at_throttle: 0.0,
            throttled_at: now,
        }
    }

    /// Takes a token, or says how long it is until there is one.
    fn take(&mut self, now: f64) -> Option<Duration> {
        self.fill(now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return None;
        }
        let wait = (1.0 - self.tokens) / self.fill_rate;
        // A microsecond more, so that rounding never makes the next look too early.
        Some(
            Duration::try_from_secs_f64(wait).unwrap_or(Duration::from_secs(2))
                + Duration::from_micros(1),
        )
    }

    fn fill(&mut self, now: f64) {
        if let Some(before) = self.filled_at {
            self.tokens =
                (self.tokens + (now - before).max(0.0) * self.fill_rate).min(self.capacity);
        }
        self.filled_at = Some(now);
    }

    fn update(&mut self, now: f64, throttled: bool) {
        self.measure(now);
        let calculated = if throttled {
            let rate = if self.enabled {
                self.measured.min(self.fill_rate)
            } else {
                self.measured
            };
            self.rate_at_throttle = rate;
            self.throttled_at = now;
            self.enabled = true;
            rate * BETA
        } else {
            let since = now - self.throttled_at - self.time_to_recover();
            SCALE * since.powi(3) + self.rate_at_throttle
        };
        self.set_fill_rate(now, calculated.min(2.0 * self.measured));
    }

    /// How long after throttling the curve is back at the rate that was too much.
    fn time_to_recover(&self) -> f64 {
        (self.rate_at_throttle * (1.0 - BETA) / SCALE).cbrt()
    }

    fn measure(&mut self, now: f64) {
        self.sent_in_bucket += 1.0;
        let bucket = (now * 2.0).floor() / 2.0;
        if bucket > self.bucket {
            let rate = self.sent_in_bucket / (bucket - self.bucket);
            self.measured = rate * SMOOTHING + self.measured * (1.0 - SMOOTHING);
            self.sent_in_bucket = 0.0;
            self.bucket = bucket;
        }
    }

    fn set_fill_rate(&mut self, now: f64, rate: f64) {
        // What has come in so far came in at the old rate.
        self.fill(now);
        self.fill_rate = rate.max(MIN_RATE);
        self.capacity = rate.max(MIN_CAPACITY);
        self.tokens = self.tokens.min(self.capacity);
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_async::rt::sleep::TokioSleep;
    use tokio::time::Instant;

    use super::*;
    use crate::clock::TokioClock;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-3
    }

    /// The example that the AWS SDKs' retry specification works through: attempts at these times, each with success or
    /// throttling, then the measured rate and the new fill rate.
    #[test]
    fn the_rate_follows_the_curve() {
        let mut rate = Rate::new(0.0);
        let steps = [
            (0.2, false, 0.0, 0.5),
            (0.4, false, 0.0, 0.5),
            (0.6, false, 4.8, 0.5),
            (0.8, false, 4.8, 0.5),
            (1.0, false, 4.16, 0.5),
            (1.2, false, 4.16, 0.6912),
            (1.4, false, 4.16, 1.0976),
            (1.6, false, 5.632, 1.6384),
            (1.8, false, 5.632, 2.3328),
            (2.0, true, 4.3264, 3.028),
            (2.2, false, 4.3264, 3.4866),
            (2.4, false, 4.3264, 3.8218),
            (2.6, false, 5.6653, 4.0531),
            (2.8, false, 5.6653, 4.2),
            (3.0, false, 4.3331, 4.2822),
            (3.2, true, 4.3331, 2.9975),
            (3.4, false, 4.3331, 3.4522),
        ];
        for (time, throttled, measured, fill_rate) in steps {
            rate.update(time, throttled);
            assert!(
                close(rate.measured, measured),
                "at {time}: measured {}",
                rate.measured
            );
            assert!(
                close(rate.fill_rate, fill_rate),
                "at {time}: fill rate {}",
                rate.fill_rate
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_waits_before_the_first_throttling() {
        // At a full second, so that all of this falls into one bucket of the measurement.
        let clock = SharedTimeSource::new(TokioClock::starting_at(
            UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        ));
        let sleep = SharedAsyncSleep::new(TokioSleep::new());
        let limiter = AdaptiveLimiter::new(clock.now());
        let start = Instant::now();
        for _ in 0..100 {
            limiter.acquire(&clock, &sleep).await;
            limiter.update(clock.now(), false);
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        limiter.update(clock.now(), true);
        limiter.acquire(&clock, &sleep).await;
        // Nothing was measured yet, so the rate is the lowest there is: one in two seconds.
        assert!(
            start.elapsed().as_millis().abs_diff(2000) <= 3,
            "{:?}",
            start.elapsed()
        );
    }
}
