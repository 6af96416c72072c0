//! HTTP/1.1 on a socket: reads requests, checks their signatures, passes them to the handler, gives every response an ID.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::auth::{Authenticator, Denial};
use crate::random;

/// How long a client may take to send the head of a request, or to keep an idle connection.
const HEAD_LIMIT: Duration = Duration::from_secs(60);
/// How long a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(20);
/// How long a connection may take to bring its first request with a right signature.
const STRANGER_LIMIT: Duration = Duration::from_secs(30);
/// The same while others wait for its place: nobody keeps them out by being slow.
const CROWDED_LIMIT: Duration = Duration::from_secs(1);
/// How long calls under way may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(10);
/// A pause after a failed accept, as when the process has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Served without a signature: whether the server runs is no secret.
const HEALTH: &str = "/health";
const REQUEST_ID: &str = "x-amzn-requestid";
const ERROR_TYPE: &str = "x-amzn-errortype";

/// Handles requests whose signatures were checked.
pub(crate) trait Handler: Send + Sync + 'static {
    fn handle(&self, request: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send;
}

/// The time.
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
    /// How many connections may be open that have brought no request with a right signature. Others wait, until the
    /// oldest gives way.
    pub(crate) strangers: usize,
}

impl<H: Handler> Server<H> {
    /// Serves connections until `stop` is done; then lets the calls under way finish, for a while.
    pub(crate) async fn run(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let server = Arc::new(self);
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        // The connections that have brought no request with a right signature, the oldest first.
        let mut strangers: VecDeque<(Instant, oneshot::Sender<()>)> = VecDeque::new();
        let fewer = Arc::new(Notify::new());
        let mut stop = std::pin::pin!(stop);
        loop {
            strangers.retain(|(_, place)| !place.is_closed());
            let is_full = strangers.len() >= server.strangers;
            let oldest = strangers
                .front()
                .filter(|_| is_full)
                .map(|(since, _)| *since);
            let accept = async {
                if let Some(since) = oldest {
                    sleep_until(since + CROWDED_LIMIT).await;
                }
                listener.accept().await
            };
            let (stream, _) = tokio::select! {
                () = &mut stop => break,
                Some(_) = connections.join_next() => continue,
                () = fewer.notified() => continue,
                accepted = accept => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                },
            };
            if is_full {
                strangers.pop_front();
            }
            let (place, given_away) = oneshot::channel();
            strangers.push_back((Instant::now(), place));
            // Responses are small and written at once.
            let _ = stream.set_nodelay(true);
            let server = Arc::clone(&server);
            let known = Arc::new(Notify::new());
            let made_known = Arc::clone(&known);
            let service = hyper::service::service_fn(move |request| {
                let (server, known) = (Arc::clone(&server), Arc::clone(&made_known));
                async move { Ok::<_, Infallible>(server.respond(request, &known).await) }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new())
                .header_read_timeout(HEAD_LIMIT);
            let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
            let fewer = Arc::clone(&fewer);
            let stranger = async move {
                tokio::select! {
                    biased;
                    () = known.notified() => fewer.notify_one(),
                    _ = timeout(STRANGER_LIMIT, given_away) => return,
                }
                std::future::pending().await
            };
            connections.spawn(async move {
                tokio::select! {
                    ended = connection => if let Err(error) = ended {
                        tracing::debug!(%error, "connection ended early");
                    },
                    () = stranger => tracing::debug!("connection without a signed request was cut off"),
                }
            });
        }
        drop(listener);
        if timeout(GRACE, graceful.shutdown()).await.is_err() {
            tracing::warn!("calls under way were cut off");
        }
        connections.shutdown().await;
    }

    /// Responds to a request, and notifies `known` when its signature is right. Otherwise the response ends the connection.
    async fn respond(&self, request: Request<Incoming>, known: &Notify) -> Response<Full<Bytes>> {
        // The system has had randomness to give when the endpoint was set up.
        let id = random::uuid().unwrap_or_default();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let is_health = matches!(method, Method::GET | Method::HEAD) && path == HEALTH;
        let checked = if is_health {
            Err(Response::new(Bytes::from_static(b"{}")))
        } else {
            self.check(request).await
        };
        let mut response = match checked {
            Ok(request) => {
                known.notify_one();
                self.handler.handle(request).await
            }
            Err(mut response) => {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(CONNECTION, close);
                response
            }
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

    /// Reads the whole of a request whose signature is right; otherwise the response says why not.
    async fn check(&self, request: Request<Incoming>) -> Result<Request<Bytes>, Response<Bytes>> {
        let denied = |denial: Denial| reject(StatusCode::FORBIDDEN, denial.code, &denial.message);
        let (head, body) = request.into_parts();
        let now = (self.clock.0)();
        // Before the body, which may be long and slow.
        let claimed = self.authenticator.precheck(&head, now).map_err(denied)?;
        let body = self.read_body(body).await?;
        claimed.verify(&head, &body, now).map_err(denied)?;
        Ok(Request::from_parts(head, body))
    }

    async fn read_body(&self, body: Incoming) -> Result<Bytes, Response<Bytes>> {
        let whole = Limited::new(body, self.body_limit).collect();
        let (status, code, message) = match timeout(BODY_TIME, whole).await {
            Ok(Ok(body)) => return Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLargeException",
                format!("The request is longer than {} bytes", self.body_limit),
            ),
            Ok(Err(_)) => (
                StatusCode::BAD_REQUEST,
                "SerializationException",
                "The request ends early".to_owned(),
            ),
            Err(_) => (
                StatusCode::REQUEST_TIMEOUT,
                "RequestTimeoutException",
                format!("The body took longer than {} seconds", BODY_TIME.as_secs()),
            ),
        };
        Err(reject(status, code, &message))
    }
}

pub(crate) fn reject(status: StatusCode, code: &'static str, message: &str) -> Response<Bytes> {
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
