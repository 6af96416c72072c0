//! Credentials that expire, fail or hang, and clocks that are wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_smithy_async::time::{StaticTimeSource, TimeSource};
use connect_sdk::config::{Builder, Config};

use crate::Seen::{Construction, Service};
use crate::{call, calls, client_of, config, ok};
use connect_tests::script::{Read, Server, header, ok as good, response};

const NOW: u64 = 1_700_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Returns each time what a function makes of how often it was asked.
#[derive(Clone)]
struct Scripted<F> {
    asked: Arc<AtomicUsize>,
    provide: F,
}

impl<F> std::fmt::Debug for Scripted<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scripted")
    }
}

impl<F> ProvideCredentials for Scripted<F>
where
    F: Fn(usize) -> Result<Credentials, CredentialsError> + Send + Sync,
{
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        future::ProvideCredentials::ready((self.provide)(asked))
    }
}

fn scripted<F>(provide: F) -> (Scripted<F>, Arc<AtomicUsize>)
where
    F: Fn(usize) -> Result<Credentials, CredentialsError> + Send + Sync,
{
    let asked = Arc::new(AtomicUsize::new(0));
    let provider = Scripted {
        asked: asked.clone(),
        provide,
    };
    (provider, asked)
}

fn credentials(number: usize, expires: Option<u64>) -> Credentials {
    let id = format!("AKID{number}");
    Credentials::new(id, "secret", None, expires.map(at), "test")
}

fn key_ids(server: &Server) -> Vec<String> {
    let requests = server.requests();
    let authorizations = requests
        .iter()
        .map(|head| header(head, "authorization").unwrap());
    let ids = authorizations.map(|text| text.split(['=', '/']).nth(1).unwrap().to_owned());
    ids.collect()
}

fn at_now(config: Builder) -> Builder {
    config.time_source(StaticTimeSource::from_secs(NOW))
}

#[tokio::test]
async fn credentials_are_asked_for_once() {
    let (provider, asked) = scripted(|number| Ok(credentials(number, Some(NOW + 3600))));
    let server = Server::start(Vec::new()).await;
    let client = client_of(at_now(config(&server.url())).credentials_provider(provider));
    calls(&client, 20).await;
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn credentials_that_the_service_calls_expired_are_replaced() {
    let (provider, _) = scripted(|number| Ok(credentials(number, None)));
    let expired = response(
        "403 Forbidden",
        "x-amzn-errortype: ExpiredTokenException\r\n",
        r#"{"message":"expired"}"#,
    );
    let server = Server::start(vec![vec![Read, expired]]).await;
    let client = client_of(config(&server.url()).credentials_provider(provider));
    let text = "ListAssociatedContacts: ExpiredTokenException: expired (HTTP 403, 1 attempt)";
    assert_eq!(call(&client).await, Service(text.to_owned()));
    assert_eq!(call(&client).await, ok(), "the next call");
    assert_eq!(key_ids(&server), ["AKID0", "AKID1"]);
}

#[tokio::test]
async fn a_provider_that_fails_is_asked_again_by_the_next_call() {
    let (provider, _) = scripted(|number| match number {
        0 => Err(CredentialsError::not_loaded("the vault is shut")),
        _ => Ok(credentials(number, None)),
    });
    let server = Server::start(Vec::new()).await;
    let client = client_of(config(&server.url()).credentials_provider(provider));
    let seen = call(&client).await;
    let text = seen.dispatch("other");
    assert!(
        text.starts_with("ListAssociatedContacts: the provider of credentials failed: "),
        "{text}"
    );
    assert!(text.contains("the vault is shut"), "{text}");
    assert_eq!(server.requests().len(), 0);
    assert_eq!(call(&client).await, ok(), "the next call");
}

/// A provider that never returns.
#[derive(Debug)]
struct Hanging;

impl ProvideCredentials for Hanging {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(std::future::pending())
    }
}

/// On tokio's paused clock, which jumps as nothing else is to be done.
#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_is_given_up_on() {
    let client = client_of(config("http://127.0.0.1:1").credentials_provider(Hanging));
    let text = "ListAssociatedContacts: credentials: the credentials time limit of 10s ran out";
    let seen = call(&client).await;
    assert!(seen.dispatch("other").starts_with(text), "{seen:?}");
}

