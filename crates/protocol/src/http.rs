//! The encoded request and the received response: what passes between generated code and a transport.

use std::fmt;

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
    headers: HeaderMap,
    body: SdkBody,
}

impl HttpResponse {
    /// A response from its parts.
    pub fn new(status: StatusCode, headers: HeaderMap, body: SdkBody) -> Self {
        Self {
            status,
            headers,
            body,
        }
    }

    /// The status code.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The headers, to change them.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
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

    /// The request ID: `x-amzn-requestid`, else `x-amz-request-id`.
    pub fn request_id(&self) -> Option<&str> {
        ["x-amzn-requestid", "x-amz-request-id"]
            .iter()
            .find_map(|name| self.headers.get(*name)?.to_str().ok())
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
