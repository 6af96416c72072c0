//! What can go wrong, and the exit code that says so.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;

/// Why a command failed. The text is for the reader; the variant decides the exit code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The command line is wrong, or the input it gives.
    #[error("{0}")]
    Usage(String),
    /// A setting or the credentials are missing or wrong.
    #[error("{0}")]
    Configuration(String),
    /// The service returned an error.
    #[error("An error occurred ({code}) when calling the {operation} operation{}: {message}", after(*.retries))]
    Service {
        /// The operation's name.
        operation: &'static str,
        /// How often the call was tried again.
        retries: u32,
        /// The error's code, or the HTTP status where there is none.
        code: String,
        /// The error's message, or the HTTP status in words.
        message: String,
    },
    /// Standard output cannot be written.
    #[error("cannot write the output")]
    Output(#[source] io::Error),
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Box<dyn Error + Send + Sync>),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// SIGTERM.
    #[error("terminated")]
    Terminated,
}

fn after(retries: u32) -> String {
    match retries {
        0 => String::new(),
        retries => format!(" (reached max retries: {retries})"),
    }
}

impl Failure {
    /// Flags that are required and lack.
    pub(crate) fn required(missing: &[impl AsRef<str>]) -> Self {
        let missing: Vec<_> = missing.iter().map(AsRef::as_ref).collect();
        Self::Usage(format!(
            "the following arguments are required: {}",
            missing.join(", ")
        ))
    }

    /// A file or folder that cannot be read or written.
    pub(crate) fn file(verb: &str, path: &Path, error: impl fmt::Display) -> Self {
        Self::other(format!("cannot {verb} {}: {error}", path.display()))
    }

    /// A failure of no special kind.
    pub(crate) fn other(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }

    /// Whether it says that another call, of any contact, would fail as well.
    pub(crate) fn is_of_every_call(&self) -> bool {
        let codes = [
            "AccessDeniedException",
            "ExpiredTokenException",
            "IncompleteSignature",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "UnrecognizedClientException",
        ];
        match self {
            Self::Configuration(_) => true,
            Self::Service { code, .. } => codes.contains(&code.as_str()),
            _ => false,
        }
    }

    /// Whether the same call may succeed later.
    pub(crate) fn may_pass(&self) -> bool {
        let of_the_contact = ["Invalid", "ResourceNotFound"];
        match self {
            Self::Service { code, .. } => {
                let mut begins = of_the_contact.iter();
                !self.is_of_every_call() && !begins.any(|begin| code.starts_with(begin))
            }
            Self::Other(_) => true,
            _ => false,
        }
    }

    /// What can be done about it, where that is not said and can be known.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        let Self::Service { code, .. } = self else {
            return None;
        };
        Some(match code.as_str() {
            "AccessDeniedException" => {
                "The credentials may not do this: connect configure check shows where they come from."
            }
            "ExpiredTokenException"
            | "InvalidSignatureException"
            | "UnrecognizedClientException" => {
                "The credentials are not taken: connect configure check shows where they come from."
            }
            "ResourceNotFoundException" => {
                "Are instance, contact and region right? connect find lists contacts, connect configure check shows the region."
            }
            "ThrottlingException" => {
                "Calls come faster than the quota of the account allows: try later, or ask for a higher one."
            }
            _ => return None,
        })
    }

    /// The exit code, as the AWS CLI has them.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            // The reader closed the pipe, and has what it wants.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::Interrupted => 130,
            Self::Terminated => 143,
            Self::Usage(_) => 252,
            Self::Configuration(_) => 253,
            Self::Service { .. } => 254,
            Self::Output(_) | Self::Other(_) => 255,
        }
    }

    /// What to print on standard error; nothing where there is nothing to say.
    pub(crate) fn report(&self) -> Option<String> {
        match self {
            Self::Interrupted | Self::Terminated => None,
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => None,
            failure => Some(with_causes(failure)),
        }
    }
}

/// An error and its causes in one line, without repetition.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_s_error_reads_as_the_aws_cli_prints_it() {
        let failure = Failure::Service {
            operation: "ListAssociatedContacts",
            retries: 0,
            code: "ResourceNotFoundException".to_owned(),
            message: "no such contact".to_owned(),
        };
        assert_eq!(failure.exit_code(), 254);
        assert_eq!(
            failure.report().as_deref(),
            Some(
                "An error occurred (ResourceNotFoundException) when calling the ListAssociatedContacts operation: no such contact"
            )
        );
    }

    #[test]
    fn a_closed_pipe_is_silent_and_no_failure() {
        let failure = Failure::Output(io::ErrorKind::BrokenPipe.into());
        assert_eq!((failure.exit_code(), failure.report()), (0, None));
        let failure = Failure::Output(io::ErrorKind::StorageFull.into());
        assert_eq!(failure.exit_code(), 255);
    }

    #[test]
    fn causes_are_named_once() {
        let failure = Failure::Output(io::Error::other("disk on fire"));
        assert_eq!(
            failure.report().as_deref(),
            Some("cannot write the output: disk on fire")
        );
    }
}
