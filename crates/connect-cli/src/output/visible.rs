//! Text that cannot steer a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::Value;

/// The text with control characters written as `\u001b`: C0 but for line breaks and tabs, DEL, C1, and those that turn
/// the direction of writing or break lines unseen. In JSON that is an escape of the same character.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if steers(character) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{:04x}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

fn steers(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{61c}' | '\u{200e}' | '\u{200f}' => true,
        '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        character => character.is_control(),
    }
}

/// A value with all its text [`visible`].
pub(crate) fn visible_value(value: &Value) -> Value {
    match value {
        Value::String(text) => visible(text).into(),
        Value::Array(values) => values.iter().map(visible_value).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (visible(name).into_owned(), visible_value(value)))
            .collect(),
        value => value.clone(),
    }
}

/// A writer of text, [`visible`] unless it is `raw`. Each write must hold whole characters.
#[derive(Debug)]
pub(crate) struct Visible<W> {
    out: W,
    /// Whether text passes as it is.
    pub(crate) raw: bool,
}

impl<W> Visible<W> {
    /// Writes to `out`.
    pub(crate) fn new(out: W) -> Self {
        Self { out, raw: false }
    }
}

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.raw {
            return self.out.write(bytes);
        }
        let text = String::from_utf8_lossy(bytes);
        self.out.write_all(visible(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_written_out() {
        for (text, expected) in [
            ("a\tb\nc ü 文", "a\tb\nc ü 文"),
            ("\u{1b}[2J\r\u{7f}\0", "\\u001b[2J\\u000d\\u007f\\u0000"),
            ("\u{9b}1m\u{85}", "\\u009b1m\\u0085"),
            (
                "\u{202e}\u{2066}\u{200f}\u{61c}",
                "\\u202e\\u2066\\u200f\\u061c",
            ),
        ] {
            assert_eq!(visible(text), expected);
            let mut out = Visible::new(Vec::new());
            out.write_all(text.as_bytes()).unwrap();
            assert_eq!(out.out, expected.as_bytes());
        }
    }
}
