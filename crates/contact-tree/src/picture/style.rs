//! How a picture is drawn.

use crate::Timestamp;

/// How a picture is drawn. The default is plain Unicode text in UTC, as wide as it gets.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// Colours, as ANSI escape sequences.
    pub colour: bool,
    /// ASCII instead of box-drawing lines.
    pub ascii: bool,
    /// Columns of the terminal. If the picture would be wider, deep levels are folded earlier, and if that is not enough,
    /// contact IDs are shortened to what makes them differ; a row may still be wider. The summary is broken into lines.
    /// `None`: no limit.
    pub width: Option<usize>,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// The ID of a contact to point out.
    pub focus: Option<String>,
}

/// A time zone: how far the clocks are east of Greenwich.
#[derive(Clone, Copy, Debug, Default)]
pub enum Zone {
    /// Universal time.
    #[default]
    Utc,
    /// The same number of seconds all the time.
    Fixed(i32),
    /// As many seconds as the function says for a point in time, as where summer time is kept.
    Local(fn(Timestamp) -> i32),
}

impl Zone {
    pub(crate) fn offset(self, time: Timestamp) -> i32 {
        match self {
            Self::Utc => 0,
            Self::Fixed(seconds) => seconds,
            Self::Local(offset) => offset(time),
        }
    }
}
