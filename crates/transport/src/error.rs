//! What a call can end with other than an output.
//!
//! [`SdkError`] has the variants and methods of `aws_smithy_runtime_api::client::result::SdkError`, and says more:
//! its `Display` names the operation, the service's error, and how many attempts were made.

use std::error::Error;
use std::fmt;

use aws_types::request_id::RequestId;
use connect_protocol::http::HttpResponse;

pub use aws_smithy_runtime_api::box_error::BoxError;
pub use aws_smithy_types::error::display::DisplayErrorContext;
pub use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
pub use aws_smithy_types::error::operation::BuildError;

#[doc(hidden)]
pub use connect_protocol::error::ErrorVariant;
pub use connect_protocol::error::{CreateUnhandledError, InputError, Unhandled};
pub use connect_protocol::json::ReadError;

pub use crate::limits::{Limit, LimitExceeded};
pub use connector::{ConnectorError, ErrorKind};
pub use summary::CallSummary;

mod connector;
mod summary;

/// Metadata of errors that carry none.
static NO_METADATA: std::sync::LazyLock<ErrorMetadata> =
    std::sync::LazyLock::new(|| ErrorMetadata::builder().build());

/// Why a call has no output.
#[derive(Debug)]
#[non_exhaustive]
pub enum SdkError<E, R = HttpResponse> {
    /// The request could not be built or the client's configuration is wrong. Nothing was sent.
    ConstructionFailure(ConstructionFailure),
    /// The attempt or operation limit ran out. The request may have been acted on.
    TimeoutError(TimeoutError),
    /// No response came: no credentials, no connection, a connection that broke, or a connect or read limit that ran
    /// out. The request may have been acted on.
    DispatchFailure(DispatchFailure),
    /// A response came that could not be understood.
    ResponseError(ResponseError<R>),
    /// The service responded with an error.
    ServiceError(ServiceError<E, R>),
}

/// The request could not be built.
#[derive(Debug)]
pub struct ConstructionFailure {
    source: BoxError,
    summary: Option<Box<CallSummary>>,
}

/// The attempt or operation limit ran out.
#[derive(Debug)]
pub struct TimeoutError {
    source: BoxError,
    summary: Option<Box<CallSummary>>,
}

/// No response came.
#[derive(Debug)]
pub struct DispatchFailure {
    source: ConnectorError,
    summary: Option<Box<CallSummary>>,
}

impl DispatchFailure {
    /// Whether the request has certainly not reached the server.
    pub(crate) fn is_unsent(&self) -> bool {
        self.source.unsent
    }

    /// Whether the network failed.
    pub fn is_io(&self) -> bool {
        self.source.is_io()
    }

    /// Whether the connect or read limit ran out.
    pub fn is_timeout(&self) -> bool {
        self.source.is_timeout()
    }

    /// Whether the request or its body is at fault.
    pub fn is_user(&self) -> bool {
        self.source.is_user()
    }

    /// Whether it is none of the other kinds.
    pub fn is_other(&self) -> bool {
        self.source.is_other()
    }

    /// The kind of retryable error, where the sender gave one.
    pub fn as_other(&self) -> Option<ErrorKind> {
        self.source.as_other()
    }

    /// The sender's error.
    pub fn as_connector_error(&self) -> Option<&ConnectorError> {
        Some(&self.source)
    }
}

/// A response that could not be understood.
#[derive(Debug)]
pub struct ResponseError<R = HttpResponse> {
    source: BoxError,
    raw: Box<R>,
    summary: Option<Box<CallSummary>>,
}

impl<R> ResponseError<R> {
    /// The response. Its body is empty where that could not be read.
    pub fn raw(&self) -> &R {
        &self.raw
    }

    /// The response.
    pub fn into_raw(self) -> R {
        *self.raw
    }
}

/// An error that the service responded with.
#[derive(Debug)]
pub struct ServiceError<E, R = HttpResponse> {
    source: Box<E>,
    raw: Box<R>,
    summary: Option<Box<CallSummary>>,
}

