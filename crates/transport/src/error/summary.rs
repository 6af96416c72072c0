//! What is known of a call that failed.

use std::fmt;

/// The facts of a call that failed: what was called, how often it was tried, and what came back.
#[derive(Debug, Clone, Default)]
pub struct CallSummary {
    pub(crate) operation: &'static str,
    pub(crate) attempts: u32,
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) stopped: Option<&'static str>,
}

impl CallSummary {
    /// The operation's name.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Attempts that were begun; 0 if nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The HTTP status of the last attempt, if it got a response.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The request ID of the last attempt, if it got a response with one.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Why an error that is worth a retry got none, other than that the attempts ran out: an empty retry quota, or a
    /// body that can be sent only once.
    pub fn retries_stopped_by(&self) -> Option<&str> {
        self.stopped
    }

    pub(crate) fn write_service_error(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            self.code
                .as_deref()
                .unwrap_or("service error without a code"),
        )?;
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }

    pub(crate) fn write_details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.attempts == 0 {
            return Ok(());
        }
        f.write_str(" (")?;
        if let Some(status) = self.status {
            write!(f, "HTTP {status}, ")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, "request ID {id}, ")?;
        }
        let plural = if self.attempts == 1 { "" } else { "s" };
        write!(f, "{} attempt{plural}", self.attempts)?;
        if let Some(reason) = self.stopped {
            write!(f, ", not retried: {reason}")?;
        }
        f.write_str(")")
    }
}
