//! HTTP/1.1 on a socket: reads requests, checks their signatures, passes them to the handler, gives every response an ID.

mod payload;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use self::payload::Payload;
use crate::access::{AccessLog, Recording};
use crate::auth::{Authenticator, Denial};
use crate::fault::Ending;
use crate::key::Key;
use crate::random;
use crate::tls::Tls;

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

/// Changes, by the end of its sender, when the server stops.
type Stopped = watch::Receiver<()>;

/// Handles requests whose signatures were checked.
pub(crate) trait Handler: Send + Sync + 'static {
    fn handle(
        &self,
        request: Request<Bytes>,
        caller: Arc<Key>,
    ) -> impl Future<Output = Reply> + Send;
}

/// What a request leads to.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) response: Response<Bytes>,
    pub(crate) ending: Ending,
    /// What was called, if it was found out, and on which instance.
    pub(crate) operation: Option<&'static str>,
    pub(crate) instance: Option<String>,
}

impl From<Response<Bytes>> for Reply {
    fn from(response: Response<Bytes>) -> Self {
        Self {
            response,
            ending: Ending::Whole,
            operation: None,
            instance: None,
        }
    }
}

/// The time.
#[derive(Clone)]
pub(crate) struct Clock(pub(crate) Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// What requests say about their connection.
#[derive(Debug, Default)]
struct Line {
    /// One had a right signature.
    known: Notify,
    /// It is to be reset.
    reset: Notify,
    /// It is to stay open without a word, until the caller or the server ends.
    stalled: Notify,
}

#[derive(Debug)]
pub(crate) struct Server<H> {
    pub(crate) handler: H,
    pub(crate) authenticator: Authenticator,
    pub(crate) clock: Clock,
    pub(crate) access_log: AccessLog,
    /// Without it, connections are not encrypted.
    pub(crate) tls: Option<Tls>,
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
        let (stopping, stopped) = watch::channel(());
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
            let (mut stream, _) = tokio::select! {
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
            let (server, line) = (Arc::clone(&server), Arc::new(Line::default()));
            let (fewer, stopped) = (Arc::clone(&fewer), stopped.clone());
            connections.spawn(async move {
                let stranger = async {
                    tokio::select! {
                        biased;
                        () = line.known.notified() => fewer.notify_one(),
                        _ = timeout(STRANGER_LIMIT, given_away) => return,
                    }
                    std::future::pending().await
                };
                tokio::select! {
                    () = server.welcome(&mut stream, &line, stopped) => {}
                    () = stranger => tracing::debug!("connection without a signed request was cut off"),
                    // It is reset when it is dropped.
                    () = line.reset.notified() => drop(stream.set_zero_linger()),
                }
            });
        }
        drop((listener, stopping));
        let ended = async { while connections.join_next().await.is_some() {} };
        if timeout(GRACE, ended).await.is_err() {
            tracing::warn!("calls under way were cut off");
        }
        connections.shutdown().await;
    }

    /// Serves a connection once it is encrypted, if it is to be.
    async fn welcome(
        self: &Arc<Self>,
        stream: &mut TcpStream,
        line: &Arc<Line>,
        mut stopped: Stopped,
    ) {
        let Some(tls) = &self.tls else {
            return self.serve(stream, line, stopped).await;
        };
        let shaken = tokio::select! {
            shaken = tls.acceptor().accept(stream) => shaken,
            _ = stopped.changed() => return,
        };
        match shaken {
            Ok(stream) => self.serve(stream, line, stopped).await,
            Err(error) => tracing::debug!(%error, "TLS handshake failed"),
        }
    }

    /// Serves the requests of a connection, until it ends or the server stops and no call is under way.
    async fn serve<S>(self: &Arc<Self>, stream: S, line: &Arc<Line>, mut stopped: Stopped)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let service = hyper::service::service_fn(|request| {
            let (server, line) = (Arc::clone(self), Arc::clone(line));
            async move { Ok::<_, Infallible>(server.respond(request, &line).await) }
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(HEAD_LIMIT);
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = &mut connection => ended,
            _ = stopped.changed() => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = connection => ended,
                    () = line.stalled.notified() => return,
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "connection ended early");
        }
    }

    /// Responds to a request, and says on the line when its signature is right. Otherwise the response ends the connection.
    async fn respond(&self, request: Request<Incoming>, line: &Line) -> Response<Payload> {
        // The system has had randomness to give when the endpoint was set up.
        let id = random::uuid().unwrap_or_default();
        let (method, path) = (request.method().as_str(), request.uri().path());
        let mut recording = Recording::begin(&self.access_log, (self.clock.0)(), method, path);
        let access = &mut recording.access;
        access.request_id.clone_from(&id);
        let is_health = matches!(method, "GET" | "HEAD") && path == HEALTH;
        let checked = if is_health {
            Err(Response::new(Bytes::from_static(b"{}")))
        } else {
            self.check(request).await
        };
        let reply = match checked {
            Ok((request, caller)) => {
                line.known.notify_one();
                access.access_key_id = Some(caller.id().to_owned());
                self.handler.handle(request, caller).await
            }
            Err(mut response) => {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(CONNECTION, close);
                response.into()
            }
        };
        let Reply {
            mut response,
            mut ending,
            operation,
            instance,
        } = reply;
        (access.operation, access.instance) = (operation, instance);
        let headers = response.headers_mut();
        headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static("application/json"));
        if let Ok(id) = HeaderValue::from_str(&id) {
            headers.insert(REQUEST_ID, id);
        }
        if ending == Ending::Half && response.body().is_empty() {
            ending = Ending::Silence;
        }
        match ending {
            Ending::Whole => {}
            Ending::Reset => line.reset.notify_one(),
            Ending::Half | Ending::Silence => line.stalled.notify_one(),
        }
        if matches!(ending, Ending::Reset | Ending::Silence) {
            // Until the connection is gone, and this with it.
            return std::future::pending().await;
        }
        let code = response.headers().get(ERROR_TYPE);
        access.code = code.and_then(|code| code.to_str().ok()).map(str::to_owned);
        access.status = Some(response.status().as_u16());
        let response = response.map(|body| Payload::new(body, ending == Ending::Half));
        access.bytes = response.body().len();
        response
    }

    /// Reads the whole of a request whose signature is right, and whose it is; otherwise the response says why not.
    async fn check(
        &self,
        request: Request<Incoming>,
    ) -> Result<(Request<Bytes>, Arc<Key>), Response<Bytes>> {
        let denied = |denial: Denial| reject(StatusCode::FORBIDDEN, denial.code, &denial.message);
        let (head, body) = request.into_parts();
        let now = (self.clock.0)();
        // Before the body, which may be long and slow.
        let claimed = self.authenticator.precheck(&head, now).map_err(denied)?;
        let body = self.read_body(body).await?;
        let caller = claimed.verify(&head, &body, now).map_err(denied)?;
        Ok((Request::from_parts(head, body), caller))
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
