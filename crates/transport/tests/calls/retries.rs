//! Delays, quotas and rates, on a clock that stands still.

use std::time::Duration;

use connect_transport::Handle;
use connect_transport::config::retry::RetryConfig;
use connect_transport::config::timeout::TimeoutConfig;
use connect_transport::config::{Builder, RateLimit};
use connect_transport::test_util::{Answer, RecordedRequest, TestSender, TokioClock};
use tokio::time::Instant;

use crate::service::{SERVICE, greet, greet_with, request};
use crate::{client, client_with, good};

/// How long a call takes, in milliseconds.
async fn took(
    answers: impl IntoIterator<Item = Answer>,
    adjust: impl FnOnce(Builder) -> Builder,
) -> u128 {
    let (client, _) = client_with(answers, adjust);
    let start = Instant::now();
    let _ = greet(&client).await;
    start.elapsed().as_millis()
}

#[tokio::test(start_paused = true)]
async fn delays_are_random_up_to_their_limit() {
    let failures = |status| (0..3).map(move |_| Answer::json(status, ""));
    let transient = took(failures(500), |config| config).await;
    assert!((1..=150).contains(&transient), "{transient} ms of 50 + 100");
    let throttled = took(failures(429), |config| config).await;
    let expected = 150..=3000;
    assert!(
        expected.contains(&throttled),
        "{throttled} ms of 1000 + 2000"
    );
}

#[tokio::test(start_paused = true)]
async fn the_service_can_ask_for_a_delay() {
    for (header, value, expected) in [
        ("x-amz-retry-after", "1500", 1500..=1500),
        ("x-amz-retry-after", "60000", 5000..=5050),
        ("x-amz-retry-after", "soon", 0..=50),
        ("retry-after", "100", 0..=50),
    ] {
        let failure = Answer::json(500, "").header(header, value);
        let took = took([failure, good()], |config| config).await;
        assert!(expected.contains(&took), "{header} {value}: {took}");
    }
}

