//! The call: attempts until one succeeds, none is worth making, or time is up.

use std::pin::pin;

use aws_smithy_async::rt::sleep::AsyncSleep;
use aws_smithy_types::error::metadata::ErrorMetadata;
use connect_protocol::error::InputError;
use connect_protocol::http::{HttpResponse, Request};
use connect_protocol::operation::Operation;

use crate::attempt::{AttemptFailure, attempt};
use crate::error::{BoxError, CallSummary, ConnectorError, LimitExceeded};
use crate::limits::{Limit, within};
use crate::retry::{Permit, Reason};
use crate::sender::body::RequestBody;
use crate::settings::Settings;

/// A call on its way.
pub(crate) struct Call<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) operation: &'static Operation,
    /// The encoded input; its body is in `body`.
    pub(crate) request: Request,
    /// `None` once a body has been sent that can be sent only once.
    pub(crate) body: Option<RequestBody>,
    /// The same on every attempt.
    pub(crate) invocation_id: [u8; 36],
    /// Attempts begun so far.
    pub(crate) attempts: u32,
}

/// A call that succeeded.
pub(crate) struct Done {
    pub(crate) response: HttpResponse,
    operation: &'static Operation,
    attempts: u32,
}

impl Done {
    pub(crate) fn summary(&self) -> CallSummary {
        let mut summary = summary(self.operation, self.attempts);
        add_response(&mut summary, &self.response);
        summary
    }
}

/// A call that did not succeed: [`SdkError`](crate::error::SdkError) before its types are known.
pub(crate) enum Failure {
    Construction(BoxError, CallSummary),
    Timeout(LimitExceeded, CallSummary),
    Dispatch(ConnectorError, CallSummary),
    Response {
        response: HttpResponse,
        source: BoxError,
        summary: CallSummary,
    },
    Service {
        response: HttpResponse,
        metadata: ErrorMetadata,
        /// Why there is no body to read the error from.
        unread: Option<BoxError>,
        summary: CallSummary,
    },
}

impl Failure {
    pub(crate) fn before_sending(operation: &Operation, error: InputError) -> Box<Self> {
        Box::new(Self::Construction(error.into(), summary(operation, 0)))
    }
}

/// Makes a call.
pub(crate) async fn call(
    settings: &Settings,
    operation: &'static Operation,
    mut request: Request,
) -> Result<Done, Box<Failure>> {
    if let Some(refused) = &settings.refused {
        return Err(Box::new(Failure::Construction(
            refused.clone().into(),
            summary(operation, 0),
        )));
    }
    let body = std::mem::replace(&mut request.body, aws_smithy_types::body::SdkBody::taken());
    let body = RequestBody::from(body);
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
    match outcome {
        Ok(result) => result,
        Err(limit) => {
            tracing::debug!(attempts = call.attempts, "the operation time limit ran out");
            Err(Box::new(Failure::Timeout(
                limit,
                summary(operation, call.attempts),
            )))
        }
    }
}

async fn attempts(call: &mut Call<'_>) -> Result<Done, Box<Failure>> {
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
            Err(AttemptFailure::Limit(limit))
        });
        let reason = outcome
            .as_ref()
            .err()
            .and_then(|failure| failure.reason(operation));
        if let Some(adaptive) = &settings.adaptive {
            adaptive.update(times.clock.now(), reason == Some(Reason::Throttling));
        }
        let failure = match outcome {
            Ok(response) => {
                settings.retry_quota.succeed(cost);
                return Ok(Done {
                    response,
                    operation,
                    attempts: call.attempts,
                });
            }
            Err(failure) => failure,
        };
        let next = match reason {
            Some(reason) => may_retry(call, reason).map(|permit| (reason, permit)),
            None => Err(None),
        };
        match next {
            Ok((reason, taken)) => {
                permit = Some(taken);
                let asked_for = failure
                    .response()
                    .and_then(|response| crate::retry::retry_after(response.headers()));
                let delay =
                    settings
                        .retry
                        .backoff(reason, call.attempts - 1, asked_for, &times.random);
                tracing::debug!(
                    attempt = call.attempts,
                    reason = reason.as_str(),
                    delay_ms = delay.as_millis() as u64,
                    "retrying"
                );
                times.sleep.sleep(delay).await;
            }
            Err(stopped) => {
                if let Some(reason) = reason {
                    tracing::debug!(
                        attempt = call.attempts,
                        reason = reason.as_str(),
                        stopped_by = stopped.unwrap_or("the number of attempts"),
                        "not retrying"
                    );
                }
                let mut summary = summary(operation, call.attempts);
                summary.stopped = stopped;
                return Err(Box::new(failure.into_failure(summary)));
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

fn summary(operation: &Operation, attempts: u32) -> CallSummary {
    CallSummary {
        operation: operation.name,
        attempts,
        ..CallSummary::default()
    }
}

pub(crate) fn add_response(summary: &mut CallSummary, response: &HttpResponse) {
    summary.status = Some(response.status().as_u16());
    summary.request_id = response.request_id().map(str::to_owned);
}
