//! Errors of calls: what an error response carries, and what is wrong with an input or a document.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

pub use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
pub use aws_smithy_types::error::operation::BuildError;

mod path;

pub use path::{ReadError, WriteError};

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

/// Writes `Code: message`. A bare code would read like a type's name, so a missing message is mentioned.
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