/// A clock that the test sets.
#[derive(Debug, Clone)]
struct Clock(Arc<AtomicU64>);

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        at(self.0.load(Ordering::Relaxed))
    }
}

#[tokio::test]
async fn a_refresh_that_fails_is_no_fault_until_the_credentials_expire() {
    let (provider, asked) = scripted(|number| match number {
        0 => Ok(credentials(number, Some(NOW + 3600))),
        1 | 2 => Err(CredentialsError::provider_error("the vault is shut")),
        _ => Ok(credentials(number, Some(NOW + 9999))),
    });
    let server = Server::start(Vec::new()).await;
    let clock = Clock(Arc::new(AtomicU64::new(NOW)));
    let config = config(&server.url()).time_source(clock.clone());
    let client = client_of(config.credentials_provider(provider));
    let set = |time| clock.0.store(time, Ordering::Relaxed);
    assert_eq!(call(&client).await, ok());
    // Due for a refresh, which fails; then past the expiry, where it fails again; then it works.
    set(NOW + 3590);
    assert_eq!(call(&client).await, ok());
    set(NOW + 3601);
    let seen = call(&client).await;
    assert!(seen.dispatch("other").contains("the vault is shut"));
    assert_eq!(call(&client).await, ok(), "the next call");
    assert_eq!(key_ids(&server), ["AKID0", "AKID0", "AKID3"]);
    assert_eq!(asked.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn no_credentials_at_all() {
    let server = Server::start(Vec::new()).await;
    let nothing = || {
        Config::builder()
            .endpoint_url(server.url())
            .region(connect_sdk::config::Region::new("us-east-1"))
    };
    let seen = call(&client_of(nothing())).await;
    assert!(
        matches!(&seen, Construction(text) if text.contains("set `credentials_provider`")),
        "{seen:?}"
    );
    assert_eq!(call(&client_of(nothing().allow_no_auth())).await, ok());
    assert_eq!(server.requests().len(), 1);
    assert_eq!(header(&server.requests()[0], "authorization"), None);
}

/// An error that a wrong clock explains, from a server whose clock is ten minutes ahead.
fn skewed(date: &str) -> connect_tests::script::Step {
    let headers = format!("{date}x-amzn-errortype: RequestTimeTooSkewed\r\n");
    response("403 Forbidden", &headers, r#"{"message":"too far off"}"#)
}

#[tokio::test]
async fn a_wrong_clock_is_corrected() {
    // NOW is Tue, 14 Nov 2023 22:13:20 GMT.
    let date = "date: Tue, 14 Nov 2023 22:23:20 GMT\r\n";
    let server = Server::start(vec![
        vec![Read, skewed(date)],
        vec![Read, good(), Read, good()],
    ])
    .await;
    let client = client_of(at_now(config(&server.url())));
    assert_eq!(call(&client).await, ok());
    assert_eq!(call(&client).await, ok());
    let requests = server.requests();
    let dates: Vec<_> = requests
        .iter()
        .map(|head| header(head, "x-amz-date").unwrap())
        .collect();
    assert_eq!(
        dates,
        ["20231114T221320Z", "20231114T222320Z", "20231114T222320Z"]
    );
}

#[tokio::test]
async fn a_wrong_clock_that_nothing_proves_is_left_alone() {
    let script = vec![Read, skewed("")];
    let server = Server::start(vec![script.clone(), script]).await;
    let client = client_of(at_now(config(&server.url())));
    let text = "ListAssociatedContacts: RequestTimeTooSkewed: too far off (HTTP 403, 1 attempt)";
    assert_eq!(call(&client).await, Service(text.to_owned()));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_clock_can_be_left_alone() {
    let date = "date: Tue, 14 Nov 2023 22:23:20 GMT\r\n";
    let server = Server::start(vec![vec![Read, skewed(date)]]).await;
    let client = client_of(at_now(config(&server.url())).disable_clock_skew_correction(true));
    assert!(matches!(call(&client).await, Service(_)));
    assert_eq!(call(&client).await, ok(), "the next call");
    assert_eq!(
        header(&server.requests()[1], "x-amz-date"),
        Some("20231114T221320Z")
    );
}
