//! An HTTP/2 connection, which many calls use at a time.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::HOST;
use http::{Request, Response};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::Instant;

use super::SendSettings;
use super::body::{RequestBody, ResponseBody};
use super::connect::Key;
use super::connection::{ConnectionBody, ExchangeError};
use super::http_sender::{exchange_error, put_host};
use super::pool::{OpenConnection, Pool};
use super::stream::ServerStream;
use crate::error::ConnectorError;
use crate::limits::{Limit, within};

/// How often an idle-looking connection in use is asked whether it is alive, and how long that may take.
const PING_INTERVAL: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection. Clones are the same one; its task ends when all are dropped.
#[derive(Clone)]
pub(super) struct Http2 {
    sender: http2::SendRequest<RequestBody>,
    history: Arc<History>,
}

/// What a connection has done so far.
struct History {
    /// Whether it has brought a response.
    proven: AtomicBool,
    used: Mutex<Instant>,
}

impl History {
    fn touch(&self) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

impl Http2 {
    pub(super) async fn new(
        stream: ServerStream,
        key: &Key,
        open: OpenConnection,
    ) -> Result<Self, ConnectorError> {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT);
        let parts = builder.handshake(stream).await;
        let (sender, connection) = parts.map_err(|error| ConnectorError::io(error.into()))?;
        let host = key.authority.clone();
        tokio::spawn(async move {
            // The requests on it report what went wrong as well.
            if let Err(error) = connection.await {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(host = host.as_str(), error, "connection ended");
            }
            drop(open);
        });
        Ok(Self {
            sender,
            history: Arc::new(History {
                proven: AtomicBool::new(false),
                used: Mutex::new(Instant::now()),
            }),
        })
    }

    /// Whether the connection is open, as far as is known.
    pub(super) fn is_usable(&self) -> bool {
        !self.sender.is_closed()
    }

    /// How long ago the last request or response was.
    pub(super) fn unused_for(&self) -> Duration {
        let used = self.history.used.lock();
        used.unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.history, &other.history)
    }

    pub(super) async fn exchange(
        mut self,
        mut request: Request<RequestBody>,
        settings: &SendSettings,
        pool: &Pool,
    ) -> Result<Response<ResponseBody>, ConnectorError> {
        put_authority(&mut request)?;
        self.history.touch();
        let (limit, response) = (settings.read_timeout, self.sender.send_request(request));
        match within(&settings.sleep, Limit::Read, limit, pin!(response)).await {
            Err(limit) => {
                pool.forget(&self);
                Err(ConnectorError::timeout(limit.into()))
            }
            Ok(Err(error)) => {
                let proven = self.history.proven.load(Ordering::Relaxed);
                let unsent = proven && (error.is_canceled() || refused(&error));
                if !self.is_usable() {
                    pool.forget(&self);
                }
                // hyper blames the caller where the connection broke while the request waited for its turn. It may have been
                // about to be written.
                if error.is_user() {
                    return Err(ConnectorError::io(error.into()));
                }
                Err(exchange_error(ExchangeError { error, unsent }))
            }
            Ok(Ok(response)) => {
                self.history.proven.store(true, Ordering::Relaxed);
                self.history.touch();
                let body = |incoming| ResponseBody::Connection(ConnectionBody::new(incoming, None));
                Ok(response.map(body))
            }
        }
    }
}

impl std::fmt::Debug for Http2 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http2").finish_non_exhaustive()
    }
}

/// `:authority` takes the place of the `host` header, which is what was signed.
fn put_authority<B>(request: &mut Request<B>) -> Result<(), ConnectorError> {
    let host = request.headers_mut().remove(HOST);
    host.map_or(Ok(()), |host| put_host(request, &host))
}

/// Whether the server says that it has not looked at the request: after GOAWAY, h2 fails only the streams above the last one
/// that the server has looked at.
fn refused(error: &hyper::Error) -> bool {
    let cause =
        std::error::Error::source(error).and_then(|error| error.downcast_ref::<h2::Error>());
    cause.is_some_and(|error| {
        error.is_remote()
            && (error.is_go_away() || error.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

/// Whether this side has ended the stream, as hyper does where the request's body fails.
pub(super) fn is_own_reset(error: &hyper::Error) -> bool {
    let cause =
        std::error::Error::source(error).and_then(|error| error.downcast_ref::<h2::Error>());
    cause.is_some_and(|error| error.is_reset() && !error.is_remote() && !error.is_library())
}

/// Whether another attempt may succeed: the connection broke off, or the server ended it or the stream in good order.
pub(super) fn is_transient(error: &h2::Error) -> bool {
    let reasons = [
        h2::Reason::NO_ERROR,
        h2::Reason::REFUSED_STREAM,
        h2::Reason::CANCEL,
        h2::Reason::INTERNAL_ERROR,
        h2::Reason::ENHANCE_YOUR_CALM,
    ];
    error.is_io()
        || error
            .reason()
            .is_some_and(|reason| reasons.contains(&reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_is_what_was_signed_as_host() {
        for (uri, host, expected) in [
            ("https://h:443/a?b", Some("h"), "https://h/a?b"),
            ("https://h:444/a", Some("h:444"), "https://h:444/a"),
            ("https://h/a", Some("changed"), "https://changed/a"),
            ("https://h/a", None, "https://h/a"),
        ] {
            let mut request = Request::builder().uri(uri);
            if let Some(host) = host {
                request = request.header(HOST, host);
            }
            let mut request = request.body(()).unwrap();
            put_authority(&mut request).unwrap();
            assert_eq!(request.uri(), expected);
            assert!(!request.headers().contains_key(HOST));
        }
    }
}
