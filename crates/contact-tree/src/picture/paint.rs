//! Colours, as ANSI escape sequences.

use std::fmt::{self, Display};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    None,
    Strong,
    Faint,
    Open,
    Alarm,
    Voice,
    Chat,
    Email,
    Task,
}

impl Paint {
    pub(super) fn channel(channel: Option<&str>) -> Self {
        match channel {
            Some("VOICE") => Self::Voice,
            Some("CHAT") => Self::Chat,
            Some("EMAIL") => Self::Email,
            Some("TASK") => Self::Task,
            _ => Self::None,
        }
    }

    /// The parameters of the "select graphic rendition" sequence.
    fn code(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Open => "1;33",
            Self::Alarm => "31",
            Self::Voice => "32",
            Self::Chat => "36",
            Self::Email => "35",
            Self::Task => "33",
        }
    }
}

pub(super) struct Painted<'a> {
    pub(super) paint: Paint,
    pub(super) text: &'a str,
}

impl Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.paint == Paint::None || self.text.is_empty() {
            return f.write_str(self.text);
        }
        write!(f, "\u{1b}[{}m{}\u{1b}[0m", self.paint.code(), self.text)
    }
}
