//! A body that is read after its call has returned, and must not stall.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::error::{BoxError, LimitExceeded};
use crate::limits::Limit;
use crate::sender::body::ResponseBody;

/// A body each piece of which must come within the read limit.
pub(crate) struct Watched {
    body: ResponseBody,
    limit: Option<Duration>,
    sleep: SharedAsyncSleep,
    timer: Option<Sleep>,
}

impl Watched {
    pub(crate) fn new(
        body: ResponseBody,
        limit: Option<Duration>,
        sleep: SharedAsyncSleep,
    ) -> Self {
        Self {
            body,
            limit,
            sleep,
            timer: None,
        }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            this.timer = None;
            return Poll::Ready(frame);
        }
        let Some(limit) = this.limit else {
            return Poll::Pending;
        };
        let timer = this.timer.get_or_insert_with(|| this.sleep.sleep(limit));
        let stalled = Pin::new(timer).poll(cx);
        stalled.map(|()| Some(Err(LimitExceeded::new(Limit::Read, limit).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
