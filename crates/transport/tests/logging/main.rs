//! What is logged, under which names; and that bearer tokens and recorded requests keep their secrets. A search of whole runs,
//! over sockets, is in `tests/`.
//!
//! One test in a program of its own: it logs everything there is, of all threads.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which clippy does not recognise as such"
)]

#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../calls/service.rs"]
mod service;

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use connect_protocol::operation::{Auth, Operation};
use connect_transport::Handle;
use connect_transport::config::Builder;
use connect_transport::error::DisplayErrorContext;
use connect_transport::test_util::{Answer, TestSender};
use tracing_subscriber::fmt::MakeWriter;

use service::{SECRET, SERVICE, TOKEN, call, greet, request};

const BEARER: &str = "the-bearer-token-that-must-not-be-seen";

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn logs_have_documented_names_and_no_secrets() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .without_time()
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    documented_names(&log).await;
    let (printed, mut secrets) = failures().await;
    assert_eq!(secrets.len(), 3, "signatures were collected: {secrets:?}");
    secrets.extend([SECRET, TOKEN, BEARER].map(str::to_owned));
    let log = log.text();
    for secret in secrets {
        for (place, text) in [("log", &log), ("output", &printed)] {
            let found = text.lines().find(|line| line.contains(&secret));
            assert!(found.is_none(), "{secret} in the {place}: {found:?}");
        }
    }
}

/// A call with a retry, logged as the crate's documentation has it.
async fn documented_names(log: &Log) {
    let answers = [
        Answer::json(503, "").header("x-amzn-requestid", "r-1"),
        Answer::json(200, "{}").header("x-amzn-requestid", "r-2"),
    ];
    let config = Builder::new()
        .with_test_defaults()
        .sender(TestSender::new(answers));
    greet(&Handle::new(&SERVICE, config.build())).await.unwrap();
    let config = Builder::new()
        .with_test_defaults()
        .max_response_body_bytes(1)
        .sender(TestSender::new([Answer::json(200, "{}")]));
    let too_large = greet(&Handle::new(&SERVICE, config.build())).await;
    assert!(too_large.is_err());
    let log = log.text();
    let logged = |text: &str| {
        let span = r#" call{service="Faults" operation="Greet"}: connect_transport::"#;
        let found = log
            .lines()
            .any(|line| line.starts_with("DEBUG") && line.contains(span) && line.contains(text));
        assert!(found, "{text} in {log}");
    };
    let host = "faults.us-east-1.example.com";
    logged(&format!(
        r#"no response attempt=1 endpoint="{host}" error=the body is larger than 1 bytes"#
    ));
    logged(r#"loaded credentials refresh_at=None"#);
    logged(&format!(
        r#"response attempt=1 endpoint="{host}" status=503 request_id="r-1""#
    ));
    logged(r#"retrying attempt=1 reason="transient" delay_ms="#);
    logged(&format!(
        r#"response attempt=2 endpoint="{host}" status=200 request_id="r-2""#
    ));
}

/// Calls that fail, one signed and one with a bearer token: what can be printed of them, and their signatures.
async fn failures() -> (String, Vec<String>) {
    static BY_TOKEN: Operation = Operation {
        auth: &[Auth::Bearer],
        ..service::GREET
    };
    let sender = TestSender::answering(|_| Answer::json(500, ""));
    let token = aws_credential_types::Token::new(BEARER, None);
    let config = service::config("https://example.com")
        .sender(sender.clone())
        .token_provider(token);
    let client = service::handle(config);
    let mut printed = format!("{client:?} {client:#?}");
    let signed = greet(&client).await;
    let by_token = call(&client, &BY_TOKEN, Ok(request())).await;
    for outcome in [signed, by_token] {
        let error = outcome.unwrap_err();
        let context = DisplayErrorContext(&error);
        write!(printed, "{error} {error:?} {error:#?} {context}").unwrap();
        let (raw, summary) = (error.raw_response(), error.summary());
        write!(printed, "{raw:?} {summary:?}").unwrap();
        write!(printed, "{:?}", error.into_source()).unwrap();
    }
    write!(printed, "{sender:?} {:#?}", sender.requests()).unwrap();
    let requests = sender.requests();
    let signatures = requests
        .iter()
        .filter_map(|request| request.header("authorization")?.split_once("Signature="));
    let signatures = signatures.map(|(_, signature)| signature.to_owned());
    (printed, signatures.collect())
}
