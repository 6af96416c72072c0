//! Clock-skew cases: our own, and those that the AWS SDKs share, where their file is there.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::future;
use aws_smithy_async::time::TimeSource;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use connect_transport::Handle;
use connect_transport::config::retry::RetryConfig;
use connect_transport::config::{Builder, Credentials, ProvideCredentials};
use connect_transport::test_util::{Answer, TestSender};
use serde_json::Value;

use crate::service::{SERVICE, greet, greet_with, request};

/// A clock that the test sets.
#[derive(Debug, Clone)]
struct Set(Arc<Mutex<SystemTime>>);

impl TimeSource for Set {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }
}

fn time(value: &Value) -> SystemTime {
    let time = DateTime::from_str(value.as_str().unwrap(), Format::DateTime).unwrap();
    time.try_into().unwrap()
}

fn stamp(value: &Value) -> String {
    value.as_str().unwrap().replace(['-', ':'], "")
}

fn answer(response: &Value) -> Answer {
    let status = response["statusCode"].as_u64().unwrap();
    let mut answer = http::Response::builder().status(u16::try_from(status).unwrap());
    for (name, value) in response["headers"].as_object().unwrap() {
        answer = answer.header(name, value.as_str().unwrap());
    }
    if let Some(code) = response["errorCode"].as_str() {
        answer = answer.header("x-amzn-errortype", code);
    }
    Answer::response(answer.body("").unwrap())
}

#[tokio::test]
async fn shared_cases() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/vectors/clock-skew-test-cases.json"
    );
    let Ok(file) = std::fs::read(path) else {
        eprintln!("skipped: {path} is not there");
        return;
    };
    run_all(&file).await;
}

#[tokio::test]
async fn own_cases() {
    run_all(include_bytes!("clock-skew.json")).await;
}

async fn run_all(file: &[u8]) {
    let cases: Value = serde_json::from_slice(file).unwrap();
    let tests = cases["tests"].as_array().unwrap();
    for test in tests {
        run(test).await;
    }
    eprintln!("{} cases passed", tests.len());
    assert!(!tests.is_empty());
}

/// One case: operations of one client, each with its attempts.
async fn run(test: &Value) {
    let name = &test["description"];
    let clock = Set(Arc::new(Mutex::new(SystemTime::UNIX_EPOCH)));
    let script: Arc<Mutex<VecDeque<Value>>> = Arc::default();
    let (attempts, now) = (script.clone(), clock.clone());
    // The attempts to come are taken off the script when a request arrives; the clock goes on to its reception.
    let sender = TestSender::answering(move |_| {
        let mut attempts = attempts.lock().unwrap();
        // One more attempt than the case has would fail here.
        let attempt = attempts.pop_front().unwrap();
        *now.0.lock().unwrap() = time(&attempt["clientTimeAtReceive"]);
        answer(&attempt["response"])
    });
    // The wait before a retry ends when the next attempt of the script begins.
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_micros(1));
    let config = Builder::new()
        .with_test_defaults()
        .sender(sender.clone())
        .time_source(clock.clone());
    let client = Handle::new(&SERVICE, config.retry_config(retries).build());
    let mut skew = 0;
    for operation in test["operations"].as_array().unwrap() {
        let attempts = operation["attempts"].as_array().unwrap();
        let initial = operation["initialClientSkew"].as_i64().unwrap();
        if initial != skew {
            // The case begins with a skew from before: learn it.
            learn(&client, &script, &clock, initial).await;
        }
        let seen = sender.requests().len();
        script.lock().unwrap().extend(attempts.iter().cloned());
        *clock.0.lock().unwrap() = time(&attempts[0]["clientTimeAtSend"]);
        let retries = operation["maxAttempts"]
            .as_u64()
            .map(|max| RetryConfig::standard().with_max_attempts(u32::try_from(max).unwrap()));
        let mut overrides = Builder::new();
        overrides.set_retry_config(retries);
        let outcome = greet_with(&client, request(), Some(overrides)).await;
        let expected = operation["expectedOutcome"] == "success";
        assert_eq!(outcome.is_ok(), expected, "{name}: {outcome:?}");
        let left = script.lock().unwrap().len();
        assert_eq!(left, 0, "{name}: fewer attempts than the case has");
        for (request, attempt) in sender.requests()[seen..].iter().zip(attempts) {
            let expected = stamp(&attempt["expectedSigningTime"]);
            assert_eq!(request.header("x-amz-date"), Some(&*expected), "{name}");
        }
        skew = operation["expectedClientSkew"].as_i64().unwrap();
        let learned = learned(&client, &script, &clock, &sender).await;
        assert_eq!(learned, skew, "{name}");
    }
}

