//! Adaptive mode: a send rate that falls with throttling and climbs back along a cubic curve, as TCP CUBIC's window does.

use std::time::SystemTime;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use connect_protocol::bucket::{TokenBucket, seconds};

use crate::bucket::Queue;

const MIN_RATE: f64 = 0.5;
const MIN_CAPACITY: f64 = 1.0;
/// The weight of the newest measurement.
const SMOOTHING: f64 = 0.8;
/// What is left of the rate after throttling.
const BETA: f64 = 0.7;
const SCALE: f64 = 0.4;

/// One client's send rate. There is no limit until the first throttling error.
#[derive(Debug)]
pub(crate) struct AdaptiveLimiter(Queue<Rate>);

impl AdaptiveLimiter {
    pub(crate) fn new(now: SystemTime) -> Self {
        Self(Queue::new(Rate::new(seconds(now))))
    }

    /// Waits until an attempt may be made.
    pub(crate) async fn acquire(&self, clock: &SharedTimeSource, sleep: &SharedAsyncSleep) {
        if self.0.with(|rate| rate.enabled) {
            let take = |rate: &mut Rate, now| rate.bucket.take(now);
            self.0.acquire(clock, sleep, take).await;
        }
    }

    /// Takes into account how an attempt went.
    pub(crate) fn update(&self, now: SystemTime, throttled: bool) {
        self.0.with(|rate| rate.update(seconds(now), throttled));
    }
}

/// All times in seconds, all rates per second.
#[derive(Debug)]
struct Rate {
    enabled: bool,
    bucket: TokenBucket,
    /// What is really sent, measured in spans of half a second.
    measured: f64,
    span: f64,
    sent_in_span: f64,
    /// The curve.
    rate_at_throttle: f64,
    throttled_at: f64,
}

impl Rate {
    fn new(now: f64) -> Self {
        Self {
            enabled: false,
            bucket: TokenBucket::default(),
            measured: 0.0,
            span: now.floor(),
            sent_in_span: 0.0,
            rate_at_throttle: 0.0,
            throttled_at: now,
        }
    }

    fn update(&mut self, now: f64, throttled: bool) {
        self.measure(now);
        let calculated = if throttled {
            let rate = if self.enabled {
                self.measured.min(self.bucket.per_second())
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
        let rate = calculated.min(2.0 * self.measured);
        self.bucket
            .set_rate(now, rate.max(MIN_RATE), rate.max(MIN_CAPACITY));
    }

    /// How long after throttling the curve is back at the rate that was too much.
    fn time_to_recover(&self) -> f64 {
        (self.rate_at_throttle * (1.0 - BETA) / SCALE).cbrt()
    }

    fn measure(&mut self, now: f64) {
        self.sent_in_span += 1.0;
        let span = (now * 2.0).floor() / 2.0;
        if span > self.span {
            let rate = self.sent_in_span / (span - self.span);
            self.measured = rate * SMOOTHING + self.measured * (1.0 - SMOOTHING);
            self.sent_in_span = 0.0;
            self.span = span;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

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
                close(rate.bucket.per_second(), fill_rate),
                "at {time}: fill rate {}",
                rate.bucket.per_second()
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_waits_before_the_first_throttling() {
        // At a full second, so that all of this falls into one span of the measurement.
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
