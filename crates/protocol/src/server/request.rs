//! A request as an operation's parser reads it.

use std::borrow::Cow;
use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, header};

use super::ErrorResponse;
use super::route::Labels;
use crate::check::Violation;
use crate::json::{ReadError, Reader};
use crate::uri::{self, QueryValues};

/// A request whose route is known.
#[derive(Debug)]
pub struct Request<'a> {
    headers: &'a HeaderMap,
    labels: Labels<'a>,
    query: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    body: &'a Bytes,
    /// Required members that were missing in the body.
    missing: Vec<Violation>,
}

/// What an operation's body is, which decides the content type it must come with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// None: a content type is out of place.
    None,
    /// JSON, or a payload of this type.
    Type(&'static str),
    /// Bytes of any type.
    Any,
}

impl<'a> Request<'a> {
    /// A request from its parts; `labels` come from [`find`](super::find).
    ///
    /// # Errors
    /// A name or value in the query is no UTF-8.
    pub fn new(
        headers: &'a HeaderMap,
        query: Option<&'a str>,
        body: &'a Bytes,
        labels: Labels<'a>,
    ) -> Result<Self, ReadError> {
        let query = query
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty());
        let query = query.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name)?;
            let value = decode(value).map_err(|error| error.within(&name))?;
            Ok((name, value))
        });
        Ok(Self {
            headers,
            labels,
            query: query.collect::<Result<_, _>>()?,
            body,
            missing: Vec::new(),
        })
    }

    /// Checks `content-type` against what the operation takes.
    ///
    /// # Errors
    /// 415.
    pub fn takes(&self, body: Body) -> Result<(), ErrorResponse> {
        let given = self.headers.get(header::CONTENT_TYPE);
        let given = given.and_then(|line| line.to_str().ok()).map(essence);
        let fits = match body {
            Body::Any => true,
            Body::None => given.is_none() || self.body.is_empty(),
            Body::Type(wanted) => match given {
                Some(given) => given.eq_ignore_ascii_case(essence(wanted)),
                None => self.body.is_empty(),
            },
        };
        if fits {
            return Ok(());
        }
        Err(ErrorResponse::text(
            "UnsupportedMediaTypeException",
            415,
            "the content type is not supported",
        ))
    }

    /// Checks `accept` against the type of the operation's response.
    ///
    /// # Errors
    /// 406.
    pub fn wants(&self, media_type: &'static str) -> Result<(), ErrorResponse> {
        let media_type = essence(media_type);
        let lines = self.headers.get_all(header::ACCEPT).iter();
        let mut ranges = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .map(essence)
            .filter(|range| !range.is_empty())
            .peekable();
        if ranges.peek().is_none() || ranges.any(|range| accepts(range, media_type)) {
            return Ok(());
        }
        Err(ErrorResponse::text(
            "NotAcceptableException",
            406,
            "the response has no type that is accepted",
        ))
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.headers
    }

    /// The value of a label.
    pub fn label(&self, member: &str) -> Option<&str> {
        self.labels
            .iter()
            .find(|(name, _)| *name == member)
            .map(|(_, value)| &**value)
    }

    /// The first value of a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(there, _)| there == name)
            .map(|(_, value)| &**value)
    }

    /// All values of a query parameter; `None` if there is none.
    pub fn query_list(&self, name: &str) -> Option<Vec<&str>> {
        let values: Vec<&str> = self
            .query
            .iter()
            .filter(|(there, _)| there == name)
            .map(|(_, value)| &**value)
            .collect();
        (!values.is_empty()).then_some(values)
    }

    /// All query parameters, the first value of each; `None` if there is none.
    pub fn query_map(&self) -> Option<HashMap<String, String>> {
        self.map()
    }

    /// All query parameters with all their values; `None` if there is none.
    pub fn query_map_of_lists(&self) -> Option<HashMap<String, Vec<String>>> {
        self.map()
    }

    fn map<V: QueryValues>(&self) -> Option<HashMap<String, V>> {
        let mut map = HashMap::new();
        for (name, value) in &self.query {
            V::add(map.entry(name.to_string()), value.to_string());
        }
        (!map.is_empty()).then_some(map)
    }

    /// The body's bytes.
    pub fn bytes(&self) -> &[u8] {
        self.body
    }

    /// The body, to stream it.
    pub fn body(&self) -> Bytes {
        self.body.clone()
    }

    /// Reads a JSON body; an empty one reads as `{}`.
    ///
    /// # Errors
    /// What `read` rejects, and anything behind the value.
    pub fn json<T>(
        &mut self,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let bytes: &[u8] = if self.body.is_empty() {
            b"{}"
        } else {
            self.body
        };
        let mut reader = Reader::strict(bytes);
        let value = read(&mut reader)?;
        reader.end()?;
        self.missing = reader.into_violations();
        Ok(value)
    }

    /// Reads a body that is one member; an empty one is `None`.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub fn json_payload<T>(
        &mut self,
        member: &str,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        if self.body.is_empty() {
            return Ok(None);
        }
        let value = self.json(|reader| reader.optional(read))?;
        for violation in &mut self.missing {
            *violation = violation.clone().under(member);
        }
        Ok(value)
    }

    /// Reads a body that is one structure. An empty object is no value: it is what clients write where they have none.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub fn structure_payload<T>(
        &mut self,
        member: &str,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        let inside = self.body.trim_ascii().strip_prefix(b"{");
        let inside = inside.and_then(|rest| rest.strip_suffix(b"}"));
        if inside.is_some_and(|inside| inside.trim_ascii().is_empty()) {
            return Ok(None);
        }
        self.json_payload(member, read)
    }

    /// Required members that were missing in the body, to be reported with what else is wrong.
    pub fn take_missing(&mut self) -> Vec<Violation> {
        std::mem::take(&mut self.missing)
    }
}

