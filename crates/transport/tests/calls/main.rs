//! What calls send and how they are configured, over canned responses.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which clippy does not recognise as such"
)]

mod service;

mod bodies;
mod customize;
mod identity_cache;
mod request;
mod retries;
mod sdk_config;
mod skew;
mod streaming;

use std::sync::mpsc;

use connect_transport::config::Builder;
use connect_transport::test_util::{Answer, RecordedRequest, TestSender};
use connect_transport::{Handle, SdkConfig};
use service::SERVICE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn good() -> Answer {
    Answer::json(200, r#"{"Text":"hello"}"#)
}

/// A client with fixed credentials, clock and randomness, and what it sends with.
fn client(answers: impl IntoIterator<Item = Answer>) -> (Handle, TestSender) {
    client_with(answers, |config| config)
}

fn client_with(
    answers: impl IntoIterator<Item = Answer>,
    adjust: impl FnOnce(Builder) -> Builder,
) -> (Handle, TestSender) {
    let sender = TestSender::new(answers);
    let config = Builder::new().with_test_defaults().sender(sender.clone());
    (Handle::new(&SERVICE, adjust(config).build()), sender)
}

/// The only request there was.
fn only(sender: &TestSender) -> RecordedRequest {
    let requests = sender.requests();
    assert_eq!(requests.len(), 1);
    requests[0].clone()
}

/// A client made from this configuration, and what it sends with.
fn client_from(
    config: &SdkConfig,
    answers: impl IntoIterator<Item = Answer>,
) -> (Handle, TestSender) {
    let sender = TestSender::new(answers);
    let config = Builder::from(config).sender(sender.clone());
    (Handle::new(&SERVICE, config.build()), sender)
}

/// A server that responds to one request as soon as it has the head. It holds the connection open until it gets more if it
/// `stalls`, else it closes, and says so on `closed`. Its URL.
async fn serve_once(response: &'static [u8], stalls: bool, closed: mpsc::Sender<()>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await.unwrap();
        stream.write_all(response).await.unwrap();
        if stalls {
            let _ = stream.read(&mut [0; 1]).await;
        }
        drop(stream);
        let _ = closed.send(());
    });
    url
}