impl<E, R> ServiceError<E, R> {
    /// The operation's error.
    pub fn err(&self) -> &E {
        &self.source
    }

    /// The operation's error.
    pub fn into_err(self) -> E {
        *self.source
    }

    /// The response.
    pub fn raw(&self) -> &R {
        &self.raw
    }

    /// The response.
    pub fn into_raw(self) -> R {
        *self.raw
    }
}

impl<E, R> SdkError<E, R> {
    /// An error from before anything was sent.
    pub fn construction_failure(source: impl Into<BoxError>) -> Self {
        Self::ConstructionFailure(ConstructionFailure {
            source: source.into(),
            summary: None,
        })
    }

    /// The attempt or operation limit ran out.
    pub fn timeout_error(source: impl Into<BoxError>) -> Self {
        Self::TimeoutError(TimeoutError {
            source: source.into(),
            summary: None,
        })
    }

    /// No response came.
    pub fn dispatch_failure(source: ConnectorError) -> Self {
        Self::DispatchFailure(DispatchFailure {
            source,
            summary: None,
        })
    }

    /// A response that could not be understood.
    pub fn response_error(source: impl Into<BoxError>, raw: R) -> Self {
        Self::ResponseError(ResponseError {
            source: source.into(),
            raw: Box::new(raw),
            summary: None,
        })
    }

    /// An error that the service responded with.
    pub fn service_error(source: E, raw: R) -> Self {
        Self::ServiceError(ServiceError {
            source: Box::new(source),
            raw: Box::new(raw),
            summary: None,
        })
    }

    /// The operation's error; anything else becomes its unhandled variant.
    pub fn into_service_error(self) -> E
    where
        E: Error + Send + Sync + CreateUnhandledError + 'static,
        R: fmt::Debug + Send + Sync + 'static,
    {
        match self {
            Self::ServiceError(context) => *context.source,
            other => E::create_unhandled_error(other.into(), None),
        }
    }

    /// The operation's error, if the service responded with one.
    pub fn as_service_error(&self) -> Option<&E> {
        match self {
            Self::ServiceError(context) => Some(&context.source),
            _ => None,
        }
    }

    /// The source of this error.
    ///
    /// # Errors
    ///
    /// Never `Err`; the signature is that of `aws_smithy_runtime_api`.
    pub fn into_source(self) -> Result<Box<dyn Error + Send + Sync + 'static>, Self>
    where
        E: Error + Send + Sync + 'static,
    {
        Ok(match self {
            Self::ConstructionFailure(context) => context.source,
            Self::TimeoutError(context) => context.source,
            Self::DispatchFailure(context) => context.source.into(),
            Self::ResponseError(context) => context.source,
            Self::ServiceError(context) => context.source,
        })
    }

    /// The response, if one came.
    pub fn raw_response(&self) -> Option<&R> {
        match self {
            Self::ServiceError(context) => Some(&context.raw),
            Self::ResponseError(context) => Some(&context.raw),
            _ => None,
        }
    }

    /// The same error with the operation's error mapped.
    pub fn map_service_error<E2>(self, map: impl FnOnce(E) -> E2) -> SdkError<E2, R> {
        self.map_with_response(|error, _| map(error))
    }

    pub(crate) fn map_with_response<E2>(self, map: impl FnOnce(E, &R) -> E2) -> SdkError<E2, R> {
        match self {
            Self::ConstructionFailure(context) => SdkError::ConstructionFailure(context),
            Self::TimeoutError(context) => SdkError::TimeoutError(context),
            Self::DispatchFailure(context) => SdkError::DispatchFailure(context),
            Self::ResponseError(context) => SdkError::ResponseError(context),
            Self::ServiceError(context) => SdkError::ServiceError(ServiceError {
                source: Box::new(map(*context.source, &context.raw)),
                raw: context.raw,
                summary: context.summary,
            }),
        }
    }

