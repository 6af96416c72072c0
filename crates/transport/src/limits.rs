//! Time limits.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};

/// The limits that a call is under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Until the provider has given credentials or a token.
    Credentials,
    /// From the first lookup of the host to a connection that is ready: name resolution, TCP, proxy and TLS.
    Connect,
    /// From the request to the response's head, and between any two pieces of its body.
    Read,
    /// One attempt, from its credentials to the last byte of the response.
    Attempt,
    /// The whole call with its retries and the waits between them.
    Operation,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "credentials",
            Self::Connect => "connect",
            Self::Read => "read",
            Self::Attempt => "attempt",
            Self::Operation => "operation",
        })
    }
}

/// A limit ran out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {limit} time limit of {duration:?} ran out")]
pub struct LimitExceeded {
    limit: Limit,
    duration: Duration,
}

impl LimitExceeded {
    pub(crate) fn new(limit: Limit, duration: Duration) -> Self {
        Self { limit, duration }
    }

    /// Which one.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// How long it was.
    pub fn duration(&self) -> Duration {
        self.duration
    }
}

/// Awaits `future` for at most `duration`. The timer starts only once there is something to wait for, so work that
/// is ready costs no timer. The future is borrowed: moved into this one, each level of limits would double its size. And
/// it is polled in one place: with two, each level would double its code.
pub(crate) async fn within<F: Future>(
    sleep: &SharedAsyncSleep,
    limit: Limit,
    duration: Option<Duration>,
    mut future: Pin<&mut F>,
) -> Result<F::Output, LimitExceeded> {
    let mut timer = None;
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Ok(output));
        }
        let Some(duration) = duration else {
            return Poll::Pending;
        };
        let timer = timer.get_or_insert_with(|| sleep.sleep(duration));
        Pin::new(timer)
            .poll(cx)
            .map(|()| Err(LimitExceeded::new(limit, duration)))
    })
    .await
}
