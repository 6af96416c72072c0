//! The body of a response.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// Bytes that come at once, maybe with a rest that is promised and never comes.
#[derive(Debug)]
pub(super) struct Payload {
    bytes: Bytes,
    missing: usize,
}

impl Payload {
    /// All bytes, or half of them while all are promised.
    pub(super) fn new(mut bytes: Bytes, half: bool) -> Self {
        let length = bytes.len();
        if half {
            bytes.truncate(length / 2);
        }
        let missing = length - bytes.len();
        Self { bytes, missing }
    }

    /// How many bytes come.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if !self.bytes.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if self.missing == 0 {
            Poll::Ready(None)
        } else {
            // Nobody will be woken: the connection ends for another reason.
            Poll::Pending
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.missing == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact((self.bytes.len() + self.missing) as u64)
    }
}
