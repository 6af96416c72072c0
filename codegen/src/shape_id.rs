//! Shape IDs.

use std::fmt;

/// An absolute shape ID without a member: `com.amazonaws.connect#ContactId`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId {
    text: String,
    hash: usize,
}

impl ShapeId {
    /// Reads `namespace#Name`; `None` if it is not of that form or an identifier in it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let (namespace, name) = text.split_once('#')?;
        let valid = namespace.split('.').all(is_identifier) && is_identifier(name);
        valid.then(|| Self {
            text: text.to_owned(),
            hash: namespace.len(),
        })
    }

    /// A shape of Smithy's prelude: `smithy.api#String`.
    pub fn prelude(name: &str) -> Self {
        let namespace = "smithy.api";
        Self {
            text: format!("{namespace}#{name}"),
            hash: namespace.len(),
        }
    }

    /// The part before `#`.
    pub fn namespace(&self) -> &str {
        &self.text[..self.hash]
    }

    /// The part after `#`.
    pub fn name(&self) -> &str {
        &self.text[self.hash + 1..]
    }

    /// The whole ID.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ShapeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether the text is a Smithy identifier: a letter, or underscores and then a letter or digit, then letters, digits, `_`.
pub fn is_identifier(text: &str) -> bool {
    let rest = text.trim_start_matches('_');
    let starts_well = match rest.chars().next() {
        Some(first) => {
            first.is_ascii_alphabetic() || (first.is_ascii_digit() && rest.len() < text.len())
        }
        None => false,
    };
    starts_well && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_namespace_and_name() {
        let id = ShapeId::parse("com.example#Thing_1").unwrap();
        assert_eq!((id.namespace(), id.name()), ("com.example", "Thing_1"));
    }

    #[test]
    fn rejects_what_is_no_absolute_id() {
        for text in [
            "", "Thing", "#Thing", "a.#Thing", "a#", "a#1x", "a#b$c", "a b#C", "a#B#C",
        ] {
            assert_eq!(ShapeId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn identifiers_may_start_with_underscores() {
        assert!(
            is_identifier("_1")
                && is_identifier("__a")
                && !is_identifier("_")
                && !is_identifier("1a")
        );
    }
}
