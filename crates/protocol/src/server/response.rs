//! Responses: an operation's output, or an error.

use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::check::Violation;
use crate::error::{ErrorMetadata, InputError};
use crate::http::{MessageBody, body_setters, put_content_type};
use crate::json::{ReadError, WriteError, Writer};

/// A response that is being made.
#[derive(Debug)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: MessageBody,
}

impl Response {
    /// A response without headers and body.
    pub fn new(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: HeaderMap::new(),
            body: MessageBody::default(),
        }
    }

    /// The headers.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// Sets the status that a member is bound to, if it is one.
    pub fn set_status(&mut self, status: Option<i32>) {
        let status = status.and_then(|status| u16::try_from(status).ok());
        if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) {
            self.status = status;
        }
    }

    body_setters!();

    /// Makes a stream the body.
    pub fn stream(&mut self, content_type: &'static str, value: ByteStream) {
        self.body = value.into_inner().into();
        put_content_type(&mut self.headers, content_type);
    }

    /// The response with its whole body.
    ///
    /// # Errors
    /// A streaming body failed.
    pub async fn finish(mut self) -> Result<http::Response<Bytes>, ErrorResponse> {
        if self.is_bodiless() {
            self.body = MessageBody::default();
            self.headers.remove(header::CONTENT_TYPE);
        }
        let body = match std::mem::take(&mut self.body) {
            MessageBody::Bytes(bytes) => bytes,
            MessageBody::Stream(stream) => match ByteStream::new(stream).collect().await {
                Ok(collected) => collected.into_bytes(),
                Err(_) => return Err(ErrorResponse::internal()),
            },
        };
        Ok(self.with_body(body))
    }

    fn with_body(mut self, body: Bytes) -> http::Response<Bytes> {
        // Some gateways and clients wait for a body unless its length says that there is none.
        if body.is_empty() && !self.is_bodiless() {
            let zero = HeaderValue::from_static("0");
            self.headers.entry(header::CONTENT_LENGTH).or_insert(zero);
        }
        let mut response = http::Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    /// Whether the status is one that never has a body.
    fn is_bodiless(&self) -> bool {
        matches!(
            self.status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
        )
    }
}

/// What the default of a service's method returns, by way of [`ErrorResponse::unmodeled`].
pub fn not_implemented(operation: &str) -> ErrorMetadata {
    let message = format!("{operation} is not implemented");
    ErrorMetadata::builder()
        .code(NOT_IMPLEMENTED)
        .message(message)
        .build()
}

const NOT_IMPLEMENTED: &str = "NotImplementedException";
const ACCESS_DENIED: &str = "AccessDeniedException";

/// An error response of the service.
#[derive(Debug)]
pub struct ErrorResponse {
    code: String,
    /// Boxed, since it is the error of results whose outputs are small.
    response: Box<Response>,
}

impl ErrorResponse {
    /// An error without members.
    pub fn new(code: impl Into<String>, status: u16) -> Self {
        Self::build(code, status, |response| {
            response.json(|writer| writer.object(|_| Ok(())))?;
            Ok(())
        })
    }

    /// An error with a message and nothing else.
    pub fn text(code: impl Into<String>, status: u16, message: &str) -> Self {
        Self::build(code, status, |response| {
            response.json(|writer| {
                writer.object(|writer| writer.member("message", &message.to_owned()))
            })?;
            Ok(())
        })
    }

    /// An error whose members are written by a function. Should that fail, the error is an internal one.
    pub fn build(
        code: impl Into<String>,
        status: u16,
        write: impl FnOnce(&mut Response) -> Result<(), InputError>,
    ) -> Self {
        let mut response = Box::new(Response::new(status));
        match write(&mut response) {
            Ok(()) => Self {
                code: code.into(),
                response,
            },
            Err(_) => Self::internal(),
        }
    }

    /// 500 without a word of what happened.
    pub fn internal() -> Self {
        Self::text("InternalFailure", 500, "the service failed")
    }

    /// An error that the operation does not model, by its code and message; 500 unless the code says otherwise.
    pub fn unmodeled(meta: &ErrorMetadata) -> Self {
        match meta.code() {
            Some(code) => {
                let status = match code {
                    ACCESS_DENIED => 403,
                    NOT_IMPLEMENTED => 501,
                    _ => 500,
                };
                Self::text(code, status, meta.message().unwrap_or_default())
            }
            None => Self::internal(),
        }
    }

    /// A request that cannot be read: 400 SerializationException.
    pub fn unreadable(error: &ReadError) -> Self {
        Self::text("SerializationException", 400, &error.to_string())
    }

    /// Broken constraints, as `smithy.framework#ValidationException` lists them.
    pub fn validation(violations: &[Violation]) -> Self {
        let count = violations.len();
        let noun = if count == 1 { "error" } else { "errors" };
        let messages: Vec<&str> = violations
            .iter()
            .map(|violation| violation.message.as_str())
            .collect();
        let message = format!(
            "{count} validation {noun} detected. {}",
            messages.join("; ")
        );
        Self::build("ValidationException", 400, |response| {
            response.json(|writer| {
                writer.object(|writer| {
                    writer.member("message", &message)?;
                    writer.member_with("fieldList", Some(violations), |writer, fields| {
                        writer.list(fields, |writer, field| {
                            writer.object(|writer| {
                                writer.member("message", &field.message)?;
                                writer.member("path", &field.path)
                            })
                        })
                    })
                })
            })?;
            Ok(())
        })
    }

    /// The code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.response.status.as_u16()
    }

    /// The response, with the code in `x-amzn-errortype`.
    pub fn into_response(mut self) -> http::Response<Bytes> {
        let body = match std::mem::take(&mut self.response.body) {
            MessageBody::Bytes(bytes) => bytes,
            MessageBody::Stream(_) => Bytes::new(),
        };
        let mut response = self.response.with_body(body);
        if let Ok(code) = HeaderValue::from_str(&self.code) {
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        response
    }
}

impl From<ReadError> for ErrorResponse {
    fn from(error: ReadError) -> Self {
        Self::unreadable(&error)
    }
}

/// An output that cannot be written is the service's fault.
impl From<InputError> for ErrorResponse {
    fn from(_: InputError) -> Self {
        Self::internal()
    }
}

impl From<WriteError> for ErrorResponse {
    fn from(_: WriteError) -> Self {
        Self::internal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_util::now;

    fn length(response: &http::Response<Bytes>) -> Option<&str> {
        response
            .headers()
            .get(header::CONTENT_LENGTH)?
            .to_str()
            .ok()
    }

    #[test]
    fn an_empty_body_has_no_length() {
        for (status, expected) in [(200, Some("0")), (204, None), (304, None)] {
            let response = now(Response::new(status).finish()).unwrap();
            assert_eq!(length(&response), expected, "{status}");
        }
        let mut sized = Response::new(200);
        let size = HeaderValue::from_static("17");
        sized.headers_mut().insert(header::CONTENT_LENGTH, size);
        assert_eq!(length(&now(sized.finish()).unwrap()), Some("17"));
        let error = ErrorResponse::build("Empty", 400, |_| Ok(()));
        assert_eq!(length(&error.into_response()), Some("0"));
        let error = ErrorResponse::new("Object", 400).into_response();
        assert_eq!((length(&error), &error.body()[..]), (None, &b"{}"[..]));
    }
}
