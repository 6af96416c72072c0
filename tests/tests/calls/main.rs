//! Calls by the client that is generated from `conformance/calls.json`: what no vector can show.
//!
//! The tests of the model's endpoints are generated with that client and run here.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests, too, may panic"
)]
#![deny(unfulfilled_lint_expectations)]

include!(concat!(env!("OUT_DIR"), "/calls.rs"));

mod authentication;
mod compression;
mod deprecation;
mod endpoints;
mod pages;
mod retries;
mod secrets;
mod waiters;

use self::config::Builder;
use connect_transport::test_util::{TestResponse, TestSender, TokioClock};

/// A configuration with fixed credentials and randomness and tokio's clock, and what it sends with.
fn config_with(responses: impl IntoIterator<Item = TestResponse>) -> (Builder, TestSender) {
    let sender = TestSender::new(responses);
    let config = Builder::new()
        .with_test_defaults()
        .time_source(TokioClock::default())
        .sender(sender.clone());
    (config, sender)
}

/// A client of that configuration.
fn calling(responses: impl IntoIterator<Item = TestResponse>) -> (Client, TestSender) {
    let (config, sender) = config_with(responses);
    (Client::from_conf(config.build()), sender)
}

/// An error with nothing in it but its code.
fn failure(status: u16, code: &'static str) -> TestResponse {
    TestResponse::json(status, "{}").header("x-amzn-errortype", code)
}
