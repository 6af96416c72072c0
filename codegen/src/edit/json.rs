//! JSON with its order and spelling kept, so that what is copied stays as it was written.

use std::fmt::Write;

use serde_json::value::RawValue;

use crate::model::Entries;

/// A JSON value. Objects keep their order; strings, numbers and words keep their spelling.
#[derive(Debug, Clone)]
pub(super) enum Json {
    /// A string, number, `true`, `false` or `null`, as it is written.
    Scalar(String),
    /// `[..]`
    Array(Vec<Json>),
    /// `{..}`
    Object(Vec<(String, Json)>),
}

/// Deeper nesting is an error; it would cost stack.
const MAX_DEPTH: usize = 128;

impl Json {
    pub(super) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        Self::parse_at(text, 0)
    }

    fn parse_at(text: &str, depth: usize) -> Result<Self, serde_json::Error> {
        use serde::de::Error;
        if depth > MAX_DEPTH {
            return Err(serde_json::Error::custom("nested too deeply"));
        }
        let text = text.trim_ascii();
        if text.starts_with('{') {
            let entries: Entries<&RawValue> = serde_json::from_str(text)?;
            let entries = entries.0.into_iter();
            return entries
                .map(|(key, raw)| Ok((key, Self::parse_at(raw.get(), depth + 1)?)))
                .collect::<Result<_, _>>()
                .map(Self::Object);
        }
        if text.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            let items = items.into_iter();
            return items
                .map(|raw| Self::parse_at(raw.get(), depth + 1))
                .collect::<Result<_, _>>()
                .map(Self::Array);
        }
        Ok(Self::Scalar(text.to_owned()))
    }

    /// A string as a value.
    pub(super) fn string(text: &str) -> Self {
        Self::Scalar(quoted(text))
    }

    /// `{"target": id}`
    pub(super) fn target(id: &str) -> Self {
        Self::Object(vec![("target".to_owned(), Self::string(id))])
    }

    /// An object's entries; none for anything else.
    pub(super) fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Object(entries) => entries,
            _ => &[],
        }
    }

    /// An array's items; none for anything else.
    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// The value of an object's key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let mut entries = self.entries().iter();
        entries
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// A string's text.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Scalar(raw) => serde_json::from_str(raw).ok(),
            _ => None,
        }
    }

    /// The text of an object's key.
    pub(super) fn text_of(&self, key: &str) -> Option<String> {
        self.get(key).and_then(Self::text)
    }

    /// Whether both say the same, in whatever order and spelling.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(a), Self::Scalar(b)) => same_scalar(a, b),
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Self::Object(a), Self::Object(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, value)| {
                        other
                            .get(key)
                            .is_some_and(|other_value| value.same(other_value))
                    })
            }
            _ => false,
        }
    }

    /// The text on several lines, two spaces a level, for a place that is indented by `indent`; on one line for `None`.
    pub(super) fn print(&self, indent: Option<usize>) -> String {
        let mut text = String::new();
        self.print_to(&mut text, indent);
        text
    }

    fn print_to(&self, text: &mut String, indent: Option<usize>) {
        match self {
            Self::Scalar(raw) => text.push_str(raw),
            Self::Array(items) => {
                print_all(text, indent, ['[', ']'], items, |text, item, indent| {
                    item.print_to(text, indent);
                });
            }
            Self::Object(entries) => {
                print_all(
                    text,
                    indent,
                    ['{', '}'],
                    entries,
                    |text, (key, value), indent| {
                        text.push_str(&quoted(key));
                        text.push_str(": ");
                        value.print_to(text, indent);
                    },
                );
            }
        }
    }
}

fn print_all<T>(
    text: &mut String,
    indent: Option<usize>,
    [open, close]: [char; 2],
    items: &[T],
    print: impl Fn(&mut String, &T, Option<usize>),
) {
    let inner = indent.map(|indent| indent + 2);
    text.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(if indent.is_some() { "," } else { ", " });
        }
        new_line(text, inner);
        print(text, item, inner);
    }
    if !items.is_empty() {
        new_line(text, indent);
    }
    text.push(close);
}

fn new_line(text: &mut String, indent: Option<usize>) {
    if let Some(indent) = indent {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{:indent$}", "");
    }
}

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `1` and `1.0` are the same, and so are `"\u0041"` and `"A"`.
fn same_scalar(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    let (Some(a), Some(b)) = (value(a), value(b)) else {
        return false;
    };
    let mixed = a.is_f64() != b.is_f64();
    a == b || (mixed && a.as_f64().is_some() && a.as_f64() == b.as_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text).unwrap()
    }

    #[test]
    fn order_and_spelling_stay() {
        let text = r#"{"b": [1.50, -1e3, "\u00e9\/"], "a": {}, "c": []}"#;
        assert_eq!(json(text).print(None), text);
    }

    #[test]
    fn several_lines_are_indented_by_two() {
        let text = "{\n    \"a\": [\n      1,\n      2\n    ],\n    \"b\": {}\n  }";
        assert_eq!(json(text).print(Some(2)), text);
    }

    #[test]
    fn sameness_is_of_meaning() {
        for (a, b) in [
            (r#"{"a": 1, "b": [2]}"#, r#"{"b":[2.0],"a":1}"#),
            (r#""A""#, r#""\u0041""#),
        ] {
            assert!(json(a).same(&json(b)), "{a} {b}");
        }
        for (a, b) in [
            ("[1, 2]", "[2, 1]"),
            (r#"{"a": 1}"#, r#"{"a": 1, "b": 1}"#),
            (r#"{"a": 1}"#, r#"{"b": 1}"#),
            ("1", "\"1\""),
            ("9007199254740993", "9007199254740992"),
            ("null", "{}"),
        ] {
            assert!(!json(a).same(&json(b)), "{a} {b}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let text = "[".repeat(200) + &"]".repeat(200);
        assert!(Json::parse(&text).is_err());
    }
}
