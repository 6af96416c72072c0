//! Broken HTTP, and connections that break.

use std::time::Duration;

use connect_sdk::config::Builder;

use crate::Seen::{Dispatch, Response};
use crate::{call, client_of, config, hurried, ok, row, row_with, rows};
use connect_tests::script::{Drip, Read, ReadSome, Reset, Server, ok as good, response, send};

/// A head that announces more than follows.
const LONGER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"NextToken\":\"hel";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

rows! {
    reset_before_the_request: [vec![Reset], vec![Reset]] => ok(), 3;
    closed_before_the_request: [vec![]] => ok(), 2;
    closed_within_the_request: [vec![ReadSome(20)]] => ok(), 2;
    reset_after_the_request: [vec![Read, Reset]] => ok(), 2;
    closed_after_the_request: [vec![Read]] => ok(), 2;
    closed_within_the_status_line: [vec![Read, send("HTTP/1.1 2")]] => ok(), 2;
    closed_within_the_headers: [vec![Read, send("HTTP/1.1 200 OK\r\ncontent-le")]] => ok(), 2;
    reset_within_the_headers: [vec![Read, send("HTTP/1.1 200 OK\r\ncontent-le"), Reset]] => ok(), 2;
    closed_after_the_headers: [vec![Read, send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")]] => ok(), 2;
    reset_after_the_headers: [vec![Read, send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"), Reset]] => ok(), 2;
    a_truncated_body: [vec![Read, send(LONGER)]] => ok(), 2;
    a_reset_body: [vec![Read, send(LONGER), Reset]] => ok(), 2;
    a_truncated_chunked_body: [vec![Read, send(format!("{CHUNKED}ff\r\n{{\"NextToken\":"))]] => ok(), 2;
    a_chunked_body_without_its_end: [vec![Read, send(format!("{CHUNKED}15\r\n{{\"NextToken\":\"hello\"}}\r\n"))]] => ok(), 2;
    a_chunked_body: [vec![Read, send(format!("{CHUNKED}d\r\n{{\"NextToken\":\r\n8\r\n\"hello\"}}\r\n0\r\n\r\n"))]] => ok(), 1;
    a_chunked_body_with_trailers:
        [vec![Read, send(format!("{CHUNKED}15\r\n{{\"NextToken\":\"hello\"}}\r\n0\r\nx-sum: 1\r\n\r\n"))]] => ok(), 1;
    a_body_that_ends_with_the_connection: [vec![Read, send("HTTP/1.1 200 OK\r\n\r\n{\"NextToken\":\"hello\"}")]] => ok(), 1;
    an_over_long_body:
        [vec![Read, send("HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{\"NextToken\":\"hello\"} and more")]] => ok(), 1;
    a_response_before_the_request: [vec![good(), Read]] => ok(), 1;
    http_1_0: [vec![Read, send("HTTP/1.0 200 OK\r\ncontent-length: 21\r\n\r\n{\"NextToken\":\"hello\"}")]] => ok(), 1;
    connection_close: [vec![Read, response("200 OK", "connection: close\r\n", "{\"NextToken\":\"hello\"}")]] => ok(), 1;
}

/// All of it takes longer than the read limit, no part of it does.
#[tokio::test]
async fn a_slow_drip() {
    let head = send("HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n");
    let body = b"{\"NextToken\":\"hello\"}".to_vec();
    let script = vec![Read, head, Drip(body, Duration::from_millis(30))];
    assert_eq!(row_with(vec![script], hurried).await, (ok(), 1));
}

/// What is not retried, as another attempt would bring the same.
#[tokio::test]
async fn nonsense_is_not_retried() {
    let lengths = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabc";
    let many: String = (0..200)
        .map(|number| format!("x-{number}: 1\r\n"))
        .collect();
    let long = format!("x-long: {}\r\n", "x".repeat(1 << 20));
    for (step, expected) in [
        (
            send("SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n"),
            "invalid HTTP version",
        ),
        (send(lengths), "content-length"),
        (
            send(format!("{CHUNKED}zz\r\n")),
            "the response could not be read",
        ),
        (response("200 OK", &many, "{}"), "message head is too large"),
        (response("200 OK", &long, "{}"), "message head is too large"),
    ] {
        let (seen, attempts) = row(vec![vec![Read, step]]).await;
        let (Dispatch("other", text) | Response(text)) = &seen else {
            panic!("{seen:?}")
        };
        assert!(text.contains(expected), "{text}");
        assert_eq!(attempts, 1, "{text}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_that_is_announced() {
    let body = "x".repeat(5_000);
    let script = vec![Read, response("200 OK", "", &body)];
    let seen = row_with(vec![script], |config| config.max_response_body_bytes(4_999)).await;
    let text = "ListAssociatedContacts: the response could not be read: the body is larger than 4999 bytes (HTTP 200, 1 attempt)";
    assert_eq!(seen, (Response(text.to_owned()), 1));
}

#[tokio::test]
async fn an_error_page_over_the_limit_is_an_error_all_the_same() {
    let page = vec![Read, response("503 Busy", "", &"x".repeat(5_000))];
    let adjust = |config: Builder| config.max_response_body_bytes(4_999);
    assert_eq!(row_with(vec![page.clone()], adjust).await, (ok(), 2));
    let text = "ListAssociatedContacts: the response could not be read: the body is larger than 4999 bytes (HTTP 503, 3 attempts)";
    let seen = row_with(vec![page; 3], adjust).await;
    assert_eq!(seen, (Response(text.to_owned()), 3));
}

#[tokio::test]
async fn an_error_whose_page_is_over_the_limit_keeps_its_code() {
    let code = "x-amzn-errortype: ResourceNotFoundException\r\n";
    let page = response("404 No", code, &"x".repeat(5_000));
    let server = Server::start(vec![vec![Read, page]]).await;
    let client = client_of(config(&server.url()).max_response_body_bytes(4_999));
    let error = crate::page(&client).await.unwrap_err();
    let text = "ListAssociatedContacts: ResourceNotFoundException (HTTP 404, 1 attempt)";
    assert_eq!(error.to_string(), text);
    let source = error.into_service_error();
    let source = std::error::Error::source(&source).unwrap().to_string();
    assert_eq!(source, "the body is larger than 4999 bytes");
}

#[tokio::test]
async fn a_body_over_the_limit_that_is_not_announced() {
    let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400));
    let script = vec![Read, send(format!("{CHUNKED}{}", chunk.repeat(100)))];
    let adjust = |config: Builder| config.max_response_body_bytes(50_000);
    let seen = row_with(vec![script], adjust).await;
    let text = "ListAssociatedContacts: the response could not be read: the body is larger than 50000 bytes (HTTP 200, 1 attempt)";
    assert_eq!(seen, (Response(text.to_owned()), 1));
}

#[tokio::test]
async fn breaking_off_that_lasts() {
    let (seen, attempts) = row(vec![vec![Read]; 3]).await;
    assert_eq!(attempts, 3);
    let text = seen.dispatch("io");
    assert!(text.ends_with("(3 attempts)"), "{text}");
}

#[tokio::test]
async fn nobody_listens() {
    let server = Server::start(Vec::new()).await;
    let url = server.url();
    drop(server);
    let seen = call(&client_of(config(&url))).await;
    let text = seen.dispatch("io");
    assert!(text.contains("cannot connect to 127.0.0.1:"), "{text}");
    assert!(text.ends_with("(3 attempts)"), "{text}");
}
