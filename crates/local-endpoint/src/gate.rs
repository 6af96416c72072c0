//! What a request passes between the check of its signature and its operation.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use connect_sdk::server::ErrorResponse;
use http::Response;

use crate::key::Key;

/// One request's way.
#[derive(Debug)]
pub(crate) struct Passage {
    caller: Arc<Key>,
    seen: Mutex<Seen>,
}

/// What has come to light of a request.
#[derive(Debug, Default)]
struct Seen {
    /// Returned in place of the operation's response.
    rejection: Option<ErrorResponse>,
}

/// A request that goes no further.
#[derive(Debug)]
pub(crate) struct Stopped;

impl Passage {
    pub(crate) fn new(caller: Arc<Key>) -> Self {
        Self {
            caller,
            seen: Mutex::default(),
        }
    }

    /// Lets a request on to its operation, or keeps the response that it gets instead.
    pub(crate) fn enter(
        &self,
        operation: &'static str,
        instance: Option<&str>,
    ) -> Result<(), Stopped> {
        self.admit(operation, instance).map_err(|rejection| {
            self.seen().rejection = Some(rejection);
            Stopped
        })
    }

    /// Whether the caller may call the operation, on the instance where that is known.
    pub(crate) fn admit(
        &self,
        operation: &'static str,
        instance: Option<&str>,
    ) -> Result<(), ErrorResponse> {
        if !self.caller.may(operation, instance) {
            let (caller, resource) = (self.caller.id(), instance.unwrap_or("*"));
            let message = format!(
                "User: arn:aws:iam::000000000000:user/{caller} is not authorized to perform: connect:{operation} on \
                 resource: {resource}"
            );
            return Err(error("AccessDeniedException", 403, &message));
        }
        Ok(())
    }

    /// What is returned to the caller, given the response that the operation led to.
    pub(crate) fn end(&self, response: Response<Bytes>) -> Response<Bytes> {
        let rejection = self.seen().rejection.take();
        rejection.map_or(response, ErrorResponse::into_response)
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error whose message is where the model has it, and SDKs look for it where the model has no such error.
fn error(code: &str, status: u16, message: &str) -> ErrorResponse {
    ErrorResponse::build(code, status, |response| {
        let message = message.to_owned();
        response.json(|writer| writer.object(|writer| writer.member("Message", &message)))?;
        Ok(())
    })
}
