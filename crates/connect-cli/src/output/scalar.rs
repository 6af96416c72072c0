//! Scalars as Python writes them, which is how the AWS CLI prints.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::ser::{Error, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

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

/// A scalar as `str()` writes it: text bare, `True`, `False`, `None`. Lists and objects are not scalars: they come as JSON.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(number) => self::number(number).into(),
        Value::String(text) => text.into(),
        Value::Array(_) | Value::Object(_) => value.to_string().into(),
    }
}

/// Whether a value is neither list nor object.
pub(super) fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// The keys of scalars and those of lists and objects, each sorted.
pub(super) fn keys<'a>(
    objects: impl Iterator<Item = &'a Map<String, Value>>,
) -> (Vec<&'a str>, Vec<&'a str>) {
    let mut scalars = BTreeSet::new();
    let mut nested = BTreeSet::new();
    for (key, value) in objects.flatten() {
        if is_scalar(value) {
            scalars.insert(key.as_str());
        } else {
            nested.insert(key.as_str());
        }
    }
    (scalars.into_iter().collect(), nested.into_iter().collect())
}

/// A number as `repr()` writes it.
pub(super) fn number(number: &Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() => float(value),
        _ => number.to_string(),
    }
}

/// A double as `repr()` writes it: an exponent has a sign and at least two digits.
pub(super) fn float(value: f64) -> String {
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
