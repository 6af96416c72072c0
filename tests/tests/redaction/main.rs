//! No secret shows: what a program could print or log of whole runs is searched for the secrets used in them.
//!
//! One test in a program of its own, as it logs everything there is, of all threads.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests, too, may panic"
)]

// This program is the root of a crate that is generated from an edited model, which has sensitive members.
include!(concat!(env!("OUT_DIR"), "/edited.rs"));

mod runs;
mod seen;

use seen::{Log, Seen};

/// The secret part of the access key.
const SECRET: &str = "wJalrXUtnFEMI-secret-k7MDENG";
const SESSION_TOKEN: &str = "IQoJb3JpZ2luX2Vj-session-token";
const PROXY_PASSWORD: &str = "proxy-password-6Hd2";
/// `user:` and the password, as it is sent to the proxy.
const PROXY_CREDENTIALS: &str = "dXNlcjpwcm94eS1wYXNzd29yZC02SGQy";
const ENDPOINT_PASSWORD: &str = "endpoint-password-9Kf4";
/// In the URL of a webhook, before the host and behind it.
const WEBHOOK_SECRET: &str = "webhook-secret-3Wd8";
/// `user:` and that, as it is sent to the webhook.
const WEBHOOK_CREDENTIALS: &str = "dXNlcjp3ZWJob29rLXNlY3JldC0zV2Q4";
/// Values of the members that the model calls sensitive.
const NOTE: &str = "sensitive-note-in-the-query";
const REMARK: &str = "sensitive-remark-in-the-output";
const DETAIL: &str = "sensitive-detail-in-the-error";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_shows_in_whole_runs() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .init();
    let mut seen = Seen::default();
    runs::local_endpoint(&mut seen).await;
    runs::callers_and_events(&mut seen).await;
    runs::faults(&mut seen).await;
    runs::over_tls(&mut seen).await;
    runs::through_proxies(&mut seen).await;
    runs::credentials_that_fail(&mut seen).await;
    runs::configurations(&mut seen).await;
    runs::canned_responses(&mut seen).await;
    runs::sensitive_members(&mut seen).await;

    // The runs were seen: values that are no secret, errors of each kind, the logs of both sides and of the HTTP stack.
    let (log, printed) = (log.text(), seen.printed);
    for known in [
        "eu-central-1",
        "contact_id",
        "AKIDRIGHT",
        "ResourceNotFoundException",
        "InvalidSignatureException",
        "ExpiredTokenException",
        "ConstructionFailure",
        "DispatchFailure",
        "ResponseError",
        "ServiceError",
        "TimeoutError",
        "certificate expired",
        "refused a tunnel to",
        "the vault is shut",
        "** redacted **",
        "EventSink(https://127.0.0.1",
        "AKIDREADER",
        "AccessDeniedException",
        "there are two keys with the ID AKIDREADER",
        "cannot deliver events to",
    ] {
        assert!(
            printed.contains(known),
            "{known} was not printed: {printed}"
        );
    }
    for known in [
        "connect_local_endpoint",
        "connect_transport::call: retrying",
        "cannot refresh credentials",
        "http2=true",
        "an event was not delivered",
        " h2::",
    ] {
        assert!(log.contains(known), "{known} was not logged: {log}");
    }
    assert!(seen.signatures.len() > 20, "{:?}", seen.signatures);

    let secrets = [
        SECRET,
        SESSION_TOKEN,
        PROXY_PASSWORD,
        PROXY_CREDENTIALS,
        ENDPOINT_PASSWORD,
        WEBHOOK_SECRET,
        WEBHOOK_CREDENTIALS,
        NOTE,
        REMARK,
        DETAIL,
        "Signature=",
        "AWS4-HMAC-SHA256 ",
    ];
    let signatures = seen.signatures.iter().map(String::as_str);
    for secret in secrets.into_iter().chain(signatures) {
        for (place, text) in [("log", &log), ("output", &printed)] {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} shows in the {place}");
        }
    }
}
