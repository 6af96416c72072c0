//! The writer.

use std::collections::HashMap;
use std::fmt;
use std::io::Write as _;

use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document, Number};

use super::WriteError;
use super::scan::plain_end;
use crate::{date, text};

/// Writes shapes as JSON, without white space. Maps are written in the order of their keys, so equal shapes give equal bytes.
///
/// Each method that writes a value takes it by reference and returns a result, so that it can be passed to
/// [`member`](Self::member), [`list`](Self::list) and [`map`](Self::map).
#[derive(Debug)]
pub struct Writer {
    out: Vec<u8>,
    mode: Mode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Wire,
    /// Feature `serde` serialises a shape: timestamps are text with a mark before them.
    #[cfg(feature = "serde")]
    Shape,
}

/// Stands before a timestamp's text when a shape is serialised with feature `serde`. JSON has no such byte outside of strings.
#[cfg(feature = "serde")]
pub(crate) const TIMESTAMP_MARK: u8 = 1;

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

/// Methods that write a value and cannot fail.
macro_rules! infallible {
    ($($(#[$doc:meta])* $name:ident($self:ident, $value:ident: $type:ty) $write:expr;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// None.
        pub fn $name(&mut $self, $value: &$type) -> Result<(), WriteError> {
            $write;
            Ok(())
        }
    )*};
}

impl Writer {
    /// A writer of one value.
    pub fn new() -> Self {
        Self {
            out: Vec::with_capacity(128),
            mode: Mode::Wire,
        }
    }

    /// A writer that marks timestamps with [`TIMESTAMP_MARK`] and rejects nothing.
    #[cfg(feature = "serde")]
    pub(crate) fn shape() -> Self {
        Self {
            mode: Mode::Shape,
            ..Self::new()
        }
    }

    /// The bytes written.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    fn plain(&mut self, text: fmt::Arguments<'_>) {
        // Writing to a vector does not fail.
        let _ = self.out.write_fmt(text);
    }

    /// Writes a comma, unless what comes next is the first in its brackets.
    pub(crate) fn separate(&mut self) {
        if !matches!(self.out.last(), Some(b'{' | b'[') | None) {
            self.out.push(b',');
        }
    }

    pub(crate) fn name(&mut self, name: &str) {
        self.separate();
        self.quoted(name);
        self.out.push(b':');
    }

    /// Writes an object, whose members `members` writes.
    ///
    /// # Errors
    /// Those of `members`.
    pub fn object(
        &mut self,
        members: impl FnOnce(&mut Self) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.begin_object();
        members(self)?;
        self.end_object();
        Ok(())
    }

    /// A whole number that an `i64` may not hold.
    #[cfg(feature = "serde")]
    pub(crate) fn unsigned(&mut self, value: u64) {
        self.plain(format_args!("{value}"));
    }

    #[cfg(feature = "serde")]
    pub(crate) fn begin_list(&mut self) {
        self.out.push(b'[');
    }

    #[cfg(feature = "serde")]
    pub(crate) fn end_list(&mut self) {
        self.out.push(b']');
    }

    /// Opens an object; its members come next, then [`end_object`](Self::end_object).
    #[inline]
    pub fn begin_object(&mut self) {
        self.out.push(b'{');
    }

    /// Closes the object that is open.
    #[inline]
    pub fn end_object(&mut self) {
        self.out.push(b'}');
    }

    /// Writes a member of the object that is open by a function, for a form that is not the type's own; nothing for `None`.
    ///
    /// # Errors
    /// Those of `write`, under the member's name.
    pub fn member_with<T: ?Sized>(
        &mut self,
        name: &str,
        value: Option<&T>,
        write: impl FnOnce(&mut Self, &T) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        let Some(value) = value else { return Ok(()) };
        self.name(name);
        write(self, value).map_err(|error| error.within(name))
    }

    /// Writes a list.
    ///
    /// # Errors
    /// Those of `write`, under the entry's index.
    pub fn list<T>(
        &mut self,
        list: &[T],
        mut write: impl FnMut(&mut Self, &T) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.out.push(b'[');
        for (index, item) in list.iter().enumerate() {
            self.separate();
            write(self, item).map_err(|error| error.within_item(index))?;
        }
        self.out.push(b']');
        Ok(())
    }

    /// Writes a list in which `None` is `null`.
    ///
    /// # Errors
    /// Those of `write`, under the entry's index.
    pub fn sparse_list<T>(
        &mut self,
        list: &[Option<T>],
        mut write: impl FnMut(&mut Self, &T) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.list(list, |writer, item| {
            writer.nullable(item.as_ref(), &mut write)
        })
    }

    /// Writes a map, by the order of its keys.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn map<K: AsRef<str>, V>(
        &mut self,
        map: &HashMap<K, V>,
        mut write: impl FnMut(&mut Self, &V) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        let mut entries: Vec<(&str, &V)> = map
            .iter()
            .map(|(key, value)| (key.as_ref(), value))
            .collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        self.object(|writer| {
            for (key, value) in entries {
                writer.name(key);
                // A key of a map is no word of the model: errors do not repeat it.
                write(writer, value).map_err(|error| error.within("*"))?;
            }
            Ok(())
        })
    }

    /// Writes a map in which `None` is `null`, by the order of its keys.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn sparse_map<K: AsRef<str>, V>(
        &mut self,
        map: &HashMap<K, Option<V>>,
        mut write: impl FnMut(&mut Self, &V) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.map(map, |writer, value| {
            writer.nullable(value.as_ref(), &mut write)
        })
    }

    fn nullable<T>(
        &mut self,
        value: Option<&T>,
        write: &mut impl FnMut(&mut Self, &T) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }

    /// Writes `null`.
    ///
    /// # Errors
    /// None.
    pub fn null(&mut self) -> Result<(), WriteError> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    /// What a union writes as its member if that is a variant that its model does not know: there is nothing to send.
    ///
    /// # Errors
    /// Always, but when a shape is serialised with feature `serde`: then the union has no member.
    pub fn unknown_variant(&mut self) -> Result<(), WriteError> {
        match self.mode {
            Mode::Wire => Err(WriteError::unknown_variant()),
            #[cfg(feature = "serde")]
            Mode::Shape => Ok(()),
        }
    }

    /// Writes a string.
    ///
    /// # Errors
    /// None.
    pub fn string<S: AsRef<str> + ?Sized>(&mut self, value: &S) -> Result<(), WriteError> {
        self.quoted(value.as_ref());
        Ok(())
    }

    fn quoted(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.out.push(b'"');
        let mut from = 0;
        loop {
            let end = plain_end(bytes, from);
            self.out.extend_from_slice(&bytes[from..end]);
            match bytes.get(end) {
                Some(&byte) => self.escape(byte),
                None => break,
            }
            from = end + 1;
        }
        self.out.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            _ => return self.plain(format_args!("\\u{byte:04x}")),
        };
        self.out.extend_from_slice(&[b'\\', short]);
    }

    infallible! {
        /// Writes `true` or `false`.
        boolean(self, value: bool) self.plain(format_args!("{value}"));
        /// Writes an 8-bit integer.
        byte(self, value: i8) self.plain(format_args!("{value}"));
        /// Writes a 16-bit integer.
        short(self, value: i16) self.plain(format_args!("{value}"));
        /// Writes a 32-bit integer.
        integer(self, value: i32) self.plain(format_args!("{value}"));
        /// Writes a 64-bit integer.
        long(self, value: i64) self.plain(format_args!("{value}"));
        /// Writes a 32-bit floating-point number, in the fewest digits that read back as it. What JSON's numbers cannot say is
        /// `"NaN"`, `"Infinity"` or `"-Infinity"`.
        float(self, value: f32) self.number_or_name(value.is_finite(), value);
        /// Writes a 64-bit floating-point number, in the fewest digits that read back as it. What JSON's numbers cannot say is
        /// `"NaN"`, `"Infinity"` or `"-Infinity"`.
        double(self, value: f64) self.number_or_name(value.is_finite(), value);
        /// Writes an integer of any size.
        big_integer(self, value: BigInteger) self.big_number(value.as_ref());
        /// Writes a decimal number of any size.
        big_decimal(self, value: BigDecimal) self.big_number(value.as_ref());
        /// Writes bytes as base64.
        blob(self, value: Blob) {
            self.out.push(b'"');
            base64_simd::STANDARD.encode_append(value, &mut self.out);
            self.out.push(b'"')
        };
    }

    fn number_or_name(&mut self, finite: bool, value: &impl text::Text) {
        if finite {
            self.plain(format_args!("{}", value.text()));
        } else {
            self.quoted(&value.text());
        }
    }

    /// Writes the digits of a number, whose type allows signs, zeros and points where JSON does not.
    fn big_number(&mut self, text: &str) {
        #[cfg(feature = "serde")]
        if self.mode == Mode::Shape {
            // Serde's data model has no number of any size.
            return self.quoted(text);
        }
        let (sign, text) = match text.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let integer = match integer.trim_start_matches('0') {
            "" => "0",
            digits => digits,
        };
        let point = if fraction.is_empty() { "" } else { "." };
        self.plain(format_args!("{sign}{integer}{point}{fraction}{exponent}"));
    }

    /// Writes any value.
    ///
    /// # Errors
    /// None.
    pub fn document(&mut self, value: &Document) -> Result<(), WriteError> {
        match value {
            Document::Object(members) => self.map(members, Self::document),
            Document::Array(list) => self.list(list, Self::document),
            Document::Number(Number::PosInt(number)) => {
                self.plain(format_args!("{number}"));
                Ok(())
            }
            Document::Number(Number::NegInt(number)) => self.long(number),
            Document::Number(Number::Float(number)) => self.double(number),
            Document::String(text) => self.string(text),
            Document::Bool(value) => self.boolean(value),
            Document::Null => self.null(),
        }
    }

    /// Writes a timestamp in seconds since the epoch, to the nanosecond.
    ///
    /// # Errors
    /// None.
    pub fn epoch_seconds(&mut self, value: &DateTime) -> Result<(), WriteError> {
        #[cfg(feature = "serde")]
        if self.mode == Mode::Shape {
            return self.marked_timestamp(value);
        }
        self.plain(format_args!("{}", date::format_epoch_seconds(value)));
        Ok(())
    }

    /// Writes a timestamp in RFC 3339's form, to the nanosecond.
    ///
    /// # Errors
    /// A year outside of 0000 to 9999.
    pub fn date_time(&mut self, value: &DateTime) -> Result<(), WriteError> {
        #[cfg(feature = "serde")]
        if self.mode == Mode::Shape {
            return self.marked_timestamp(value);
        }
        self.string(&text::date_time(value)?)
    }

    /// Writes a timestamp in HTTP's form, which has whole seconds: `Tue, 29 Apr 2014 18:30:38 GMT`.
    ///
    /// # Errors
    /// A year outside of 0000 to 9999.
    pub fn http_date(&mut self, value: &DateTime) -> Result<(), WriteError> {
        #[cfg(feature = "serde")]
        if self.mode == Mode::Shape {
            return self.marked_timestamp(value);
        }
        self.string(&text::http_date(value)?)
    }

    /// A timestamp outside of RFC 3339's years is written in seconds since the epoch, which deserialising takes as well.
    #[cfg(feature = "serde")]
    fn marked_timestamp(&mut self, value: &DateTime) -> Result<(), WriteError> {
        match text::date_time(value) {
            Ok(text) => {
                self.out.push(TIMESTAMP_MARK);
                self.string(&text)
            }
            Err(_) => {
                self.plain(format_args!("{}", date::format_epoch_seconds(value)));
                Ok(())
            }
        }
    }
}
