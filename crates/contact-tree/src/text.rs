//! Pieces of text that are safe and short enough for a terminal or a picture.

use std::fmt::{self, Write};
use std::time::Duration;

use unicode_width::UnicodeWidthChar;

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

/// Marks that may follow a letter; more of them would reach into the lines above and below.
const MARKS: usize = 4;

/// A text from outside for a picture, whose reader knows fonts and markup: letters of all scripts stay. What is invisible, acts
/// on the text around it or is not allowed in XML is escaped as by [`Escaped`], and what is overlong is cut.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    let mut marks = 0;
    let mut characters = text.chars();
    for character in characters.by_ref().take(LONGEST) {
        marks = match character.width() {
            Some(0) => marks + 1,
            _ => 0,
        };
        if is_invisible(character) || marks > MARKS {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if characters.next().is_some() {
        shown.push('\u{2026}');
    }
    shown
}

/// Controls, marks of direction, tags, private use and what is no character. Joiners and variation selectors are parts of
/// words and symbols.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || u32::from(character) & 0xfffe == 0xfffe
        || matches!(
            character,
            '\u{ad}'
                | '\u{600}'..='\u{605}'
                | '\u{61c}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{e000}'..='\u{f8ff}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{feff}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{10ffff}'
        )
}

/// The beginning of a text that is at most so many columns wide, and how wide it is; with an ellipsis if it is not all of it.
pub(crate) fn fitted(text: &str, columns: usize) -> (String, usize) {
    let width = |character: char| character.width().unwrap_or(1);
    let whole = text.chars().map(width).sum::<usize>();
    if whole <= columns {
        return (text.to_owned(), whole);
    }
    let (mut fitted, mut used) = (String::new(), 1);
    for character in text.chars() {
        used += width(character);
        if used > columns {
            used -= width(character);
            break;
        }
        fitted.push(character);
    }
    fitted.push('\u{2026}');
    (fitted, used)
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
    fn letters_of_all_scripts_are_shown_and_what_acts_on_others_is_not() {
        for text in ["Zoë", "Ольга", "张伟", "नेहा", "مريم", "👩\u{200d}💻"]
        {
            assert_eq!(shown(text), text);
        }
        for (text, expected) in [
            ("a\u{202e}b", r"a\u{202e}b"),
            ("\u{2066}\u{feff}\0\u{b}", r"\u{2066}\u{feff}\u{0}\u{b}"),
            ("\u{ffff}\u{85}\u{e0041}", r"\u{ffff}\u{85}\u{e0041}"),
            ("e\u{301}", "e\u{301}"),
        ] {
            assert_eq!(shown(text), expected);
        }
        let stacked = shown(&format!("e{}", "\u{301}".repeat(100)));
        assert_eq!(stacked.matches('\u{301}').count(), MARKS);
        assert_eq!(shown(&"x".repeat(300)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(fitted("abc", 3), ("abc".to_owned(), 3));
        assert_eq!(fitted("abcd", 3), ("ab…".to_owned(), 3));
        assert_eq!(fitted("张伟张伟", 6), ("张伟…".to_owned(), 5));
    }

    #[test]
    fn zones_are_named_by_their_offset() {
        assert_eq!(zone_name(0), "UTC");
        assert_eq!(zone_name(7_200), "+02:00");
        assert_eq!(zone_name(-12_600), "-03:30");
    }
}
