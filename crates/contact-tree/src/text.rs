//! Pieces of text that are safe and short enough for a terminal.

use std::fmt::{self, Write};
use std::time::Duration;

/// Longer than any ID, channel or method that Connect allows.
const LONGEST: usize = 256;

/// A string from outside, harmless on a terminal and as wide as it has characters: all but printable ASCII, which is
/// what Connect's IDs, channels and methods consist of, is escaped as `\u{1b}`, and what is overlong is cut.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(f, self.0, |character| matches!(character, ' '..='~'))
    }
}

/// A name from outside: as [`Escaped`], but Latin letters stay as they are.
pub(crate) struct Named<'a>(pub(crate) &'a str);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(
            f,
            self.0,
            |character| matches!(character, ' '..='~' | '\u{c0}'..='\u{24f}'),
        )
    }
}

fn escape(f: &mut fmt::Formatter<'_>, text: &str, is_harmless: fn(char) -> bool) -> fmt::Result {
    let mut characters = text.chars();
    for character in characters.by_ref().take(LONGEST) {
        if is_harmless(character) {
            f.write_char(character)?;
        } else {
            write!(f, "{}", character.escape_unicode())?;
        }
    }
    if characters.next().is_some() {
        f.write_str("...")?;
    }
    Ok(())
}

/// A duration in its two or three largest units, for people: `3m 05s`, `1h 02m 05s`, `2d 03h 04m`.
pub(crate) fn short_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match seconds {
        0 if duration.subsec_millis() > 0 => format!("{}ms", duration.subsec_millis()),
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{minutes}m {:02}s", seconds % 60),
        3_600..86_400 => format!("{hours}h {minutes:02}m {:02}s", seconds % 60),
        _ => format!("{days}d {hours:02}h {minutes:02}m"),
    }
}

/// Seconds east of Greenwich as `+02:00`, or `UTC`.
pub(crate) fn zone_name(offset: i32) -> String {
    if offset == 0 {
        return "UTC".to_owned();
    }
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_show_their_largest_units() {
        for (millis, expected) in [
            (0, "0s"),
            (999, "999ms"),
            (1_999, "1s"),
            (59_000, "59s"),
            (185_000, "3m 05s"),
            (3_725_000, "1h 02m 05s"),
            (183_840_000, "2d 03h 04m"),
        ] {
            assert_eq!(short_duration(Duration::from_millis(millis)), expected);
        }
        assert_eq!(short_duration(Duration::MAX), "213503982334601d 07h 00m");
    }

    #[test]
    fn foreign_text_cannot_steer_the_terminal() {
        assert_eq!(Escaped("a-b_c 1~").to_string(), "a-b_c 1~");
        assert_eq!(
            Escaped("\x1b[2J\r\n\u{9b}\u{202e}ü").to_string(),
            r"\u{1b}[2J\u{d}\u{a}\u{9b}\u{202e}\u{fc}"
        );
        assert_eq!(Escaped(&"x".repeat(300)).to_string().len(), 259);
        let named = Named("Jürgen\u{1b}\u{202e}").to_string();
        assert_eq!(named, r"Jürgen\u{1b}\u{202e}");
    }

    #[test]
    fn zones_are_named_by_their_offset() {
        assert_eq!(zone_name(0), "UTC");
        assert_eq!(zone_name(7_200), "+02:00");
        assert_eq!(zone_name(-12_600), "-03:30");
    }
}
