//! Receiving: a response's body, up to its limit.

use std::future::poll_fn;
use std::pin::{Pin, pin};

use aws_smithy_types::body::SdkBody;
use bytes::{Bytes, BytesMut};
use connect_protocol::http::HttpResponse;
use connect_protocol::operation::Operation;
use http_body::Body;

use crate::error::{BoxError, ConnectorError};
use crate::limits::{Limit, within};
use crate::retry;
use crate::sender::body::ResponseBody;
use crate::sender::http_error;
use crate::settings::Settings;

/// The response with its body in memory, unless the operation's output streams it.
pub(crate) async fn receive(
    settings: &Settings,
    operation: &Operation,
    response: http::Response<ResponseBody>,
) -> Result<HttpResponse, Box<Unread>> {
    let (parts, mut body) = response.into_parts();
    if settings.retry.reconnect && retry::is_transient(parts.status) {
        body.close_connection();
    }
    if operation.streaming_output && parts.status.is_success() {
        let body =
            crate::stalled::Watched::new(body, settings.body_limit, settings.times.sleep.clone());
        return Ok(HttpResponse::new(
            parts.status,
            parts.headers,
            SdkBody::from_body_1_x(body),
        ));
    }
    match collect(settings, &mut body).await {
        Ok(bytes) => Ok(HttpResponse::new(
            parts.status,
            parts.headers,
            SdkBody::from(bytes),
        )),
        Err(problem) => Err(Box::new(Unread {
            head: HttpResponse::new(parts.status, parts.headers, SdkBody::empty()),
            problem,
        })),
    }
}

/// A response whose body cannot be used.
pub(crate) struct Unread {
    pub(crate) head: HttpResponse,
    pub(crate) problem: BodyProblem,
}

/// Why a body cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyProblem {
    #[error(transparent)]
    Broken(ConnectorError),
    #[error("the body is larger than {limit} bytes")]
    TooLarge { limit: usize },
}

async fn collect(settings: &Settings, body: &mut ResponseBody) -> Result<Bytes, BodyProblem> {
    let limit = settings.max_response_body_bytes;
    let too_large = || BodyProblem::TooLarge { limit };
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    loop {
        let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx));
        let frame = within(
            &settings.times.sleep,
            Limit::Read,
            settings.body_limit,
            pin!(frame),
        )
        .await;
        let frame = frame.map_err(|limit| BodyProblem::Broken(limit.into()))?;
        let data = match frame {
            None => break,
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            Some(Err(error)) => return Err(BodyProblem::Broken(body_error(error))),
        };
        let so_far = first.as_ref().map_or(0, Bytes::len) + rest.len();
        if data.len() > limit - so_far {
            return Err(too_large());
        }
        match &first {
            None => first = Some(data),
            // Most bodies come in one piece and are not copied.
            Some(first) => {
                if rest.is_empty() {
                    let announced = usize::try_from(body.size_hint().lower()).unwrap_or_default();
                    rest.reserve(first.len() + data.len() + announced.min(limit));
                    rest.extend_from_slice(first);
                }
                rest.extend_from_slice(&data);
            }
        }
    }
    Ok(if rest.is_empty() {
        first.unwrap_or_default()
    } else {
        rest.freeze()
    })
}

fn body_error(error: BoxError) -> ConnectorError {
    match error.downcast::<hyper::Error>() {
        Ok(error) => http_error(*error),
        Err(error) => ConnectorError::io(error),
    }
}
