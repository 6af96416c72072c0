//! Bodies on their way out and in.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::connection::ConnectionBody;
use crate::error::BoxError;

/// A request's body: bytes are kept as such, so that an attempt clones a reference count and nothing else.
#[derive(Debug)]
pub(crate) enum RequestBody {
    Bytes(Bytes),
    Stream(SdkBody),
}

impl RequestBody {
    /// The same body for another attempt; `None` if it can be sent only once.
    pub(crate) fn try_clone(&self) -> Option<Self> {
        match self {
            Self::Bytes(bytes) => Some(Self::Bytes(bytes.clone())),
            Self::Stream(body) => body.try_clone().map(Self::Stream),
        }
    }
}

impl From<SdkBody> for RequestBody {
    fn from(mut body: SdkBody) -> Self {
        match body.bytes() {
            None => Self::Stream(body),
            Some([]) => Self::Bytes(Bytes::new()),
            // A body in memory gives all of it at once; this hands the buffer over instead of copying it.
            Some(_) => {
                match Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(Some(Ok(frame))) => {
                        Self::Bytes(frame.into_data().unwrap_or_default())
                    }
                    _ => Self::Bytes(Bytes::new()),
                }
            }
        }
    }
}

impl From<RequestBody> for SdkBody {
    fn from(body: RequestBody) -> Self {
        match body {
            RequestBody::Bytes(bytes) => Self::from(bytes),
            RequestBody::Stream(body) => body,
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            Self::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Stream(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(body) => body.size_hint(),
        }
    }
}

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
