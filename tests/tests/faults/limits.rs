//! Time limits, and what ends a call early.

use std::time::Duration;

use connect_sdk::config::retry::RetryConfig;
use connect_sdk::config::timeout::TimeoutConfig;
use connect_sdk::config::{Builder, Config};
use connect_sdk::error::{Limit, LimitExceeded, SdkError};
use connect_sdk::sender::HttpSender;
use tokio::net::TcpListener;

use crate::Seen::{Dispatch, Service, Timeout};
use crate::{call, client_of, config, hurried, ok, page, request, row_with};
use connect_tests::script::{Drip, Read, Server, Stall, response, send};

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A server that stalls after it has sent this: once, and for ever.
async fn stall_after(sent: &str) {
    let script = vec![Read, send(sent), Stall];
    assert_eq!(row_with(vec![script.clone()], hurried).await, (ok(), 2));
    let text = "ListAssociatedContacts: the read time limit of 500ms ran out (3 attempts)";
    let seen = row_with(vec![script; 3], hurried).await;
    assert_eq!(seen, (Dispatch("timeout", text.to_owned()), 3));
}

#[tokio::test]
async fn a_stall_after_the_request() {
    stall_after("").await;
}

#[tokio::test]
async fn a_stall_within_the_response() {
    tokio::join!(
        stall_after("HTTP/1.1 2"),
        stall_after("HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n"),
        stall_after("HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{\"Next"),
    );
}

#[tokio::test]
async fn a_stall_before_the_request_is_read() {
    assert_eq!(row_with(vec![vec![Stall]], hurried).await, (ok(), 2));
}

#[tokio::test]
async fn the_connect_limit() {
    // A TLS server that never responds to the first message.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let limits = TimeoutConfig::builder()
        .connect_timeout(milliseconds(100))
        .build();
    let seen = call(&client_of(config(&url).timeout_config(limits))).await;
    let text = "ListAssociatedContacts: the connect time limit of 100ms ran out (3 attempts)";
    assert_eq!(seen, Dispatch("timeout", text.to_owned()));
}

#[tokio::test]
async fn the_attempt_limit() {
    let limits = TimeoutConfig::builder()
        .operation_attempt_timeout(milliseconds(600))
        .build();
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n";
    let drip = vec![Read, Drip(head.to_vec(), milliseconds(20))];
    let adjust = |config: Builder| config.timeout_config(limits.clone());
    assert_eq!(row_with(vec![drip.clone()], adjust).await, (ok(), 2));
    let text = "ListAssociatedContacts: the attempt time limit of 600ms ran out (3 attempts)";
    let seen = row_with(vec![drip; 3], adjust).await;
    assert_eq!(seen, (Timeout(text.to_owned()), 3));
}

#[tokio::test]
async fn the_operation_limit_covers_retries() {
    let limits = TimeoutConfig::builder()
        .read_timeout(milliseconds(400))
        .operation_timeout(milliseconds(1000))
        .build();
    let adjust = |config: Builder| config.timeout_config(limits.clone());
    let seen = row_with(vec![vec![Read, Stall]; 3], adjust).await;
    let text = "ListAssociatedContacts: the operation time limit of 1s ran out (3 attempts)";
    assert_eq!(seen, (Timeout(text.to_owned()), 3));
}

#[tokio::test]
async fn an_error_carries_the_limit() {
    let server = Server::start(vec![vec![Read, Stall]; 3]).await;
    let client = client_of(hurried(config(&server.url())));
    let error = page(&client).await.unwrap_err();
    let SdkError::DispatchFailure(failure) = error else {
        panic!("{error}")
    };
    let source = std::error::Error::source(failure.as_connector_error().unwrap()).unwrap();
    let limit = source.downcast_ref::<LimitExceeded>().unwrap();
    assert_eq!(
        (limit.limit(), limit.duration()),
        (Limit::Read, milliseconds(500))
    );
}

#[tokio::test]
async fn retries_can_be_switched_off() {
    let script = vec![Read, response("500 Oops", "", "")];
    let adjust = |config: Builder| config.retry_config(RetryConfig::disabled());
    let seen = row_with(vec![script], adjust).await;
    let text = "ListAssociatedContacts: service error without a code (HTTP 500, 1 attempt)";
    assert_eq!(seen, (Service(text.to_owned()), 1));
}

#[tokio::test]
async fn more_attempts_can_be_allowed_for_one_call() {
    let failing = vec![vec![Read, response("500 Oops", "", "")]; 4];
    let server = Server::start(failing).await;
    let retries = RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(milliseconds(1));
    let overrides = Config::builder().retry_config(retries);
    let client = client_of(config(&server.url()));
    let call = request(&client).customize().config_override(overrides);
    assert!(call.send().await.is_ok());
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn an_empty_retry_quota_ends_retries() {
    // 35 retries cost 490 of 500 tokens; the next would cost 14.
    let failing = vec![vec![Read, response("500 Oops", "", "")]; 200];
    let server = Server::start(failing).await;
    let client = client_of(config(&server.url()));
    let mut texts = Vec::new();
    for _ in 0..25 {
        texts.push(page(&client).await.unwrap_err().to_string());
    }
    let quota = "not retried: too many of this client's calls fail (retry quota)";
    assert!(!texts[16].contains(quota), "{}", texts[16]);
    assert!(texts[20].contains(quota), "{}", texts[20]);
    assert_eq!(server.requests().len(), 25 + 35);
}

#[tokio::test]
async fn a_dropped_call_takes_its_connection_along() {
    let server = Server::start(vec![vec![Read, Stall]]).await;
    let sender = HttpSender::builder().max_connections(1).build();
    let client = client_of(config(&server.url()).sender(sender));
    let dropped = tokio::time::timeout(milliseconds(50), request(&client).send());
    assert!(dropped.await.is_err());
    assert_eq!(call(&client).await, ok(), "the next call");
    assert_eq!(server.connections(), 2);
}
