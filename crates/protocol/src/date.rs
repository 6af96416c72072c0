//! Timestamps as text: RFC 3339 and HTTP dates.

use std::fmt::Write as _;

use aws_smithy_types::DateTime;

use crate::error::{ReadError, WriteError};

const DAY: i64 = 86_400;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
/// The epoch was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// A moment by calendar and clock, in UTC.
struct Civil {
    year: i64,
    month: usize,
    day: u32,
    hour: i64,
    minute: i64,
    second: i64,
}

/// Days since the epoch of a date in the proleptic Gregorian calendar. Years are counted from March, so that the leap
/// day is a year's last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl Civil {
    /// `None` outside the years 0000 to 9999, which is what the formats can hold.
    fn of(seconds: i64) -> Option<Self> {
        if !(days(0, 1, 1) * DAY..days(10_000, 1, 1) * DAY).contains(&seconds) {
            return None;
        }
        let clock = seconds.rem_euclid(DAY);
        let day_of_march_eras = seconds.div_euclid(DAY) + 719_468;
        let era = day_of_march_eras.div_euclid(146_097);
        let day_of_era = day_of_march_eras.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Some(Self {
            year,
            month: usize::try_from(month).ok()?,
            day: u32::try_from(day_of_year - (153 * month_from_march + 2) / 5 + 1).ok()?,
            hour: clock / 3_600,
            minute: clock / 60 % 60,
            second: clock % 60,
        })
    }
}

/// A timestamp in RFC 3339's form in UTC, to the nanosecond: `2014-04-29T18:30:38.5Z`.
///
/// # Errors
/// A year outside of 0000 to 9999.
pub fn date_time(time: &DateTime) -> Result<String, WriteError> {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = Civil::of(time.secs()).ok_or_else(out_of_range)?;
    let mut text = String::with_capacity(30);
    let _ = write!(
        text,
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    );
    push_fraction(&mut text, time.subsec_nanos());
    text.push('Z');
    Ok(text)
}

/// ISO 8601's basic form, as signatures have it, of seconds since the epoch: `20140429T183038Z`. `None` outside the years 0000
/// to 9999.
pub fn basic_date_time(seconds: i64) -> Option<[u8; 16]> {
    let civil = Civil::of(seconds)?;
    let mut text = *b"00000000T000000Z";
    let mut put = |range: std::ops::Range<usize>, mut number: i64| {
        for digit in text[range].iter_mut().rev() {
            *digit = b"0123456789"[(number % 10) as usize];
            number /= 10;
        }
    };
    put(0..4, civil.year);
    put(4..6, civil.month as i64);
    put(6..8, civil.day.into());
    put(9..11, civil.hour);
    put(11..13, civil.minute);
    put(13..15, civil.second);
    Some(text)
}

/// A timestamp in HTTP's form, the preferred one of RFC 9110, which has whole seconds: `Tue, 29 Apr 2014 18:30:38 GMT`.
///
/// # Errors
/// A year outside of 0000 to 9999.
pub fn http_date(time: &DateTime) -> Result<String, WriteError> {
    let civil = Civil::of(time.secs()).ok_or_else(out_of_range)?;
    let weekday = WEEKDAYS[time.secs().div_euclid(DAY).rem_euclid(7) as usize];
    let (day, month, year) = (civil.day, MONTHS[civil.month - 1], civil.year);
    let (hour, minute, second) = (civil.hour, civil.minute, civil.second);
    Ok(format!(
        "{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT"
    ))
}

fn out_of_range() -> WriteError {
    WriteError::new("the format has dates of the years 0000 to 9999 only")
}

/// Seconds since the epoch, with as many digits after the point as there are: `-0.5`.
pub(crate) fn format_epoch_seconds(time: &DateTime) -> String {
    let (seconds, nanos) = (time.secs(), time.subsec_nanos());
    let mut text = String::with_capacity(20);
    if seconds < 0 && nanos != 0 {
        // The fraction counts upwards from the whole second before.
        let _ = write!(text, "-{}", seconds.unsigned_abs() - 1);
        push_fraction(&mut text, 1_000_000_000 - nanos);
    } else {
        let _ = write!(text, "{seconds}");
        push_fraction(&mut text, nanos);
    }
    text
}

fn push_fraction(text: &mut String, nanos: u32) {
    if nanos != 0 {
        let _ = write!(text, ".{nanos:09}");
        text.truncate(text.trim_end_matches('0').len());
    }
}

