//! The call: attempts until one succeeds, none is worth making, or time is up.

use std::pin::pin;

use aws_smithy_async::rt::sleep::AsyncSleep;
use connect_protocol::error::InputError;
use connect_protocol::http::{HttpResponse, Request};
use connect_protocol::json::ReadError;
use connect_protocol::operation::Operation;

use crate::attempt::attempt;
use crate::error::{CallError, SdkError};
use crate::limits::{Limit, within};
use crate::request::Call;
use crate::retry::{Permit, Reason, classify};
use crate::settings::Settings;

/// A call that succeeded.
pub(crate) struct Done {
    pub(crate) response: HttpResponse,
    operation: &'static Operation,
    attempts: u32,
}

impl Done {
    /// The error of a call whose response cannot be read.
    pub(crate) fn unreadable(self, source: ReadError) -> CallError {
        let error = match self.response.unasked_encoding() {
            Some(encoding) => SdkError::response_error(encoding, self.response),
            None => SdkError::response_error(source, self.response),
        };
        error.summarized(self.operation.name, self.attempts, None)
    }
}

/// Makes a call.
pub(crate) async fn call(
    settings: &Settings,
    operation: &'static Operation,
    request: Result<Request, InputError>,
) -> Result<Done, CallError> {
    let unsent = |error: CallError| error.summarized(operation.name, 0, None);
    let mut request = request.map_err(|error| unsent(SdkError::construction_failure(error)))?;
    if let Some(error) = &settings.error {
        return Err(unsent(SdkError::construction_failure(error.clone())));
    }
    let body = std::mem::take(&mut request.body);
    #[cfg(feature = "compression")]
    let body = crate::compression::compressed(settings, operation, &mut request.headers, body);
    let mut call = Call {
        settings,
        operation,
        request,
        body: Some(body),
        invocation_id: settings.times.random.uuid(),
        attempts: 0,
    };
    let (sleep, limit) = (&settings.times.sleep, settings.operation_limit);
    let outcome = within(sleep, Limit::Operation, limit, pin!(attempts(&mut call))).await;
    outcome.unwrap_or_else(|limit| {
        tracing::debug!(attempts = call.attempts, "the operation time limit ran out");
        Err(SdkError::timeout_error(limit).summarized(operation.name, call.attempts, None))
    })
}

async fn attempts(call: &mut Call<'_>) -> Result<Done, CallError> {
    let (settings, operation) = (call.settings, call.operation);
    let times = &settings.times;
    let mut permit: Option<Permit> = None;
    loop {
        if let Some(limit) = &settings.rate_limit {
            limit.acquire(&times.clock, &times.sleep).await;
        }
        if let Some(adaptive) = &settings.adaptive {
            adaptive.acquire(&times.clock, &times.sleep).await;
        }
        call.attempts += 1;
        let cost = permit.take().map(Permit::spend);
        let (sleep, limit) = (&times.sleep, settings.attempt_limit);
        let outcome = within(sleep, Limit::Attempt, limit, pin!(attempt(call))).await;
        let outcome = outcome.unwrap_or_else(|limit| {
            tracing::debug!(attempt = call.attempts, "the attempt time limit ran out");
            Err(SdkError::timeout_error(limit))
        });
        let failed = outcome.as_ref().err();
        let reason = failed.and_then(|error| classify(error, operation));
        if let Some(adaptive) = &settings.adaptive {
            adaptive.update(times.clock.now(), reason == Some(Reason::Throttling));
        }
        let error = match outcome {
            Ok(response) => {
                settings.retry_quota.succeed(cost);
                return Ok(Done {
                    response,
                    operation,
                    attempts: call.attempts,
                });
            }
            Err(error) => error,
        };
        let Some(reason) = reason else {
            return Err(error.summarized(operation.name, call.attempts, None));
        };
        match may_retry(call, reason) {
            Ok(taken) => {
                permit = Some(taken);
                let response = error.raw_response();
                let asked_for =
                    response.and_then(|response| crate::retry::retry_after(response.headers()));
                let retry = call.attempts - 1;
                let policy = &settings.retry;
                let delay = policy.backoff(reason, retry, asked_for, &times.random);
                tracing::debug!(
                    attempt = call.attempts,
                    reason = reason.as_str(),
                    delay_ms = delay.as_millis() as u64,
                    "retrying"
                );
                times.sleep.sleep(delay).await;
            }
            Err(stopped) => {
                tracing::debug!(
                    attempt = call.attempts,
                    reason = reason.as_str(),
                    stopped_by = stopped.unwrap_or("the number of attempts"),
                    "not retrying"
                );
                return Err(error.summarized(operation.name, call.attempts, stopped));
            }
        }
    }
}

/// Takes what a retry costs. Without one, the error says why there is none, unless the attempts are used up.
fn may_retry(call: &Call<'_>, reason: Reason) -> Result<Permit, Option<&'static str>> {
    if call.attempts >= call.settings.retry.max_attempts {
        return Err(None);
    }
    if call.body.is_none() {
        return Err(Some("the request's body can be sent only once"));
    }
    let permit = call.settings.retry_quota.take(reason);
    permit.ok_or(Some("too many of this client's calls fail (retry quota)"))
}
