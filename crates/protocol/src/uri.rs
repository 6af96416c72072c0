//! Path and query of a request, percent-encoded once.

#[cfg(feature = "server")]
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::InputError;
#[cfg(feature = "server")]
use crate::json::ReadError;

/// Everything but RFC 3986's unreserved characters.
#[doc(hidden)]
pub const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// The same without the slash.
#[doc(hidden)]
pub const RESERVED_BUT_SLASH: &AsciiSet = &RESERVED.remove(b'/');

/// Text as it was before it was percent-encoded.
#[cfg(feature = "server")]
pub(crate) fn decode<'a>(text: impl Into<Cow<'a, str>>) -> Result<Cow<'a, str>, ReadError> {
    use percent_encoding::percent_decode_str;

    match text.into() {
        Cow::Borrowed(text) => percent_decode_str(text).decode_utf8(),
        Cow::Owned(text) => percent_decode_str(&text)
            .decode_utf8()
            .map(|text| text.into_owned().into()),
    }
    .map_err(|_| ReadError::new("expected UTF-8"))
}

/// Writes a request's path and query from left to right.
#[derive(Debug, Default)]
pub struct UriWriter {
    uri: String,
    query: bool,
}

impl UriWriter {
    /// A writer of one path and query.
    pub fn new() -> Self {
        Self {
            uri: String::with_capacity(96),
            query: false,
        }
    }

    /// Writes a part of the path as it is: `/contact/associated/`.
    pub fn literal(&mut self, text: &str) {
        self.uri.push_str(text);
    }

    /// Writes a member's value into the path, all but unreserved characters encoded.
    ///
    /// # Errors
    /// No value, or an empty one, `.` or `..`: the path would be another's.
    pub fn label(
        &mut self,
        member: &'static str,
        value: Option<impl AsRef<str>>,
    ) -> Result<(), InputError> {
        self.encoded_label(member, value, RESERVED, None)
    }

    /// Writes a member's value into the path as several segments: slashes stay.
    ///
    /// # Errors
    /// No value, or an empty one. One with a segment `.` or `..`: whoever follows the path on its way, the service's check of the
    /// signature included, may resolve it to another path.
    pub fn greedy_label(
        &mut self,
        member: &'static str,
        value: Option<impl AsRef<str>>,
    ) -> Result<(), InputError> {
        self.encoded_label(member, value, RESERVED_BUT_SLASH, Some('/'))
    }

    fn encoded_label(
        &mut self,
        member: &'static str,
        value: Option<impl AsRef<str>>,
        reserved: &'static AsciiSet,
        segments: Option<char>,
    ) -> Result<(), InputError> {
        let value = value.ok_or_else(|| InputError::new(member, "required"))?;
        let value = value.as_ref();
        if value.is_empty() {
            return Err(InputError::new(
                member,
                "must not be empty, it is part of the path",
            ));
        }
        // A label with a slash that is encoded is one segment. Encoding the dots would change nothing: they mean the same.
        let is_dots = |segment: &str| matches!(segment, "." | "..");
        if is_dots(value) || segments.is_some_and(|slash| value.split(slash).any(is_dots)) {
            return Err(InputError::new(
                member,
                "must have no segment . or .., it is part of the path",
            ));
        }
        self.uri.extend(utf8_percent_encode(value, reserved));
        Ok(())
    }

    fn separate(&mut self) {
        self.uri.push(if self.query { '&' } else { '?' });
        self.query = true;
    }

    /// Writes a part of the query as it is: `foo=bar`, or only `foo`.
    pub fn query_literal(&mut self, text: &str) {
        self.separate();
        self.uri.push_str(text);
    }

    /// Writes a query parameter; nothing for `None`.
    pub fn query(&mut self, name: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.pair(name, value.as_ref());
        }
    }

    fn pair(&mut self, name: &str, value: &str) {
        self.separate();
        self.uri.extend(utf8_percent_encode(name, RESERVED));
        self.uri.push('=');
        self.uri.extend(utf8_percent_encode(value, RESERVED));
    }

    /// Writes a query parameter once for each value.
    pub fn query_list(&mut self, name: &str, values: impl IntoIterator<Item = impl AsRef<str>>) {
        for value in values {
            self.pair(name, value.as_ref());
        }
    }

    /// Writes a map of query parameters by the order of their names, without those that members of their own are bound to.
    pub fn query_map<V: QueryValues>(&mut self, map: Option<&HashMap<String, V>>, skip: &[&str]) {
        let mut entries: Vec<(&String, &V)> = map.into_iter().flatten().collect();
        entries.sort_unstable_by_key(|(name, _)| *name);
        for (name, values) in entries {
            if !skip.contains(&name.as_str()) {
                self.query_list(name, values.values());
            }
        }
    }

    /// Path and query.
    pub fn finish(self) -> String {
        self.uri
    }
}

