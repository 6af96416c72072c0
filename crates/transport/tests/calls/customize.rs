//! Calls that are changed before they are sent.

use aws_smithy_types::body::SdkBody;
use connect_transport::Handle;
use connect_transport::client::customize::{CustomizableOperation, CustomizableSend};
use connect_transport::config::Builder;
use connect_transport::config::http::HttpRequest;
use connect_transport::config::retry::RetryConfig;
use connect_transport::error::ErrorMetadata;
use connect_transport::test_util::Answer;

use crate::service::{Outcome, greet_with, request};
use crate::{client, good, only};

/// A fluent builder, as generated code has it.
struct Greet(Handle);

impl CustomizableSend<String, ErrorMetadata> for Greet {
    async fn send(self, config_override: Builder) -> Outcome<String> {
        greet_with(&self.0, request(), Some(config_override)).await
    }
}

fn customize(client: &Handle) -> CustomizableOperation<String, ErrorMetadata, Greet> {
    CustomizableOperation::new(Greet(client.clone()))
}

#[tokio::test]
async fn a_request_can_be_changed_before_it_is_signed() {
    let (client, sender) = client([good()]);
    let call = customize(&client).mutate_request(|request| {
        request.headers_mut().insert("x-mine", "1");
        let uri = request.uri().replace("greeting", "farewell");
        request.set_uri(uri).unwrap();
    });
    call.send().await.unwrap();
    let request = only(&sender);
    assert_eq!(request.uri.path(), "/farewell");
    assert_eq!(request.header("x-mine"), Some("1"));
    let authorization = request.header("authorization").unwrap();
    assert!(authorization.contains(";x-mine,"));
}

/// The length is that of the body that is sent.
#[tokio::test]
async fn a_body_can_be_added_and_taken_away() {
    for (body, expected) in [("", Some("0")), ("added", None)] {
        let (client, sender) = client([good()]);
        let call = customize(&client).mutate_request(move |request| {
            request.set_method("POST").unwrap();
            *request.body_mut() = SdkBody::from(body);
        });
        call.send().await.unwrap();
        let request = only(&sender);
        assert_eq!(request.header("content-length"), expected);
        assert_eq!(request.body, body);
    }
}

#[tokio::test]
async fn changes_are_made_in_order_on_every_attempt() {
    let (client, sender) = client([Answer::json(500, ""), good()]);
    let call = customize(&client)
        .mutate_request(|request| {
            request.headers_mut().insert("x-order", "first");
        })
        .map_request(|mut request: HttpRequest| {
            let before = request.headers().get("x-order").unwrap_or_default();
            let order = format!("{before}, second");
            request.headers_mut().insert("x-order", order);
            Ok::<_, std::convert::Infallible>(request)
        });
    call.send().await.unwrap();
    assert_eq!(sender.requests().len(), 2);
    for request in sender.requests() {
        assert_eq!(request.header("x-order"), Some("first, second"));
    }
}

#[tokio::test]
async fn a_change_that_fails_ends_the_call() {
    let (client, sender) = client([]);
    let call =
        customize(&client).map_request(|_| Err::<HttpRequest, _>(std::io::Error::other("no way")));
    let error = call.send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Greet: the request could not be made: no way"
    );
    assert_eq!(sender.requests().len(), 0);
}

#[tokio::test]
async fn configuration_can_be_overridden_together_with_changes() {
    let (client, sender) = client([Answer::json(500, ""), good()]);
    let change = |request: &mut HttpRequest| {
        request.headers_mut().insert("x-mine", "1");
    };
    let once = Builder::new().retry_config(RetryConfig::disabled());
    let call = customize(&client).mutate_request(change);
    assert!(call.config_override(once.clone()).send().await.is_err());
    let call = customize(&client).config_override(once);
    assert!(call.mutate_request(change).send().await.is_ok());
    for request in sender.requests() {
        assert_eq!(request.header("x-mine"), Some("1"));
        assert_eq!(request.header("amz-sdk-request"), Some("attempt=1; max=1"));
    }
}
