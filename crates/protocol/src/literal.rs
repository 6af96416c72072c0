//! Values that a model spells out, such as defaults, from the text that generated code holds of them.
//!
//! The generator has checked the text: what cannot be read does not get here, and would be the type's empty value.

use std::str::FromStr;

use aws_smithy_types::{Blob, DateTime, Document};

use crate::json::{self, ReadJson};

/// A document from JSON.
pub fn document(json: &str) -> Document {
    json::read(json.as_bytes(), ReadJson::read_json).unwrap_or(Document::Null)
}

/// Bytes from base64.
pub fn blob(base64: &str) -> Blob {
    Blob::new(
        base64_simd::STANDARD
            .decode_to_vec(base64)
            .unwrap_or_default(),
    )
}

/// A number of any size from its digits.
pub fn number<T: FromStr + Default>(digits: &str) -> T {
    digits.parse().unwrap_or_default()
}

/// A time from seconds and nanoseconds since the epoch.
pub fn timestamp(seconds: i64, nanos: u32) -> DateTime {
    DateTime::from_secs_and_nanos(seconds, nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::BigInteger;

    #[test]
    fn values_are_read_from_their_text() {
        assert_eq!(document("[true]"), Document::Array(vec![true.into()]));
        assert_eq!(document("null"), Document::Null);
        assert_eq!(blob("YWJj").as_ref(), b"abc");
        assert_eq!(
            number::<BigInteger>("123456789012345678901").as_ref(),
            "123456789012345678901"
        );
        assert_eq!(timestamp(1, 500_000_000).as_secs_f64(), 1.5);
    }
}
