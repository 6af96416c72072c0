//! Responses: an operation's output, or an error.

use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::check::Violation;
use crate::error::{ErrorMetadata, InputError};
use crate::json::{ReadError, WriteError, Writer};

/// A response that is being made.
#[derive(Debug)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: SdkBody,
}

impl Response {
    /// A response without headers and body.
    pub fn new(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: HeaderMap::new(),
            body: SdkBody::empty(),
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
        self.content_type(content_type);
    }

    fn content_type(&mut self, content_type: &'static str) {
        let value = HeaderValue::from_static(content_type);
        self.headers.entry(header::CONTENT_TYPE).or_insert(value);
    }

    /// The response with its whole body.
    ///
    /// # Errors
    /// A streaming body failed.
    pub async fn finish(mut self) -> Result<http::Response<Bytes>, ErrorResponse> {
        if self.is_bodiless() {
            self.body = SdkBody::empty();
            self.headers.remove(header::CONTENT_TYPE);
        }
        let body = match self.body.bytes() {
            Some(bytes) => Bytes::copy_from_slice(bytes),
            None => match ByteStream::new(std::mem::replace(&mut self.body, SdkBody::taken()))
                .collect()
                .await
            {
                Ok(collected) => collected.into_bytes(),
                Err(_) => return Err(ErrorResponse::internal()),
            },
        };
        Ok(self.with_body(body))
    }

    fn with_body(mut self, body: Bytes) -> http::Response<Bytes> {
        // Some gateways and clients wait for a body unless they are told that there is none.
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

/// What the default of a service's method answers with, by way of [`ErrorResponse::unmodeled`].
pub fn not_implemented(operation: &str) -> ErrorMetadata {
    let message = format!("{operation} is not implemented");
    ErrorMetadata::builder()
        .code(NOT_IMPLEMENTED)
        .message(message)
        .build()
}

const NOT_IMPLEMENTED: &str = "NotImplementedException";
const ACCESS_DENIED: &str = "AccessDeniedException";

/// An error as the service answers with it.
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
                writer.begin_object();
                writer.member("message", &message.to_owned())?;
                writer.end_object();
                Ok(())
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

    /// Broken constraints, as `smithy.framework#ValidationException` tells them.
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
                writer.begin_object();
                writer.member("message", &message)?;
                writer.member_with("fieldList", Some(violations), |writer, fields| {
                    writer.list(fields, |writer, field| {
                        writer.begin_object();
                        writer.member("message", &field.message)?;
                        writer.member("path", &field.path)?;
                        writer.end_object();
                        Ok(())
                    })
                })?;
                writer.end_object();
                Ok(())
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
    pub fn into_response(self) -> http::Response<Bytes> {
        let body = self
            .response
            .body
            .bytes()
            .map(Bytes::copy_from_slice)
            .unwrap_or_default();
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
