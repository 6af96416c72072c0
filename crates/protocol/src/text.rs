//! Values as text: in labels, query strings and headers.

use std::borrow::Cow;

use aws_smithy_types::{BigDecimal, BigInteger, DateTime};

use crate::date;
use crate::decimal::Decimal;
use crate::error::{ReadError, WriteError};

pub use crate::date::{
    basic_date_time, date_time, http_date, parse_date_time, parse_http_date, parse_utc_date_time,
};

/// A value that has one form as text.
pub trait Text {
    /// That form. What JSON's numbers cannot say is `NaN`, `Infinity` or `-Infinity`.
    fn text(&self) -> Cow<'_, str>;
}

/// A value that is read from text.
pub trait FromText: Sized {
    /// Reads all of `text`.
    ///
    /// # Errors
    /// Another form than the type's; the error names the type and not the text.
    fn from_text(text: &str) -> Result<Self, ReadError>;
}

impl Text for str {
    fn text(&self) -> Cow<'_, str> {
        self.into()
    }
}

impl Text for String {
    fn text(&self) -> Cow<'_, str> {
        self.into()
    }
}

impl FromText for String {
    fn from_text(text: &str) -> Result<Self, ReadError> {
        Ok(text.to_owned())
    }
}

impl<T: Text + ?Sized> Text for &T {
    fn text(&self) -> Cow<'_, str> {
        (**self).text()
    }
}

impl Text for bool {
    fn text(&self) -> Cow<'_, str> {
        if *self { "true" } else { "false" }.into()
    }
}

impl FromText for bool {
    fn from_text(text: &str) -> Result<Self, ReadError> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(ReadError::new("expected true or false")),
        }
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Text for $type {
            fn text(&self) -> Cow<'_, str> {
                self.to_string().into()
            }
        }

        impl FromText for $type {
            fn from_text(text: &str) -> Result<Self, ReadError> {
                const REASON: &str = "expected an integer within the type's range";
                // Rust allows a plus sign, the protocol does not.
                let plain = !text.starts_with('+');
                text.parse().ok().filter(|_| plain).ok_or_else(|| ReadError::new(REASON))
            }
        }
    )*};
}

integers!(i8, i16, i32, i64);

macro_rules! floats {
    ($($type:ident),*) => {$(
        impl Text for $type {
            fn text(&self) -> Cow<'_, str> {
                if self.is_finite() {
                    // The fewest digits that read back as the same number, in exponent form where that is shorter.
                    format!("{self:?}").into()
                } else if self.is_nan() {
                    "NaN".into()
                } else if *self > 0.0 {
                    "Infinity".into()
                } else {
                    "-Infinity".into()
                }
            }
        }

        impl FromText for $type {
            fn from_text(text: &str) -> Result<Self, ReadError> {
                match text {
                    "NaN" => Ok($type::NAN),
                    "Infinity" => Ok($type::INFINITY),
                    "-Infinity" => Ok($type::NEG_INFINITY),
                    // Rust takes `inf`, `nan` and their like as well.
                    _ => text
                        .parse()
                        .ok()
                        .filter(|value: &$type| value.is_finite())
                        .ok_or_else(|| ReadError::new("expected a number within the type's range")),
                }
            }
        }
    )*};
}

floats!(f32, f64);

macro_rules! big_numbers {
    ($($type:ty),*) => {$(
        impl Text for $type {
            fn text(&self) -> Cow<'_, str> {
                self.as_ref().into()
            }
        }

        impl FromText for $type {
            fn from_text(text: &str) -> Result<Self, ReadError> {
                text.parse().map_err(|_| ReadError::new("expected a number"))
            }
        }
    )*};
}

big_numbers!(BigInteger, BigDecimal);

/// Reads a value from text.
///
/// # Errors
/// Another form than the type's.
pub fn parse<T: FromText>(text: &str) -> Result<T, ReadError> {
    T::from_text(text)
}

/// A timestamp in seconds since the epoch, to the nanosecond: `1398796238.5`.
///
/// # Errors
/// None; the signature is that of the other formats.
pub fn epoch_seconds(time: &DateTime) -> Result<String, WriteError> {
    Ok(date::format_epoch_seconds(time))
}

