//! One attempt: authenticate, address, sign, send, receive.

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::attributes::AccountId;
use aws_credential_types::{Credentials, Token};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::metadata::ErrorMetadata;
use connect_protocol::http::HttpResponse;
use connect_protocol::operation::Operation;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderName, USER_AGENT};
use http::{HeaderValue, Method, Request};
use http_body::Body;

use crate::auth::{Authentication, NoAuthentication, authentication};
use crate::call::{Call, Failure, add_response};
use crate::endpoint::ResolvedEndpoint;
use crate::error::{BoxError, CallSummary, ConnectorError, LimitExceeded};
use crate::identity::{Held, IdentityError};
use crate::receive::{BodyProblem, Unread, receive};
use crate::retry::{self, Reason};
use crate::sender::body::RequestBody;
use crate::settings::{Settings, request_info};
use crate::sign::{Payload, Scope, sign};
use crate::skew::Skew;

const X_AMZ_USER_AGENT: HeaderName = HeaderName::from_static("x-amz-user-agent");
const INVOCATION_ID: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");
const REQUEST_INFO: HeaderName = HeaderName::from_static("amz-sdk-request");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_BYTES: HeaderValue = HeaderValue::from_static("0");
/// Headers that most requests have, so that the map need not grow.
const USUAL_HEADERS: usize = 12;

/// An attempt that brought no output.
pub(crate) enum AttemptFailure {
    /// The request cannot be made.
    Construction(BoxError),
    /// There are no credentials.
    Identity(IdentityError),
    /// No response came, or it broke off.
    Sender(ConnectorError),
    /// The attempt's own time limit ran out.
    Limit(LimitExceeded),
    /// A response came whose body cannot be used.
    Body {
        response: Box<HttpResponse>,
        source: BoxError,
    },
    /// The service answered with an error.
    Service(Box<ServiceAnswer>),
}

/// An error response.
pub(crate) struct ServiceAnswer {
    response: HttpResponse,
    metadata: ErrorMetadata,
    /// The skew that the response shows, and the one that the request was signed with.
    skew: Option<(Skew, Skew)>,
    /// What is wrong with the body, where the head alone says which error it is.
    unread: Option<BodyProblem>,
}

impl AttemptFailure {
    /// Why another attempt makes sense, if it does.
    pub(crate) fn reason(&self, operation: &Operation) -> Option<Reason> {
        match self {
            Self::Sender(error) => retry::classify_connector(error),
            Self::Limit(_) => Some(Reason::Transient),
            Self::Service(answer) => {
                let (status, code) = (answer.response.status().as_u16(), answer.metadata.code());
                let skewed = answer
                    .skew
                    .is_some_and(|(shown, signed_with)| shown.explains(signed_with, code));
                let skewed = skewed.then_some(Reason::ClockSkew);
                skewed.or_else(|| retry::classify_response(operation, status, code))
            }
            // An error page that is too large is an error all the same.
            Self::Body { response, .. } => {
                retry::classify_response(operation, response.status().as_u16(), None)
            }
            Self::Construction(_) | Self::Identity(_) => None,
        }
    }

    fn unread(head: HttpResponse, problem: BodyProblem) -> Self {
        match problem {
            BodyProblem::Broken(error) if error.is_io() || error.is_timeout() => {
                Self::Sender(error)
            }
            problem => Self::Body {
                response: Box::new(head),
                source: problem.into(),
            },
        }
    }

    pub(crate) fn response(&self) -> Option<&HttpResponse> {
        match self {
            Self::Service(answer) => Some(&answer.response),
            Self::Body { response, .. } => Some(response),
            _ => None,
        }
    }

    pub(crate) fn into_failure(self, mut summary: CallSummary) -> Failure {
        if let Some(response) = self.response() {
            add_response(&mut summary, response);
        }
        match self {
            Self::Construction(source) => {
                summary.attempts -= 1;
                Failure::Construction(source, summary)
            }
            Self::Identity(source) => {
                summary.attempts -= 1;
                Failure::Dispatch(ConnectorError::other(source.into(), None), summary)
            }
            Self::Sender(source) => Failure::Dispatch(source, summary),
            Self::Limit(limit) => Failure::Timeout(limit, summary),
            Self::Body { response, source } => Failure::Response {
                response: *response,
                source,
                summary,
            },
            Self::Service(answer) => {
                let ServiceAnswer {
                    response,
                    metadata,
                    unread,
                    ..
                } = *answer;
                summary.code = metadata.code().map(str::to_owned);
                summary.message = metadata.message().map(str::to_owned);
                Failure::Service {
                    response,
                    metadata,
                    unread: unread.map(BoxError::from),
                    summary,
                }
            }
        }
    }
}

