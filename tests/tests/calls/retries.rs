//! Errors that the model calls `retryable`, which nothing but the model says of them: neither their codes nor their statuses do.

use std::time::Duration;

use connect_transport::test_util::TestResponse;
use tokio::time::Instant;

use crate::operation::fail::FailError;
use crate::{calling, failure};

/// How often a call is attempted that always gets this error, and how long it waits in between.
async fn attempts(status: u16, code: &'static str) -> (usize, Duration, FailError) {
    let (client, sender) = calling((0..5).map(|_| failure(status, code)));
    let start = Instant::now();
    let error = client.fail().send().await.unwrap_err().into_service_error();
    (sender.requests().len(), start.elapsed(), error)
}

#[tokio::test(start_paused = true)]
async fn a_retryable_error_is_worth_another_attempt() {
    let (count, waited, error) = attempts(501, "Busy").await;
    assert_eq!(count, 3);
    assert!(waited <= Duration::from_millis(50 + 100), "{waited:?}");
    assert!(error.is_busy());
}

#[tokio::test(start_paused = true)]
async fn a_throttling_error_is_waited_for_longer() {
    let (count, waited, error) = attempts(420, "TooFast").await;
    assert_eq!(count, 3);
    assert!(waited > Duration::from_millis(50 + 100), "{waited:?}");
    assert!(waited <= Duration::from_secs(1 + 2), "{waited:?}");
    assert!(error.is_too_fast());
}

#[tokio::test(start_paused = true)]
async fn another_error_is_final() {
    let (count, waited, error) = attempts(505, "Final").await;
    assert_eq!((count, waited), (1, Duration::ZERO));
    assert!(error.is_final());
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_succeeds_is_the_last() {
    let (client, sender) = calling([failure(501, "Busy"), TestResponse::json(200, "{}")]);
    client.fail().send().await.unwrap();
    assert_eq!(sender.requests().len(), 2);
}
