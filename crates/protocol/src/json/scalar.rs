//! Single values: booleans, numbers, timestamps, blobs, documents.

use std::str::FromStr;

use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document, Number};

use super::reader::Mode;
use super::{ReadError, Reader};
use crate::date;
use crate::decimal::Decimal;

const NUMBER: &str = "expected a number";

/// The text of a number, checked against JSON's grammar.
#[derive(Clone, Copy)]
pub(super) struct NumberText<'a> {
    text: &'a str,
    /// Where in the text the integer part ends.
    integer: usize,
    /// Where in the text the fraction ends.
    fraction: usize,
    /// Where it starts.
    byte: usize,
}

impl NumberText<'_> {
    /// Whether it has neither point nor exponent.
    fn is_whole(self) -> bool {
        self.integer == self.text.len()
    }

    fn decimal(self) -> Option<Decimal> {
        let fraction = self.text.get(self.integer + 1..self.fraction);
        let exponent = self.text.get(self.fraction + 1..);
        Decimal::of(
            &self.text[..self.integer],
            fraction.unwrap_or_default(),
            exponent,
        )
    }

    #[cold]
    fn out_of_range(self) -> ReadError {
        ReadError::new("expected a number within the type's range").at_byte(self.byte)
    }
}

fn digits(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

macro_rules! integers {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// A form with point or exponent will do, if the number is whole.
        ///
        /// # Errors
        /// Any other value, a fraction, and a number out of range.
        pub fn $name(&mut self) -> Result<$type, ReadError> {
            let number = self.number(NUMBER)?;
            let value = if number.is_whole() {
                number.text.parse().ok()
            } else {
                number.decimal().and_then(Decimal::to_i64).and_then(|value| value.try_into().ok())
            };
            value.ok_or_else(|| number.out_of_range())
        }
    )*};
}

