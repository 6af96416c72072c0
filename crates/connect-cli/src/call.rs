//! Between an operation as JSON and the SDK's typed call.

use std::error::Error;
use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;

use aws_credential_types::provider::error::CredentialsError;
use connect_sdk::error::{ProvideErrorMetadata, SdkError};
use connect_transport::error::InputError;
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::{Failure, with_causes};

/// An operation's output, when it comes.
pub(crate) type Reply<'a> = Pin<Box<dyn Future<Output = Result<Value, Failure>> + 'a>>;

/// The typed input of an operation. It has been validated, so what fails here is beyond the shapes' description.
///
/// # Errors
///
/// Input that the type cannot hold.
pub(crate) fn read<T: DeserializeOwned>(input: Value) -> Result<T, Failure> {
    serde_json::from_value(input).map_err(|error| invalid(&error))
}

/// A typed output as JSON, times in RFC 3339.
///
/// # Errors
///
/// An output that JSON cannot hold.
pub(crate) fn write(output: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(output).map_err(Failure::other)
}

fn invalid(problem: &dyn Display) -> Failure {
    Failure::Usage(format!("Parameter validation failed:\n{problem}"))
}

impl<E> From<SdkError<E>> for Failure
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        if let SdkError::ServiceError(context) = &error {
            let status = context.raw().status();
            let retries = error
                .summary()
                .map_or(0, |summary| summary.attempts().saturating_sub(1));
            let operation = error.summary().map_or("", |summary| summary.operation());
            // An error that is not the service's own, say a proxy's, has a status and no more.
            let code = context
                .err()
                .code()
                .map_or_else(|| status.as_u16().to_string(), str::to_owned);
            let message = context.err().message().map(str::to_owned);
            return Self::Service {
                operation,
                retries,
                code,
                message: message.unwrap_or_else(|| reason(status)),
            };
        }
        match cause::<InputError>(&error) {
            Some(problem) => invalid(problem),
            None if cause::<CredentialsError>(&error).is_some() => {
                Self::Configuration(with_causes(&error))
            }
            None => Self::other(error),
        }
    }
}

fn reason(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("no message").to_owned()
}

/// The first cause of a type.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // The transport shares what a credentials provider failed with among all calls that waited for it.
        let error = match error.downcast_ref::<Arc<dyn Error + Send + Sync>>() {
            Some(shared) => shared.as_ref(),
            None => error,
        };
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}
