//! What a caller sees when the network, the server, a proxy, a clock or the credentials misbehave: the fault table.
//!
//! Each row states what the caller sees, how many attempts were made, and that the next call works.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which clippy does not recognise as such"
)]

mod connections;
mod credentials;
mod http1;
mod http2;
mod limits;
mod proxies;
mod responses;
mod tls;

use std::time::Duration;

use connect_sdk::Client;
use connect_sdk::config::retry::RetryConfig;
use connect_sdk::config::timeout::TimeoutConfig;
use connect_sdk::config::{Builder, Config, Credentials, Region};
use connect_sdk::error::SdkError;
use connect_sdk::operation::list_associated_contacts::ListAssociatedContactsError;
use connect_sdk::operation::list_associated_contacts::builders::ListAssociatedContactsFluentBuilder;
use connect_tests::script::{Script, Server};

/// A configuration for an endpoint, with delays short enough for a test. The time limits are long: a machine may be busy.
fn config(url: &str) -> Builder {
    let limits = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(20));
    Config::builder()
        .region(Region::new("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(Credentials::new("AKIDFAULTS", "secret", None, None, "test"))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .timeout_config(limits.build())
}

/// The same with a read limit that a test can wait for.
fn hurried(config: Builder) -> Builder {
    let limits = TimeoutConfig::builder().read_timeout(Duration::from_millis(500));
    config.timeout_config(limits.build())
}

fn client_of(config: Builder) -> Client {
    Client::from_conf(config.build())
}

fn request(client: &Client) -> ListAssociatedContactsFluentBuilder {
    client
        .list_associated_contacts()
        .instance_id("instance")
        .contact_id("contact 1")
}

/// One call: the token on the page that comes.
async fn page(client: &Client) -> Result<String, SdkError<ListAssociatedContactsError>> {
    let page = request(client).send().await?;
    Ok(page.next_token.unwrap_or_default())
}

/// What the caller of a row sees.
#[derive(Debug, PartialEq)]
enum Seen {
    Ok(String),
    Construction(String),
    Timeout(String),
    Dispatch(&'static str, String),
    Response(String),
    Service(String),
}

impl Seen {
    /// The text of a failed dispatch of this kind.
    #[track_caller]
    fn dispatch(&self, kind: &str) -> &str {
        match self {
            Self::Dispatch(found, text) if *found == kind => text,
            other => panic!("{other:?}"),
        }
    }
}

/// One call.
async fn call(client: &Client) -> Seen {
    match page(client).await {
        Ok(token) => Seen::Ok(token),
        Err(error) => {
            let text = error.to_string();
            match error {
                SdkError::ConstructionFailure(_) => Seen::Construction(text),
                SdkError::TimeoutError(_) => Seen::Timeout(text),
                SdkError::DispatchFailure(failure) => {
                    let kind = match () {
                        () if failure.is_io() => "io",
                        () if failure.is_timeout() => "timeout",
                        () if failure.is_user() => "user",
                        () => "other",
                    };
                    Seen::Dispatch(kind, text)
                }
                SdkError::ResponseError(_) => Seen::Response(text),
                SdkError::ServiceError(_) => Seen::Service(text),
                _ => panic!("a variant without a row: {error}"),
            }
        }
    }
}

/// So many calls at once, all of which must work.
async fn calls(client: &Client, count: usize) {
    let calls = (0..count).map(|_| client.clone());
    let calls: tokio::task::JoinSet<_> = calls
        .map(|client| async move { call(&client).await })
        .collect();
    for seen in calls.join_all().await {
        assert_eq!(seen, ok());
    }
}

/// Calls a server whose connections follow these scripts: what the caller sees, and how many attempts were made as the last
/// request has it. The next call must work.
async fn row(scripts: Vec<Script>) -> (Seen, u32) {
    row_with(scripts, |config| config).await
}

async fn row_with(scripts: Vec<Script>, adjust: impl Fn(Builder) -> Builder) -> (Seen, u32) {
    let server = Server::start(scripts).await;
    let client = client_of(adjust(config(&server.url())));
    let seen = call(&client).await;
    let attempts = server.attempts();
    assert_eq!(call(&client).await, ok(), "the next call");
    (seen, attempts)
}

fn ok() -> Seen {
    Seen::Ok("hello".to_owned())
}

/// A test for each row: name, scripts, what the caller sees, attempts.
macro_rules! rows {
    ($($(#[doc = $doc:literal])* $name:ident: $scripts:expr => $seen:expr, $attempts:literal;)*) => {$(
        $(#[doc = $doc])*
        #[tokio::test]
        async fn $name() {
            assert_eq!($crate::row($scripts.into()).await, ($seen, $attempts));
        }
    )*};
}
use rows;
