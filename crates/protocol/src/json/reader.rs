//! The reader: structure here, lists and maps in `list`, single values in `scalar`, strings in `string`.

use std::borrow::Cow;

use super::{Placeholder, ReadError};
use crate::violation::{Finding, Violation, ViolationKind, keep, prefix};

/// How deep lists and objects may lie within each other.
const DEPTH: u8 = 128;

/// Who reads, which decides how much is forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A client reads a response: nulls in lists are skipped, required members may be missing.
    Client,
    /// A server reads a request: what the model does not allow is an error.
    Server,
    /// Feature `serde` reads a shape: nothing is dropped, and timestamps may be text or number.
    #[cfg(feature = "serde")]
    Shape,
}

/// Reads shapes from JSON text, one value after another.
///
/// Accepts what RFC 8259 allows, at most 128 levels deep, in UTF-8. It works on borrowed bytes, looks at each about once and
/// allocates what the shapes keep and nothing else. Hostile text gives an error: never a panic, and never more memory than the
/// shapes that its length can spell.
#[derive(Debug)]
pub struct Reader<'a> {
    /// The text, up to the first byte that is not UTF-8.
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// Whether the bytes went on after `text`.
    cut: bool,
    depth: u8,
    pub(super) mode: Mode,
    findings: Vec<Finding>,
}