macro_rules! floats {
    ($($(#[$doc:meta])* $name:ident: $type:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// The strings `NaN`, `Infinity` and `-Infinity` stand for what JSON's numbers cannot say.
        ///
        /// # Errors
        /// Any other value, and a number out of range.
        pub fn $name(&mut self) -> Result<$type, ReadError> {
            if self.peek() == Some(b'"') {
                return self.parsed(NUMBER, |text| match text {
                    "NaN" => Some($type::NAN),
                    "Infinity" => Some($type::INFINITY),
                    "-Infinity" => Some($type::NEG_INFINITY),
                    _ => None,
                });
            }
            let number = self.number(NUMBER)?;
            let value = number.text.parse().ok().filter(|value: &$type| value.is_finite());
            value.ok_or_else(|| number.out_of_range())
        }
    )*};
}

impl<'a> Reader<'a> {
    /// Reads the text of a number.
    pub(super) fn number(&mut self, reason: &'static str) -> Result<NumberText<'a>, ReadError> {
        self.peek();
        let bytes = self.text.as_bytes();
        let start = self.at;
        let integer = start + usize::from(bytes.get(start) == Some(&b'-'));
        let mut end = digits(bytes, integer);
        let leading_zero = end > integer + 1 && bytes.get(integer) == Some(&b'0');
        if end == integer || leading_zero {
            return Err(self.fail(reason));
        }
        let integer_end = end;
        if bytes.get(end) == Some(&b'.') {
            end = digits(bytes, integer_end + 1);
            if end == integer_end + 1 {
                return Err(self.fail(reason));
            }
        }
        let fraction_end = end;
        if let Some(b'e' | b'E') = bytes.get(end) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = fraction_end + 1 + sign;
            end = digits(bytes, exponent);
            if end == exponent {
                return Err(self.fail(reason));
            }
        }
        self.at = end;
        Ok(NumberText {
            text: &self.text[start..end],
            integer: integer_end - start,
            fraction: fraction_end - start,
            byte: start,
        })
    }

    /// Reads a number as it is written.
    #[cfg(feature = "serde")]
    pub(crate) fn number_text(&mut self) -> Result<&'a str, ReadError> {
        self.number("expected a value").map(|number| number.text)
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// Any other value.
    pub fn boolean(&mut self) -> Result<bool, ReadError> {
        const REASON: &str = "expected true or false";
        match self.peek() {
            Some(b't') => self.literal("true", REASON).map(|()| true),
            _ => self.literal("false", REASON).map(|()| false),
        }
    }

    integers! {
        /// Reads an 8-bit integer.
        byte: i8;
        /// Reads a 16-bit integer.
        short: i16;
        /// Reads a 32-bit integer.
        integer: i32;
        /// Reads a 64-bit integer.
        long: i64;
    }

    floats! {
        /// Reads a 32-bit floating-point number.
        float: f32;
        /// Reads a 64-bit floating-point number.
        double: f64;
    }

    /// Reads an integer of any size. Its digits are kept as they are.
    ///
    /// # Errors
    /// Any other value, and a form with point or exponent.
    pub fn big_integer(&mut self) -> Result<BigInteger, ReadError> {
        self.big_number("expected an integer")
    }

    /// Reads a decimal number of any size. Its digits are kept as they are.
    ///
    /// # Errors
    /// Any other value.
    pub fn big_decimal(&mut self) -> Result<BigDecimal, ReadError> {
        self.big_number(NUMBER)
    }

    fn big_number<T: FromStr>(&mut self, reason: &'static str) -> Result<T, ReadError> {
        // Serde's data model ends at 128 bits: there a big number may be a string.
        #[cfg(feature = "serde")]
        if self.mode == Mode::Shape && self.peek() == Some(b'"') {
            return self.parsed(reason, |text| text.parse().ok());
        }
        let number = self.number(reason)?;
        let value = number.text.parse();
        value.map_err(|_| ReadError::new(reason).at_byte(number.byte))
    }

    /// Reads a string and what it stands for.
    fn parsed<T>(
        &mut self,
        reason: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ReadError> {
        self.peek();
        let byte = self.at;
        let text = self.text_value(reason)?;
        parse(&text).ok_or_else(|| ReadError::new(reason).at_byte(byte))
    }

    /// Reads a timestamp in seconds since the epoch, to the nanosecond; exponents will do.
    ///
    /// # Errors
    /// Any other value, and seconds that do not fit 64 bits.
    pub fn epoch_seconds(&mut self) -> Result<DateTime, ReadError> {
        #[cfg(feature = "serde")]
        if self.mode == Mode::Shape {
            return self.any_timestamp();
        }
        self.seconds()
    }

    fn seconds(&mut self) -> Result<DateTime, ReadError> {
        let number = self.number(NUMBER)?;
        let time = if number.is_whole() {
            number.text.parse().ok().map(DateTime::from_secs)
        } else {
            number.decimal().and_then(Decimal::to_date_time)
        };
        time.ok_or_else(|| number.out_of_range())
    }

    /// Reads a timestamp in RFC 3339's form. Only a server insists on UTC.
    ///
    /// # Errors
    /// Any other value.
    pub fn date_time(&mut self) -> Result<DateTime, ReadError> {
        const REASON: &str = "expected an RFC 3339 date and time";
        #[cfg(feature = "serde")]
        if self.mode == Mode::Shape {
            return self.any_timestamp();
        }
        let offsets = self.mode != Mode::Server;
        self.parsed(REASON, |text| date::read_date_time(text, offsets))
    }

    /// Reads a timestamp in HTTP's form: `Tue, 29 Apr 2014 18:30:38 GMT`.
    ///
    /// # Errors
    /// Any other value.
    pub fn http_date(&mut self) -> Result<DateTime, ReadError> {
        const REASON: &str = "expected an HTTP date";
        #[cfg(feature = "serde")]
        if self.mode == Mode::Shape {
            return self.any_timestamp();
        }
        self.parsed(REASON, date::read_http_date)
    }

    #[cfg(feature = "serde")]
    fn any_timestamp(&mut self) -> Result<DateTime, ReadError> {
        const REASON: &str = "expected an RFC 3339 date and time, or seconds since the epoch,";
        if self.peek() != Some(b'"') {
            return self.seconds();
        }
        self.parsed(REASON, |text| date::read_date_time(text, true))
    }

    /// Reads a base64 string.
    ///
    /// # Errors
    /// Any other value, and base64 without its padding.
    pub fn blob(&mut self) -> Result<Blob, ReadError> {
        self.parsed("expected base64", |text| {
            let bytes = base64_simd::STANDARD.decode_to_vec(text);
            bytes.map(Blob::new).ok()
        })
    }

    /// Reads any value. Integers beyond 64 bits become floating point.
    ///
    /// # Errors
    /// What is not JSON, and a number beyond floating point.
    pub fn document(&mut self) -> Result<Document, ReadError> {
        Ok(match self.peek() {
            Some(b'"') => Document::String(self.string()?),
            Some(b'{') => Document::Object(self.map_with(Self::document, || Some(Document::Null))?),
            Some(b'[') => Document::Array(self.list_with(Self::document, || Some(Document::Null))?),
            Some(b't' | b'f') => Document::Bool(self.boolean()?),
            Some(b'n') => {
                self.null()?;
                Document::Null
            }
            _ => Document::Number(self.any_number()?),
        })
    }

    fn any_number(&mut self) -> Result<Number, ReadError> {
        let number = self.number("expected a value")?;
        // `-0` is an integer only without its sign.
        if number.is_whole() && number.text != "-0" {
            if let Ok(value) = number.text.parse() {
                return Ok(Number::PosInt(value));
            }
            if let Ok(value) = number.text.parse() {
                return Ok(Number::NegInt(value));
            }
        }
        let value = number
            .text
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite());
        value
            .map(Number::Float)
            .ok_or_else(|| number.out_of_range())
    }
}
