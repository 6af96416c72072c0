//! The encoded request and the received response: what passes between generated code and a transport.

use ::http::{HeaderValue, header};
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http_body::Body;
use md5::{Digest, Md5};

use crate::endpoint::Value;
use crate::error::{InputError, WriteError};
use crate::json::Writer;

mod body;
mod response;

pub use ::http::{HeaderMap, Method, StatusCode};
pub use body::MessageBody;
pub use response::{Headers, HttpResponse};

/// What requests and responses have in common: setting a body in memory.
macro_rules! body_setters {
    () => {
        /// Makes JSON the body.
        ///
        /// # Errors
        /// Those of `write`.
        pub fn json(
            &mut self,
            write: impl FnOnce(&mut Writer) -> Result<(), WriteError>,
        ) -> Result<(), WriteError> {
            self.body = MessageBody::json(write)?;
            put_content_type(&mut self.headers, "application/json");
            Ok(())
        }

        /// Makes bytes or text the body; there is none for `None`.
        pub fn payload<T: AsRef<[u8]>>(&mut self, content_type: &'static str, value: Option<&T>) {
            if let Some(value) = value {
                self.body = MessageBody::Bytes(Bytes::copy_from_slice(value.as_ref()));
                put_content_type(&mut self.headers, content_type);
            }
        }
    };
}
#[cfg(feature = "server")]
pub(crate) use body_setters;

/// A request as an operation's input encodes it: complete but for the endpoint, the signature and the transport's headers.
#[derive(Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// Path and query in origin form (`/contact?x=1`), percent-encoded once.
    pub uri: String,
    /// Headers that the input binds, and `content-type` where there is a body.
    pub headers: HeaderMap,
    /// The body.
    pub body: MessageBody,
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
            body: MessageBody::default(),
            host_prefix: None,
            endpoint_params: Vec::new(),
        }
    }

    body_setters!();

    /// Makes a stream the body.
    pub fn stream(&mut self, content_type: &'static str, value: ByteStream) {
        self.body = value.into_inner().into();
        if self.body.size_hint().exact() != Some(0) {
            put_content_type(&mut self.headers, content_type);
        }
    }

    /// Adds `content-md5` over a body in memory, unless the header is there.
    pub fn add_md5(&mut self) {
        let MessageBody::Bytes(body) = &self.body else {
            return;
        };
        let digest = base64_simd::STANDARD.encode_to_string(Md5::digest(body));
        if let Ok(value) = HeaderValue::from_str(&digest) {
            self.headers.entry("content-md5").or_insert(value);
        }
    }
}

/// Sets the content type, unless a member is bound to it.
pub(crate) fn put_content_type(headers: &mut HeaderMap, content_type: &'static str) {
    let value = HeaderValue::from_static(content_type);
    headers.entry(header::CONTENT_TYPE).or_insert(value);
}

/// A method of a model's own.
///
/// # Errors
/// It is none.
pub fn method(name: &'static str) -> Result<Method, InputError> {
    Method::from_bytes(name.as_bytes()).map_err(|_| InputError::new("method", "is no HTTP method"))
}
