//! Code that makes calls, tested without a network: `cargo run -p connect-sdk --example canned_responses`

use connect_sdk::test_util::{TestResponse, TestSender};
use connect_sdk::types::Channel;
use connect_sdk::{Client, Config, Error};

/// The code under test: how many contacts of a tree were calls.
async fn calls_in_tree(client: &Client, instance: &str, contact: &str) -> Result<usize, Error> {
    let mut contacts = client
        .list_associated_contacts()
        .instance_id(instance)
        .contact_id(contact)
        .into_paginator()
        .items()
        .send();
    let mut calls = 0;
    while let Some(contact) = contacts.try_next().await? {
        calls += usize::from(contact.channel() == Some(&Channel::Voice));
    }
    Ok(calls)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sender = TestSender::new([
        // The first response is an error that is worth another try.
        TestResponse::json(429, r#"{"message": "slow down"}"#)
            .header("x-amzn-errortype", "ThrottlingException"),
        TestResponse::json(
            200,
            r#"{"ContactSummaryList": [{"Channel": "VOICE"}], "NextToken": "more"}"#,
        ),
        TestResponse::json(200, r#"{"ContactSummaryList": [{"Channel": "CHAT"}]}"#),
    ]);
    // Fixed credentials, clock and randomness; pauses between attempts take no time.
    let config = Config::builder()
        .with_test_defaults()
        .sender(sender.clone());
    let client = Client::from_conf(config.build());

    let calls = calls_in_tree(&client, "instance", "contact").await?;
    println!("{calls} call");
    for request in sender.requests() {
        println!("{} {}", request.method, request.uri);
    }
    assert_eq!((calls, sender.requests().len()), (1, 3));
    Ok(())
}

#[test]
fn runs() {
    main().unwrap();
}
