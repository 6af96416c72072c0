//! HTTP/2, which the server chooses by ALPN.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use connect_sdk::config::retry::RetryConfig;
use connect_sdk::error::SdkError;
use connect_sdk::sender::Proxy;
use connect_tests::certificates::Authority;
use connect_tests::http2::{HangUp, Reset, Respond, RespondAndLeave, Server, Stall};
use hyper::body::{Body, Frame};

use crate::Seen::Dispatch;
use crate::tls::trusting;
use crate::{call, calls, client_of, config, hurried, ok, request};

#[tokio::test]
async fn calls_share_one_connection() {
    let authority = Authority::new();
    let (server, url) = Server::start(&authority, |_| Respond).await;
    let client = trusting(config(&url), &authority);
    assert_eq!(call(&client).await, ok());
    calls(&client, 50).await;
    assert_eq!(server.counts(), (1, 51));
}

#[tokio::test]
async fn a_stream_that_is_reset_is_retried() {
    let authority = Authority::new();
    let resets = |number| match number {
        1 | 3..=5 => Reset,
        _ => Respond,
    };
    let (server, url) = Server::start(&authority, resets).await;
    let client = trusting(config(&url), &authority);
    assert_eq!(call(&client).await, ok());
    assert_eq!(call(&client).await, ok());
    let seen = call(&client).await;
    assert!(seen.dispatch("io").ends_with("(3 attempts)"), "{seen:?}");
    assert_eq!(call(&client).await, ok(), "the next call");
    assert_eq!(server.counts().1, 7);
}

#[tokio::test]
async fn a_stream_that_stalls_is_a_read_timeout_and_the_connection_is_given_up() {
    let authority = Authority::new();
    let stalls = |number| match number {
        1..=3 => Stall,
        _ => Respond,
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
    let (server, url) = Server::start(&authority, |_| RespondAndLeave).await;
    let client = trusting(config(&url), &authority);
    for _ in 0..5 {
        assert_eq!(call(&client).await, ok());
    }
    assert_eq!(server.counts(), (5, 5));
}

/// The server reads the request and closes: nobody knows whether it acted on it.
#[tokio::test]
async fn a_request_that_was_delivered_is_sent_again_only_as_a_retry() {
    let authority = Authority::new();
    for (retries, requests) in [(RetryConfig::disabled(), 2), (RetryConfig::standard(), 3)] {
        let hangs_up = |number| if number == 1 { HangUp } else { Respond };
        let (server, url) = Server::start(&authority, hangs_up).await;
        let client = trusting(config(&url).retry_config(retries), &authority);
        assert_eq!(call(&client).await, ok());
        let seen = call(&client).await;
        if requests == 2 {
            assert!(seen.dispatch("io").ends_with("(1 attempt)"), "{seen:?}");
        } else {
            assert_eq!(seen, ok());
        }
        assert_eq!(server.counts(), (requests - 1, requests));
    }
}

/// One request gets a closed connection while the other waits for its turn on that.
#[tokio::test]
async fn a_request_that_waits_on_a_connection_that_breaks_is_retried() {
    let authority = Authority::new();
    let hangs_up = |number| if number == 1 { HangUp } else { Respond };
    let (server, url) = Server::with_streams(1, &authority, hangs_up).await;
    let client = trusting(config(&url), &authority);
    assert_eq!(call(&client).await, ok());
    let seen = tokio::join!(call(&client), call(&client));
    assert_eq!(seen, (ok(), ok()));
    assert_eq!(server.counts().1, 4);
}

/// A body that cannot be read.
struct Broken;

impl Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(Some(Err(std::io::Error::other("the disk is gone"))))
    }
}

#[tokio::test]
async fn a_request_whose_body_fails_is_the_callers_fault() {
    let authority = Authority::new();
    let (server, url) = Server::start(&authority, |_| Stall).await;
    let client = trusting(config(&url), &authority);
    let call = request(&client).customize().mutate_request(|request| {
        *request.body_mut() = SdkBody::from_body_1_x(Broken);
    });
    let Err(SdkError::DispatchFailure(failure)) = call.send().await else {
        panic!("another error");
    };
    assert!(failure.is_user(), "{failure:?}");
    assert!(server.counts().1 <= 1);
}

#[tokio::test]
async fn a_connection_that_is_idle_for_too_long_is_closed() {
    let authority = Authority::new();
    let (server, url) = Server::start(&authority, |_| Respond).await;
    let sender = authority.trusting().idle_timeout(Duration::from_millis(50));
    let client = client_of(config(&url).sender(sender.build()));
    for connections in 1..=2 {
        assert_eq!(call(&client).await, ok());
        server.ended(connections).await;
        assert_eq!(server.counts().0, connections);
    }
}

/// The default port, which no test can listen on, is reached through a tunnel.
#[tokio::test]
async fn the_authority_is_the_signed_host_where_the_url_names_the_default_port() {
    let authority = Authority::new();
    let (server, url) = Server::start(&authority, |_| Respond).await;
    let proxy = Proxy::all(&url.replace("https", "http")).unwrap();
    let sender = authority.trusting().proxy(proxy).build();
    for (url, expected) in [
        ("https://127.0.0.1:443", "127.0.0.1"),
        ("https://127.0.0.1:444", "127.0.0.1:444"),
    ] {
        let client = client_of(config(url).sender(sender.clone()));
        assert_eq!(call(&client).await, ok());
        assert_eq!(server.authorities().pop().as_deref(), Some(expected));
    }
}