/// Reads seconds since the epoch, with fraction and exponent.
///
/// # Errors
/// Any other text, and seconds that do not fit 64 bits.
pub fn parse_epoch_seconds(text: &str) -> Result<DateTime, ReadError> {
    Decimal::parse(text)
        .and_then(Decimal::to_date_time)
        .ok_or_else(|| ReadError::new("expected seconds since the epoch"))
}

/// Text as base64: what a header holds of a string with a media type.
pub fn base64(text: impl AsRef<str>) -> String {
    base64_simd::STANDARD.encode_to_string(text.as_ref())
}

/// Reads text from base64.
///
/// # Errors
/// Base64 without its padding; bytes that are not UTF-8.
pub fn parse_base64(text: &str) -> Result<String, ReadError> {
    let bytes = base64_simd::STANDARD.decode_to_vec(text);
    let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| ReadError::new("expected base64 of UTF-8"))
}

/// A body that is one member, as bytes; an empty one is no value.
pub fn payload(body: &[u8]) -> Option<&[u8]> {
    (!body.is_empty()).then_some(body)
}

/// A body that is one member, as text; an empty one is no value.
///
/// # Errors
/// Bytes that are not UTF-8.
pub fn payload_text(body: &[u8]) -> Result<Option<&str>, ReadError> {
    payload(body)
        .map(std::str::from_utf8)
        .transpose()
        .map_err(|error| ReadError::new("expected UTF-8").at_byte(error.valid_up_to()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back() {
        assert_eq!((-5_i8).text(), "-5");
        assert_eq!(1.1_f32.text(), "1.1");
        assert_eq!(3.0_f64.text(), "3.0");
        assert_eq!(f64::NAN.text(), "NaN");
        assert_eq!(f32::NEG_INFINITY.text(), "-Infinity");
        assert_eq!(parse("1e300"), Ok(1e300_f64));
        assert_eq!(parse("Infinity"), Ok(f32::INFINITY));
        assert_eq!(parse("-128"), Ok(-128_i8));
        assert_eq!(parse(" x "), Ok(" x ".to_owned()));
        let digits = "123456789012345678901234567890";
        assert_eq!(parse::<BigInteger>(digits).unwrap().text(), digits);
        assert_eq!(parse::<BigDecimal>("-0.10").unwrap().text(), "-0.10");
    }

    #[test]
    fn other_forms_are_rejected() {
        for text in [
            "", "true", "1.001", "1.0", "2ABC", "0x42", "Infinity", "NaN", "1_000", " 3", "+3",
            "3 ",
        ] {
            assert!(parse::<i16>(text).is_err(), "{text}");
        }
        assert!(parse::<i8>("128").is_err());
        assert!(parse::<BigInteger>("1.5").is_err() && parse::<BigDecimal>("1,5").is_err());
        for text in [
            "", "true", "2ABC", "0x42", "inf", "nan", "-inf", "infinity", "1e999", " 1",
        ] {
            assert!(parse::<f64>(text).is_err(), "{text}");
        }
        for text in ["True", "TRUE", "1", "yes", "", " true"] {
            assert!(parse::<bool>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn timestamps() {
        let time = DateTime::from_secs_and_nanos(1_398_796_238, 500_000_000);
        let text = "2014-04-29T18:30:38.5Z";
        assert_eq!(date_time(&time).as_deref(), Ok(text));
        assert_eq!(parse_date_time(text), Ok(time));
        assert_eq!(epoch_seconds(&time).as_deref(), Ok("1398796238.5"));
        assert_eq!(parse_epoch_seconds("1398796238.5"), Ok(time));
        let text = "Tue, 29 Apr 2014 18:30:38 GMT";
        assert_eq!(http_date(&time).as_deref(), Ok(text));
        assert!(parse_utc_date_time("2014-04-29T18:30:38+00:00").is_err());
        assert!(parse_date_time("2014-04-29T18:30:38+00:00").is_ok());
        let no_seconds =
            "true 1515531081ABC 0x42 1515531081.123.456 Infinity NaN 2014-04-29T18:30:38Z ";
        for text in no_seconds.split(' ') {
            assert!(parse_epoch_seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn base64_both_ways() {
        assert_eq!(base64("{\"a\":1}"), "eyJhIjoxfQ==");
        assert_eq!(parse_base64("eyJhIjoxfQ==").as_deref(), Ok("{\"a\":1}"));
        for text in ["xyz", "YmxvYg=", "[][]", "-_==", "/w=="] {
            assert!(parse_base64(text).is_err(), "{text}");
        }
    }
}