/// Reads a whole body. An empty one reads as `{}`.
///
/// # Errors
/// What `read` rejects, and anything but white space after the value.
pub fn read<'a, T>(
    body: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let body = if body.is_empty() { b"{}" } else { body };
    let mut reader = Reader::new(body);
    let value = read(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Reads a whole body that is an object, as [`Reader::object`] does. All responses share this code: only `member` is compiled for each.
///
/// # Errors
/// As [`read()`].
pub fn read_object(
    body: &[u8],
    member: &mut dyn FnMut(&mut Reader<'_>, &str) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    read(body, |reader| reader.object(member))
}

/// Reads a whole body that is one member. An empty one, and `null`, are no value.
///
/// # Errors
/// As [`read()`].
pub fn read_payload<T>(
    body: &[u8],
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, ReadError>,
) -> Result<Option<T>, ReadError> {
    if body.is_empty() {
        return Ok(None);
    }
    self::read(body, |reader| reader.optional(read))
}

impl<'a> Reader<'a> {
    /// A reader for a client, which forgives what a service may get wrong.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::with_mode(bytes, Mode::Client)
    }

    /// A reader for a server: nulls in lists and maps that are not sparse, unknown union members and offsets in date-times
    /// are errors, and a required member that is missing is a [`Violation`].
    pub fn strict(bytes: &'a [u8]) -> Self {
        Self::with_mode(bytes, Mode::Server)
    }

    /// Whether this is a server's reader.
    pub fn is_strict(&self) -> bool {
        self.mode == Mode::Server
    }

    /// A reader for feature `serde`: a required member that is missing is an error, times may be text or numbers.
    #[cfg(feature = "serde")]
    pub(crate) fn shape(bytes: &'a [u8]) -> Self {
        Self::with_mode(bytes, Mode::Shape)
    }

    /// Passes over a byte that is no part of JSON.
    #[cfg(feature = "serde")]
    pub(crate) fn bump(&mut self) {
        self.at += 1;
    }

    pub(super) fn with_mode(bytes: &'a [u8], mode: Mode) -> Self {
        let (text, cut) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, false),
            Err(error) => {
                let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
                (std::str::from_utf8(valid).unwrap_or_default(), true)
            }
        };
        Self {
            text,
            at: 0,
            cut,
            depth: DEPTH,
            mode,
            findings: Vec::new(),
        }
    }

    #[cold]
    pub(super) fn fail(&self, reason: &'static str) -> ReadError {
        let reason = match self.text.len().checked_sub(self.at) {
            Some(0) | None if self.cut => "expected UTF-8",
            Some(0) | None => "the text ends early",
            Some(_) => reason,
        };
        ReadError::new(reason).at_byte(self.at)
    }

    /// The next byte that is not white space, which stays unread.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        match self.text.as_bytes().get(self.at) {
            Some(&byte) if byte > b' ' => Some(byte),
            _ => self.skip_space(),
        }
    }

    fn skip_space(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    pub(super) fn literal(&mut self, word: &str, reason: &'static str) -> Result<(), ReadError> {
        let found = self.text.as_bytes().get(self.at..);
        if found.is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.fail(reason))
        }
    }

    /// Reads a `null`, if the next value is one.
    #[inline]
    pub(crate) fn null(&mut self) -> Result<bool, ReadError> {
        if self.peek() != Some(b'n') {
            return Ok(false);
        }
        self.literal("null", "expected null")?;
        Ok(true)
    }

    pub(crate) fn open(&mut self, bracket: u8, reason: &'static str) -> Result<(), ReadError> {
        if self.peek() != Some(bracket) {
            return Err(self.fail(reason));
        }
        self.depth = match self.depth.checked_sub(1) {
            Some(depth) => depth,
            None => return Err(self.fail("expected at most 128 levels")),
        };
        self.at += 1;
        Ok(())
    }

    fn close(&mut self) {
        self.at += 1;
        self.depth += 1;
    }

    /// The next key of the object that is open, its colon read; `None` at its end.
    pub(crate) fn key(&mut self, first: bool) -> Result<Option<Cow<'a, str>>, ReadError> {
        match self.peek() {
            Some(b'}') => {
                self.close();
                return Ok(None);
            }
            Some(b',') if !first => {
                self.at += 1;
                self.peek();
            }
            _ if first => {}
            _ => return Err(self.fail("expected `,` or `}`")),
        }
        let key = self.text_value("expected a member name")?;
        if self.peek() != Some(b':') {
            return Err(self.fail("expected `:`"));
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// Whether the list that is open has another entry, which is then next.
    pub(crate) fn item(&mut self, first: bool) -> Result<bool, ReadError> {
        match self.peek() {
            Some(b']') => {
                self.close();
                return Ok(false);
            }
            Some(b',') if !first => {
                self.at += 1;
                // A comma promises another entry.
                if self.peek() == Some(b']') {
                    return Err(self.fail("expected a value"));
                }
            }
            _ if first => {}
            _ => return Err(self.fail("expected `,` or `]`")),
        }
        Ok(true)
    }

    /// Reads an object. `member` gets each key and must read or [skip](Self::skip) the value. A key that comes twice is
    /// passed twice: the last wins where values are stored by key.
    ///
    /// # Errors
    /// What `member` rejects, under the key; any other value than an object.
    pub fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &str) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.open(b'{', "expected an object")?;
        let mut first = true;
        while let Some(key) = self.key(first)? {
            first = false;
            let findings = self.findings.len();
            if let Err(error) = member(self, &key) {
                return Err(error.within(&key));
            }
            if self.findings.len() != findings {
                prefix(&mut self.findings, findings, &key);
            }
        }
        Ok(())
    }

    /// Reads a value that may be `null`.
    ///
    /// # Errors
    /// What `read` rejects.
    #[inline]
    pub fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        if self.null()? {
            Ok(None)
        } else {
            read(self).map(Some)
        }
    }

    pub(super) fn items(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.open(b'[', "expected a list")?;
        let mut index = 0;
        while self.item(index == 0)? {
            let findings = self.findings.len();
            if let Err(error) = item(self) {
                return Err(error.within_item(index));
            }
            if self.findings.len() != findings {
                prefix(&mut self.findings, findings, &index);
            }
            index += 1;
        }
        Ok(())
    }

    /// Reads a union: an object with exactly one member that is not null. A `__type` beside it is ignored.
    ///
    /// `read` returns `None` for a member that it does not know and leaves its value alone; a client then gets `unknown()`.
    ///
    /// # Errors
    /// What `read` rejects; no member or several; any other value than an object; for a server a member that `read` does
    /// not know.
    pub fn union<T>(
        &mut self,
        unknown: impl FnOnce() -> T,
        mut read: impl FnMut(&mut Self, &str) -> Result<Option<T>, ReadError>,
    ) -> Result<T, ReadError> {
        let mut members = 0;
        let mut value = None;
        self.object(|reader, key| {
            if reader.null()? {
                return Ok(());
            }
            if key == "__type" {
                return reader.skip();
            }
            members += 1;
            if members > 1 {
                return Err(reader.fail("expected no other member in this union"));
            }
            value = read(reader, key)?;
            match (&value, reader.mode) {
                (Some(_), _) => Ok(()),
                (None, Mode::Server) => Err(reader.fail("expected a member that this union has")),
                (None, _) => reader.skip(),
            }
        })?;
        match value {
            Some(value) => Ok(value),
            None if members == 1 => Ok(unknown()),
            // What `Writer::unknown_variant` writes.
            #[cfg(feature = "serde")]
            None if self.mode == Mode::Shape => Ok(unknown()),
            None => Err(self.fail("expected a union with one member")),
        }
    }

    /// Reads past any value, and checks it as it would be checked if it were kept.
    ///
    /// # Errors
    /// What is not JSON.
    pub fn skip(&mut self) -> Result<(), ReadError> {
        match self.peek() {
            Some(b'"') => self.skip_string(),
            Some(b'{') => {
                let members = self.object(|reader, _| reader.skip());
                members.map_err(ReadError::mask)
            }
            Some(b'[') => self.items(Self::skip),
            Some(b't' | b'f') => self.boolean().map(drop),
            Some(b'n') => self.literal("null", "expected null"),
            _ => self.number("expected a value").map(drop),
        }
    }

    /// A required member's value. For a missing one a client gets a placeholder, so that one member does not make a whole
    /// response unreadable; a server gets one too, and a [`Violation`] is noted.
    ///
    /// # Errors
    /// Only when a shape is deserialised with feature `serde`: the member is missing.
    pub fn required<T: Placeholder>(
        &mut self,
        name: &'static str,
        value: Option<T>,
    ) -> Result<T, ReadError> {
        if let Some(value) = value {
            return Ok(value);
        }
        self.missing(name)?;
        Ok(T::placeholder())
    }

    #[cold]
    fn missing(&mut self, name: &'static str) -> Result<(), ReadError> {
        match self.mode {
            Mode::Client => {}
            Mode::Server => keep(
                &mut self.findings,
                Finding::at(name, ViolationKind::Required),
            ),
            #[cfg(feature = "serde")]
            Mode::Shape => return Err(ReadError::new("required").within(name)),
        }
        Ok(())
    }

    /// Only white space is left.
    ///
    /// # Errors
    /// Anything else is left.
    pub fn end(&mut self) -> Result<(), ReadError> {
        if self.peek().is_none() && !self.cut {
            Ok(())
        } else {
            Err(self.fail("expected the end"))
        }
    }

    /// The required members that were missing, under their paths from where this reader began.
    pub fn into_violations(self) -> Vec<Violation> {
        self.findings.into_iter().map(Violation::from).collect()
    }
}
