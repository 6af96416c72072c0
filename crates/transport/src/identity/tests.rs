//! On a clock that stands still.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::UNIX_EPOCH;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::TimeSource;
use tokio::time::Instant;

use super::*;
use crate::test_util::SeededRandom;

/// Gives credentials that live for an hour, after a while; or fails.
#[derive(Debug, Clone, Default)]
struct Vault(Arc<Inside>);

#[derive(Debug, Default)]
struct Inside {
    asked: AtomicUsize,
    shut: AtomicBool,
    slow: AtomicBool,
    stale: AtomicBool,
}

impl Vault {
    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::Relaxed)
    }

    fn shut(&self, shut: bool) {
        self.0.shut.store(shut, Ordering::Relaxed);
    }
}

impl ProvideCredentials for Vault {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let number = self.0.asked.fetch_add(1, Ordering::Relaxed);
            let slow = self.0.slow.load(Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(if slow { 3600 } else { 1 })).await;
            if self.0.shut.load(Ordering::Relaxed) {
                return Err(CredentialsError::provider_error("shut"));
            }
            let life = if self.0.stale.load(Ordering::Relaxed) {
                0
            } else {
                3600
            };
            let expires = Some(now() + Duration::from_secs(life));
            let key = format!("AKID{number}");
            Ok(Credentials::new(key, "s", None, expires, "vault"))
        })
    }
}

thread_local! {
    static START: Instant = Instant::now();
}

/// Time that stands still with tokio's.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000) + START.with(Instant::elapsed)
}

#[derive(Debug)]
struct Clock;

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        now()
    }
}

fn identities() -> (Arc<Identities>, Vault, Times) {
    START.with(|_| {});
    let times = Times {
        clock: SharedTimeSource::new(Clock),
        sleep: SharedAsyncSleep::new(TokioSleep::new()),
        random: SharedRandom::new(SeededRandom::new(7)),
    };
    let vault = Vault::default();
    let provider = Provider::Credentials(SharedCredentialsProvider::new(vault.clone()));
    (Identities::new(provider, None, &times), vault, times)
}

async fn key(identities: &Identities, times: &Times) -> Result<String, String> {
    let held = identities.get(times).await;
    held.map(|held| held.credentials().unwrap().access_key_id().to_owned())
        .map_err(|error| error.to_string())
}

/// A hundred calls at a time.
async fn hundred(identities: &Arc<Identities>, times: &Times) -> Vec<Result<String, String>> {
    let calls: tokio::task::JoinSet<_> = (0..100)
        .map(|_| (identities.clone(), times.clone()))
        .map(|(identities, times)| async move { key(&identities, &times).await })
        .collect();
    calls.join_all().await
}

#[tokio::test(start_paused = true)]
async fn all_who_wait_share_one_load() {
    let (identities, vault, times) = identities();
    let keys = hundred(&identities, &times).await;
    assert!(keys.iter().all(|key| key.as_deref() == Ok("AKID0")));
    assert_eq!(vault.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn all_who_wait_share_one_failure() {
    let (identities, vault, times) = identities();
    vault.shut(true);
    let keys = hundred(&identities, &times).await;
    assert!(keys.iter().all(Result::is_err));
    assert_eq!(vault.asked(), 1);
    vault.shut(false);
    assert_eq!(key(&identities, &times).await.as_deref(), Ok("AKID1"));
}

#[tokio::test(start_paused = true)]
async fn one_caller_refreshes_ahead_of_expiry_and_the_others_do_not_wait() {
    let (identities, vault, times) = identities();
    assert_eq!(key(&identities, &times).await.as_deref(), Ok("AKID0"));
    tokio::time::advance(Duration::from_secs(3200)).await;
    let not_due_yet = key(&identities, &times).await;
    assert_eq!(not_due_yet.as_deref(), Ok("AKID0"));
    tokio::time::advance(Duration::from_secs(300)).await;
    let refreshing = tokio::spawn({
        let (identities, times) = (identities.clone(), times.clone());
        async move { key(&identities, &times).await }
    });
    tokio::task::yield_now().await;
    let start = Instant::now();
    assert_eq!(key(&identities, &times).await.as_deref(), Ok("AKID0"));
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(refreshing.await.unwrap().as_deref(), Ok("AKID1"));
    assert_eq!(key(&identities, &times).await.as_deref(), Ok("AKID1"));
    assert_eq!(vault.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_early_refresh_keeps_what_still_holds_and_pauses() {
    let (identities, vault, times) = identities();
    key(&identities, &times).await.unwrap();
    vault.shut(true);
    tokio::time::advance(Duration::from_secs(3500)).await;
    for _ in 0..10 {
        assert_eq!(key(&identities, &times).await.as_deref(), Ok("AKID0"));
    }
    assert_eq!(vault.asked(), 2);
    tokio::time::advance(Duration::from_secs(31)).await;
    assert_eq!(key(&identities, &times).await.as_deref(), Ok("AKID0"));
    assert_eq!(vault.asked(), 3);
    tokio::time::advance(Duration::from_secs(100)).await;
    let error = key(&identities, &times).await.unwrap_err();
    let expected = "the provider of credentials failed";
    assert!(error.contains(expected), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_is_given_up_on() {
    let (identities, vault, times) = identities();
    vault.0.slow.store(true, Ordering::Relaxed);
    let error = key(&identities, &times).await.unwrap_err();
    let expected = "credentials: the credentials time limit of 10s ran out";
    assert_eq!(error, expected);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_stops_waiting_leaves_the_next_one_its_turn() {
    let (identities, vault, times) = identities();
    let given_up = tokio::time::timeout(Duration::from_millis(10), key(&identities, &times)).await;
    assert!(given_up.is_err());
    assert_eq!(key(&identities, &times).await.as_deref(), Ok("AKID1"));
    assert_eq!(vault.asked(), 2);
}

#[test]
fn refreshes_are_spread_before_expiry() {
    let random = SharedRandom::new(SeededRandom::new(1));
    let start = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    for life in [60, 900, 3600, 43_200] {
        let ahead = (life / 5).min(300);
        for _ in 0..100 {
            let at = refresh_at(start, start + Duration::from_secs(life), &random);
            let at = at.duration_since(start).unwrap().as_secs_f64();
            let range = (life - ahead) as f64..=(life as f64 - ahead as f64 / 2.0);
            assert!(range.contains(&at), "{life}: {at}");
        }
    }
    // What has expired already is asked for again soon, not at once.
    assert!(refresh_at(start, start, &random) >= start);
}

#[tokio::test(start_paused = true)]
async fn what_has_expired_when_it_arrives_is_not_used() {
    let (identities, vault, times) = identities();
    vault.0.stale.store(true, Ordering::Relaxed);
    let expired = Err("the credentials that the provider gave have expired".to_owned());
    assert_eq!(key(&identities, &times).await, expired);
    vault.0.stale.store(false, Ordering::Relaxed);
    assert_eq!(key(&identities, &times).await.as_deref(), Ok("AKID1"));
    // What is held is better than what has expired.
    vault.0.stale.store(true, Ordering::Relaxed);
    tokio::time::advance(Duration::from_secs(3590)).await;
    assert_eq!(key(&identities, &times).await.as_deref(), Ok("AKID1"));
}
