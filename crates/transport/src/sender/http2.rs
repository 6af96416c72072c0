//! An HTTP/2 connection, which many calls use at a time.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connect_protocol::http::MessageBody;
use http::header::HOST;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::Instant;

use super::api::SendSettings;
use super::connect::Key;
use super::http1::{ExchangeError, OpenConnection};
use super::hyper_error::{exchange_error, refused};
use super::stream::ServerStream;
use super::url::put_host;
use crate::error::ConnectorError;
use crate::limits::{Limit, within};

/// How often an idle-looking connection in use is asked whether it is alive, and how long that may take.
const PING_INTERVAL: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection. Clones are the same one; its task ends when all are dropped.
#[derive(Clone)]
pub(super) struct Http2 {
    sender: http2::SendRequest<MessageBody>,
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
        &mut self,
        mut request: Request<MessageBody>,
        settings: &SendSettings,
    ) -> Result<Response<Incoming>, ConnectorError> {
        put_authority(&mut request)?;
        self.history.touch();
        let (limit, response) = (settings.read_timeout, self.sender.send_request(request));
        match within(&settings.sleep, Limit::Read, limit, pin!(response)).await? {
            Ok(response) => {
                self.history.proven.store(true, Ordering::Relaxed);
                self.history.touch();
                Ok(response)
            }
            // hyper blames the caller where the connection broke while the request waited for its turn. It may have been
            // about to be written.
            Err(error) if error.is_user() => Err(ConnectorError::io(error.into())),
            Err(error) => {
                let proven = self.history.proven.load(Ordering::Relaxed);
                let unsent = proven && (error.is_canceled() || refused(&error));
                Err(exchange_error(ExchangeError { error, unsent }))
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