impl From<NoAuthentication> for AttemptFailure {
    fn from(error: NoAuthentication) -> Self {
        match error {
            NoAuthentication::NotConfigured(error) => Self::Construction(error.into()),
            NoAuthentication::Provider(error) => Self::Identity(error),
        }
    }
}

/// Makes one attempt. A connection that ends before anything of the request was written is replaced at no cost, once. A
/// request that may have reached the server is another matter: to send that again is a retry.
pub(crate) async fn attempt(call: &mut Call<'_>) -> Result<HttpResponse, AttemptFailure> {
    let mut fresh_connection = false;
    loop {
        match once(call, fresh_connection).await {
            Err(AttemptFailure::Sender(error))
                if error.unsent && !fresh_connection && call.body.is_some() =>
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

async fn once(call: &mut Call<'_>, fresh_connection: bool) -> Result<HttpResponse, AttemptFailure> {
    let settings = call.settings;
    let authentication = authentication(settings, call.operation).await?;
    let signed_with = settings.skew.as_ref().map(|skew| skew.current());
    let signed_with = signed_with.unwrap_or_default();
    let now = signed_with.apply(settings.times.clock.now());
    let account_id = match &authentication {
        Authentication::SigV4(held) => held
            .credentials()
            .and_then(|credentials| credentials.account_id()),
        _ => None,
    };
    let account_id = account_id.map(AccountId::as_str);
    let endpoint = ResolvedEndpoint::resolve(settings, call.operation, &call.request, account_id);
    let endpoint = endpoint.map_err(AttemptFailure::Construction)?;
    let request =
        request(call, &endpoint, &authentication, now).map_err(AttemptFailure::Construction)?;
    let fresh;
    let send = if fresh_connection {
        fresh = crate::sender::SendSettings {
            fresh_connection,
            ..settings.send.clone()
        };
        &fresh
    } else {
        &settings.send
    };
    let sent = settings.times.clock.now();
    let response = settings.sender.send(request, send).await;
    let received = settings.times.clock.now();
    let response = response.map_err(|error| {
        log_failure(call, &endpoint, &error);
        AttemptFailure::Sender(error)
    })?;
    let skew = settings.skew.as_ref().and_then(|skew| {
        let shown = Skew::from_response(response.headers(), sent, received)?;
        skew.record(shown);
        Some((shown, signed_with))
    });
    let (response, unread) = match receive(call, response).await {
        Ok(response) => (response, None),
        Err(unread) => {
            let Unread { head, problem } = *unread;
            log_failure(call, &endpoint, &problem);
            let code = connect_protocol::error::metadata(&head).code().is_some();
            if head.status().is_success() || !code {
                return Err(AttemptFailure::unread(head, problem));
            }
            (head, Some(problem))
        }
    };
    log_response(call, &endpoint, &response);
    if response.status().is_success() {
        return Ok(response);
    }
    let metadata = without_secrets(
        connect_protocol::error::metadata(&response),
        &authentication,
    );
    let skew = skew.or_else(|| {
        let known = settings.skew.as_ref()?;
        Some((
            known.contradicted(signed_with, metadata.code())?,
            signed_with,
        ))
    });
    if let (Authentication::SigV4(held), Some("ExpiredTokenException" | "ExpiredToken")) =
        (&authentication, metadata.code())
        && let Some(identities) = &settings.credentials
    {
        identities.reject(held);
    }
    Err(AttemptFailure::Service(Box::new(ServiceAnswer {
        response,
        metadata,
        skew,
        unread,
    })))
}

/// AWS answers to a wrong signature with what should have been signed, session token included.
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

/// The request, complete and signed. `now` is the service's time, as far as it is known.
fn request(
    call: &mut Call<'_>,
    endpoint: &ResolvedEndpoint,
    authentication: &Authentication,
    now: SystemTime,
) -> Result<Request<RequestBody>, BoxError> {
    let settings = call.settings;
    let body = match call.body.as_ref().map(RequestBody::try_clone) {
        Some(Some(copy)) => copy,
        Some(None) => call.body.take().ok_or("the body is gone")?,
        None => return Err("the request's body can be sent only once".into()),
    };
    let mut request = Request::new(body);
    *request.method_mut() = call.request.method.clone();
    *request.uri_mut() = endpoint.uri(&call.request.uri)?;
    let headers = request.headers_mut();
    headers.reserve(USUAL_HEADERS + call.request.headers.len());
    headers.extend(
        call.request
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    headers.insert(HOST, endpoint.host.clone());
    headers.insert(USER_AGENT, settings.user_agent.clone());
    headers.insert(X_AMZ_USER_AGENT, settings.user_agent.clone());
    headers.insert(INVOCATION_ID, HeaderValue::from_bytes(&call.invocation_id)?);
    headers.insert(REQUEST_INFO, info(call, now));
    if let Some(trace) = settings
        .lambda
        .as_ref()
        .and_then(|environment| environment.get("_X_AMZN_TRACE_ID"))
    {
        headers.insert(TRACE_ID, trace_id(&trace)?);
    }
    for (name, value) in &endpoint.headers {
        headers.insert(name.clone(), value.clone());
    }
    if call.operation.json_output {
        headers.entry(ACCEPT).or_insert(JSON);
    }
    let mut request = changed(settings, request)?;
    // RFC 9110, 8.6: such a method means a body, if an empty one, and gateways insist on its length.
    let means_body = matches!(
        *request.method(),
        Method::POST | Method::PUT | Method::PATCH
    );
    if means_body && request.body().is_end_stream() {
        let headers = request.headers_mut();
        headers.entry(CONTENT_LENGTH).or_insert(NO_BYTES);
    }
    match authentication {
        Authentication::SigV4(held) => add_signature(call, endpoint, held, &mut request, now)?,
        Authentication::Bearer(held) => {
            let token: &Token = held
                .identity
                .data()
                .ok_or("the provider gave something other than a token")?;
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.token()))
                .map_err(|_| "the token does not fit into a header")?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        Authentication::Anonymous => {}
    }
    Ok(request)
}

fn add_signature(
    call: &Call<'_>,
    endpoint: &ResolvedEndpoint,
    held: &Arc<Held>,
    request: &mut Request<RequestBody>,
    now: SystemTime,
) -> Result<(), BoxError> {
    let settings = call.settings;
    let region = endpoint.signing_region.as_deref();
    let region = region.or_else(|| settings.region.as_ref().map(AsRef::as_ref));
    let scope = Scope {
        region: region.ok_or("no region to sign for: set `region`")?,
        name: endpoint
            .signing_name
            .as_deref()
            .unwrap_or(settings.service.signing_name),
    };
    let credentials = held
        .credentials()
        .ok_or("the provider gave something other than credentials")?;
    // Out of the request, which lends its other parts meanwhile.
    let mut headers = std::mem::take(request.headers_mut());
    let payload = match request.body() {
        RequestBody::Bytes(bytes) if !call.operation.unsigned_payload => Payload::Bytes(bytes),
        _ => Payload::Unsigned,
    };
    let signed = sign(
        (request.method(), request.uri(), &mut headers),
        payload,
        (credentials, &held.signing_key),
        scope,
        now,
    );
    *request.headers_mut() = headers;
    Ok(signed?)
}

/// `amz-sdk-request`. A retry says until when it is waited for, as the response before it may have told the service's time.
fn info(call: &Call<'_>, now: SystemTime) -> HeaderValue {
    let settings = call.settings;
    if call.attempts == 1 {
        return settings.first_attempt.clone();
    }
    let limit = settings.send.read_timeout;
    let ttl = limit.and_then(|limit| now.checked_add(limit));
    request_info(call.attempts, settings.retry.max_attempts, ttl)
}

/// The header's value, with what a header cannot hold percent-encoded.
fn trace_id(value: &str) -> Result<HeaderValue, BoxError> {
    let encoded = percent_encoding::utf8_percent_encode(value, percent_encoding::CONTROLS);
    Ok(HeaderValue::try_from(encoded.to_string())?)
}

/// The request after the caller's changes to it.
fn changed(
    settings: &Settings,
    request: Request<RequestBody>,
) -> Result<Request<RequestBody>, BoxError> {
    if settings.request_changes.is_empty() {
        return Ok(request);
    }
    let mut request = HttpRequest::try_from(request.map(SdkBody::from))?;
    for change in &settings.request_changes {
        request = change(request)?;
    }
    Ok(request.try_into_http1x()?.map(RequestBody::from))
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
