//! How far the service's clock is from ours.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use http::HeaderMap;
use http::header::{AGE, DATE};

/// A skew above this explains an error that says something about signatures: the service allows five minutes.
const SUSPICIOUS: Duration = Duration::from_secs(4 * 60);
/// A response that took longer says too little about the time at which it was made.
const TRUSTED_ROUND_TRIP: Duration = Duration::from_secs(15 * 60);

/// Codes of errors that a wrong clock can cause.
const SUSPICIOUS_CODES: [&str; 5] = [
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "AuthFailure",
    "RequestTimeTooSkewed",
    "AccessDeniedException",
];

/// The service's time minus ours, in milliseconds, as the last response had it. One per client.
#[derive(Debug, Default)]
pub(crate) struct ClockSkew(AtomicI64);

impl ClockSkew {
    /// What the service's clock shows at `time` of ours.
    pub(crate) fn apply(&self, time: SystemTime) -> SystemTime {
        let skew = self.0.load(Ordering::Relaxed);
        let distance = Duration::from_millis(skew.unsigned_abs());
        let shifted = if skew < 0 {
            time.checked_sub(distance)
        } else {
            time.checked_add(distance)
        };
        shifted.unwrap_or(time)
    }

    pub(crate) fn record(&self, measured: Measured) {
        self.0.store(measured.0, Ordering::Relaxed);
    }
}

/// The skew that one response shows, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Measured(i64);

impl Measured {
    /// The `Date` header minus the middle of sending and receiving. `None` if a cache answered, there is no readable date, or
    /// the answer took too long to say anything.
    pub(crate) fn from_response(
        headers: &HeaderMap,
        sent: SystemTime,
        received: SystemTime,
    ) -> Option<Self> {
        let round_trip = received.duration_since(sent).unwrap_or_default();
        if headers.contains_key(AGE) || round_trip > TRUSTED_ROUND_TRIP {
            return None;
        }
        let date = headers.get(DATE)?.to_str().ok()?;
        let date = DateTime::from_str(date, Format::HttpDate)
            .ok()?
            .to_millis()
            .ok()?;
        let sent = i64::try_from(sent.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()?;
        let middle = sent.checked_add(i64::try_from(round_trip.as_millis() / 2).ok()?)?;
        date.checked_sub(middle).map(Self)
    }

    /// Whether this skew explains an error with this code.
    pub(crate) fn explains(self, code: Option<&str>) -> bool {
        let suspicious = u128::from(self.0.unsigned_abs()) > SUSPICIOUS.as_millis();
        suspicious && code.is_some_and(|code| SUSPICIOUS_CODES.contains(&code))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn measure(date: &'static str, sent: u64, received: u64) -> Option<Measured> {
        let headers = HeaderMap::from_iter([(DATE, HeaderValue::from_static(date))]);
        Measured::from_response(&headers, at(sent), at(received))
    }

    #[test]
    fn skew_is_measured_from_the_middle_of_the_round_trip() {
        // 1,700,000,000 s
        assert_eq!(
            measure(
                "Tue, 14 Nov 2023 22:13:20 GMT",
                1_699_999_000,
                1_699_999_010
            ),
            Some(Measured(995_000))
        );
        assert_eq!(
            measure(
                "Tue, 14 Nov 2023 22:13:20 GMT",
                1_700_000_300,
                1_700_000_300
            ),
            Some(Measured(-300_000))
        );
    }

    #[test]
    fn a_cached_late_or_undated_response_says_nothing() {
        let mut headers = HeaderMap::from_iter([(
            DATE,
            HeaderValue::from_static("Tue, 14 Nov 2023 22:13:20 GMT"),
        )]);
        headers.insert(AGE, HeaderValue::from_static("10"));
        assert_eq!(Measured::from_response(&headers, at(0), at(0)), None);
        assert_eq!(
            measure(
                "Tue, 14 Nov 2023 22:13:20 GMT",
                1_700_000_000,
                1_700_000_901
            ),
            None
        );
        assert_eq!(measure("yesterday", 1_700_000_000, 1_700_000_000), None);
        assert_eq!(
            Measured::from_response(&HeaderMap::new(), at(0), at(0)),
            None
        );
    }

    #[test]
    fn only_a_large_skew_explains_only_certain_errors() {
        let (small, large) = (Measured(240_000), Measured(-240_001));
        for code in [
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "AuthFailure",
            "RequestTimeTooSkewed",
            "AccessDeniedException",
        ] {
            assert!(large.explains(Some(code)), "{code}");
            assert!(!small.explains(Some(code)), "{code}");
        }
        assert!(!large.explains(Some("ResourceNotFoundException")));
        assert!(!large.explains(None));
    }

    #[test]
    fn the_clock_is_shifted_both_ways() {
        let skew = ClockSkew::default();
        skew.record(Measured(-1_500));
        assert_eq!(skew.apply(at(10)), at(8) + Duration::from_millis(500));
        skew.record(Measured(1_000));
        assert_eq!(skew.apply(at(10)), at(11));
    }
}
