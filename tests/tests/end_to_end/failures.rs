//! Errors that the local endpoint has no reason for, from a service of the tests' own.

use std::sync::Mutex;

use bytes::Bytes;
use connect_sdk::Client;
use connect_sdk::config::retry::RetryConfig;
use connect_sdk::error::{ErrorMetadata, ProvideErrorMetadata};
use connect_sdk::operation::RequestId;
use connect_sdk::operation::list_associated_contacts::{
    ListAssociatedContactsError as Failure, ListAssociatedContactsInput,
    ListAssociatedContactsOutput,
};
use connect_sdk::server::Service;
use connect_sdk::types::error::{
    InternalServiceException, InvalidParameterException, InvalidRequestException,
    ResourceNotFoundException, ThrottlingException,
};
use connect_sdk::types::{
    AttachedFileInvalidRequestExceptionReason, InvalidRequestExceptionReason,
};
use connect_tests::client::{any_credentials, client, config, large_tree};
use connect_tests::socket::Socket;
use http::{Request, Response};

use crate::SdkError;

type Outcome = Result<ListAssociatedContactsOutput, Failure>;

/// Returns its outcomes one after the other, the last one first.
struct Script(Mutex<Vec<Outcome>>);

impl Service for Script {
    async fn list_associated_contacts(&self, _: ListAssociatedContactsInput) -> Outcome {
        self.0.lock().unwrap().pop().expect("a call too many")
    }
}

async fn script(mut outcomes: Vec<Outcome>) -> (Socket, Client) {
    outcomes.reverse();
    let socket = Socket::serving(Script(Mutex::new(outcomes))).await.unwrap();
    let client = client(&socket.url(), any_credentials());
    (socket, client)
}

fn throttled() -> Failure {
    let error = ThrottlingException::builder()
        .message("Rate exceeded")
        .build();
    Failure::ThrottlingException(error)
}

fn internal() -> Failure {
    let error = InternalServiceException::builder().message("Sorry").build();
    Failure::InternalServiceException(error)
}

/// As many errors as there are attempts.
fn errors(errors: [Failure; 3]) -> Vec<Outcome> {
    errors.into_iter().map(Err).collect()
}

/// What the client makes of an error.
async fn error_of(error: Failure) -> SdkError {
    let (_socket, client) = script(vec![Err(error)]).await;
    large_tree(&client).send().await.unwrap_err()
}

#[tokio::test]
async fn throttling_is_reported_after_three_attempts() {
    let (socket, client) = script(errors([throttled(), throttled(), throttled()])).await;
    let error = large_tree(&client).send().await.unwrap_err();
    assert_eq!(socket.requests(), 3);
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 429);
    assert_eq!(
        error.to_string(),
        "ListAssociatedContacts: ThrottlingException: Rate exceeded (HTTP 429, request ID request-3, 3 attempts)"
    );
    let failure = error.into_service_error();
    assert!(failure.is_throttling_exception());
    let Failure::ThrottlingException(inner) = failure else {
        panic!("another error");
    };
    assert_eq!(inner.message(), Some("Rate exceeded"));
}

#[tokio::test]
async fn throttling_that_ends_is_not_reported() {
    let done = ListAssociatedContactsOutput::builder()
        .next_token("more")
        .build();
    let (socket, client) = script(vec![Err(throttled()), Err(throttled()), Ok(done)]).await;
    let page = large_tree(&client).send().await.unwrap();
    assert_eq!(page.next_token(), Some("more"));
    assert_eq!(page.request_id(), Some("request-3"));
    assert_eq!(socket.requests(), 3);
}

#[tokio::test]
async fn retries_can_be_switched_off() {
    let (socket, _) = script(vec![Err(throttled())]).await;
    let config = config(&socket.url(), any_credentials()).retry_config(RetryConfig::disabled());
    let client = Client::from_conf(config.build());
    let error = large_tree(&client).send().await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("(HTTP 429, request ID request-1, 1 attempt)"),
        "{error}"
    );
    assert_eq!(socket.requests(), 1);
}

#[tokio::test]
async fn an_internal_error_is_retried_and_reported() {
    let (socket, client) = script(errors([internal(), internal(), internal()])).await;
    let error = large_tree(&client).send().await.unwrap_err();
    assert_eq!(socket.requests(), 3);
    assert_eq!(
        error.to_string(),
        "ListAssociatedContacts: InternalServiceException: Sorry (HTTP 500, request ID request-3, 3 attempts)"
    );
    assert!(error.into_service_error().is_internal_service_exception());
}

#[tokio::test]
async fn errors_of_the_caller_are_not_retried() {
    let parameter = InvalidParameterException::builder().message("no").build();
    let request = InvalidRequestException::builder().message("no").build();
    let resource = ResourceNotFoundException::builder().message("no").build();
    for error in [
        Failure::InvalidParameterException(parameter),
        Failure::InvalidRequestException(request),
        Failure::ResourceNotFoundException(resource),
    ] {
        let (socket, client) = script(vec![Err(error)]).await;
        let error = large_tree(&client).send().await.unwrap_err();
        assert!(error.as_service_error().is_some(), "{error:?}");
        assert_eq!(socket.requests(), 1, "{error}");
    }
}

#[tokio::test]
async fn the_union_in_an_error_comes_through() {
    let reason = InvalidRequestExceptionReason::AttachedFileInvalidRequestExceptionReason(
        AttachedFileInvalidRequestExceptionReason::InvalidFileSize,
    );
    let error = InvalidRequestException::builder()
        .message("The file is too large")
        .reason(reason.clone())
        .build();
    let error = error_of(Failure::InvalidRequestException(error)).await;
    let Failure::InvalidRequestException(inner) = error.into_service_error() else {
        panic!("another error");
    };
    assert_eq!(inner.reason(), Some(&reason));
    assert_eq!(inner.message(), Some("The file is too large"));
    assert_eq!(inner.meta().request_id(), Some("request-1"));
}

