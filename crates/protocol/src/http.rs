//! The encoded request and the received response: what passes between generated code and a transport.

use std::fmt;
use std::ops::Deref;

use aws_smithy_types::body::SdkBody;

use aws_smithy_types::byte_stream::ByteStream;
pub use http::{HeaderMap, Method, StatusCode};

use crate::endpoint::Value;
use ::http::{HeaderValue, header};
use md5::{Digest, Md5};

use crate::error::InputError;
use crate::json::{WriteError, Writer};

/// A request as an operation's input encodes it: complete but for the endpoint, the signature and the transport's headers.
#[derive(Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// Path and query in origin form (`/contact?x=1`), percent-encoded once.
    pub uri: String,
    /// Headers that the input binds, and `content-type` where there is a body.
    pub headers: HeaderMap,
    /// The body; in memory or streaming.
    pub body: SdkBody,
    /// What the `endpoint` trait puts before the host name, with its labels filled in: `data.`.
    pub host_prefix: Option<String>,
    /// Endpoint rule parameters that this input or its operation sets.
    pub endpoint_params: Vec<(&'static str, Value)>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, uri: String) -> Self {
        Self {
            method,
            uri,
            headers: HeaderMap::new(),
            body: SdkBody::empty(),
            host_prefix: None,
            endpoint_params: Vec::new(),
        }
    }
}

impl Request {
    /// Makes JSON the body.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn json(
        &mut self,
        write: impl FnOnce(&mut Writer) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        let mut writer = Writer::new();
        write(&mut writer)?;
        self.body = SdkBody::from(writer.finish());
        self.content_type("application/json");
        Ok(())
    }

    /// Makes bytes or text the body; there is none for `None`.
    pub fn payload<T: AsRef<[u8]>>(&mut self, content_type: &'static str, value: Option<&T>) {
        if let Some(value) = value {
            self.body = SdkBody::from(value.as_ref());
            self.content_type(content_type);
        }
    }

    /// Makes a stream the body.
    pub fn stream(&mut self, content_type: &'static str, value: ByteStream) {
        self.body = value.into_inner();
        if self.body.content_length() != Some(0) {
            self.content_type(content_type);
        }
    }

    /// A content type that a member is bound to stays.
    fn content_type(&mut self, content_type: &'static str) {
        let value = HeaderValue::from_static(content_type);
        self.headers.entry(header::CONTENT_TYPE).or_insert(value);
    }

    /// Adds `content-md5` over a body in memory, unless the header is there.
    pub fn add_md5(&mut self) {
        let Some(body) = self.body.bytes() else {
            return;
        };
        let digest = base64_simd::STANDARD.encode_to_string(Md5::digest(body));
        if let Ok(value) = HeaderValue::from_str(&digest) {
            self.headers.entry("content-md5").or_insert(value);
        }
    }
}

/// A method of a model's own.
///
/// # Errors
/// It is none.
pub fn method(name: &'static str) -> Result<Method, InputError> {
    Method::from_bytes(name.as_bytes()).map_err(|_| InputError::new("method", "is no HTTP method"))
}

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

    /// The request ID: `x-amzn-requestid`, else `x-amz-request-id`, else `x-amzn-request-id`.
    pub fn request_id(&self) -> Option<&str> {
        ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"]
            .iter()
            .find_map(|name| self.headers.get(name))
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
        let headers = headers(&[
            ("x-a", b"1"),
            ("x-a", b"\xff"),
            ("x-a", b"2"),
            ("x-b", b"\xff"),
        ]);
        assert_eq!(headers.get("X-A"), Some("1"));
        assert_eq!(headers.get("x-b"), None);
        assert_eq!(headers.get("no name"), None);
        assert!(headers.contains_key("x-b"));
        assert_eq!(headers.get_all("x-a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(
            headers.iter().collect::<Vec<_>>(),
            [("x-a", "1"), ("x-a", "2")]
        );
        assert_eq!(headers.len(), 4);
    }

    #[test]
    fn values_of_headers_are_not_debugged() {
        let headers = headers(&[("set-cookie", b"secret")]);
        assert_eq!(format!("{headers:?}"), r#"{"set-cookie"}"#);
    }
}