/// A call whose response shows this skew.
async fn learn(client: &Handle, script: &Mutex<VecDeque<Value>>, clock: &Set, skew: i64) {
    let now = DateTime::from_secs(1_700_000_000);
    let date = DateTime::from_secs(now.secs() + skew)
        .fmt(Format::HttpDate)
        .unwrap();
    let now = now.fmt(Format::DateTime).unwrap();
    script.lock().unwrap().push_back(serde_json::json!({
        "clientTimeAtReceive": now,
        "response": {"statusCode": 200, "headers": {"Date": date}},
    }));
    *clock.0.lock().unwrap() = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    greet(client).await.unwrap();
}

/// The skew that a request is signed with, from a call whose response says nothing about it.
async fn learned(
    client: &Handle,
    script: &Mutex<VecDeque<Value>>,
    clock: &Set,
    sender: &TestSender,
) -> i64 {
    script.lock().unwrap().push_back(serde_json::json!({
        "clientTimeAtReceive": "2023-11-14T22:13:20Z",
        "response": {"statusCode": 200, "headers": {}},
    }));
    *clock.0.lock().unwrap() = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    greet(client).await.unwrap();
    let requests = sender.requests();
    let stamp = requests.last().unwrap().header("x-amz-date").unwrap();
    // As RFC 3339 has it: 2023-11-14T22:13:20Z.
    let mut text = stamp.to_owned();
    for (at, separator) in [(13, ':'), (11, ':'), (6, '-'), (4, '-')] {
        text.insert(at, separator);
    }
    DateTime::from_str(&text, Format::DateTime).unwrap().secs() - 1_700_000_000
}

/// Gives credentials that live for half an hour by the local clock.
#[derive(Debug)]
struct Hourglass(Arc<AtomicUsize>, Set);

impl ProvideCredentials for Hourglass {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.0.fetch_add(1, Ordering::Relaxed);
        let expires = self.1.now() + Duration::from_secs(1800);
        let credentials = Credentials::new("AKIDSHORT", "secret", None, Some(expires), "test");
        future::ProvideCredentials::ready(Ok(credentials))
    }
}

#[tokio::test]
async fn credentials_expire_by_the_local_clock() {
    let clock = Set(Arc::new(Mutex::new(time(&"2026-03-01T12:00:00Z".into()))));
    let ahead = serde_json::json!({
        "statusCode": 200,
        "headers": {"Date": "Sun, 01 Mar 2026 13:00:00 GMT"},
    });
    let asked = Arc::<AtomicUsize>::default();
    let config = Builder::new()
        .with_test_defaults()
        .sender(TestSender::answering(move |_| answer(&ahead)))
        .time_source(clock.clone())
        .credentials_provider(Hourglass(asked.clone(), clock));
    let client = Handle::new(&SERVICE, config.build());
    for _ in 0..10 {
        greet(&client).await.unwrap();
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

/// The first date is not the service's, but somebody's on the way; the service itself gives none.
#[tokio::test]
async fn a_wrong_skew_does_not_outlive_an_error_that_contradicts_it() {
    let clock = Set(Arc::new(Mutex::new(time(&"2026-03-01T12:00:00Z".into()))));
    let answer = |status| Answer::json(status, "{}");
    let sender = TestSender::new([
        answer(200).header("date", "Sun, 01 Mar 2026 13:00:00 GMT"),
        answer(403).header("x-amzn-errortype", "AccessDeniedException"),
        answer(403).header("x-amzn-errortype", "RequestTimeTooSkewed"),
        answer(200),
        answer(403).header("x-amzn-errortype", "RequestTimeTooSkewed"),
    ]);
    let config = Builder::new()
        .with_test_defaults()
        .sender(sender.clone())
        .time_source(clock);
    let client = Handle::new(&SERVICE, config.build());
    let outcomes = [true, false, true, false];
    for expected in outcomes {
        assert_eq!(greet(&client).await.is_ok(), expected);
    }
    let requests = sender.requests();
    let dates: Vec<_> = requests
        .iter()
        .map(|request| &request.header("x-amz-date").unwrap()[9..11])
        .collect();
    assert_eq!(dates, ["12", "13", "13", "12", "12"]);
}
