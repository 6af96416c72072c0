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

use connect_transport::Handle;
use connect_transport::config::Builder;
use connect_transport::test_util::{Answer, TestSender};
use service::SERVICE;

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
