//! Scalars as Python writes them, which is how the AWS CLI prints.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::python;

/// A scalar as `str()` writes it: text bare, `True`, `False`, `None`. Lists and objects are not scalars: they come as JSON.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(number) => python::number(number).into(),
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
