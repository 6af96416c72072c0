//! Errors, as programs written for `aws-sdk-connect` distinguish them.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

use std::error::Error as _;

use aws_sdk_connect::config::retry::RetryConfig;
use aws_sdk_connect::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_connect::error::{
    BuildError, DisplayErrorContext, ErrorMetadata, ProvideErrorMetadata, SdkError,
};
use aws_sdk_connect::operation::RequestId;
use aws_sdk_connect::operation::list_associated_contacts::{
    ListAssociatedContactsError, ListAssociatedContactsInput, ListAssociatedContactsOutput,
};
use aws_sdk_connect::types::error::{
    InvalidRequestException, ResourceNotFoundException, ThrottlingException,
};
use aws_sdk_connect::types::{
    AttachedFileInvalidRequestExceptionReason, InvalidRequestExceptionReason,
};
use aws_sdk_connect::{Client, Config, Error};
use connect_tests::socket::Socket;
use http::Response;

/// Calls a service that has one response for everything.
async fn call(
    status: u16,
    code: &'static str,
    body: &'static str,
) -> Result<ListAssociatedContactsOutput, SdkError<ListAssociatedContactsError>> {
    let socket = Socket::handling(move |_: http::Request<bytes::Bytes>| {
        let response = Response::builder()
            .status(status)
            .header("x-amzn-errortype", code);
        response.body(body.into()).unwrap_or_default()
    })
    .await
    .unwrap();
    client(&socket.url())
        .list_associated_contacts()
        .instance_id("instance")
        .contact_id("contact")
        .send()
        .await
}

fn client(url: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "test",
        ))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(url);
    Client::from_conf(config.build())
}

