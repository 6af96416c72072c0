//! The fault table.

use crate::server::{Read, Script, Server, Stall, ok, response};
use crate::service::{Greeting, config, greet, handle};

/// Calls a server whose connections follow these scripts. Answers with what the caller sees, and the attempts made;
/// after that, the next call must work.
async fn outcome(scripts: Vec<Script>) -> (String, usize) {
    let server = Server::start(scripts).await;
    let client = handle(config(&server.url()));
    let seen = match greet(&client).await {
        Ok(greeting) => greeting.0,
        Err(error) => error.to_string(),
    };
    let requests = server.requests().len();
    assert_eq!(
        greet(&client).await.unwrap(),
        Greeting("hello".to_owned()),
        "the next call"
    );
    (seen, requests)
}

#[tokio::test]
async fn good_responses_share_a_connection() {
    let server = Server::start(Vec::new()).await;
    let client = handle(config(&server.url()));
    for _ in 0..5 {
        assert_eq!(greet(&client).await.unwrap(), Greeting("hello".to_owned()));
    }
    assert_eq!((server.requests().len(), server.connections()), (5, 1));
}

#[tokio::test]
async fn a_500_is_retried() {
    let seen = outcome(vec![vec![Read, response("500 Oops", "", "")]]).await;
    assert_eq!(seen, ("hello".to_owned(), 2));
}

#[tokio::test]
async fn a_stall_is_retried() {
    let seen = outcome(vec![vec![Read, Stall]]).await;
    assert_eq!(seen, ("hello".to_owned(), 2));
}

#[tokio::test]
async fn an_idle_connection_that_was_closed_is_replaced() {
    let seen = outcome(vec![vec![Read, ok()]]).await;
    assert_eq!(seen, ("hello".to_owned(), 1));
}

#[tokio::test]
async fn a_modelled_error_is_described() {
    let body = r#"{"message":"no such name"}"#;
    let error = response(
        "404 Not Found",
        "x-amzn-errortype: NoSuchNameException\r\nx-amzn-requestid: r-1\r\n",
        body,
    );
    let seen = outcome(vec![vec![Read, error]]).await;
    let text = "Greet: NoSuchNameException: no such name (HTTP 404, request ID r-1, 1 attempt)";
    assert_eq!(seen, (text.to_owned(), 1));
}