fn decode(text: &str) -> Result<Cow<'_, str>, ReadError> {
    // Forms write a space as a plus.
    if text.contains('+') {
        return uri::decode(text.replace('+', " "));
    }
    uri::decode(text)
}

/// A media type without its parameters.
fn essence(text: &str) -> &str {
    text.split(';').next().unwrap_or_default().trim()
}

fn accepts(range: &str, media_type: &str) -> bool {
    if range == "*/*" || range.eq_ignore_ascii_case(media_type) {
        return true;
    }
    let family = media_type.split('/').next().unwrap_or_default();
    range
        .strip_suffix("/*")
        .is_some_and(|range| range.eq_ignore_ascii_case(family))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn query(text: &str) -> Result<Vec<(String, String)>, String> {
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        let request = Request::new(&headers, Some(text), &body, Vec::new());
        let request = request.map_err(|error| error.to_string())?;
        let pairs = request.query.into_iter();
        Ok(pairs
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect())
    }

    #[test]
    fn a_query_is_decoded() {
        let pairs = [("a b", "c d"), ("e", ""), ("f", "\u{e9}=")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(query("a+b=c%20d&e&&f=%C3%A9="), Ok(pairs.to_vec()));
    }

    #[test]
    fn a_query_must_be_utf_8() {
        for (text, expected) in [
            ("a=%C3", "/a: expected UTF-8"),
            ("a=1&b=x+%FF", "/b: expected UTF-8"),
            ("%FF=1", "expected UTF-8"),
        ] {
            assert_eq!(query(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn parameters_of_a_media_type_do_not_count() {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_static("Text/Plain;charset=us-ascii");
        headers.insert(header::CONTENT_TYPE, value.clone());
        headers.insert(header::ACCEPT, value);
        let body = Bytes::from_static(b"a");
        let request = Request::new(&headers, None, &body, Vec::new()).unwrap();
        for (media_type, fits) in [
            ("text/plain", true),
            ("text/plain; charset=utf-8", true),
            ("text/csv; charset=us-ascii", false),
        ] {
            let takes = request.takes(Body::Type(media_type)).is_ok();
            assert_eq!(
                (takes, request.wants(media_type).is_ok()),
                (fits, fits),
                "{media_type}"
            );
        }
    }

    #[test]
    fn a_response_may_be_of_any_type_that_is_accepted() {
        for (lines, accepted) in [
            (&[][..], true),
            (&[""], true),
            (&["*/*"], true),
            (&["text/html, Application/JSON;q=0.1"], true),
            (&["text/html", "application/*"], true),
            (&["text/html", "image/*"], false),
            (&["application/hal+json"], false),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::ACCEPT, HeaderValue::from_static(line));
            }
            let body = Bytes::new();
            let request = Request::new(&headers, None, &body, Vec::new()).unwrap();
            let wanted = request.wants("application/json");
            assert_eq!(wanted.is_ok(), accepted, "{lines:?}");
        }
    }
}
