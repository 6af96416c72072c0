//! One connection, driven by the call that uses it.
//!
//! An HTTP/1 connection has no task of its own: the call polls it while it awaits the response and reads the body. That
//! saves a wake-up from task to task in each direction, and a call that is dropped takes its connection along. An
//! HTTP/2 connection serves many calls, so it has a task.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use tokio::sync::OwnedSemaphorePermit;

use super::body::RequestBody;
use super::connect::Key;
use super::pool::{OpenConnection, Pool};
use super::stream::ServerStream;

/// An HTTP/1 connection.
pub(super) struct Http1 {
    sender: http1::SendRequest<RequestBody>,
    /// `None` once the connection has ended.
    connection: Option<Driver>,
    key: Key,
    /// Whether it has served a request before.
    reused: bool,
    _open: OpenConnection,
}

type Driver = http1::Connection<ServerStream, RequestBody>;

/// Polls a connection until it has ended.
fn drive(driver: &mut Option<Driver>, cx: &mut Context<'_>) {
    if let Some(connection) = driver
        && Pin::new(connection).poll(cx).is_ready()
    {
        // What went wrong, if anything, the response or its body reports.
        *driver = None;
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
        (sender, connection): (http1::SendRequest<RequestBody>, Driver),
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

    /// Whether another request can be sent. A server that has closed the connection is noticed here.
    pub(super) fn is_usable(&mut self) -> bool {
        drive(
            &mut self.connection,
            &mut Context::from_waker(Waker::noop()),
        );
        self.connection.is_some() && self.sender.is_ready()
    }

    /// Sends a request and waits for the response's head.
    pub(super) async fn exchange(
        &mut self,
        request: http::Request<RequestBody>,
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

/// The body of a response, together with the connection that it comes from, which goes back to the pool at its end.
pub(crate) struct ConnectionBody {
    incoming: Incoming,
    connection: Option<Lease>,
}

/// An HTTP/1 connection in use.
pub(super) struct Lease {
    pub(super) connection: Box<Http1>,
    pub(super) pool: Arc<Pool>,
    /// The place among the connections that may be in use at a time.
    pub(super) slot: Option<OwnedSemaphorePermit>,
    pub(super) reusable: bool,
}

impl Lease {
    /// Gives the connection back if it can serve another request, else closes it.
    fn end(mut self) {
        if self.reusable && self.connection.is_usable() {
            let key = self.connection.key.clone();
            self.pool.put(key, self.connection);
        }
        drop(self.slot);
    }
}

impl ConnectionBody {
    pub(super) fn new(incoming: Incoming, connection: Option<Lease>) -> Self {
        Self {
            incoming,
            connection,
        }
    }

    /// Closes the connection at the end of this body: its server is in trouble, another one may not be.
    pub(crate) fn close_connection(&mut self) {
        if let Some(lease) = &mut self.connection {
            lease.reusable = false;
        }
    }

    fn end(&mut self) {
        if let Some(lease) = self.connection.take() {
            lease.end();
        }
    }
}

impl Body for ConnectionBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let polled = match &mut this.connection {
            None => Pin::new(&mut this.incoming).poll_frame(cx),
            Some(lease) => {
                let mut ready = Context::from_waker(Waker::noop());
                match Pin::new(&mut this.incoming).poll_frame(&mut ready) {
                    Poll::Pending => {
                        drive(&mut lease.connection.connection, cx);
                        Pin::new(&mut this.incoming).poll_frame(&mut ready)
                    }
                    polled => polled,
                }
            }
        };
        match &polled {
            Poll::Ready(None) => this.end(),
            Poll::Ready(Some(Err(_))) => this.connection = None,
            _ => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Drop for ConnectionBody {
    fn drop(&mut self) {
        // A body whose length was announced has ended before it says so.
        if self.incoming.is_end_stream() {
            self.end();
        }
    }
}

impl fmt::Debug for ConnectionBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionBody").finish_non_exhaustive()
    }
}
