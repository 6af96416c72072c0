//! A request as an operation's parser reads it.

use std::borrow::Cow;
use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, header};
use percent_encoding::percent_decode_str;

use super::ErrorResponse;
use super::route::Labels;
use crate::check::Violation;
use crate::json::{ReadError, Reader};

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
    pub fn new(
        headers: &'a HeaderMap,
        query: Option<&'a str>,
        body: &'a Bytes,
        labels: Labels<'a>,
    ) -> Self {
        let query = query
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty());
        let query = query.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Self {
            headers,
            labels,
            query: query.collect(),
            body,
            missing: Vec::new(),
        }
    }

    /// Checks `content-type` against what the operation takes, and `accept` against what it answers with.
    ///
    /// # Errors
    /// 415 or 406.
    pub fn negotiate(&self, takes: Body, answers: &'static str) -> Result<(), ErrorResponse> {
        let text = |name| self.headers.get(name).and_then(|value| value.to_str().ok());
        let given = text(header::CONTENT_TYPE).map(essence);
        let fits = match takes {
            Body::Any => true,
            Body::None => given.is_none() || self.body.is_empty(),
            Body::Type(wanted) => match given {
                Some(given) => given.eq_ignore_ascii_case(wanted),
                None => self.body.is_empty(),
            },
        };
        if !fits {
            return Err(ErrorResponse::text(
                "UnsupportedMediaTypeException",
                415,
                "the content type is not supported",
            ));
        }
        let accepted = text(header::ACCEPT).is_none_or(|accept| {
            accept
                .split(',')
                .map(essence)
                .any(|range| accepts(range, answers))
        });
        if accepted {
            return Ok(());
        }
        Err(ErrorResponse::text(
            "NotAcceptableException",
            406,
            "the answer has no type that is accepted",
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
        let mut map = HashMap::new();
        for (name, value) in &self.query {
            map.entry(name.to_string())
                .or_insert_with(|| value.to_string());
        }
        (!map.is_empty()).then_some(map)
    }

    /// All query parameters with all their values; `None` if there is none.
    pub fn query_map_of_lists(&self) -> Option<HashMap<String, Vec<String>>> {
        let mut map: HashMap<String, Vec<String>> = HashMap::new();
        for (name, value) in &self.query {
            map.entry(name.to_string())
                .or_default()
                .push(value.to_string());
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
    /// What `read` refuses, and anything behind the value.
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

    /// Required members that were missing in the body, to be told with what else is wrong.
    pub fn take_missing(&mut self) -> Vec<Violation> {
        std::mem::take(&mut self.missing)
    }
}

fn decode(text: &str) -> Cow<'_, str> {
    // Forms write a space as a plus.
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return percent_decode_str(&spaced)
            .decode_utf8_lossy()
            .into_owned()
            .into();
    }
    percent_decode_str(text).decode_utf8_lossy()
}

/// A media type without its parameters.
fn essence(text: &str) -> &str {
    text.split(';').next().unwrap_or_default().trim()
}

fn accepts(range: &str, answer: &str) -> bool {
    if range == "*/*" || range.eq_ignore_ascii_case(answer) {
        return true;
    }
    let family = answer.split('/').next().unwrap_or_default();
    range
        .strip_suffix("/*")
        .is_some_and(|range| range.eq_ignore_ascii_case(family))
}
