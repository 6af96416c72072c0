//! HTTP/1.1 on a socket: takes requests in, checks who signed them, hands them on, gives every answer its ID.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::auth::Authenticator;
use crate::random;

/// How long a client may take to send the head of a request, or to keep an idle connection.
const HEAD_LIMIT: Duration = Duration::from_secs(60);
/// How long calls under way may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(10);
/// A pause after a failed accept, as when the process has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

const REQUEST_ID: &str = "x-amzn-requestid";
const ERROR_TYPE: &str = "x-amzn-errortype";

/// What answers a request that may be answered.
pub(crate) trait Handler: Send + Sync + 'static {
    fn handle(&self, request: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send;
}

/// Tells the time.
#[derive(Clone)]
pub(crate) struct Clock(pub(crate) Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[derive(Debug)]
pub(crate) struct Server<H> {
    pub(crate) handler: H,
    pub(crate) authenticator: Authenticator,
    pub(crate) clock: Clock,
    /// The longest body that is taken in, in bytes.
    pub(crate) body_limit: usize,
}

impl<H: Handler> Server<H> {
    /// Serves connections until `stop` is done; then lets the calls under way finish, for a while.
    pub(crate) async fn run(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let server = Arc::new(self);
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            let stream = tokio::select! {
                () = &mut stop => break,
                Some(_) = connections.join_next() => continue,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                },
            };
            // Answers are small and written at once.
            let _ = stream.set_nodelay(true);
            let server = Arc::clone(&server);
            let service = hyper::service::service_fn(move |request| {
                let server = Arc::clone(&server);
                async move { Ok::<_, Infallible>(server.answer(request).await) }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new())
                .header_read_timeout(HEAD_LIMIT);
            let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
            connections.spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "connection ended early");
                }
            });
        }
        drop(listener);
        if tokio::time::timeout(GRACE, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("calls under way were cut off");
        }
        connections.shutdown().await;
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        // The system has had randomness to give when the endpoint was set up.
        let id = random::uuid().unwrap_or_default();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let (head, body) = request.into_parts();
        let mut response = match Limited::new(body, self.body_limit).collect().await {
            Ok(body) => {
                self.check_and_handle(Request::from_parts(head, body.to_bytes()))
                    .await
            }
            Err(error) if error.is::<LengthLimitError>() => {
                let message = format!("The request is longer than {} bytes", self.body_limit);
                refuse(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "RequestEntityTooLargeException",
                    &message,
                )
            }
            Err(_) => refuse(
                StatusCode::BAD_REQUEST,
                "SerializationException",
                "The request ends early",
            ),
        };
        let status = response.status().as_u16();
        let headers = response.headers_mut();
        headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static("application/json"));
        if let Ok(id) = HeaderValue::from_str(&id) {
            headers.insert(REQUEST_ID, id);
        }
        let code = headers.get(ERROR_TYPE).and_then(|code| code.to_str().ok());
        tracing::info!(request_id = id, %method, path, status, code, "served");
        response.map(Full::new)
    }

    async fn check_and_handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        match self.authenticator.verify(&head, &body, (self.clock.0)()) {
            Ok(()) => self.handler.handle(Request::from_parts(head, body)).await,
            Err(denial) => refuse(StatusCode::FORBIDDEN, denial.code, &denial.message),
        }
    }
}

fn refuse(status: StatusCode, code: &'static str, message: &str) -> Response<Bytes> {
    let body = serde_json::json!({ "message": message }).to_string();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(ERROR_TYPE, HeaderValue::from_static(code));
    response
}

#[cfg(test)]
mod tests;