#[tokio::test(start_paused = true)]
async fn clones_and_calls_share_a_rate() {
    let answers = (0..7).map(|_| good());
    let (client, _) = client_with(answers, |config| {
        config
            .rate_limit(RateLimit::connect())
            .time_source(TokioClock::default())
    });
    let start = Instant::now();
    for _ in 0..7 {
        greet(&client.clone()).await.unwrap();
    }
    // Five at once, then one each half second.
    let took = start.elapsed();
    assert!(took.as_millis().abs_diff(1000) <= 5, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn adaptive_mode_slows_down_after_throttling() {
    let answers = std::iter::once(Answer::json(429, "")).chain((0..10).map(|_| good()));
    let (client, sender) = client_with(answers, |config| {
        config
            .retry_config(RetryConfig::adaptive())
            .time_source(TokioClock::default())
    });
    let start = Instant::now();
    for _ in 0..10 {
        greet(&client).await.unwrap();
    }
    assert_eq!(sender.requests().len(), 11);
    let took = start.elapsed();
    assert!(took > Duration::from_secs(3), "{took:?}");
    let requests = sender.requests();
    assert!(requests[0].header("user-agent").unwrap().contains(" m/F"));
}

#[tokio::test]
async fn a_call_that_overrides_configuration_draws_on_the_clients_quota() {
    let answers = (0..200).map(|_| Answer::json(500, ""));
    let (client, sender) = client(answers);
    let mut stopped = 0;
    for _ in 0..25 {
        let retries = RetryConfig::standard().with_initial_backoff(Duration::from_micros(1));
        let overrides = Builder::new().retry_config(retries);
        let outcome = greet_with(&client, request(), Some(overrides)).await;
        let error = outcome.unwrap_err();
        stopped += usize::from(error.summary().unwrap().retries_stopped_by().is_some());
    }
    assert_eq!((sender.requests().len(), stopped > 0), (60, true));
}

/// The quota is there for calls that give up as well: those of an outage in which nothing responds in time.
#[tokio::test(start_paused = true)]
async fn a_retry_that_the_operation_limit_cuts_off_costs_what_a_failed_one_costs() {
    let sender = TestSender::answering(|request| match request.header("amz-sdk-request") {
        Some(info) if info.contains("attempt=1;") => Answer::json(500, ""),
        _ => Answer::never(),
    });
    let limits = TimeoutConfig::builder().operation_timeout(Duration::from_secs(1));
    let config = Builder::new()
        .with_test_defaults()
        .sender(sender.clone())
        .timeout_config(limits.build());
    let client = Handle::new(&SERVICE, config.build());
    for _ in 0..35 {
        let error = greet(&client).await.unwrap_err().to_string();
        assert_eq!(
            error,
            "Greet: the operation time limit of 1s ran out (2 attempts)"
        );
    }
    let error = greet(&client).await.unwrap_err();
    let stopped = error.summary().unwrap().retries_stopped_by();
    assert!(stopped.is_some(), "{error}");
    assert_eq!(sender.requests().len(), 2 * 35 + 1);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_was_not_made_costs_nothing() {
    let answers = (0..200).map(|_| Answer::json(500, "").header("x-amz-retry-after", "5000"));
    let (client, _) = client(answers);
    for _ in 0..40 {
        // Dropped while it waits for its retry.
        let dropped = tokio::time::timeout(Duration::from_secs(1), greet(&client));
        assert!(dropped.await.is_err());
    }
    let error = greet(&client).await.unwrap_err();
    let stopped = error.summary().unwrap().retries_stopped_by();
    assert_eq!(stopped, None, "{error}");
}

/// The clock stands still at 2009-02-13T23:31:30Z; reads may take a minute.
#[tokio::test(start_paused = true)]
async fn a_retry_says_until_when_it_is_waited_for() {
    let sent = async |config: fn(Builder) -> Builder| {
        let failure = Answer::json(500, "").header("date", "Fri, 13 Feb 2009 23:32:30 GMT");
        let (client, sender) = client_with([failure, good()], config);
        greet(&client).await.unwrap();
        let requests = sender.requests();
        let info = |request: &RecordedRequest| request.header("amz-sdk-request").map(str::to_owned);
        requests.iter().filter_map(info).collect::<Vec<_>>()
    };
    let first = "attempt=1; max=3";
    let by_the_service = "ttl=20090213T233330Z; attempt=2; max=3";
    assert_eq!(sent(|config| config).await, [first, by_the_service]);
    let by_its_own = "ttl=20090213T233230Z; attempt=2; max=3";
    let own = sent(|config| config.disable_clock_skew_correction(true)).await;
    assert_eq!(own, [first, by_its_own]);
    let unlimited = sent(|config| {
        let limits = TimeoutConfig::builder().disable_read_timeout();
        config.timeout_config(limits.build())
    });
    assert_eq!(unlimited.await, [first, "attempt=2; max=3"]);
}

#[tokio::test]
async fn five_thousand_calls_in_flight_end() {
    let sender = TestSender::answering(|_| good().after(Duration::from_millis(5)));
    let config = Builder::new().with_test_defaults().sender(sender.clone());
    let client = Handle::new(&SERVICE, config.build());
    let calls: tokio::task::JoinSet<_> = (0..5000)
        .map(|_| client.clone())
        .map(|client| async move { greet(&client).await.is_ok() })
        .collect();
    assert!(calls.join_all().await.into_iter().all(|done| done));
    assert_eq!(sender.requests().len(), 5000);
}

#[tokio::test(start_paused = true)]
async fn all_attempts_of_a_call_have_one_id() {
    let (client, sender) = client([Answer::json(500, ""), Answer::json(429, ""), good(), good()]);
    greet(&client).await.unwrap();
    greet(&client).await.unwrap();
    let requests = sender.requests();
    let id = |index: usize| requests[index].header("amz-sdk-invocation-id").unwrap();
    assert_eq!((id(0), id(0)), (id(1), id(2)));
    assert_ne!(id(0), id(3), "another call");
}
