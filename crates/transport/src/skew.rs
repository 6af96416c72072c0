//! How far the service's clock is from ours.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use connect_protocol::text::parse_http_date;
use http::HeaderMap;
use http::header::{AGE, DATE};

/// A time signed with that is further than this from the service's explains an error that says something about signatures: the
/// service allows five minutes.
const SUSPICIOUS: Duration = Duration::from_secs(4 * 60);
/// A response that took longer says too little about the time at which it was made.
const TRUSTED_ROUND_TRIP: Duration = Duration::from_secs(15 * 60);

/// The code of the error that nothing but a wrong clock causes.
const TOO_SKEWED: &str = "RequestTimeTooSkewed";

/// Codes of errors that a wrong clock can cause.
const SUSPICIOUS_CODES: [&str; 5] = [
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "AuthFailure",
    TOO_SKEWED,
    "AccessDeniedException",
];

/// The service's time minus ours, in milliseconds, as the last response had it. One per client.
#[derive(Debug, Default)]
pub(crate) struct ClockSkew(AtomicI64);

impl ClockSkew {
    pub(crate) fn current(&self) -> Skew {
        Skew(self.0.load(Ordering::Relaxed))
    }

    pub(crate) fn record(&self, measured: Skew) {
        self.0.store(measured.0, Ordering::Relaxed);
    }

    /// What is left where the service says that a time signed with a skew was wrong, and not which is right: our own clock.
    pub(crate) fn contradicted(&self, signed_with: Skew, code: Option<&str>) -> Option<Skew> {
        let none = Skew::default();
        let is_wrong = signed_with != none && code == Some(TOO_SKEWED);
        is_wrong.then(|| {
            self.record(none);
            none
        })
    }
}

/// A skew in milliseconds: what a request was signed with, or what one response shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Skew(i64);

impl Skew {
    /// What the service's clock shows at `time` of ours.
    pub(crate) fn apply(self, time: SystemTime) -> SystemTime {
        let distance = Duration::from_millis(self.0.unsigned_abs());
        let shifted = if self.0 < 0 {
            time.checked_sub(distance)
        } else {
            time.checked_add(distance)
        };
        shifted.unwrap_or(time)
    }

    /// The `Date` header minus the middle of sending and receiving. `None` if it comes from a cache, has no readable date, or
    /// took too long to say anything.
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
        let date = parse_http_date(date).ok()?.to_millis().ok()?;
        let sent = i64::try_from(sent.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()?;
        let middle = sent.checked_add(i64::try_from(round_trip.as_millis() / 2).ok()?)?;
        date.checked_sub(middle).map(Self)
    }

    /// Whether the error with this code is explained by what was signed with, when the response shows this skew.
    pub(crate) fn explains(self, signed_with: Self, code: Option<&str>) -> bool {
        let suspicious = u128::from(self.0.abs_diff(signed_with.0)) > SUSPICIOUS.as_millis();
        suspicious && code.is_some_and(|code| SUSPICIOUS_CODES.contains(&code))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// 1,700,000,000 s
    const NOW: &str = "Tue, 14 Nov 2023 22:13:20 GMT";

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn measure(date: &'static str, sent: u64, received: u64) -> Option<Skew> {
        let headers = HeaderMap::from_iter([(DATE, HeaderValue::from_static(date))]);
        Skew::from_response(&headers, at(sent), at(received))
    }

    #[test]
    fn skew_is_measured_from_the_middle_of_the_round_trip() {
        for (date, sent, received, expected) in [
            (NOW, 1_699_999_000, 1_699_999_010, 995_000),
            // 1,698,883,200 s
            (
                "Thu, 2 Nov 2023 00:00:00 GMT",
                1_698_883_199,
                1_698_883_199,
                1_000,
            ),
            (NOW, 1_700_000_300, 1_700_000_300, -300_000),
        ] {
            assert_eq!(measure(date, sent, received), Some(Skew(expected)));
        }
    }

    #[test]
    fn a_cached_late_or_undated_response_says_nothing() {
        let mut headers = HeaderMap::from_iter([(DATE, HeaderValue::from_static(NOW))]);
        headers.insert(AGE, HeaderValue::from_static("10"));
        assert_eq!(Skew::from_response(&headers, at(0), at(0)), None);
        assert_eq!(measure(NOW, 1_700_000_000, 1_700_000_901), None);
        assert_eq!(measure("yesterday", 1_700_000_000, 1_700_000_000), None);
        assert_eq!(Skew::from_response(&HeaderMap::new(), at(0), at(0)), None);
    }

    #[test]
    fn only_a_large_skew_explains_only_certain_errors() {
        let (small, large) = (Skew(240_000), Skew(-240_001));
        let none = Skew::default();
        let codes = "InvalidSignatureException SignatureDoesNotMatch AuthFailure RequestTimeTooSkewed AccessDeniedException";
        for code in codes.split(' ') {
            assert!(large.explains(none, Some(code)), "{code}");
            assert!(!small.explains(none, Some(code)), "{code}");
            // Signed with the wrong skew, then with the right one.
            assert!(none.explains(large, Some(code)), "{code}");
            assert!(!large.explains(large, Some(code)), "{code}");
        }
        assert!(!large.explains(none, Some("ResourceNotFoundException")));
        assert!(!large.explains(none, None));
    }

    #[test]
    fn the_clock_is_shifted_both_ways() {
        let skew = ClockSkew::default();
        skew.record(Skew(-1_500));
        let expected = at(8) + Duration::from_millis(500);
        assert_eq!(skew.current().apply(at(10)), expected);
        skew.record(Skew(1_000));
        assert_eq!(skew.current().apply(at(10)), at(11));
    }
}
