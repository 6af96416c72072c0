//! Responses as clients receive them.

use std::fmt;
use std::ops::Deref;

use ::http::{HeaderMap, StatusCode, header};
use aws_smithy_types::body::SdkBody;

use crate::error::{ErrorMetadata, REQUEST_ID};
use crate::json::{self, ReadError, Reader};

/// A response as it came from the service. Its body has been read into memory, unless the operation's output streams.
pub struct HttpResponse {
    status: StatusCode,
    headers: Headers,
    body: SdkBody,
}

impl HttpResponse {
    /// A response from its parts.
    pub fn new(status: StatusCode, headers: HeaderMap, body: SdkBody) -> Self {
        Self {
            status,
            headers: Headers(headers),
            body,
        }
    }

    /// The status code.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The body.
    pub fn body(&self) -> &SdkBody {
        &self.body
    }

    /// Takes the body out, to stream it; an empty one stays behind.
    pub fn take_body(&mut self) -> SdkBody {
        std::mem::replace(&mut self.body, SdkBody::empty())
    }

    /// The body's bytes; empty for a body that streams.
    pub fn bytes(&self) -> &[u8] {
        self.body.bytes().unwrap_or_default()
    }

    /// What is wrong with a body that cannot be read, where its encoding is: no request asks for one.
    pub fn unasked_encoding(&self) -> Option<String> {
        let encoding = self.headers.get(header::CONTENT_ENCODING)?;
        let is_encoded = !encoding.eq_ignore_ascii_case("identity") && !self.bytes().is_empty();
        is_encoded.then(|| format!("the body is encoded as {encoding}, which was not asked for"))
    }

    /// Code, message and request ID of an error response.
    ///
    /// The code comes from the header `x-amzn-errortype`, else from the body's `code`, else from its `__type`, else from its `Code`; what follows a `:`
    /// and what comes before a `#` is no part of it. The message is the body's `message`, `Message` or `errorMessage`. A body that is cut
    /// off or broken has what stands before that; where it is encoded, the message says so.
    pub fn error_metadata(&self) -> ErrorMetadata {
        let mut body = BodyMetadata::default();
        if json::read(self.bytes(), |reader| body.read(reader)).is_err() {
            body.message = body.message.or_else(|| self.unasked_encoding());
        }
        let header = self.headers().get("x-amzn-errortype");
        let header = header.and_then(error_code);
        let code = header
            .or_else(|| body.code.as_deref().and_then(error_code))
            .or_else(|| body.r#type.as_deref().and_then(error_code))
            .or_else(|| body.capital_code.as_deref().and_then(error_code));
        let mut metadata = ErrorMetadata::builder();
        if let Some(code) = code {
            metadata = metadata.code(code);
        }
        if let Some(message) = body.message {
            metadata = metadata.message(message);
        }
        if let Some(id) = self.request_id() {
            metadata = metadata.custom(REQUEST_ID, id);
        }
        metadata.build()
    }

    /// The request ID: `x-amzn-requestid`, else `x-amz-request-id`, else `x-amzn-request-id`.
    pub fn request_id(&self) -> Option<&str> {
        ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"]
            .iter()
            .find_map(|name| self.headers.get(name))
    }
}

/// `aws.protocoltests#FooError:http://example.com/` to `FooError`.
fn error_code(text: &str) -> Option<&str> {
    let code = text.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default().trim();
    (!code.is_empty()).then_some(code)
}

#[derive(Default)]
struct BodyMetadata {
    code: Option<String>,
    r#type: Option<String>,
    /// `Code`, as some services write it.
    capital_code: Option<String>,
    message: Option<String>,
}

impl BodyMetadata {
    /// Reads as far as the text can be read: a code is one, whatever is wrong behind it.
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), ReadError> {
        reader.object(|reader, key| {
            let place = match key {
                "code" => &mut self.code,
                "__type" => &mut self.r#type,
                "Code" => &mut self.capital_code,
                "message" | "Message" | "errorMessage" => &mut self.message,
                _ => return reader.skip(),
            };
            if let Some(text) = reader.string_or_skip()? {
                *place = Some(text);
            }
            Ok(())
        })
    }
}

/// A response's headers, whose values are text here, as in aws-sdk-rust. It is a [`HeaderMap`] for what more one needs, such
/// as values that are no text.
#[derive(Clone, Default)]
pub struct Headers(HeaderMap);

impl Headers {
    /// The first value of a header, if there is one and it is text. Case does not matter.
    pub fn get(&self, name: impl AsRef<str>) -> Option<&str> {
        self.0.get(name.as_ref())?.to_str().ok()
    }