    /// What is known of the call: operation, attempts, status, request ID. `None` for an error that no call made.
    pub fn summary(&self) -> Option<&CallSummary> {
        match self {
            Self::ConstructionFailure(context) => context.summary.as_deref(),
            Self::TimeoutError(context) => context.summary.as_deref(),
            Self::DispatchFailure(context) => context.summary.as_deref(),
            Self::ResponseError(context) => context.summary.as_deref(),
            Self::ServiceError(context) => context.summary.as_deref(),
        }
    }
}

/// A service's error before its type is known.
#[derive(Debug)]
pub(crate) struct UntypedError {
    pub(crate) metadata: ErrorMetadata,
    /// Whether a wrong clock explains it.
    pub(crate) skewed: bool,
    /// Why there is no body to read more from.
    pub(crate) unread: Option<BoxError>,
}

/// The error of a call, whatever its operation.
pub(crate) type CallError = SdkError<UntypedError>;

impl CallError {
    /// The same error with what is known of the call.
    pub(crate) fn summarized(
        mut self,
        operation: &'static str,
        attempts: u32,
        stopped: Option<&'static str>,
    ) -> Self {
        let response = self.raw_response();
        let mut summary = Box::new(CallSummary {
            operation,
            attempts,
            status: response.map(|response| response.status().as_u16()),
            request_id: response.and_then(|response| response.request_id().map(str::to_owned)),
            stopped,
            ..CallSummary::default()
        });
        let place = match &mut self {
            Self::ConstructionFailure(context) => &mut context.summary,
            Self::TimeoutError(context) => &mut context.summary,
            Self::DispatchFailure(context) => &mut context.summary,
            Self::ResponseError(context) => &mut context.summary,
            Self::ServiceError(context) => {
                let metadata = &context.source.metadata;
                summary.code = metadata.code().map(str::to_owned);
                summary.message = metadata.message().map(str::to_owned);
                &mut context.summary
            }
        };
        *place = Some(summary);
        self
    }
}

/// `ListAssociatedContacts: ResourceNotFoundException: no such contact (HTTP 404, request ID 6b1c…, 1 attempt)`
impl<E, R> fmt::Display for SdkError<E, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = self.summary();
        if let Some(call) = summary {
            write!(f, "{}: ", call.operation())?;
        }
        match self {
            Self::ConstructionFailure(context) => {
                write!(f, "the request could not be made: {}", context.source)?;
            }
            Self::TimeoutError(context) => write!(f, "{}", context.source)?,
            Self::DispatchFailure(context) => write!(f, "{}", context.source)?,
            Self::ResponseError(context) => {
                write!(f, "the response could not be read: {}", context.source)?;
            }
            Self::ServiceError(context) => match &context.summary {
                Some(call) => call.write_service_error(f)?,
                None => f.write_str("service error")?,
            },
        }
        match summary {
            Some(call) => call.write_details(f),
            None => Ok(()),
        }
    }
}

impl<E, R> Error for SdkError<E, R>
where
    E: Error + 'static,
    R: fmt::Debug,
{
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(match self {
            Self::ConstructionFailure(context) => context.source.as_ref(),
            Self::TimeoutError(context) => context.source.as_ref(),
            Self::DispatchFailure(context) => &context.source,
            Self::ResponseError(context) => context.source.as_ref(),
            Self::ServiceError(context) => context.source.as_ref(),
        })
    }
}

impl<E, R> From<BuildError> for SdkError<E, R> {
    fn from(error: BuildError) -> Self {
        Self::construction_failure(error)
    }
}

impl<E: ProvideErrorMetadata, R> ProvideErrorMetadata for SdkError<E, R> {
    fn meta(&self) -> &ErrorMetadata {
        match self {
            Self::ServiceError(context) => context.source.meta(),
            _ => &NO_METADATA,
        }
    }
}

impl<E> RequestId for SdkError<E, HttpResponse> {
    fn request_id(&self) -> Option<&str> {
        self.raw_response().and_then(HttpResponse::request_id)
    }
}
