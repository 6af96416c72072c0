//! Errors of senders.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::result::ConnectorError as SmithyConnectorError;

use super::BoxError;
use crate::limits::LimitExceeded;

pub use aws_smithy_types::retry::ErrorKind;

/// Why a sender brought no response.
#[derive(Debug)]
pub struct ConnectorError {
    kind: Kind,
    source: BoxError,
    /// The request has certainly not reached the server's application. Sending it again costs nothing.
    pub(crate) unsent: bool,
}

#[derive(Debug)]
enum Kind {
    Timeout,
    User,
    Io,
    Other(Option<ErrorKind>),
}

impl ConnectorError {
    fn new(kind: Kind, source: BoxError) -> Self {
        Self {
            kind,
            source,
            unsent: false,
        }
    }

    /// A time limit of the sender ran out. Retried.
    pub fn timeout(source: BoxError) -> Self {
        Self::new(Kind::Timeout, source)
    }

    /// The request or its body is at fault. Not retried.
    pub fn user(source: BoxError) -> Self {
        Self::new(Kind::User, source)
    }

    /// The network failed. Retried.
    pub fn io(source: BoxError) -> Self {
        Self::new(Kind::Io, source)
    }

    /// Anything else. Retried only with a kind.
    pub fn other(source: BoxError, kind: Option<ErrorKind>) -> Self {
        Self::new(Kind::Other(kind), source)
    }

    /// Whether the network failed.
    pub fn is_io(&self) -> bool {
        matches!(self.kind, Kind::Io)
    }

    /// Whether a time limit ran out.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind, Kind::Timeout)
    }

    /// Whether the request or its body is at fault.
    pub fn is_user(&self) -> bool {
        matches!(self.kind, Kind::User)
    }

    /// Whether it is none of the other kinds.
    pub fn is_other(&self) -> bool {
        matches!(self.kind, Kind::Other(_))
    }

    /// The kind of retryable error, where the sender gave one.
    pub fn as_other(&self) -> Option<ErrorKind> {
        match self.kind {
            Kind::Other(kind) => kind,
            _ => None,
        }
    }

    /// The cause.
    pub fn into_source(self) -> BoxError {
        self.source
    }
}

/// The cause and its own causes on one line: a caller who prints only this error still learns what went wrong.
impl fmt::Display for ConnectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        let mut cause = self.source.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl Error for ConnectorError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

impl From<LimitExceeded> for ConnectorError {
    fn from(limit: LimitExceeded) -> Self {
        Self::timeout(limit.into())
    }
}

impl From<SmithyConnectorError> for ConnectorError {
    fn from(error: SmithyConnectorError) -> Self {
        let kind = if error.is_timeout() {
            Kind::Timeout
        } else if error.is_user() {
            Kind::User
        } else if error.is_io() {
            Kind::Io
        } else {
            Kind::Other(error.as_other())
        };
        Self::new(kind, error.into_source())
    }
}

impl From<ConnectorError> for SmithyConnectorError {
    fn from(error: ConnectorError) -> Self {
        match error.kind {
            Kind::Timeout => Self::timeout(error.source),
            Kind::User => Self::user(error.source),
            Kind::Io => Self::io(error.source),
            Kind::Other(kind) => Self::other(error.source, kind),
        }
    }
}
