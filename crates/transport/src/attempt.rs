//! One attempt: authenticate, address, sign, send, receive.

use std::error::Error;

use aws_credential_types::Credentials;
use aws_credential_types::attributes::AccountId;
use aws_smithy_types::error::metadata::ErrorMetadata;
use connect_protocol::http::{HttpResponse, MessageBody};

use crate::auth::{Authentication, authentication};
use crate::endpoint::ResolvedEndpoint;
use crate::error::{CallError, SdkError, UntypedError};
use crate::receive::{BodyProblem, Unread, receive};
use crate::request::Call;
use crate::sender::SendSettings;
use crate::skew::Skew;

/// Makes one attempt. A connection that ends before anything of the request was written is replaced at no cost, once. A
/// request that may have reached the server is another matter: to send that again is a retry.
pub(crate) async fn attempt(call: &mut Call<'_>) -> Result<HttpResponse, CallError> {
    let mut fresh_connection = false;
    loop {
        match once(call, fresh_connection).await {
            Err(SdkError::DispatchFailure(failure))
                if failure.is_unsent() && !fresh_connection && call.body.is_some() =>
            {
                tracing::debug!(
                    attempt = call.attempts,
                    "the connection ended before the request was written, using a fresh one"
                );
                fresh_connection = true;
            }
            outcome => return outcome,
        }
    }
}

/// A request that is ready to be sent.
struct Prepared {
    authentication: Authentication,
    endpoint: ResolvedEndpoint,
    signed_with: Skew,
    request: http::Request<MessageBody>,
}

async fn prepare(call: &mut Call<'_>) -> Result<Prepared, CallError> {
    let settings = call.settings;
    let authentication = authentication(settings, call.operation).await?;
    let skew = settings.skew.as_ref();
    let signed_with = skew.map(|skew| skew.current()).unwrap_or_default();
    let now = signed_with.apply(settings.times.clock.now());
    let account_id = match &authentication {
        Authentication::SigV4(held) => held.credentials().and_then(Credentials::account_id),
        _ => None,
    };
    let account_id = account_id.map(AccountId::as_str);
    let endpoint = settings
        .endpoint
        .resolve(call.operation, &call.request, account_id)
        .map_err(SdkError::construction_failure)?;
    let request = call
        .request(&endpoint, &authentication, now)
        .map_err(SdkError::construction_failure)?;
    Ok(Prepared {
        authentication,
        endpoint,
        signed_with,
        request,
    })
}

async fn once(call: &mut Call<'_>, fresh_connection: bool) -> Result<HttpResponse, CallError> {
    let settings = call.settings;
    let Prepared {
        authentication,
        endpoint,
        signed_with,
        request,
    } = match prepare(call).await {
        Ok(prepared) => prepared,
        Err(error) => {
            // What was not sent does not count.
            call.attempts -= 1;
            return Err(error);
        }
    };
    let fresh = fresh_connection.then(|| SendSettings {
        fresh_connection,
        ..settings.send.clone()
    });
    let sent = settings.times.clock.now();
    let send = fresh.as_ref().unwrap_or(&settings.send);
    let response = settings.sender.send(request, send).await;
    let received = settings.times.clock.now();
    let response = response.map_err(|error| {
        log_failure(call, &endpoint, &error);
        SdkError::dispatch_failure(error)
    })?;
    let skew = settings.skew.as_ref().and_then(|skew| {
        let shown = Skew::from_response(response.headers(), sent, received)?;
        skew.record(shown);
        Some(shown)
    });
    let (response, unread) = match receive(settings, call.operation, response).await {
        Ok(response) => (response, None),
        Err(unread) => {
            let Unread { head, problem } = *unread;
            log_failure(call, &endpoint, &problem);
            if head.status().is_success() || head.error_metadata().code().is_none() {
                return Err(unread_error(head, problem));
            }
            (head, Some(problem.into()))
        }
    };
    log_response(call, &endpoint, &response);
    if response.status().is_success() {
        return Ok(response);
    }
    let metadata = without_secrets(response.error_metadata(), &authentication);
    let code = metadata.code();
    let skew = skew.or_else(|| {
        let known = settings.skew.as_ref()?;
        known.contradicted(signed_with, code)
    });
    if let (Authentication::SigV4(held), Some("ExpiredTokenException" | "ExpiredToken")) =
        (&authentication, code)
        && let Some(identities) = &settings.credentials
    {
        identities.reject(held);
    }
    let error = UntypedError {
        skewed: skew.is_some_and(|shown| shown.explains(signed_with, code)),
        metadata,
        unread,
    };
    Err(SdkError::service_error(error, response))
}

fn unread_error(head: HttpResponse, problem: BodyProblem) -> CallError {
    match problem {
        BodyProblem::Broken(error) if error.is_io() || error.is_timeout() => {
            SdkError::dispatch_failure(error)
        }
        problem => SdkError::response_error(problem, head),
    }
}

/// AWS responds to a wrong signature with what should have been signed, session token included.
fn without_secrets(metadata: ErrorMetadata, authentication: &Authentication) -> ErrorMetadata {
    let Authentication::SigV4(held) = authentication else {
        return metadata;
    };
    let token = held.credentials().and_then(Credentials::session_token);
    match (metadata.message(), token) {
        (Some(message), Some(token)) if !token.is_empty() && message.contains(token) => {
            let message = message.replace(token, "** redacted **");
            metadata.into_builder().message(message).build()
        }
        _ => metadata,
    }
}

fn log_response(call: &Call<'_>, endpoint: &ResolvedEndpoint, response: &HttpResponse) {
    tracing::debug!(
        attempt = call.attempts,
        endpoint = endpoint.authority.as_str(),
        status = response.status().as_u16(),
        request_id = response.request_id(),
        "response"
    );
}

fn log_failure(call: &Call<'_>, endpoint: &ResolvedEndpoint, error: &(dyn Error + 'static)) {
    tracing::debug!(
        attempt = call.attempts,
        endpoint = endpoint.authority.as_str(),
        error,
        "no response"
    );
}
