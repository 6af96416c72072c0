//! Bodies of requests and responses on their way out.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::error::{BoxError, WriteError};
use crate::json::Writer;

/// A body in memory or a stream. Bytes are kept as such, so that sending them again clones a reference count and nothing
/// else.
#[derive(Debug)]
pub enum MessageBody {
    /// In memory.
    Bytes(Bytes),
    /// Read as it is sent.
    Stream(SdkBody),
}

impl MessageBody {
    /// JSON.
    pub(crate) fn json(
        write: impl FnOnce(&mut Writer) -> Result<(), WriteError>,
    ) -> Result<Self, WriteError> {
        let mut writer = Writer::new();
        write(&mut writer)?;
        Ok(Self::Bytes(writer.finish().into()))
    }

    /// The same body once more; `None` if it can be sent only once.
    pub fn try_clone(&self) -> Option<Self> {
        match self {
            Self::Bytes(bytes) => Some(Self::Bytes(bytes.clone())),
            Self::Stream(body) => body.try_clone().map(Self::Stream),
        }
    }
}

impl Default for MessageBody {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}

impl From<SdkBody> for MessageBody {
    fn from(mut body: SdkBody) -> Self {
        match body.bytes() {
            None => Self::Stream(body),
            Some([]) => Self::default(),
            // A body in memory gives all of it at once; this hands the buffer over instead of copying it.
            Some(_) => {
                match Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(Some(Ok(frame))) => {
                        Self::Bytes(frame.into_data().unwrap_or_default())
                    }
                    _ => Self::default(),
                }
            }
        }
    }
}

impl From<MessageBody> for SdkBody {
    fn from(body: MessageBody) -> Self {
        match body {
            MessageBody::Bytes(bytes) => Self::from(bytes),
            MessageBody::Stream(body) => body,
        }
    }
}

impl Body for MessageBody {
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