#[tokio::test]
async fn an_error_without_a_message_says_so() {
    let error = ResourceNotFoundException::builder().build();
    let error = error_of(Failure::ResourceNotFoundException(error)).await;
    assert_eq!(error.message(), None);
    assert_eq!(
        error.to_string(),
        "ListAssociatedContacts: ResourceNotFoundException (HTTP 404, request ID request-1, 1 attempt)"
    );
}

#[tokio::test]
async fn what_a_service_does_not_implement_is_unhandled() {
    struct Nothing;
    impl Service for Nothing {}

    let socket = Socket::serving(Nothing).await.unwrap();
    let client = client(&socket.url(), any_credentials());
    let error = large_tree(&client).send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 501);
    assert_eq!(error.code(), Some("NotImplementedException"));
    assert!(matches!(error.into_service_error(), Failure::Unhandled(_)));
}

#[tokio::test]
async fn an_error_that_the_model_lacks_is_unhandled() {
    let meta = ErrorMetadata::builder()
        .code("TeapotException")
        .message("Short and stout")
        .build();
    let teapot = || Failure::generic(meta.clone());
    let (_socket, client) = script(errors([teapot(), teapot(), teapot()])).await;
    let error = large_tree(&client).send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "ListAssociatedContacts: TeapotException: Short and stout (HTTP 500, request ID request-3, 3 attempts)"
    );
    let failure = error.into_service_error();
    assert!(matches!(failure, Failure::Unhandled(_)), "{failure:?}");
    assert_eq!(
        (failure.code(), failure.message()),
        (Some("TeapotException"), Some("Short and stout"))
    );
    assert_eq!(failure.request_id(), Some("request-3"));
    assert_eq!(failure.to_string(), "TeapotException: Short and stout");
}

fn response(status: u16, body: &'static str) -> impl Fn(Request<Bytes>) -> Response<Bytes> {
    move |_| {
        let mut response = Response::new(Bytes::from_static(body.as_bytes()));
        *response.status_mut() = status.try_into().unwrap();
        response
    }
}

#[tokio::test]
async fn a_page_of_a_proxy_is_an_error_without_a_code() {
    let socket = Socket::handling(response(403, "<h1>Blocked</h1>"))
        .await
        .unwrap();
    let client = client(&socket.url(), any_credentials());
    let error = large_tree(&client).send().await.unwrap_err();
    assert_eq!((error.code(), error.message()), (None, None));
    assert_eq!(
        error.to_string(),
        "ListAssociatedContacts: service error without a code (HTTP 403, request ID request-1, 1 attempt)"
    );
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_response_error() {
    let socket = Socket::handling(response(200, "{\"NextToken\": 7}"))
        .await
        .unwrap();
    let client = client(&socket.url(), any_credentials());
    let error = large_tree(&client).send().await.unwrap_err();
    let SdkError::ResponseError(context) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(context.raw().status().as_u16(), 200);
    assert_eq!(error.request_id(), Some("request-1"));
    let text = error.to_string();
    let start = "ListAssociatedContacts: the response could not be read: /NextToken: ";
    assert!(text.starts_with(start), "{text}");
    assert!(
        text.ends_with("(HTTP 200, request ID request-1, 1 attempt)"),
        "{text}"
    );
    assert_eq!(socket.requests(), 1);
}

#[tokio::test]
async fn an_input_that_cannot_be_right_is_not_sent() {
    let socket = Socket::handling(response(200, "{}")).await.unwrap();
    let client = client(&socket.url(), any_credentials());
    let request = || client.list_associated_contacts();
    let whole = || large_tree(&client);
    for (request, member) in [
        (request().contact_id("c"), "InstanceId"),
        (request().instance_id("i"), "ContactId"),
        (whole().instance_id(""), "InstanceId"),
        (whole().contact_id(""), "ContactId"),
        (whole().max_results(0), "MaxResults"),
    ] {
        let error = request.send().await.unwrap_err();
        assert!(
            matches!(error, SdkError::ConstructionFailure(_)),
            "{error:?}"
        );
        let text = error.to_string();
        let start = format!("ListAssociatedContacts: the request could not be made: {member}: ");
        assert!(text.starts_with(&start), "{text}");
        assert_eq!(error.request_id(), None);
    }
    assert_eq!(socket.requests(), 0);
}

#[tokio::test]
async fn a_repeated_token_ends_the_pages_with_an_error() {
    let same = || {
        ListAssociatedContactsOutput::builder()
            .next_token("same")
            .build()
    };
    let (socket, client) = script(vec![Ok(same()), Ok(same())]).await;
    let mut pages = large_tree(&client).into_paginator().send();
    assert!(pages.next().await.unwrap().is_ok());
    assert!(pages.next().await.unwrap().is_ok());
    let error = pages.next().await.unwrap().unwrap_err().to_string();
    assert!(error.contains("token that an earlier page had"), "{error}");
    assert!(pages.next().await.is_none());
    assert_eq!(socket.requests(), 2);
}

#[tokio::test]
async fn a_server_that_is_gone_is_a_failed_dispatch() {
    // A port that is taken and that nobody listens on.
    let taken = tokio::net::TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", taken.local_addr().unwrap());
    let error = large_tree(&client(&url, any_credentials()))
        .send()
        .await
        .unwrap_err();
    let SdkError::DispatchFailure(failure) = &error else {
        panic!("{error:?}");
    };
    assert!(failure.is_io(), "{failure:?}");
    assert!(error.to_string().ends_with("3 attempts)"), "{error}");
    assert_eq!(error.request_id(), None);
}
