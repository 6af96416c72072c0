//! Times as signatures have them.

use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderValue;

/// Seconds since 1970; 0 for what was before.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// A time as `20261122T130501Z`.
pub(crate) struct Stamp([u8; 16]);

impl Stamp {
    pub(crate) fn new(time: SystemTime) -> Self {
        let (day, second) = (seconds(time) / 86_400, seconds(time) % 86_400);
        // From days since 1970 to a date of the Gregorian calendar, in years that begin in March so that the leap day
        // is the last of its year.
        let day = day + 719_468;
        let (era, day_of_era) = (day / 146_097, day % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        let mut text = *b"00000000T000000Z";
        let mut put = |range: std::ops::Range<usize>, mut number: u64| {
            for digit in text[range].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        put(0..4, year);
        put(4..6, month);
        put(6..8, day);
        put(9..11, second / 3600);
        put(11..13, second / 60 % 60);
        put(13..15, second % 60);
        Self(text)
    }

    pub(crate) fn text(&self) -> &str {
        // Digits, `T` and `Z`.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(super) fn date(&self) -> &str {
        &self.text()[..8]
    }

    pub(super) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(self.text()).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}
