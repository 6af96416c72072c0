//! What a caller sees when the network, the server, a proxy, a clock or the credentials misbehave: the fault table.
//!
//! Each row states what the caller sees, how many attempts were made, and that the next call works.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which clippy does not recognise as such"
)]

mod certificates;
mod connections;
mod credentials;
mod http1;
mod limits;
mod proxies;
mod responses;
mod server;
#[allow(dead_code, reason = "each test program uses a part of it")]
mod service;
mod tls;

use server::{Script, Server};
use service::{Greeting, config, greet, handle};

use connect_transport::Handle;
use connect_transport::config::Builder;
use connect_transport::error::SdkError;

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

/// One call.
async fn call(client: &Handle) -> Seen {
    match greet(client).await {
        Ok(Greeting(text)) => Seen::Ok(text),
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

/// Calls a server whose connections follow these scripts: what the caller sees, and how many attempts were made as the last
/// request has it. The next call must work.
async fn row(scripts: Vec<Script>) -> (Seen, u32) {
    row_with(scripts, |config| config).await
}

async fn row_with(scripts: Vec<Script>, adjust: impl Fn(Builder) -> Builder) -> (Seen, u32) {
    let server = Server::start(scripts).await;
    let client = handle(adjust(config(&server.url())));
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