/// What a program makes of an error.
fn advice(error: &SdkError<ListAssociatedContactsError>) -> String {
    match error {
        SdkError::ServiceError(context) => match context.err() {
            ListAssociatedContactsError::ResourceNotFoundException(_) => "look elsewhere".into(),
            error if error.is_throttling_exception() => "slow down".into(),
            ListAssociatedContactsError::InvalidRequestException(inner) => {
                format!("mend it: {:?}", inner.reason())
            }
            other => format!("give up: {:?} {:?}", other.code(), other.message()),
        },
        SdkError::ConstructionFailure(_) => "mend the program".into(),
        SdkError::TimeoutError(_) => "be patient".into(),
        SdkError::DispatchFailure(failure) if failure.is_io() => "mend the network".into(),
        SdkError::ResponseError(context) => {
            format!("HTTP {} is gibberish", context.raw().status().as_u16())
        }
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn each_error_gets_its_advice() {
    for (status, code, body, expected) in [
        (404, "ResourceNotFoundException", "{}", "look elsewhere"),
        (429, "ThrottlingException", "{}", "slow down"),
        (
            400,
            "InvalidRequestException",
            r#"{"Reason": {"AttachedFileInvalidRequestExceptionReason": "INVALID_FILE_SIZE"}}"#,
            "mend it: Some(AttachedFileInvalidRequestExceptionReason(InvalidFileSize))",
        ),
        (
            500,
            "InternalServiceException",
            r#"{"Message": "sorry"}"#,
            r#"give up: Some("InternalServiceException") Some("sorry")"#,
        ),
        (
            418,
            "TeapotException",
            r#"{"message": "short and stout"}"#,
            r#"give up: Some("TeapotException") Some("short and stout")"#,
        ),
        (200, "", "<html>", "HTTP 200 is gibberish"),
    ] {
        let error = call(status, code, body).await.unwrap_err();
        assert_eq!(advice(&error), expected);
        let headers = error.raw_response().unwrap().headers();
        assert_eq!(headers.get("x-amzn-errortype"), Some(code));
    }
}

#[tokio::test]
async fn what_never_reached_the_service_is_an_error_of_its_own() {
    // Nobody listens on a port that was given back.
    let url = Socket::handling(|_: http::Request<bytes::Bytes>| Response::default())
        .await
        .unwrap()
        .url();
    let request = client(&url)
        .list_associated_contacts()
        .instance_id("instance");
    let error = request.clone().contact_id("contact").send().await;
    assert_eq!(advice(&error.unwrap_err()), "mend the network");
    let error = request.send().await.unwrap_err();
    assert_eq!(advice(&error), "mend the program");
    assert!(error.as_service_error().is_none());
    // It has no service error, and becomes one that says why.
    let error = error.into_service_error();
    assert!(
        DisplayErrorContext(&error)
            .to_string()
            .contains("ContactId")
    );
}

#[tokio::test]
async fn an_error_has_code_message_and_request_id_at_every_level() {
    let call = async || {
        call(
            404,
            "ResourceNotFoundException",
            r#"{"Message": "no such contact"}"#,
        )
        .await
        .unwrap_err()
    };
    fn facts(error: &(impl ProvideErrorMetadata + RequestId)) -> [Option<&str>; 4] {
        let meta = error.meta();
        assert_eq!(meta.code(), error.code());
        [
            error.code(),
            error.message(),
            error.request_id(),
            meta.request_id(),
        ]
    }
    let expected = [
        Some("ResourceNotFoundException"),
        Some("no such contact"),
        Some("request-1"),
        Some("request-1"),
    ];
    let error = call().await;
    assert_eq!(facts(&error), expected);
    assert!(
        DisplayErrorContext(&error)
            .to_string()
            .contains("no such contact")
    );
    let error = error.into_service_error();
    assert_eq!(facts(&error), expected);
    let ListAssociatedContactsError::ResourceNotFoundException(inner) = error else {
        panic!("it is another error: {error:?}");
    };
    assert_eq!(facts(&inner), expected);
    assert_eq!(
        inner.to_string(),
        "ResourceNotFoundException: no such contact"
    );
    let error = Error::from(call().await);
    assert_eq!(facts(&error), expected);
    assert!(matches!(error, Error::ResourceNotFoundException(_)));
}

/// Steps that fail in different ways, under one error of the crate's.
async fn steps(error: &str) -> Result<(), Error> {
    let input = ListAssociatedContactsInput::builder().build()?;
    assert_eq!(input.contact_id(), None);
    match error {
        "operation" => Err(ListAssociatedContactsError::unhandled("as asked"))?,
        "build" => Err(BuildError::missing_field("field", "as asked"))?,
        _ => call(429, "ThrottlingException", "{}").await?,
    };
    Ok(())
}

#[tokio::test]
async fn one_error_of_the_crate_takes_them_all() {
    let error = steps("call").await.unwrap_err();
    assert!(matches!(error, Error::ThrottlingException(_)), "{error:?}");
    for kind in ["operation", "build"] {
        let error = steps(kind).await.unwrap_err();
        assert!(error.source().is_some());
        assert!(
            DisplayErrorContext(&error).to_string().contains("as asked"),
            "{error:?}"
        );
    }
}

/// Callers' unit tests make errors themselves.
#[test]
fn errors_can_be_made() {
    let throttled = ThrottlingException::builder().message("easy").build();
    let error = ListAssociatedContactsError::ThrottlingException(throttled);
    assert!(error.is_throttling_exception() && !error.is_resource_not_found_exception());
    assert_eq!(error.message(), Some("easy"));

    let metadata = ErrorMetadata::builder()
        .code("AccessDeniedException")
        .message("not you")
        .build();
    let error = ListAssociatedContactsError::generic(metadata.clone());
    assert_eq!(error.meta().code(), Some("AccessDeniedException"));
    let error = ResourceNotFoundException::builder()
        .message("gone")
        .meta(metadata)
        .build();
    assert_eq!(error.meta().message(), Some("not you"));
    assert_eq!(error.message(), Some("gone"));

    let reason = InvalidRequestExceptionReason::AttachedFileInvalidRequestExceptionReason(
        AttachedFileInvalidRequestExceptionReason::InvalidFileType,
    );
    assert!(reason.is_attached_file_invalid_request_exception_reason() && !reason.is_unknown());
    let error = InvalidRequestException::builder()
        .set_reason(Some(reason.clone()))
        .build();
    assert_eq!(error.reason, Some(reason));

    let error: SdkError<ListAssociatedContactsError, ()> =
        SdkError::service_error(ListAssociatedContactsError::unhandled("odd"), ());
    assert!(
        matches!(error.into_source(), Ok(source) if source.is::<ListAssociatedContactsError>())
    );
}
