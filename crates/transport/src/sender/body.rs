//! Bodies of responses as they arrive.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::OwnedSemaphorePermit;

use super::http1::Http1;
use super::pool::Pool;
use crate::error::BoxError;

/// A response's body as it arrives.
#[derive(Debug)]
pub(crate) enum ResponseBody {
    Connection(ConnectionBody),
    Other(SdkBody),
}

impl ResponseBody {
    /// Closes the connection at the end of this body.
    pub(crate) fn close_connection(&mut self) {
        if let Self::Connection(body) = self {
            body.close_connection();
        }
    }
}

impl From<SdkBody> for ResponseBody {
    fn from(body: SdkBody) -> Self {
        Self::Other(body)
    }
}

impl From<ResponseBody> for SdkBody {
    fn from(body: ResponseBody) -> Self {
        match body {
            ResponseBody::Connection(body) => Self::from_body_1_x(body),
            ResponseBody::Other(body) => body,
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            Self::Connection(body) => Pin::new(body).poll_frame(cx).map_err(BoxError::from),
            Self::Other(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Connection(body) => body.is_end_stream(),
            Self::Other(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Connection(body) => body.size_hint(),
            Self::Other(body) => body.size_hint(),
        }
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
                        lease.connection.drive(cx);
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
