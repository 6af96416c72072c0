//! Numbers as Python writes them, which is how the AWS CLI and jmespath.py do.

use serde::ser::{Error, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Number, Value};

/// A value for serde_json to write, with numbers as Python's `json` has them.
pub(crate) struct Python<'v>(pub(crate) &'v Value);

impl Serialize for Python<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Number(value) => {
                let raw = RawValue::from_string(number(value)).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
            Value::Array(values) => serializer.collect_seq(values.iter().map(Python)),
            Value::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, Python(value))))
            }
            value => value.serialize(serializer),
        }
    }
}

/// A number as `repr()` writes it.
pub(crate) fn number(number: &Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() => float(value),
        _ => number.to_string(),
    }
}

/// A double as `repr()` writes it: an exponent has a sign and at least two digits.
fn float(value: f64) -> String {
    // Rust picks the same digits, and an exponent for the same values.
    let text = format!("{value:?}");
    match text.split_once('e') {
        None => text,
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_read_as_python_writes_them() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (100.0, "100.0"),
            (0.1, "0.1"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-1.5e-7, "-1.5e-07"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (1e16, "1e+16"),
            (1.25e100, "1.25e+100"),
        ] {
            assert_eq!(float(value), expected);
        }
    }
}
