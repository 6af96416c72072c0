//! A handwritten service with one operation, as generated code would have it.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use connect_protocol::endpoint::{Endpoint, EndpointError};
use connect_protocol::http::{HttpResponse, Request};
use connect_protocol::json::{self, ReadError, Reader};
use connect_protocol::operation::{Auth, ModeledError, Operation, Retry, Service};
use connect_transport::Handle;
use connect_transport::config::retry::RetryConfig;
use connect_transport::config::timeout::TimeoutConfig;
use connect_transport::config::{Builder, Config, Region};
use connect_transport::error::{ErrorMetadata, SdkError};

pub(crate) static SERVICE: Service = Service {
    sdk_id: "Faults",
    version: "2026-11-22",
    signing_name: "faults",
    endpoint: |params| match (params.endpoint, params.region) {
        (Some(url), _) => Ok(Endpoint::new(url.to_owned())),
        (None, Some(region)) => Ok(Endpoint::new(format!(
            "https://faults.{region}.example.com"
        ))),
        (None, None) => Err(EndpointError::new("a region is required")),
    },
};

pub(crate) static GREET: Operation = Operation {
    service: &SERVICE,
    name: "Greet",
    auth: &[Auth::SigV4],
    errors: &[
        ModeledError::new("NoSuchNameException", 404, None),
        ModeledError::new("QuotaException", 429, None),
        ModeledError::new("BusyException", 409, Some(Retry::Transient)),
    ],
    unsigned_payload: false,
    streaming_output: false,
    json_output: true,
    compressible: true,
    endpoint_params: &[],
};

/// The same, but its output is a stream of bytes.
pub(crate) static DOWNLOAD: Operation = Operation {
    name: "Download",
    streaming_output: true,
    json_output: true,
    errors: &[],
    ..GREET
};

/// Code and message are all that is read of an error.
pub(crate) type Outcome<T> = Result<T, SdkError<ErrorMetadata>>;

fn read_greeting(response: &mut HttpResponse) -> Result<String, ReadError> {
    json::read(response.bytes(), |reader| {
        let mut text = None;
        reader.object(|reader, key| match key {
            "Text" => reader.set_with(&mut text, Reader::string),
            _ => reader.skip(),
        })?;
        Ok(text.unwrap_or_default())
    })
}

pub(crate) fn read_error(_: &HttpResponse, metadata: ErrorMetadata) -> ErrorMetadata {
    metadata
}

pub(crate) const ACCESS_KEY: &str = "AKIDOFTHEFAULTTABLE";
pub(crate) const SECRET: &str = "the-secret-that-must-not-be-seen";
pub(crate) const TOKEN: &str = "the-session-token-that-must-not-be-seen";

/// A configuration for an endpoint, with limits and delays short enough for a test.
pub(crate) fn config(url: &str) -> Builder {
    let limits = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .read_timeout(Duration::from_millis(250));
    let token = Some(TOKEN.into());
    Config::builder()
        .region(Region::new("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(Credentials::new(ACCESS_KEY, SECRET, token, None, "test"))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .timeout_config(limits.build())
}

pub(crate) fn handle(config: Builder) -> Handle {
    Handle::new(&SERVICE, config.build())
}

pub(crate) fn request() -> Request {
    Request::new(http::Method::GET, "/greeting?name=w%20orld".to_owned())
}

/// Makes one call.
pub(crate) async fn greet(handle: &Handle) -> Outcome<String> {
    greet_with(handle, request(), None).await
}

pub(crate) async fn greet_with(
    handle: &Handle,
    request: Request,
    overrides: Option<Builder>,
) -> Outcome<String> {
    handle
        .send(
            &GREET,
            Ok(request),
            overrides.map(Arc::new),
            read_greeting,
            read_error,
        )
        .await
}

/// Makes one call of another operation whose output is a greeting.
pub(crate) async fn call(
    handle: &Handle,
    operation: &'static Operation,
    request: Result<Request, connect_protocol::error::InputError>,
) -> Outcome<String> {
    handle
        .send(operation, request, None, read_greeting, read_error)
        .await
}
