//! Errors of the local endpoint, and what the client makes of them.

use std::error::Error;

use connect_local_endpoint::{Credentials, LocalEndpoint, samples};
use connect_sdk::error::{DisplayErrorContext, ProvideErrorMetadata};
use connect_sdk::operation::RequestId;
use connect_sdk::operation::list_associated_contacts::ListAssociatedContactsError as Failure;

use connect_tests::client::large_tree;

use crate::{SdkError, World};

/// Asserts what all errors of the service have.
fn rejected(error: &SdkError, status: u16, code: &str, message: &str) {
    let SdkError::ServiceError(context) = error else {
        panic!("not from the service: {error:?}");
    };
    let response = context.raw();
    assert_eq!(response.status().as_u16(), status);
    assert_eq!((error.code(), error.message()), (Some(code), Some(message)));
    let id = error.request_id().unwrap();
    assert_eq!(id.len(), 36, "{id}");
    assert_eq!(response.headers()["x-amzn-requestid"], id);
    assert_eq!(context.err().request_id(), Some(id));
    let text = format!(
        "ListAssociatedContacts: {code}: {message} (HTTP {status}, request ID {id}, 1 attempt)"
    );
    assert_eq!(error.to_string(), text);
    assert_eq!(context.err().to_string(), format!("{code}: {message}"));
    assert!(error.source().is_some());
    assert!(DisplayErrorContext(error).to_string().starts_with(&text));
}

#[tokio::test]
async fn an_unknown_instance_is_not_found() {
    let world = World::with_samples().await;
    let error = large_tree(&world.client)
        .instance_id("elsewhere")
        .send()
        .await
        .unwrap_err();
    rejected(
        &error,
        404,
        "ResourceNotFoundException",
        "Instance not found.",
    );
    let Failure::ResourceNotFoundException(inner) = error.into_service_error() else {
        panic!("another error");
    };
    assert_eq!(inner.message(), Some("Instance not found."));
}

#[tokio::test]
async fn an_unknown_contact_is_not_found() {
    let world = World::with_samples().await;
    let error = large_tree(&world.client)
        .contact_id("nobody")
        .send()
        .await
        .unwrap_err();
    rejected(
        &error,
        404,
        "ResourceNotFoundException",
        "Contact not found.",
    );
    let error = connect_sdk::Error::from(error);
    assert!(
        matches!(error, connect_sdk::Error::ResourceNotFoundException(_)),
        "{error:?}"
    );
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
}

#[tokio::test]
async fn a_parameter_beyond_its_maximum_is_named() {
    let world = World::with_samples().await;
    let request = || large_tree(&world.client);
    for (request, member) in [
        (request().max_results(101), "maxResults"),
        (request().contact_id("c".repeat(257)), "contactId"),
        (request().instance_id("i".repeat(101)), "instanceId"),
    ] {
        let error = request.send().await.unwrap_err();
        let message = error.message().unwrap().to_owned();
        let names = message
            .to_ascii_lowercase()
            .contains(&member.to_ascii_lowercase());
        assert!(names, "{member}: {message}");
        rejected(&error, 400, "InvalidParameterException", &message);
        let failure = error.into_service_error();
        assert!(failure.is_invalid_parameter_exception());
    }
}

#[tokio::test]
async fn a_broken_token_is_an_invalid_request() {
    let world = World::with_samples().await;
    let page = large_tree(&world.client).send().await.unwrap();
    let token = page.next_token().unwrap();
    let (half, _) = token.split_at(token.len() / 2);
    for broken in [
        "broken",
        half,
        &format!("{token}A"),
        &token.to_ascii_lowercase(),
    ] {
        let request = large_tree(&world.client).next_token(broken);
        let error = request.send().await.unwrap_err();
        let message = "NextToken is not valid for this contact.";
        rejected(&error, 400, "InvalidRequestException", message);
        assert!(error.into_service_error().is_invalid_request_exception());
    }
}

#[tokio::test]
async fn a_token_of_another_contact_is_an_invalid_request() {
    let world = World::with_samples().await;
    let page = large_tree(&world.client).send().await.unwrap();
    let error = large_tree(&world.client)
        .contact_id(samples::SINGLE_CONTACT_ID)
        .set_next_token(page.next_token)
        .send()
        .await
        .unwrap_err();
    let message = "NextToken is not valid for this contact.";
    rejected(&error, 400, "InvalidRequestException", message);
    let Failure::InvalidRequestException(inner) = error.into_service_error() else {
        panic!("another error");
    };
    assert_eq!((inner.message(), inner.reason()), (Some(message), None));
}

#[tokio::test]
async fn a_token_of_another_database_is_an_invalid_request() {
    let (here, there) = (World::with_samples().await, World::with_samples().await);
    let page = large_tree(&there.client).send().await.unwrap();
    let request = large_tree(&here.client).set_next_token(page.next_token);
    let error = request.send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidRequestException"));
}

#[tokio::test]
async fn a_wrong_secret_is_rejected() {
    let world = World::with_samples().await;
    let id = world.endpoint.credentials().access_key_id();
    let wrong = Credentials::new(id, "wrong", None, None, "test");
    let error = large_tree(&world.client_as(wrong))
        .send()
        .await
        .unwrap_err();
    let message = error.message().unwrap().to_owned();
    rejected(&error, 403, "InvalidSignatureException", &message);
    let failure = error.into_service_error();
    assert!(matches!(failure, Failure::Unhandled(_)), "{failure:?}");
    assert_eq!(failure.code(), Some("InvalidSignatureException"));
}

#[tokio::test]
async fn an_unknown_key_is_rejected() {
    let world = World::with_samples().await;
    let secret = world.endpoint.credentials().secret_access_key();
    let unknown = Credentials::new("AKIDUNKNOWN", secret, None, None, "test");
    let error = large_tree(&world.client_as(unknown))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("UnrecognizedClientException"));
}

#[tokio::test]
async fn a_caller_without_the_right_is_denied_access() {
    let denied = Credentials::new("AKIDDENIED", "denied", None, None, "test");
    let endpoint = LocalEndpoint::builder()
        .samples()
        .deny(denied.clone())
        .start()
        .await
        .unwrap();
    let client = connect_tests::client::client(&endpoint.url(), denied);
    let error = large_tree(&client).send().await.unwrap_err();
    let message = error.message().unwrap().to_owned();
    rejected(&error, 403, "AccessDeniedException", &message);
    let id = error.request_id().unwrap().to_owned();
    let error = connect_sdk::Error::from(error);
    let connect_sdk::Error::Unhandled(unhandled) = &error else {
        panic!("the model has no such error: {error:?}");
    };
    assert_eq!(unhandled.code(), Some("AccessDeniedException"));
    assert_eq!(unhandled.message(), Some(message.as_str()));
    assert_eq!(unhandled.meta().request_id(), Some(id.as_str()));
}

#[tokio::test]
async fn every_response_has_a_request_id_of_its_own() {
    let world = World::with_samples().await;
    let one = large_tree(&world.client).send().await.unwrap();
    let other = large_tree(&world.client).send().await.unwrap();
    assert_eq!(one.request_id().map(str::len), Some(36));
    assert_ne!(one.request_id(), other.request_id());
}
