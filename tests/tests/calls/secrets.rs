//! What is sensitive shows in no `Debug` and no error, wherever it stands: by itself, in lists, maps, structures, unions.

use std::collections::HashMap;

use connect_transport::error::DisplayErrorContext;
use connect_transport::test_util::TestResponse;
use serde_json::json;

use crate::client::log_in::LogInFluentBuilder;
use crate::types::{Account, Card, Clearance, Credential};
use crate::{Client, calling};

/// Starts every secret.
const SECRET: &str = "hunter2";

fn with_secrets(client: &Client) -> LogInFluentBuilder {
    let secret = |what: &str| format!("{SECRET}-{what}");
    client
        .log_in()
        .name("visible")
        .password(secret("plain"))
        .passwords(secret("list"))
        .by_name("visible-key", secret("map"))
        .card(Card::builder().number(secret("structure")).build())
        .credential(Credential::Password(secret("union")))
        .clearance(Clearance::from(secret("enum").as_str()))
        .account(
            Account::builder()
                .name("visible-too")
                .password(secret("inside"))
                .build(),
        )
}

#[track_caller]
fn assert_redacted(shown: &str) {
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(shown.contains("visible"), "{shown}");
}

#[tokio::test]
async fn inputs_and_outputs_do_not_show_them() {
    let (client, sender) = calling([]);
    let request = with_secrets(&client);
    assert_redacted(&format!("{request:?}"));
    assert_redacted(&format!("{:?}", request.as_input()));
    assert_redacted(&format!(
        "{:?}",
        request.as_input().clone().build().unwrap()
    ));
    let _ = request.send().await;
    let wire = sender.requests()[0].body.clone();
    let secrets = String::from_utf8_lossy(&wire).matches(SECRET).count();
    assert_eq!(secrets, 7, "the service gets every one: {wire:?}");

    let (client, _) = calling([TestResponse::json(200, wire)]);
    let output = client.log_in().send().await.unwrap();
    assert_eq!(output.password(), Some("hunter2-plain"));
    assert_redacted(&format!("{output:?}"));
}

#[tokio::test]
async fn each_shape_hides_its_own() {
    let card = Card::builder().number(SECRET).build();
    assert!(!format!("{card:?}").contains(SECRET));
    for credential in [
        Credential::Password(SECRET.to_owned()),
        Credential::Card(card),
    ] {
        assert!(!format!("{credential:?}").contains(SECRET));
    }
    let map = HashMap::from([("key".to_owned(), SECRET.to_owned())]);
    let (client, _) = calling([]);
    let request = client.log_in().name("visible").set_by_name(Some(map));
    assert_redacted(&format!("{request:?}"));
}

#[tokio::test]
async fn errors_do_not_show_them() {
    let body = json!({"message": "visible", "tried": SECRET}).to_string();
    let response = TestResponse::json(403, body).header("x-amzn-errortype", "Denied");
    let (client, _) = calling([response]);
    let error = with_secrets(&client).send().await.unwrap_err();
    assert_redacted(&format!("{error:?}"));
    assert_redacted(&error.to_string());
    assert_redacted(&DisplayErrorContext(&error).to_string());
    let error = error.into_service_error();
    assert_redacted(&format!("{error:?}"));
    let crate::operation::log_in::LogInError::Denied(denied) = error else {
        panic!("{error:?}");
    };
    assert_eq!(denied.tried.as_deref(), Some(SECRET));
}

#[tokio::test]
async fn a_response_that_cannot_be_read_does_not_show_them() {
    let body = format!(
        "{{\"name\": \"visible\", \"password\": \"{SECRET}\", \"passwords\": \"{SECRET}\"}}"
    );
    let (client, _) = calling([TestResponse::json(200, body)]);
    let error = client.log_in().send().await.unwrap_err();
    for shown in [
        format!("{error:?}"),
        DisplayErrorContext(&error).to_string(),
    ] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}
