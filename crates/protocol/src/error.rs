//! Errors of calls: what a service's refusal carries, and what is refused before anything is sent.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

pub use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
pub use aws_smithy_types::error::operation::BuildError;

use crate::http::HttpResponse;
use crate::json::{self, ReadError, Reader, WriteError};

/// Any error that can be sent between threads.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Stands in `Debug` where a value must not show.
#[doc(hidden)]
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// What is shown in place of a sensitive value.
pub(crate) const REDACTED: &str = "*** Sensitive Data Redacted ***";

/// An input that cannot be sent. Nothing was.
///
/// Displays as `InstanceId: required`, and inside of members as `Filters/0/Name: required`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {reason}")]
pub struct InputError {
    member: Cow<'static, str>,
    reason: Cow<'static, str>,
}

impl InputError {
    /// An error that names the member by its path, slashes between names, and says what is wrong with its value.
    #[cold]
    pub fn new(member: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            member: member.into(),
            reason: reason.into(),
        }
    }

    /// The member's path: `Filters/0/Name`.
    pub fn member(&self) -> &str {
        &self.member
    }

    /// What is wrong: `required`.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl From<WriteError> for InputError {
    fn from(error: WriteError) -> Self {
        let path = error.path();
        let member: Cow<'static, str> = match path.strip_prefix('/') {
            Some(member) => member.to_owned().into(),
            None => "input".into(),
        };
        Self::new(member, error.reason())
    }
}

/// The key under which a request ID is kept in [`ErrorMetadata`]: where `aws_types::request_id::RequestId` looks for it.
pub const REQUEST_ID: &str = "aws_request_id";

