//! The encoded request and the received response: what passes between generated code and a transport.

use std::fmt;

use aws_smithy_types::body::SdkBody;
use http::{HeaderMap, Method, StatusCode};

use crate::endpoint::Value;

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