/// What is left of a text that is being read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn byte(&mut self, any_of: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        any_of.contains(&first).then_some(first)
    }

    fn word<const N: usize>(&mut self, words: [&str; N]) -> Option<usize> {
        let (word, rest) = self.0.split_at_checked(3)?;
        self.0 = rest;
        words.iter().position(|known| known.as_bytes() == word)
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.iter().try_fold(0, |number, byte| {
            byte.is_ascii_digit()
                .then(|| number * 10 + i64::from(byte - b'0'))
        })
    }

    /// `hh:mm:ss` and, where there is one, a fraction: seconds and nanoseconds.
    fn clock(&mut self) -> Option<(i64, u32)> {
        let hour = self.number(2)?;
        self.byte(b":")?;
        let minute = self.number(2)?;
        self.byte(b":")?;
        let second = self.number(2)?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some((hour * 3_600 + minute * 60 + second, self.fraction()?))
    }

    fn fraction(&mut self) -> Option<u32> {
        let Some(after) = self.0.strip_prefix(b".") else {
            return Some(0);
        };
        let digits = after
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let (fraction, rest) = after.split_at_checked(digits).filter(|_| digits > 0)?;
        self.0 = rest;
        let read = fraction.iter().take(9);
        let missing = 9_u32.saturating_sub(u32::try_from(digits).unwrap_or(9));
        let nanos = read.fold(0, |nanos, byte| nanos * 10 + u32::from(byte - b'0'));
        Some(nanos * 10_u32.pow(missing))
    }
}

fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    let next = if month == 12 {
        days(year + 1, 1, 1)
    } else {
        days(year, month + 1, 1)
    };
    let known = (1..=12).contains(&month) && day >= 1 && days(year, month, day) < next;
    known.then(|| days(year, month, day) * DAY)
}

/// Reads RFC 3339, of any offset: what a client does.
///
/// # Errors
/// Any other text.
pub fn parse_date_time(text: &str) -> Result<DateTime, ReadError> {
    read_date_time(text, true).ok_or_else(|| ReadError::new("expected an RFC 3339 date and time"))
}

/// Reads RFC 3339 in UTC, with a `Z`: what a server does.
///
/// # Errors
/// Any other text.
pub fn parse_utc_date_time(text: &str) -> Result<DateTime, ReadError> {
    read_date_time(text, false)
        .ok_or_else(|| ReadError::new("expected an RFC 3339 date and time in UTC"))
}

/// Reads an HTTP date: `Tue, 29 Apr 2014 18:30:38 GMT`, with or without a fraction of a second.
///
/// # Errors
/// Any other text.
pub fn parse_http_date(text: &str) -> Result<DateTime, ReadError> {
    read_http_date(text).ok_or_else(|| ReadError::new("expected an HTTP date"))
}

/// Reads RFC 3339. `offsets`: whether another zone than `Z` will do.
pub(crate) fn read_date_time(text: &str, offsets: bool) -> Option<DateTime> {
    let mut rest = Rest(text.as_bytes());
    let year = rest.number(4)?;
    rest.byte(b"-")?;
    let month = rest.number(2)?;
    rest.byte(b"-")?;
    let day = rest.number(2)?;
    rest.byte(b"Tt")?;
    let (clock, nanos) = rest.clock()?;
    let offset = match rest.byte(b"Zz+-")? {
        b'Z' | b'z' => 0,
        _ if !offsets => return None,
        sign => {
            let hours = rest.number(2)?;
            rest.byte(b":")?;
            let minutes = rest.number(2)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3_600 + minutes * 60;
            if sign == b'-' { -offset } else { offset }
        }
    };
    let seconds = midnight(year, month, day)? + clock - offset;
    rest.0
        .is_empty()
        .then(|| DateTime::from_secs_and_nanos(seconds, nanos))
}