/// Code, message and request ID of an error response.
///
/// The code comes from the header `x-amzn-errortype`, else from the body's `code`, else from its `__type`, else from its `Code`; what follows a `:`
/// and what comes before a `#` is no part of it. The message is the body's `message`, `Message` or `errorMessage`. A body that is cut
/// off or broken has what stands before that; where it is encoded, the message says so.
pub fn metadata(response: &HttpResponse) -> ErrorMetadata {
    let mut body = BodyMetadata::default();
    if json::read(response.bytes(), |reader| body.read(reader)).is_err() {
        body.message = body.message.or_else(|| response.unasked_encoding());
    }
    let header = response.headers().get("x-amzn-errortype");
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
    if let Some(id) = response.request_id() {
        metadata = metadata.custom(REQUEST_ID, id);
    }
    metadata.build()
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

/// Writes `Code: message`, and says so where there is no message: a bare code would read like a type's name.
#[doc(hidden)]
pub fn describe(f: &mut fmt::Formatter<'_>, code: &str, message: Option<&str>) -> fmt::Result {
    match message {
        Some(message) => write!(f, "{code}: {message}"),
        None => write!(f, "{code}: the service gave no message"),
    }
}

/// Makes an operation's error from one that its model does not know.
pub trait CreateUnhandledError {
    /// That error, with the response's metadata where there was a response.
    fn create_unhandled_error(source: BoxError, meta: Option<ErrorMetadata>) -> Self;
}

/// Metadata alone, for an operation without a model: it has no place for a source.
impl CreateUnhandledError for ErrorMetadata {
    fn create_unhandled_error(_: BoxError, meta: Option<ErrorMetadata>) -> Self {
        meta.unwrap_or_default()
    }
}

/// An error that an operation's model does not know.
///
/// Not to be matched on: a code may be modelled tomorrow. Use [`ProvideErrorMetadata::code`].
#[derive(Debug)]
pub struct Unhandled {
    source: BoxError,
    meta: ErrorMetadata,
}

impl Unhandled {
    #[doc(hidden)]
    pub fn new(source: impl Into<BoxError>, meta: ErrorMetadata) -> Self {
        Self {
            source: source.into(),
            meta,
        }
    }
}

impl ProvideErrorMetadata for Unhandled {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

/// What a variant of an operation's error holds.
#[doc(hidden)]
pub trait ErrorVariant: ProvideErrorMetadata + fmt::Display {
    /// What the operation's error names as its source.
    fn as_source(&self) -> &(dyn Error + 'static);
}

impl<T: Error + ProvideErrorMetadata + 'static> ErrorVariant for T {
    fn as_source(&self) -> &(dyn Error + 'static) {
        self
    }
}

impl ErrorVariant for Unhandled {
    fn as_source(&self) -> &(dyn Error + 'static) {
        &*self.source
    }
}

/// `Code: message` where there is a code, else the source's words.
impl fmt::Display for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.meta.code(), self.meta.message()) {
            (Some(code), message) => describe(f, code, message),
            (None, Some(message)) => f.write_str(message),
            // Metadata without code and message is its own source when the caller made it: its words say nothing.
            (None, None) if self.source.is::<ErrorMetadata>() => {
                f.write_str("an error without code and message")
            }
            (None, None) => self.source.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::http::{HeaderMap, StatusCode};
    use aws_smithy_types::body::SdkBody;

    fn response(headers: &[(&'static str, &str)], body: &str) -> HttpResponse {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        HttpResponse::new(
            StatusCode::BAD_REQUEST,
            headers.collect::<HeaderMap>(),
            SdkBody::from(body),
        )
    }

    #[test]
    fn the_code_is_cut_from_every_place() {
        for text in [
            "FooError",
            "FooError:http://internal.example.com/coral/",
            "aws.example#FooError",
            "aws.example#FooError:http://internal.example.com/coral/#x",
        ] {
            let from_header = metadata(&response(&[("x-amzn-errortype", text)], "{}"));
            assert_eq!(from_header.code(), Some("FooError"), "{text}");
            for key in ["code", "__type", "Code"] {
                let from_body = metadata(&response(&[], &format!(r#"{{"{key}": "{text}"}}"#)));
                assert_eq!(from_body.code(), Some("FooError"), "{key} {text}");
            }
        }
    }

    #[test]
    fn header_before_code_before_type() {
        let body = r#"{"__type": "C", "code": "B"}"#;
        assert_eq!(
            metadata(&response(&[("x-amzn-errortype", "A")], body)).code(),
            Some("A")
        );
        assert_eq!(
            metadata(&response(&[("x-amzn-errortype", ":x")], body)).code(),
            Some("B")
        );
        assert_eq!(metadata(&response(&[], body)).code(), Some("B"));
        assert_eq!(
            metadata(&response(&[], r#"{"code": 7, "__type": "C"}"#)).code(),
            Some("C")
        );
    }

    #[test]
    fn messages_and_request_ids() {
        for key in ["message", "Message", "errorMessage"] {
            for header in ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"] {
                let response = response(&[(header, "r-1")], &format!(r#"{{"{key}": "no"}}"#));
                let metadata = metadata(&response);
                assert_eq!(metadata.message(), Some("no"));
                assert_eq!(metadata.extra(REQUEST_ID), Some("r-1"));
            }
        }
    }

    #[test]
    fn a_body_that_is_no_object_says_nothing() {
        for body in ["<html>", "[1]", "\"x\"", ""] {
            let metadata = metadata(&response(&[], body));
            assert_eq!(
                (metadata.code(), metadata.message()),
                (None, None),
                "{body}"
            );
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
            let found = metadata(&response(&[], body));
            assert_eq!((found.code(), found.message()), (code, message), "{body}");
        }
    }

    #[test]
    fn unhandled_errors_say_what_is_known() {
        let meta = ErrorMetadata::builder().code("Odd").message("no").build();
        assert_eq!(Unhandled::new(meta.clone(), meta).to_string(), "Odd: no");
        let meta = ErrorMetadata::builder().code("Odd").build();
        assert_eq!(
            Unhandled::new("x", meta).to_string(),
            "Odd: the service gave no message"
        );
        assert_eq!(
            Unhandled::new("broken pipe", ErrorMetadata::default()).to_string(),
            "broken pipe"
        );
    }

    #[test]
    fn a_write_error_names_its_member() {
        let error = WriteError::new("too late").within_item(2).within("Dates");
        assert_eq!(InputError::from(error).to_string(), "Dates/2: too late");
    }
}
