//! A handwritten service with one operation, as generated code would have it.

use std::fmt;
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
use connect_transport::error::{
    CreateUnhandledError, ErrorMetadata, ProvideErrorMetadata, SdkError,
};

pub(crate) static SERVICE: Service = Service {
    sdk_id: "Faults",
    version: "2026-11-22",
    signing_name: "faults",
    endpoint: |params| match params.endpoint {
        Some(url) => Ok(Endpoint::new(url.to_owned())),
        None => match params.region {
            Some(region) => Ok(Endpoint::new(format!(
                "https://faults.{region}.example.com"
            ))),
            None => Err(EndpointError::new("a region is required")),
        },
    },
};

pub(crate) static GREET: Operation = Operation {
    service: &SERVICE,
    name: "Greet",
    auth: &[Auth::SigV4],
    errors: &[
        ModeledError {
            code: "NoSuchNameException",
            status: 404,
            retry: None,
        },
        ModeledError {
            code: "QuotaException",
            status: 429,
            retry: None,
        },
        ModeledError {
            code: "BusyException",
            status: 409,
            retry: Some(Retry::Transient),
        },
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

#[derive(Debug, PartialEq)]
pub(crate) struct Greeting(pub(crate) String);

/// Any error of the operation.
#[derive(Debug)]
pub(crate) struct GreetError {
    meta: ErrorMetadata,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl fmt::Display for GreetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta.code().unwrap_or("unhandled error"))
    }
}

impl std::error::Error for GreetError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl ProvideErrorMetadata for GreetError {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

impl CreateUnhandledError for GreetError {
    fn create_unhandled_error(
        source: Box<dyn std::error::Error + Send + Sync>,
        meta: Option<ErrorMetadata>,
    ) -> Self {
        Self {
            meta: meta.unwrap_or_default(),
            source: Some(source),
        }
    }
}

pub(crate) fn read_greeting(response: &mut HttpResponse) -> Result<Greeting, ReadError> {
    json::read(response.bytes(), |reader| {
        let mut text = None;
        reader.object(|reader, key| {
            match key {
                "Text" => text = reader.optional(Reader::string)?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(Greeting(text.unwrap_or_default()))
    })
}

pub(crate) fn read_error(_: &HttpResponse, meta: ErrorMetadata) -> GreetError {
    GreetError { meta, source: None }
}

pub(crate) const ACCESS_KEY: &str = "AKIDOFTHEFAULTTABLE";
pub(crate) const SECRET: &str = "the-secret-that-must-not-be-seen";
pub(crate) const TOKEN: &str = "the-session-token-that-must-not-be-seen";

/// A configuration for an endpoint, with limits and delays short enough for a test.
pub(crate) fn config(url: &str) -> Builder {
    Config::builder()
        .region(Region::new("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(Credentials::new(
            ACCESS_KEY,
            SECRET,
            Some(TOKEN.into()),
            None,
            "test",
        ))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(2))
                .read_timeout(Duration::from_millis(250))
                .build(),
        )
}

pub(crate) fn handle(config: Builder) -> Handle {
    Handle::new(&SERVICE, config.build())
}

/// Makes one call.
pub(crate) async fn greet(handle: &Handle) -> Result<Greeting, SdkError<GreetError>> {
    greet_with(handle, request(), None).await
}

pub(crate) fn request() -> Request {
    Request::new(http::Method::GET, "/greeting?name=w%20orld".to_owned())
}

pub(crate) async fn greet_with(
    handle: &Handle,
    request: Request,
    overrides: Option<Builder>,
) -> Result<Greeting, SdkError<GreetError>> {
    handle
        .send(&GREET, Ok(request), overrides, read_greeting, read_error)
        .await
}
