//! Time limits, and what ends a call early.

use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use connect_transport::config::retry::RetryConfig;
use connect_transport::config::timeout::TimeoutConfig;
use connect_transport::error::{Limit, LimitExceeded, SdkError};
use connect_transport::sender::HttpSender;
use tokio::net::TcpListener;

use crate::Seen::{Dispatch, Timeout};
use crate::server::{Drip, Read, Script, Server, Stall, response, send};
use crate::service::{
    GREET, config, greet, greet_with, handle, read_error, read_greeting, request,
};
use crate::{call, ok, row, row_with};

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn stalls(scripts: &[Script]) -> Vec<Script> {
    scripts.iter().cycle().take(3).cloned().collect()
}

#[tokio::test]
async fn a_stall_at_each_stage_is_a_read_timeout() {
    for before in [
        "",
        "HTTP/1.1 2",
        "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{\"Text",
    ] {
        let script = vec![Read, send(before), Stall];
        let seen = row(vec![script.clone()]).await;
        assert_eq!(seen, (ok(), 2), "{before:?}");
        let text = "Greet: the read time limit of 250ms ran out (3 attempts)";
        let seen = row(stalls(&[script])).await;
        assert_eq!(
            seen,
            (Dispatch("timeout", text.to_owned()), 3),
            "{before:?}"
        );
    }
}

#[tokio::test]
async fn a_stall_before_the_request_is_read() {
    assert_eq!(row(vec![vec![Stall]]).await, (ok(), 2));
}

#[tokio::test]
async fn the_connect_limit() {
    // A TLS server that never answers the first message.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let limits = TimeoutConfig::builder()
        .connect_timeout(milliseconds(100))
        .build();
    let seen = call(&handle(config(&url).timeout_config(limits))).await;
    let text = "Greet: the connect time limit of 100ms ran out (3 attempts)";
    assert_eq!(seen, Dispatch("timeout", text.to_owned()));
}

#[tokio::test]
async fn the_attempt_limit() {
    let limits = TimeoutConfig::builder()
        .operation_attempt_timeout(milliseconds(300))
        .build();
    let drip = || {
        vec![
            Read,
            Drip(
                b"HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n".to_vec(),
                milliseconds(20),
            ),
        ]
    };
    let adjust = |config: connect_transport::config::Builder| config.timeout_config(limits.clone());
    assert_eq!(row_with(vec![drip()], adjust).await, (ok(), 2));
    let text = "Greet: the attempt time limit of 300ms ran out (3 attempts)";
    let seen = row_with(vec![drip(), drip(), drip()], adjust).await;
    assert_eq!(seen, (Timeout(text.to_owned()), 3));
}

#[tokio::test]
async fn the_operation_limit_covers_retries() {
    let limits = TimeoutConfig::builder()
        .read_timeout(milliseconds(200))
        .operation_timeout(milliseconds(500))
        .build();
    let seen = row_with(stalls(&[vec![Read, Stall]]), |config| {
        config.timeout_config(limits.clone())
    })
    .await;
    let text = "Greet: the operation time limit of 500ms ran out (3 attempts)";
    assert_eq!(seen, (Timeout(text.to_owned()), 3));
}

#[tokio::test]
async fn an_error_carries_the_limit() {
    let server = Server::start(stalls(&[vec![Read, Stall]])).await;
    let error = greet(&handle(config(&server.url()))).await.unwrap_err();
    let SdkError::DispatchFailure(failure) = error else {
        panic!("{error}")
    };
    let source = std::error::Error::source(failure.as_connector_error().unwrap()).unwrap();
    let limit = source.downcast_ref::<LimitExceeded>().unwrap();
    assert_eq!(
        (limit.limit(), limit.duration()),
        (Limit::Read, milliseconds(250))
    );
}

#[tokio::test]
async fn retries_can_be_switched_off() {
    let script = vec![Read, response("500 Oops", "", "")];
    let seen = row_with(vec![script], |config| {
        config.retry_config(RetryConfig::disabled())
    })
    .await;
    let text = "Greet: service error without a code (HTTP 500, 1 attempt)";
    assert_eq!(seen, (crate::Seen::Service(text.to_owned()), 1));
}

#[tokio::test]
async fn more_attempts_can_be_allowed_for_one_call() {
    let failing = vec![vec![Read, response("500 Oops", "", "")]; 4];
    let server = Server::start(failing).await;
    let retries = RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(milliseconds(1));
    let overrides = connect_transport::config::Config::builder().retry_config(retries);
    let client = handle(config(&server.url()));
    assert!(
        greet_with(&client, request(), Some(overrides))
            .await
            .is_ok()
    );
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn an_empty_retry_quota_ends_retries() {
    // 35 retries cost 490 of 500 tokens; the next would cost 14.
    let failing = vec![vec![Read, response("500 Oops", "", "")]; 200];
    let server = Server::start(failing).await;
    let client = handle(config(&server.url()));
    let mut texts = Vec::new();
    for _ in 0..25 {
        texts.push(greet(&client).await.unwrap_err().to_string());
    }
    let quota = "not retried: too many of this client's calls fail (retry quota)";
    assert!(!texts[16].contains(quota), "{}", texts[16]);
    assert!(texts[20].contains(quota), "{}", texts[20]);
    assert_eq!(server.requests().len(), 25 + 35);
}

#[tokio::test]
async fn a_body_that_can_be_sent_once_is_sent_once() {
    let server = Server::start(vec![vec![Read, response("503 Busy", "", "")]]).await;
    let client = handle(config(&server.url()));
    let once = || {
        let mut request = request();
        request.method = http::Method::POST;
        let frames = Once(Some("streamed"));
        request.body = SdkBody::from_body_1_x(frames);
        request
    };
    let error = greet_with(&client, once(), None)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with(
            "(HTTP 503, 1 attempt, not retried: the request's body can be sent only once)"
        ),
        "{error}"
    );
    assert!(
        greet_with(&client, once(), None).await.is_ok(),
        "the next call"
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_body_in_memory_is_sent_again() {
    let server = Server::start(vec![vec![Read, response("503 Busy", "", "")]]).await;
    let client = handle(config(&server.url()));
    let mut request = request();
    request.method = http::Method::POST;
    request.body = SdkBody::from("in memory");
    assert!(greet_with(&client, request, None).await.is_ok());
    assert_eq!(server.bodies(), [b"in memory", b"in memory"]);
}

#[tokio::test]
async fn a_dropped_call_takes_its_connection_along() {
    let server = Server::start(vec![vec![Read, Stall]]).await;
    let sender = HttpSender::builder().max_connections(1).build();
    let client = handle(config(&server.url()).sender(sender));
    let dropped = tokio::time::timeout(
        milliseconds(50),
        client.send(&GREET, Ok(request()), None, read_greeting, read_error),
    );
    assert!(dropped.await.is_err());
    assert_eq!(call(&client).await, ok(), "the next call");
    assert_eq!(server.connections(), 2);
}

/// A body of one frame that cannot be replayed.
struct Once(Option<&'static str>);

impl http_body::Body for Once {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, std::convert::Infallible>>>
    {
        std::task::Poll::Ready(
            self.0
                .take()
                .map(|text| Ok(http_body::Frame::data(text.into()))),
        )
    }
}
