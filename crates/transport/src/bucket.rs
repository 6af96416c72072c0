//! Waiting for a token.

use std::sync::{Mutex as SyncMutex, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::time::SharedTimeSource;
use connect_protocol::bucket::seconds;
use tokio::sync::Mutex;

/// Callers who wait for a token: first come, first served.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    /// Held by whoever waits for the next token; the lock's queue keeps callers in order.
    turn: Mutex<()>,
    bucket: SyncMutex<T>,
}

impl<T> Queue<T> {
    pub(crate) fn new(bucket: T) -> Self {
        Self {
            turn: Mutex::new(()),
            bucket: SyncMutex::new(bucket),
        }
    }

    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.bucket.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until `take` takes a token, which else says how long it is until there is one. A caller that stops waiting takes
    /// none.
    pub(crate) async fn acquire(
        &self,
        clock: &SharedTimeSource,
        sleep: &SharedAsyncSleep,
        take: impl Fn(&mut T, f64) -> Option<Duration>,
    ) {
        let _turn = self.turn.lock().await;
        while let Some(wait) = self.with(|bucket| take(bucket, seconds(clock.now()))) {
            sleep.sleep(wait).await;
        }
    }
}
