//! Times as signatures have them.

use std::time::{SystemTime, UNIX_EPOCH};

use connect_protocol::text::basic_date_time;
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
        let seconds = i64::try_from(seconds(time)).ok();
        let text = seconds.and_then(basic_date_time);
        Self(text.unwrap_or(*b"00000000T000000Z"))
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
