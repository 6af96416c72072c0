//! The pool.

use std::future::Future;
use std::task::Poll;
use std::time::Duration;

use connect_sdk::config::retry::RetryConfig;
use connect_sdk::sender::HttpSender;
use tokio::runtime::{self, Runtime};

use crate::{Seen, call, calls, client_of, config, hurried, ok, page, request, row};
use connect_tests::script::{Drip, Read, Reset, Server, Stall, ok as good, response, send};

#[tokio::test]
async fn calls_share_a_connection() {
    let server = Server::start(Vec::new()).await;
    let client = client_of(config(&server.url()));
    for _ in 0..5 {
        assert_eq!(call(&client).await, ok());
    }
    assert_eq!((server.requests().len(), server.connections()), (5, 1));
}

#[tokio::test]
async fn an_idle_connection_that_the_server_closes_costs_nothing() {
    // The first call leaves a connection behind that is closed at once; the second is the row's next call.
    assert_eq!(row(vec![vec![Read, good()]]).await, (ok(), 1));
    assert_eq!(row(vec![vec![Read, good(), Reset]]).await, (ok(), 1));
}

/// The server reads the second request of a connection and closes: nobody knows whether it acted on it.
#[tokio::test]
async fn a_request_that_was_delivered_is_sent_again_only_as_a_retry() {
    let scripts = || vec![vec![Read, good(), Read]];
    let server = Server::start(scripts()).await;
    let client = client_of(config(&server.url()));
    assert_eq!(call(&client).await, ok());
    assert_eq!(call(&client).await, ok());
    let requests = server.requests();
    let attempts: Vec<_> = requests
        .iter()
        .map(|head| connect_tests::script::header(head, "amz-sdk-request").unwrap())
        .collect();
    assert_eq!(attempts[..2], ["attempt=1; max=3"; 2]);
    assert!(attempts[2].ends_with("attempt=2; max=3"), "{attempts:?}");
    assert_eq!(attempts.len(), 3);

    let server = Server::start(scripts()).await;
    let client = client_of(config(&server.url()).retry_config(RetryConfig::disabled()));
    assert_eq!(call(&client).await, ok());
    assert!(matches!(call(&client).await, Seen::Dispatch("io", _)));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn unexpected_bytes_on_an_idle_connection_close_it() {
    let late = send("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(row(vec![vec![Read, good(), late]]).await, (ok(), 1));
}

#[tokio::test]
async fn a_connection_to_a_server_in_trouble_is_not_kept() {
    let server = Server::start(vec![vec![Read, response("503 Busy", "", ""), Read, good()]]).await;
    let client = client_of(config(&server.url()));
    assert_eq!(call(&client).await, ok());
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn no_more_connections_than_allowed() {
    let server = Server::start(Vec::new()).await;
    let sender = HttpSender::builder().max_connections(3).build();
    let client = client_of(config(&server.url()).sender(sender));
    calls(&client, 60).await;
    assert_eq!(server.requests().len(), 60);
    assert!(server.connections() <= 3, "{}", server.connections());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_calls_over_two_hundred_connections_end() {
    let server = Server::start(Vec::new()).await;
    let sender = HttpSender::builder().max_connections(200).build();
    let client = client_of(config(&server.url()).sender(sender));
    calls(&client, 5000).await;
    assert!(server.connections() <= 200, "{}", server.connections());
}

#[tokio::test]
async fn waiting_for_a_connection_is_not_under_the_read_limit() {
    // Each response takes 100 ms, all of them together twice the read limit.
    let slow = || {
        [
            Read,
            Drip(b"HTTP/1.1 ".to_vec(), Duration::from_millis(11)),
            send("200 OK\r\ncontent-length: 21\r\n\r\n{\"NextToken\":\"hello\"}"),
        ]
    };
    let script = std::iter::repeat_with(slow).take(10).flatten();
    let server = Server::start(vec![script.collect()]).await;
    let sender = HttpSender::builder().max_connections(1).build();
    let client = client_of(hurried(config(&server.url())).sender(sender));
    calls(&client, 10).await;
    assert_eq!((server.requests().len(), server.connections()), (10, 1));
}

#[tokio::test]
async fn one_pool_for_several_servers_stays_within_its_limit() {
    let (first, second) = (
        Server::start(Vec::new()).await,
        Server::start(Vec::new()).await,
    );
    let sender = HttpSender::builder().max_connections(1).build();
    let clients =
        [&first, &second].map(|server| client_of(config(&server.url()).sender(sender.clone())));
    for _ in 0..3 {
        for client in &clients {
            assert_eq!(call(client).await, ok());
        }
    }
    // Each call had to close the idle connection to the other server.
    assert_eq!((first.connections(), second.connections()), (3, 3));
}

#[tokio::test]
async fn a_connection_that_was_idle_for_too_long_is_not_used() {
    let server = Server::start(Vec::new()).await;
    let sender = HttpSender::builder().idle_timeout(Duration::ZERO).build();
    let client = client_of(config(&server.url()).sender(sender));
    assert_eq!(call(&client).await, ok());
    assert_eq!(call(&client).await, ok());
    assert_eq!(server.connections(), 2);
}

/// Most systems have two addresses for this name, of which the server has but one.
#[tokio::test]
async fn an_address_without_a_listener_is_followed_by_the_next() {
    let server = Server::start(Vec::new()).await;
    let url = format!("http://localhost:{}", server.address.port());
    assert_eq!(call(&client_of(config(&url))).await, ok());
    assert_eq!(server.attempts(), 1);
}

#[tokio::test]
async fn a_call_can_be_dropped_at_any_point() {
    let server = Server::start(Vec::new()).await;
    let sender = HttpSender::builder().max_connections(1).build();
    let client = client_of(config(&server.url()).sender(sender));
    let mut dropped = 0;
    for polls in 1.. {
        let mut call = Box::pin(request(&client).send());
        let mut polled = 0;
        let ended = std::future::poll_fn(|cx| {
            polled += 1;
            if polled > polls {
                return Poll::Ready(false);
            }
            call.as_mut().poll(cx).map(|page| page.is_ok())
        });
        let ended = ended.await;
        drop(call);
        assert_eq!(page(&client).await.unwrap(), "hello", "the next call");
        if ended {
            break;
        }
        dropped += 1;
    }
    // At least while connecting and while waiting for the response.
    assert!(dropped >= 1, "{dropped}");
}

/// A runtime that runs by itself.
fn in_background() -> Runtime {
    let mut builder = runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
}

/// A runtime that stands still unless it is waited for.
fn in_foreground() -> Runtime {
    let mut builder = runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

#[test]
fn a_connection_stays_on_its_runtime() {
    let serving = in_background();
    let server = serving.block_on(Server::start(Vec::new()));
    let client = client_of(config(&server.url()));
    // Both are alive, and each stands still while the other one runs.
    let runtimes = [in_foreground(), in_foreground()];
    for _ in 0..2 {
        for runtime in &runtimes {
            assert_eq!(runtime.block_on(call(&client)), ok());
        }
    }
    assert_eq!((server.requests().len(), server.connections()), (4, 2));
}

#[test]
fn a_client_outlives_the_runtime_of_its_connections() {
    let serving = in_background();
    let server = serving.block_on(Server::start(Vec::new()));
    let client = client_of(config(&server.url()));
    for _ in 0..2 {
        let runtime = in_foreground();
        assert_eq!(runtime.block_on(call(&client)), ok());
    }
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_runtime_that_shuts_down_ends_its_calls_and_leaves_the_client_usable() {
    let serving = in_background();
    let server = serving.block_on(Server::start(vec![vec![Read, Stall]]));
    let client = client_of(config(&server.url()));
    let doomed = in_background();
    let running = client.clone();
    let task = doomed.spawn(async move { page(&running).await.is_ok() });
    while server.requests().is_empty() {
        std::thread::yield_now();
    }
    doomed.shutdown_background();
    let runtime = in_foreground();
    assert!(runtime.block_on(task).unwrap_err().is_cancelled());
    assert_eq!(runtime.block_on(call(&client)), ok());
}