    /// All values of a header that are text.
    pub fn get_all(&self, name: impl AsRef<str>) -> impl Iterator<Item = &str> {
        let values = self.0.get_all(name.as_ref()).into_iter();
        values.filter_map(|value| value.to_str().ok())
    }

    /// All headers by name and value, of those whose values are text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.0.iter();
        headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
    }

    /// Whether a header is there.
    pub fn contains_key(&self, name: impl AsRef<str>) -> bool {
        self.0.contains_key(name.as_ref())
    }
}

impl Deref for Headers {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        &self.0
    }
}

/// Names only: values may hold what should not reach a log.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Status, request ID and body length only: headers and body may hold what should not reach a log.
impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("request_id", &self.request_id())
            .field("body_bytes", &self.body.bytes().map(<[u8]>::len))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &[u8])]) -> Headers {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, HeaderValue::from_bytes(value).unwrap());
        }
        Headers(map)
    }

    #[test]
    fn values_of_headers_are_text() {
        let (no_text, a, b) = (&b"\xff"[..], "x-a", "x-b");
        let headers = headers(&[(a, b"1"), (a, no_text), (a, b"2"), (b, no_text)]);
        assert_eq!(headers.get("X-A"), Some("1"));
        assert_eq!(headers.get("x-b"), None);
        assert_eq!(headers.get("no name"), None);
        assert!(headers.contains_key("x-b"));
        assert_eq!(headers.get_all("x-a").collect::<Vec<_>>(), ["1", "2"]);
        let all: Vec<_> = headers.iter().collect();
        assert_eq!(all, [("x-a", "1"), ("x-a", "2")]);
        assert_eq!(headers.len(), 4);
    }

    #[test]
    fn values_of_headers_are_not_debugged() {
        let headers = headers(&[("set-cookie", b"secret")]);
        assert_eq!(format!("{headers:?}"), r#"{"set-cookie"}"#);
    }

    fn response(headers: &[(&'static str, &str)], body: &str) -> HttpResponse {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        HttpResponse::new(StatusCode::BAD_REQUEST, headers.collect(), body.into())
    }

    #[test]
    fn the_code_is_cut_from_every_place() {
        for text in [
            "FooError",
            "FooError:http://internal.example.com/coral/",
            "aws.example#FooError",
            "aws.example#FooError:http://internal.example.com/coral/#x",
        ] {
            let from_header = response(&[("x-amzn-errortype", text)], "{}").error_metadata();
            assert_eq!(from_header.code(), Some("FooError"), "{text}");
            for key in ["code", "__type", "Code"] {
                let body = format!(r#"{{"{key}": "{text}"}}"#);
                let from_body = response(&[], &body).error_metadata();
                assert_eq!(from_body.code(), Some("FooError"), "{key} {text}");
            }
        }
    }

    #[test]
    fn header_before_code_before_type() {
        let both = r#"{"__type": "C", "code": "B"}"#;
        for (headers, body, expected) in [
            (&[("x-amzn-errortype", "A")][..], both, "A"),
            (&[("x-amzn-errortype", ":x")], both, "B"),
            (&[], both, "B"),
            (&[], r#"{"code": 7, "__type": "C"}"#, "C"),
        ] {
            let metadata = response(headers, body).error_metadata();
            assert_eq!(metadata.code(), Some(expected));
        }
    }

    #[test]
    fn messages_and_request_ids() {
        for key in ["message", "Message", "errorMessage"] {
            for header in ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"] {
                let response = response(&[(header, "r-1")], &format!(r#"{{"{key}": "no"}}"#));
                let metadata = response.error_metadata();
                assert_eq!(metadata.message(), Some("no"));
                assert_eq!(metadata.extra(REQUEST_ID), Some("r-1"));
            }
        }
    }

    #[test]
    fn a_body_that_is_no_object_says_nothing() {
        for body in ["<html>", "[1]", "\"x\"", ""] {
            let metadata = response(&[], body).error_metadata();
            let found = (metadata.code(), metadata.message());
            assert_eq!(found, (None, None), "{body}");
        }
    }

    #[test]
    fn what_stands_before_a_broken_place_is_kept() {
        for (body, code, message) in [
            (r#"{"code": "A""#, Some("A"), None),
            (r#"{"code": "A"} x"#, Some("A"), None),
            (r#"{"__type": "ns#A", "message": "cut o"#, Some("A"), None),
            (r#"{"__type": "A", "message": "\ud800"}"#, Some("A"), None),
            (
                r#"{"message": "no", "code": "A", "x": tru"#,
                Some("A"),
                Some("no"),
            ),
            (r#"{"message": "no", "code": "A"#, None, Some("no")),
        ] {
            let found = response(&[], body).error_metadata();
            assert_eq!((found.code(), found.message()), (code, message), "{body}");
        }
    }
}
