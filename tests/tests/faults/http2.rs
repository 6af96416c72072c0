//! HTTP/2, which the server chooses by ALPN.

use connect_tests::certificates::Authority;
use connect_tests::http2::{Answer, AnswerAndLeave, Reset, Server, Stall};

use crate::Seen::Dispatch;
use crate::tls::trusting;
use crate::{call, config, hurried, ok};

#[tokio::test]
async fn calls_share_one_connection() {
    let authority = Authority::new();
    let (server, url) = Server::start(&authority, |_| Answer).await;
    let client = trusting(config(&url), &authority);
    assert_eq!(call(&client).await, ok());
    let calls = (0..50)
        .map(|_| client.clone())
        .map(|client| async move { call(&client).await });
    let calls: tokio::task::JoinSet<_> = calls.collect();
    assert!(calls.join_all().await.into_iter().all(|seen| seen == ok()));
    assert_eq!(server.counts(), (1, 51));
}

#[tokio::test]
async fn a_stream_that_is_reset_is_retried() {
    let authority = Authority::new();
    let (server, url) = Server::start(&authority, |number| match number {
        1 => Reset,
        3..=5 => Reset,
        _ => Answer,
    })
    .await;
    let client = trusting(config(&url), &authority);
    assert_eq!(call(&client).await, ok());
    assert_eq!(call(&client).await, ok());
    let seen = call(&client).await;
    assert!(
        matches!(&seen, Dispatch("io", text) if text.ends_with("(3 attempts)")),
        "{seen:?}"
    );
    assert_eq!(call(&client).await, ok(), "the next call");
    assert_eq!(server.counts().1, 7);
}

#[tokio::test]
async fn a_stream_that_stalls_is_a_read_timeout_and_the_connection_is_given_up() {
    let authority = Authority::new();
    let stalls = |number| {
        if (1..=3).contains(&number) {
            Stall
        } else {
            Answer
        }
    };
    let (server, url) = Server::start(&authority, stalls).await;
    let client = trusting(hurried(config(&url)), &authority);
    assert_eq!(call(&client).await, ok());
    let text = "ListAssociatedContacts: the read time limit of 500ms ran out (3 attempts)";
    assert_eq!(call(&client).await, Dispatch("timeout", text.to_owned()));
    assert_eq!(call(&client).await, ok(), "the next call");
    assert_eq!(server.counts(), (4, 5));
}

#[tokio::test]
async fn a_server_that_leaves_in_good_order_costs_nothing() {
    let authority = Authority::new();
    let (server, url) = Server::start(&authority, |_| AnswerAndLeave).await;
    let client = trusting(config(&url), &authority);
    for _ in 0..5 {
        assert_eq!(call(&client).await, ok());
    }
    assert_eq!(server.counts(), (5, 5));
}
