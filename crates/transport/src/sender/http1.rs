//! An HTTP/1 connection, driven by the call that uses it.
//!
//! An HTTP/1 connection has no task of its own: the call polls it while it awaits the response and reads the body. That
//! saves a wake-up from task to task in each direction, and a call that is dropped takes its connection along. An
//! HTTP/2 connection serves many calls, so it has a task.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use connect_protocol::http::MessageBody;
use hyper::body::Incoming;
use hyper::client::conn::http1;

use super::connect::Key;
use super::stream::ServerStream;

/// An HTTP/1 connection.
pub(super) struct Http1 {
    sender: http1::SendRequest<MessageBody>,
    /// `None` once the connection has ended.
    connection: Option<Driver>,
    pub(super) key: Key,
    /// Whether it has served a request before.
    reused: bool,
    _open: OpenConnection,
}

type Driver = http1::Connection<ServerStream, MessageBody>;

/// Polls a connection until it has ended.
fn drive(driver: &mut Option<Driver>, cx: &mut Context<'_>) {
    if let Some(connection) = driver
        && Pin::new(connection).poll(cx).is_ready()
    {
        // What went wrong, if anything, the response or its body reports.
        *driver = None;
    }
}

/// Counts a connection for as long as it is open.
#[derive(Debug)]
pub(super) struct OpenConnection(pub(super) Arc<AtomicUsize>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why an exchange failed before the response's head.
#[derive(Debug)]
pub(super) struct ExchangeError {
    pub(super) error: hyper::Error,
    /// The connection had served requests before, and this one was not written, or the server says that it has not looked at
    /// it.
    pub(super) unsent: bool,
}

impl Http1 {
    pub(super) fn new(
        (sender, connection): (http1::SendRequest<MessageBody>, Driver),
        key: Key,
        open: OpenConnection,
    ) -> Box<Self> {
        Box::new(Self {
            sender,
            connection: Some(connection),
            key,
            reused: false,
            _open: open,
        })
    }

    /// Lets the connection read and write.
    pub(super) fn drive(&mut self, cx: &mut Context<'_>) {
        drive(&mut self.connection, cx);
    }

    /// Whether another request can be sent. A server that has closed the connection is noticed here.
    pub(super) fn is_usable(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.connection.is_some() && self.sender.is_ready()
    }

    /// Sends a request and waits for the response's head.
    pub(super) async fn exchange(
        &mut self,
        request: http::Request<MessageBody>,
    ) -> Result<http::Response<Incoming>, ExchangeError> {
        let mut response = pin!(self.sender.send_request(request));
        let result = poll_fn(|cx| {
            drive(&mut self.connection, cx);
            // The response comes only through the connection polled above, so nothing else has to wake this task.
            response
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
        })
        .await;
        let reused = std::mem::replace(&mut self.reused, true);
        // Canceled is what hyper calls a request that it gives up on before it writes the first byte. A server that closes
        // new connections, too, is one in trouble: trying again is a retry.
        result.map_err(|error| ExchangeError {
            unsent: reused && error.is_canceled(),
            error,
        })
    }
}

impl fmt::Debug for Http1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http1")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