/// Reads the preferred form of RFC 9110, with or without a fraction of a second, the day with one digit or two. The day of the week is not compared
/// with the date.
pub(crate) fn read_http_date(text: &str) -> Option<DateTime> {
    let mut rest = Rest(text.as_bytes());
    rest.word(WEEKDAYS)?;
    rest.byte(b",")?;
    rest.byte(b" ")?;
    // Some senders leave out a leading zero.
    let digits = if rest.0.get(1) == Some(&b' ') { 1 } else { 2 };
    let day = rest.number(digits)?;
    rest.byte(b" ")?;
    let month = rest.word(MONTHS)? + 1;
    rest.byte(b" ")?;
    let year = rest.number(4)?;
    rest.byte(b" ")?;
    let (clock, nanos) = rest.clock()?;
    let seconds = midnight(year, i64::try_from(month).ok()?, day)? + clock;
    (rest.0 == b" GMT").then(|| DateTime::from_secs_and_nanos(seconds, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_and_read_back() {
        for (seconds, text, http) in [
            (0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (
                951_827_696,
                "2000-02-29T12:34:56Z",
                "Tue, 29 Feb 2000 12:34:56 GMT",
            ),
            (
                1_700_000_000,
                "2023-11-14T22:13:20Z",
                "Tue, 14 Nov 2023 22:13:20 GMT",
            ),
            (-1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
            (
                -2_208_988_800,
                "1900-01-01T00:00:00Z",
                "Mon, 01 Jan 1900 00:00:00 GMT",
            ),
            (
                253_402_300_799,
                "9999-12-31T23:59:59Z",
                "Fri, 31 Dec 9999 23:59:59 GMT",
            ),
            (
                -62_167_219_200,
                "0000-01-01T00:00:00Z",
                "Sat, 01 Jan 0000 00:00:00 GMT",
            ),
        ] {
            let time = DateTime::from_secs(seconds);
            assert_eq!(date_time(&time).as_deref(), Ok(text));
            assert_eq!(http_date(&time).as_deref(), Ok(http));
            assert_eq!(read_date_time(text, false), Some(time));
            assert_eq!(read_http_date(http), Some(time));
        }
    }

    #[test]
    fn every_day_of_a_leap_cycle_survives() {
        for day in 0..146_097 {
            let time = DateTime::from_secs(day * DAY);
            let text = date_time(&time).unwrap();
            assert_eq!(read_date_time(&text, false), Some(time), "{text}");
        }
    }

    #[test]
    fn fractions_keep_nanoseconds() {
        let time = DateTime::from_secs_and_nanos(482_196_050, 520_000_001);
        let text = "1985-04-12T23:20:50.520000001Z";
        assert_eq!(date_time(&time).as_deref(), Ok(text));
        let longer = "1985-04-12T23:20:50.5200000019Z";
        assert_eq!(read_date_time(longer, false), Some(time));
        assert_eq!(format_epoch_seconds(&time), "482196050.520000001");
        let half_before = DateTime::from_secs_and_nanos(-1, 500_000_000);
        assert_eq!(format_epoch_seconds(&half_before), "-0.5");
        let time = DateTime::from_secs_and_nanos(946_845_296, 456_000_000);
        for day in ["2", "02"] {
            let text = format!("Sun, {day} Jan 2000 20:34:56.456 GMT");
            assert_eq!(read_http_date(&text), Some(time));
        }
    }

    #[test]
    fn offsets_only_where_allowed() {
        let time = DateTime::from_secs(851_042_397);
        for text in ["1996-12-19T16:39:57-08:00", "1996-12-20T06:09:57+05:30"] {
            assert_eq!(read_date_time(text, true), Some(time));
            assert_eq!(read_date_time(text, false), None);
        }
    }

    #[test]
    fn outside_the_calendar() {
        assert!(date_time(&DateTime::from_secs(253_402_300_800)).is_err());
        assert!(http_date(&DateTime::from_secs(i64::MIN)).is_err());
        for text in [
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-00-01T00:00:00Z",
            "2023-01-00T00:00:00Z",
            "2023-01-32T00:00:00Z",
            "2023-01-01T24:00:00Z",
            "2023-01-01T00:60:00Z",
            "2023-01-01T00:00:60Z",
            "2023-01-01T00:00:00.Z",
            "2023-01-01T00:00:00",
            "2023-01-01T00:00:00ZZ",
            "2023-01-01 00:00:00Z",
            "2023-01-01T00:00:00+24:00",
            "2023-01-01T00:00:00+01:60",
            "2023-01-01T00:00:00+01",
            "20230101T000000Z",
            "",
        ] {
            assert_eq!(read_date_time(text, true), None, "{text}");
        }
        for text in [
            "Xyz, 29 Apr 2014 18:30:38 GMT",
            "Tue, 29 Apr 2014 18:30:38",
            "Tue, 29 Apr 2014 18:30:38 UTC",
            "Tue, 31 Apr 2014 18:30:38 GMT",
            "Tuesday, 29-Apr-14 18:30:38 GMT",
            "Tue Apr 29 18:30:38 2014",
        ] {
            assert_eq!(read_http_date(text), None, "{text}");
        }
    }
}
