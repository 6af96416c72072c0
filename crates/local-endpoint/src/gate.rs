//! What a request passes between the check of its signature and its operation.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use connect_sdk::server::ErrorResponse;
use http::Response;

use crate::fault::{Ending, Faults};
use crate::key::Key;
use crate::quota::Quotas;
use crate::server::{Clock, Reply};

/// What all requests pass.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) quotas: Quotas,
    pub(crate) faults: Arc<Faults>,
    pub(crate) clock: Clock,
}

/// One request's way.
#[derive(Debug)]
pub(crate) struct Passage {
    gate: Arc<Gate>,
    caller: Arc<Key>,
    seen: Mutex<Seen>,
}

/// What has come to light of a request.
#[derive(Debug, Default)]
struct Seen {
    operation: Option<&'static str>,
    instance: Option<String>,
    /// Returned in place of the operation's response.
    rejection: Option<ErrorResponse>,
    ending: Ending,
}

/// A request that goes no further.
#[derive(Debug)]
pub(crate) struct Stopped;

impl Passage {
    pub(crate) fn new(gate: Arc<Gate>, caller: Arc<Key>) -> Self {
        Self {
            gate,
            caller,
            seen: Mutex::default(),
        }
    }

    /// Lets a request on to its operation, or keeps the response that it gets instead.
    pub(crate) async fn enter(
        &self,
        operation: &'static str,
        instance: Option<&str>,
    ) -> Result<(), Stopped> {
        if let Err(rejection) = self.admit(operation, instance) {
            self.seen().rejection = Some(rejection);
            return Err(Stopped);
        }
        let strike = self.gate.faults.strike(operation);
        if !strike.delay.is_zero() {
            tokio::time::sleep(strike.delay).await;
        }
        let mut seen = self.seen();
        seen.ending = strike.ending;
        let rejection = strike
            .error
            .map(|(code, status)| error(&code, status, "This error was injected by a fault rule."));
        seen.rejection = rejection;
        if strike.carried_out {
            Ok(())
        } else {
            Err(Stopped)
        }
    }

    /// Whether the caller may call the operation, on the instance where that is known, and now.
    pub(crate) fn admit(
        &self,
        operation: &'static str,
        instance: Option<&str>,
    ) -> Result<(), ErrorResponse> {
        let mut seen = self.seen();
        (seen.operation, seen.instance) = (Some(operation), instance.map(str::to_owned));
        drop(seen);
        if !self.caller.may(operation, instance) {
            let (caller, resource) = (self.caller.id(), instance.unwrap_or("*"));
            let message = format!(
                "User: arn:aws:iam::000000000000:user/{caller} is not authorized to perform: connect:{operation} on \
                 resource: {resource}"
            );
            return Err(error("AccessDeniedException", 403, &message));
        }
        let now = (self.gate.clock.0)();
        if !self.gate.quotas.admit(operation, now) {
            return Err(error("ThrottlingException", 429, "Rate exceeded"));
        }
        Ok(())
    }

    /// What is returned to the caller, given the response that the operation led to.
    pub(crate) fn end(&self, response: Response<Bytes>) -> Reply {
        let mut seen = self.seen();
        let rejection = seen.rejection.take();
        Reply {
            response: rejection.map_or(response, ErrorResponse::into_response),
            ending: seen.ending,
            operation: seen.operation,
            instance: seen.instance.take(),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
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
