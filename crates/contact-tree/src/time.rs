//! A point in time and its calendar form.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SECONDS_PER_DAY: i64 = 86_400;
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
        if self >= earlier {
            Ok(gap(earlier, self))
        } else {
            Err(gap(self, earlier))
        }
    }

    /// The calendar date and time of day, `offset` seconds east of Greenwich.
    pub(crate) fn civil(self, offset: i32) -> Civil {
        let local = self.seconds.saturating_add(i64::from(offset));
        let day = local.div_euclid(SECONDS_PER_DAY);
        let second = local.rem_euclid(SECONDS_PER_DAY);
        let (year, month, day) = date(day);
        Civil {
            year,
            month,
            day,
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
        }
    }
}

fn gap(from: Timestamp, to: Timestamp) -> Duration {
    let seconds = to.seconds.abs_diff(from.seconds);
    if to.nanos >= from.nanos {
        Duration::new(seconds, to.nanos - from.nanos)
    } else {
        // `to` is later, so there is a second to borrow.
        Duration::new(seconds - 1, to.nanos + NANOS_PER_SECOND - from.nanos)
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self::new(
                i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
                after.subsec_nanos(),
            ),
            Err(error) => {
                let before = error.duration();
                let seconds = i64::try_from(before.as_secs()).map_or(i64::MIN, i64::wrapping_neg);
                match before.subsec_nanos() {
                    0 => Self::from_secs(seconds),
                    nanos => Self::new(seconds.saturating_sub(1), NANOS_PER_SECOND - nanos),
                }
            }
        }
    }
}

/// RFC 3339 in UTC, with as many digits after the second as there are.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil(0);
        write!(f, "{}T{}", civil.date(), civil.time())?;
        if self.nanos > 0 {
            let digits = format!("{:09}", self.nanos);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A date and a time of day, without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

impl Civil {
    pub(crate) fn date(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    pub(crate) fn time(self) -> String {
        format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar without end.
///
/// Years are counted from 1 March, so that the leap day is the last of its year, in cycles of 400 years.
fn date(days: i64) -> (i64, i64, i64) {
    const DAYS_PER_CYCLE: i64 = 146_097;
    const MARCH_OF_YEAR_0: i64 = 719_468;
    let days = days + MARCH_OF_YEAR_0;
    let cycle = days.div_euclid(DAYS_PER_CYCLE);
    let day_of_cycle = days.rem_euclid(DAYS_PER_CYCLE);
    let leap_days = day_of_cycle / 1_460 - day_of_cycle / 36_524 + day_of_cycle / 146_096;
    let year_of_cycle = (day_of_cycle - leap_days) / 365;
    let day_of_year =
        day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    // Five months from March on have 153 days, and so have the next five.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = 400 * cycle + year_of_cycle + i64::from(month <= 2);
    (year, month, day)
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
        let mut previous = date(-146_098);
        for days in -146_097..146_097 {
            let (year, month, day) = date(days);
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
            assert_eq!((year, month, day), expected);
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