/// Writes what an operation puts before the host's name.
#[derive(Debug, Default)]
pub struct HostPrefix {
    prefix: String,
}

impl HostPrefix {
    /// A prefix without anything in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a part as it is: `data.`.
    pub fn literal(&mut self, text: &str) {
        self.prefix.push_str(text);
    }

    /// Writes a member's value: a label of a domain name.
    ///
    /// # Errors
    /// No value; one that is empty, longer than 63 characters, or with other characters than letters, digits and hyphens.
    pub fn label(
        &mut self,
        member: &'static str,
        value: Option<impl AsRef<str>>,
    ) -> Result<(), InputError> {
        let value = value.ok_or_else(|| InputError::new(member, "required"))?;
        let value = value.as_ref();
        let fits = (1..=63).contains(&value.len())
            && value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !fits {
            let reason = "must be 1 to 63 letters, digits and hyphens, it is part of the host name";
            return Err(InputError::new(member, reason));
        }
        self.prefix.push_str(value);
        Ok(())
    }

    /// The prefix.
    pub fn finish(self) -> String {
        self.prefix
    }
}

/// What a map of query parameters holds under a name: a string or a list of strings.
pub trait QueryValues {
    /// The values, in order.
    fn values(&self) -> &[String];
    /// Adds a value that a server read. A single value is overwritten.
    #[doc(hidden)]
    fn add(slot: Entry<'_, String, Self>, value: String)
    where
        Self: Sized;
}

impl QueryValues for String {
    fn values(&self) -> &[String] {
        std::slice::from_ref(self)
    }

    fn add(slot: Entry<'_, String, Self>, value: String) {
        // Of a name that comes several times the first value is kept.
        slot.or_insert(value);
    }
}

impl QueryValues for Vec<String> {
    fn values(&self) -> &[String] {
        self
    }

    fn add(slot: Entry<'_, String, Self>, value: String) {
        slot.or_default().push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_name_another_path_are_rejected() {
        let label = |value| UriWriter::new().label("Id", Some(value));
        let greedy = |value| UriWriter::new().greedy_label("Id", Some(value));
        for dots in [".", ".."] {
            assert!(label(dots).is_err() && greedy(dots).is_err());
        }
        for path in ["a/../b", "../a", "a/.", "./", "a/./b"] {
            assert!(label(path).is_ok() && greedy(path).is_err(), "{path}");
        }
        for path in ["...", ".a/..b", "a."] {
            assert!(label(path).is_ok() && greedy(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn a_path_and_query_of_every_kind() {
        let mut uri = UriWriter::new();
        uri.literal("/a/");
        uri.label("Id", Some("x/y z\u{e9}%~")).unwrap();
        uri.literal("/");
        uri.greedy_label("Rest", Some("p/q r")).unwrap();
        uri.query_literal("list-type");
        uri.query("max results", Some("5"));
        uri.query("none", None::<&str>);
        uri.query("empty", Some(String::new()));
        uri.query_list("tag", ["a&b", "c=d+"]);
        let map = [("z", "1"), ("b", "2"), ("tag", "3")];
        let map = map.map(|(name, value)| (name.to_owned(), value.to_owned()));
        uri.query_map(Some(&HashMap::from(map)), &["tag"]);
        let lists = [("l".to_owned(), ["1", "2"].map(str::to_owned).to_vec())];
        uri.query_map(Some(&HashMap::from(lists)), &[]);
        uri.query_map(None::<&HashMap<String, String>>, &[]);
        assert_eq!(
            uri.finish(),
            "/a/x%2Fy%20z%C3%A9%25~/p/q%20r?list-type&max%20results=5&empty=&tag=a%26b&tag=c%3Dd%2B&b=2&z=1&l=1&l=2"
        );
    }

    #[test]
    fn a_host_label_is_part_of_a_domain_name() {
        let mut prefix = HostPrefix::new();
        prefix.literal("foo.");
        prefix.label("Account", Some("a-1")).unwrap();
        prefix.literal(".");
        for value in [None, Some(""), Some("a.b"), Some("a/b"), Some("\u{e9}")] {
            let error = prefix.label("Account", value).unwrap_err();
            assert_eq!(error.member(), "Account");
        }
        assert!(prefix.label("Account", Some("x".repeat(64))).is_err());
        assert_eq!(prefix.finish(), "foo.a-1.");
    }

    #[test]
    fn a_label_must_be_there() {
        let mut uri = UriWriter::new();
        let missing = uri.label("InstanceId", None::<&str>).unwrap_err();
        assert_eq!(missing.to_string(), "InstanceId: required");
        let empty = uri.label("InstanceId", Some("")).unwrap_err();
        assert_eq!(empty.member(), "InstanceId");
        let empty = uri.greedy_label("Key", Some("")).unwrap_err();
        assert_eq!(empty.member(), "Key");
        assert_eq!(uri.finish(), "");
    }
}
