//! What is logged, under which names; and that no log line, error or `Debug` output holds a secret.
//!
//! One test in a program of its own: it logs everything there is, of all threads.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which clippy does not recognise as such"
)]

#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../faults/certificates.rs"]
mod certificates;
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../faults/server.rs"]
mod server;
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../faults/service.rs"]
mod service;

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use connect_protocol::operation::{Auth, Operation};
use connect_transport::Handle;
use connect_transport::config::retry::RetryConfig;
use connect_transport::config::{Builder, Environment};
use connect_transport::error::{DisplayErrorContext, SdkError};
use connect_transport::sender::{HttpSender, Proxy};
use connect_transport::test_util::{Answer, TestSender};
use tracing_subscriber::fmt::MakeWriter;

use certificates::Authority;
use server::{Read, Reset, Server, Stall, header, ok, response};
use service::{
    GreetError, Greeting, SECRET, SERVICE, TOKEN, config, greet, read_error, read_greeting, request,
};

const BEARER: &str = "the-bearer-token-that-must-not-be-seen";
const PROXY_PASSWORD: &str = "the-proxy-password-that-must-not-be-seen";

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

/// What is printed of clients, configurations, outcomes.
#[derive(Default)]
struct Printed(String);

impl Printed {
    fn add(&mut self, thing: &dyn std::fmt::Debug) {
        writeln!(self.0, "{thing:?} {thing:#?}").unwrap();
    }

    fn outcome(&mut self, client: &Handle, outcome: Result<Greeting, SdkError<GreetError>>) {
        self.add(client);
        self.add(client.config());
        self.add(&client.config().to_builder());
        if let Err(error) = outcome {
            self.add(&error);
            writeln!(self.0, "{error} {}", DisplayErrorContext(&error)).unwrap();
            self.add(&error.raw_response());
            self.add(&error.summary());
            self.add(&error.into_source());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
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
    let mut printed = Printed::default();
    let mut secrets = vec![SECRET, TOKEN, BEARER, PROXY_PASSWORD]
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    faults(&mut printed, &mut secrets).await;
    canned(&mut printed, &mut secrets).await;

    let log = log.text();
    assert!(log.lines().count() > 40, "{log}");
    assert!(secrets.len() > 12, "signatures were collected: {secrets:?}");
    for secret in secrets {
        for (place, text) in [("log", &log), ("output", &printed.0)] {
            let found = text.lines().find(|line| line.contains(&secret));
            assert!(found.is_none(), "{secret} in the {place}: {found:?}");
        }
    }
}

/// A call with a retry, told as the crate's documentation has it.
async fn documented_names(log: &Log) {
    let answers = [
        Answer::json(503, "").header("x-amzn-requestid", "r-1"),
        Answer::json(200, "{}").header("x-amzn-requestid", "r-2"),
    ];
    let config = Builder::new()
        .with_test_defaults()
        .sender(TestSender::new(answers));
    greet(&Handle::new(&SERVICE, config.build())).await.unwrap();
    let log = log.text();
    let told = |text: &str| {
        let span = r#" call{service="Faults" operation="Greet"}: connect_transport::"#;
        let found = log
            .lines()
            .any(|line| line.starts_with("DEBUG") && line.contains(span) && line.contains(text));
        assert!(found, "{text} in {log}");
    };
    let host = "faults.us-east-1.example.com";
    told(&format!(
        r#"response attempt=1 endpoint="{host}" status=503 request_id="r-1""#
    ));
    told(r#"retrying attempt=1 reason="transient" delay_ms="#);
    told(&format!(
        r#"response attempt=2 endpoint="{host}" status=200 request_id="r-2""#
    ));
}

/// Calls over sockets that go well and wrong.
async fn faults(printed: &mut Printed, secrets: &mut Vec<String>) {
    // What AWS answers to a wrong signature quotes what was signed.
    let quoting = format!(
        r#"{{"message":"The request signature we calculated does not match. The Canonical String for this request should have been\n'GET\n/\n\nx-amz-security-token:{TOKEN}\n'"}}"#
    );
    let quoted = response(
        "403 Forbidden",
        "x-amzn-errortype: InvalidSignatureException\r\n",
        &quoting,
    );
    let scripts = [
        vec![Read, ok()],
        vec![Read, Reset],
        vec![Read, Stall],
        vec![Read, response("500 Oops", "", ""), Read, ok()],
        vec![Read, response("200 OK", "", "garbage")],
        vec![
            Read,
            response(
                "404 Not Found",
                "x-amzn-errortype: NoSuchNameException\r\n",
                "{}",
            ),
        ],
        vec![Read, quoted],
    ];
    for script in scripts {
        let server = Server::start(vec![script]).await;
        let client = service::handle(config(&server.url()));
        printed.outcome(&client, greet(&client).await);
        signatures(
            server
                .requests()
                .iter()
                .map(|head| header(head, "authorization")),
            secrets,
        );
    }
    // Over TLS, through a proxy with a password.
    let (authority, proxy) = (
        Authority::new(),
        Server::start(vec![vec![Read, response("407 No", "", "")]]).await,
    );
    let url = format!("http://user:{PROXY_PASSWORD}@{}", proxy.address);
    let environment = Environment::from_pairs([
        ("HTTPS_PROXY", url.as_str()),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ]);
    let proxy = Proxy::from_environment(&environment).unwrap();
    printed.add(&environment);
    printed.add(&proxy);
    printed.add(&Proxy::all(&format!("ftp://user:{PROXY_PASSWORD}@h")));
    let sender = HttpSender::builder()
        .system_roots(false)
        .ca_bundle(authority.pem().as_bytes())
        .unwrap();
    printed.add(&sender);
    let client =
        service::handle(config("https://faults.example.com").sender(sender.proxy(proxy).build()));
    printed.outcome(&client, greet(&client).await);
}

/// Calls over canned responses: what is recorded, bearer tokens.
async fn canned(printed: &mut Printed, secrets: &mut Vec<String>) {
    static BY_TOKEN: Operation = Operation {
        auth: &[Auth::Bearer],
        ..service::GREET
    };
    let sender = TestSender::answering(|_| Answer::json(500, ""));
    let retries = RetryConfig::standard().with_initial_backoff(std::time::Duration::from_micros(1));
    let config = config("https://example.com")
        .sender(sender.clone())
        .retry_config(retries);
    let token = aws_credential_types::Token::new(BEARER, None);
    let client = service::handle(config.clone().token_provider(token));
    printed.outcome(&client, greet(&client).await);
    printed.outcome(
        &client,
        client
            .send(&BY_TOKEN, Ok(request()), None, read_greeting, read_error)
            .await,
    );
    printed.add(&sender.requests());
    signatures(
        sender
            .requests()
            .iter()
            .map(|request| request.header("authorization")),
        secrets,
    );
}

fn signatures<'a>(
    authorizations: impl Iterator<Item = Option<&'a str>>,
    secrets: &mut Vec<String>,
) {
    for authorization in authorizations.flatten() {
        if let Some((_, signature)) = authorization.split_once("Signature=") {
            secrets.push(signature.to_owned());
        }
    }
}
