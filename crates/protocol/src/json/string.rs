//! Strings: borrowed where nothing is escaped, else unescaped once.

use std::borrow::Cow;

use super::scan::plain_end;
use super::{ReadError, Reader};

const STRING: &str = "expected a string";

impl<'a> Reader<'a> {
    /// Reads a string.
    ///
    /// # Errors
    /// Any other value.
    pub fn string(&mut self) -> Result<String, ReadError> {
        // Not `text_value().into_owned()`: this way the common case is one copy and no branch on how the text is held.
        let start = self.open_string(STRING)?;
        let end = plain_end(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(self.text[start..end].to_owned());
        }
        self.escaped(start, end)
    }

    /// Reads a string into anything that is made from one. Where nothing is escaped, it is lent and not copied.
    ///
    /// # Errors
    /// Any other value.
    pub fn enumeration<T: for<'s> From<&'s str>>(&mut self) -> Result<T, ReadError> {
        Ok(T::from(&*self.text_value(STRING)?))
    }

    /// Reads a string; past any other value.
    pub(crate) fn string_or_skip(&mut self) -> Result<Option<String>, ReadError> {
        if self.peek() == Some(b'"') {
            self.string().map(Some)
        } else {
            self.skip().map(|()| None)
        }
    }

    /// Reads a string and lends it where nothing is escaped.
    pub(crate) fn text_value(&mut self, reason: &'static str) -> Result<Cow<'a, str>, ReadError> {
        let start = self.open_string(reason)?;
        let end = plain_end(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Cow::Borrowed(&self.text[start..end]));
        }
        self.escaped(start, end).map(Cow::Owned)
    }

    pub(super) fn skip_string(&mut self) -> Result<(), ReadError> {
        self.text_value(STRING).map(drop)
    }

    #[inline]
    fn open_string(&mut self, reason: &'static str) -> Result<usize, ReadError> {
        if self.peek() != Some(b'"') {
            return Err(self.fail(reason));
        }
        self.at += 1;
        Ok(self.at)
    }

    /// The rest of a string of which `start..end` is plain and `end` is no quote.
    #[cold]
    fn escaped(&mut self, start: usize, end: usize) -> Result<String, ReadError> {
        let mut string = self.text[start..end].to_owned();
        self.at = end;
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => {
                    let character = self.escape()?;
                    string.push(character);
                }
                _ => return Err(self.fail("expected no bare control character")),
            }
            let end = plain_end(self.text.as_bytes(), self.at);
            string.push_str(&self.text[self.at..end]);
            self.at = end;
        }
    }

    /// Reads from a backslash to the end of its escape.
    fn escape(&mut self) -> Result<char, ReadError> {
        let character = match self.text.as_bytes().get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.fail("expected an escape")),
        };
        self.at += 2;
        Ok(character)
    }

    /// `\uXXXX`, or two of them for a character outside the basic plane.
    fn unicode_escape(&mut self) -> Result<char, ReadError> {
        const UNPAIRED: &str = "expected a pair of surrogates";
        let unit = self.code_unit()?;
        let code = match unit {
            0xD800..=0xDBFF => {
                if self.text.as_bytes().get(self.at) != Some(&b'\\') {
                    return Err(self.fail(UNPAIRED));
                }
                let low = self.code_unit()?;
                if !(0xDC00..=0xDFFF).contains(&low) {
                    return Err(self.fail(UNPAIRED));
                }
                0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
            }
            unit => unit,
        };
        char::from_u32(code).ok_or_else(|| self.fail(UNPAIRED))
    }

    fn code_unit(&mut self) -> Result<u32, ReadError> {
        let digits = self.text.as_bytes().get(self.at + 1..self.at + 6);
        let unit = digits
            .and_then(|digits| digits.strip_prefix(b"u"))
            .and_then(|digits| {
                digits.iter().try_fold(0, |unit, &byte| {
                    Some(unit * 16 + char::from(byte).to_digit(16)?)
                })
            });
        match unit {
            Some(unit) => {
                self.at += 6;
                Ok(unit)
            }
            None => Err(self.fail("expected four hexadecimal digits")),
        }
    }
}
