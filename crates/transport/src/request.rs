//! A call's state, and the request of each of its attempts, complete and signed.

use std::time::SystemTime;

use aws_credential_types::Token;
use connect_protocol::http::{MessageBody, Request};
use connect_protocol::operation::Operation;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderName, USER_AGENT};
use http::{HeaderValue, Method};
use http_body::Body;

use crate::auth::Authentication;
use crate::endpoint::ResolvedEndpoint;
use crate::error::BoxError;
use crate::identity::Held;
use crate::settings::{Settings, request_info};
use crate::sign::{Payload, Scope, sign};

const X_AMZ_USER_AGENT: HeaderName = HeaderName::from_static("x-amz-user-agent");
const INVOCATION_ID: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");
const REQUEST_INFO: HeaderName = HeaderName::from_static("amz-sdk-request");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_BYTES: HeaderValue = HeaderValue::from_static("0");
/// Headers that most requests have, so that the map need not grow.
const USUAL_HEADERS: usize = 12;

/// A call on its way.
pub(crate) struct Call<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) operation: &'static Operation,
    /// The encoded input; its body is in `body`.
    pub(crate) request: Request,
    /// `None` once a body has been sent that can be sent only once.
    pub(crate) body: Option<MessageBody>,
    /// The same on every attempt.
    pub(crate) invocation_id: [u8; 36],
    /// Attempts begun so far.
    pub(crate) attempts: u32,
}

impl Call<'_> {
    /// The request of the next attempt. `now` is the service's time, as far as it is known.
    pub(crate) fn request(
        &mut self,
        endpoint: &ResolvedEndpoint,
        authentication: &Authentication,
        now: SystemTime,
    ) -> Result<http::Request<MessageBody>, BoxError> {
        let body = match self.body.as_ref().map(MessageBody::try_clone) {
            Some(Some(copy)) => copy,
            Some(None) => self.body.take().ok_or("the body is gone")?,
            None => return Err("the request's body can be sent only once".into()),
        };
        let (settings, encoded) = (self.settings, &self.request);
        let mut request = http::Request::new(body);
        *request.method_mut() = encoded.method.clone();
        *request.uri_mut() = endpoint.uri(&encoded.uri)?;
        let headers = request.headers_mut();
        headers.reserve(USUAL_HEADERS + encoded.headers.len());
        let bound = encoded.headers.iter();
        headers.extend(bound.map(|(name, value)| (name.clone(), value.clone())));
        headers.insert(HOST, endpoint.host.clone());
        headers.insert(USER_AGENT, settings.user_agent.clone());
        headers.insert(X_AMZ_USER_AGENT, settings.user_agent.clone());
        headers.insert(INVOCATION_ID, HeaderValue::from_bytes(&self.invocation_id)?);
        headers.insert(REQUEST_INFO, self.info(now));
        if let Some(environment) = &settings.lambda
            && let Some(trace) = environment.get("_X_AMZN_TRACE_ID")
        {
            headers.insert(TRACE_ID, trace_id(&trace)?);
        }
        for (name, value) in &endpoint.headers {
            headers.insert(name.clone(), value.clone());
        }
        if self.operation.json_output {
            headers.entry(ACCEPT).or_insert(JSON);
        }
        for change in &settings.request_changes {
            request = change(request)?;
        }
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
            Authentication::SigV4(held) => self.sign(endpoint, held, &mut request, now)?,
            Authentication::Bearer(held) => {
                let token: Option<&Token> = held.identity.data();
                let token = token.ok_or("the provider gave something other than a token")?;
                let mut value = HeaderValue::try_from(format!("Bearer {}", token.token()))
                    .map_err(|_| "the token does not fit into a header")?;
                value.set_sensitive(true);
                request.headers_mut().insert(AUTHORIZATION, value);
            }
            Authentication::Anonymous => {}
        }
        Ok(request)
    }

    fn sign(
        &self,
        endpoint: &ResolvedEndpoint,
        held: &Held,
        request: &mut http::Request<MessageBody>,
        now: SystemTime,
    ) -> Result<(), BoxError> {
        let settings = self.settings;
        let region = endpoint.signing_region.as_deref();
        let region = region.or_else(|| settings.endpoint.region.as_ref().map(AsRef::as_ref));
        let name = endpoint.signing_name.as_deref();
        let scope = Scope {
            region: region.ok_or("no region to sign for: set `region`")?,
            name: name.unwrap_or(settings.endpoint.service.signing_name),
        };
        let credentials = held
            .credentials()
            .ok_or("the provider gave something other than credentials")?;
        // Out of the request, which lends its other parts meanwhile.
        let mut headers = std::mem::take(request.headers_mut());
        let payload = match request.body() {
            MessageBody::Bytes(bytes) if !self.operation.unsigned_payload => Payload::Bytes(bytes),
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

    /// `amz-sdk-request`. A retry says until when it is waited for, since the response before it may have shown the service's
    /// time.
    fn info(&self, now: SystemTime) -> HeaderValue {
        let settings = self.settings;
        if self.attempts == 1 {
            return settings.first_attempt.clone();
        }
        let limit = settings.send.read_timeout;
        let ttl = limit.and_then(|limit| now.checked_add(limit));
        request_info(self.attempts, settings.retry.max_attempts, ttl)
    }
}

/// The header's value, with what a header cannot hold percent-encoded.
fn trace_id(value: &str) -> Result<HeaderValue, BoxError> {
    let encoded = percent_encoding::utf8_percent_encode(value, percent_encoding::CONTROLS);
    Ok(HeaderValue::try_from(encoded.to_string())?)
}
