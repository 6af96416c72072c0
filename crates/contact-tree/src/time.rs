//! A point in time and its calendar form.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;
use jiff::tz::Offset;

const NANOS_PER_SECOND: u32 = 1_000_000_000;

/// A point in time: seconds since 1970-01-01T00:00:00Z and nanoseconds within the second.
///
/// Any pair of numbers is a valid time, so that converting from a wire format cannot fail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

impl Timestamp {
    /// Seconds since the epoch, negative before it, and nanoseconds to add. Whole seconds in `nanos` are carried.
    #[must_use]
    pub const fn new(seconds: i64, nanos: u32) -> Self {
        let carried = seconds.saturating_add((nanos / NANOS_PER_SECOND) as i64);
        Self {
            seconds: carried,
            nanos: nanos % NANOS_PER_SECOND,
        }
    }

    /// Whole seconds since the epoch, negative before it.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self::new(seconds, 0)
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second, below 1,000,000,000.
    #[must_use]
    pub const fn subsec_nanos(self) -> u32 {
        self.nanos
    }

    /// The time since `earlier`.
    ///
    /// # Errors
    /// If `earlier` is the later one: by how much.
    pub fn since(self, earlier: Self) -> Result<Duration, Duration> {
        let gap = self.nanos_since_1970().abs_diff(earlier.nanos_since_1970());
        let gap = Duration::from_nanos_u128(gap);
        if self >= earlier { Ok(gap) } else { Err(gap) }
    }

    fn nanos_since_1970(self) -> i128 {
        i128::from(self.seconds) * i128::from(NANOS_PER_SECOND) + i128::from(self.nanos)
    }

    /// The calendar's time. The calendar goes from the year -9999 to 9999: it has its first second for a time before that,
    /// its last for one after.
    fn calendar(self) -> jiff::Timestamp {
        let [first, last] =
            [jiff::Timestamp::MIN, jiff::Timestamp::MAX].map(jiff::Timestamp::as_second);
        let seconds = self.seconds.clamp(first, last);
        jiff::Timestamp::new(seconds, self.nanos.cast_signed()).unwrap_or_default()
    }

    /// The calendar date and time of day in whole seconds, `offset` seconds east of Greenwich.
    pub(crate) fn civil(self, offset: i32) -> DateTime {
        let local = Self::from_secs(self.seconds.saturating_add(offset.into()));
        Offset::UTC.to_datetime(local.calendar())
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let nanos = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_nanos().cast_signed(),
            Err(before) => -before.duration().as_nanos().cast_signed(),
        };
        let seconds = nanos.div_euclid(NANOS_PER_SECOND.into());
        Self {
            seconds: seconds.clamp(i64::MIN.into(), i64::MAX.into()) as i64,
            nanos: nanos.rem_euclid(NANOS_PER_SECOND.into()) as u32,
        }
    }
}

/// RFC 3339 in UTC, with as many digits after the second as there are.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.calendar().fmt(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_rfc_3339() {
        for (seconds, nanos, expected) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (1_700_000_000, 120_000_000, "2023-11-14T22:13:20.12Z"),
            (951_782_400, 0, "2000-02-29T00:00:00Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00Z"),
            (-1, 0, "1969-12-31T23:59:59Z"),
            (-62_167_219_200, 0, "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(Timestamp::new(seconds, nanos).to_string(), expected);
        }
    }

    #[test]
    fn every_day_of_800_years_follows_the_one_before() {
        let date = |days: i64| {
            let date = Timestamp::from_secs(days * 86_400).civil(0);
            (date.year(), date.month(), date.day())
        };
        let mut previous = date(-146_098);
        for days in -146_097..146_097 {
            let length = match previous.1 {
                2 if previous.0 % 4 == 0 && (previous.0 % 100 != 0 || previous.0 % 400 == 0) => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            let expected = match previous {
                (year, 12, 31) => (year + 1, 1, 1),
                (year, month, day) if day == length => (year, month + 1, 1),
                (year, month, day) => (year, month, day + 1),
            };
            assert_eq!(date(days), expected);
            previous = expected;
        }
    }

    #[test]
    fn extremes_do_not_overflow() {
        let first = Timestamp::new(i64::MIN, 0);
        let last = Timestamp::new(i64::MAX, u32::MAX);
        assert_eq!(last.since(first).map(|gap| gap.as_secs()), Ok(u64::MAX));
        assert!(first.since(last).is_err());
        assert!(!first.to_string().is_empty() && !last.to_string().is_empty());
        last.civil(i32::MAX);
        first.civil(i32::MIN);
    }

    #[test]
    fn counts_the_time_between_with_nanoseconds() {
        let early = Timestamp::new(10, 900_000_000);
        let late = Timestamp::new(12, 100_000_000);
        assert_eq!(late.since(early), Ok(Duration::from_millis(1200)));
        assert_eq!(early.since(late), Err(Duration::from_millis(1200)));
        assert_eq!(early.since(early), Ok(Duration::ZERO));
    }

    #[test]
    fn comes_from_system_time_on_both_sides_of_the_epoch() {
        let after = UNIX_EPOCH + Duration::from_millis(1500);
        let before = UNIX_EPOCH - Duration::from_millis(1500);
        assert_eq!(Timestamp::from(after), Timestamp::new(1, 500_000_000));
        assert_eq!(Timestamp::from(before), Timestamp::new(-2, 500_000_000));
    }
}
