//! Waiters: what each response means, how long is waited in between, and how it ends.

use std::time::Duration;

use connect_transport::test_util::TestResponse;
use connect_transport::waiter::WaiterError;
use tokio::time::Instant;

use crate::types::State;
use crate::{calling, failure};

const LIMIT: Duration = Duration::from_secs(600);

fn state(body: &'static str) -> TestResponse {
    TestResponse::json(200, body)
}

#[tokio::test(start_paused = true)]
async fn it_asks_until_the_state_is_reached() {
    let (client, sender) = calling([
        failure(404, "Missing"),
        state(r#"{"state": "starting", "health": {"good": true}}"#),
        state("{}"),
        state(r#"{"state": "running"}"#),
    ]);
    let start = Instant::now();
    let outcome = client.describe().id("x").wait_until_running(LIMIT).await;
    assert_eq!(outcome.unwrap().unwrap().state(), Some(&State::Running));
    assert_eq!(sender.requests().len(), 4);
    assert!(
        sender
            .requests()
            .iter()
            .all(|request| request.uri.path() == "/state/x")
    );
    let waited = start.elapsed();
    let (least, most) = (Duration::from_secs(3 * 2), Duration::from_secs(2 + 4 + 8));
    assert!((least..=most).contains(&waited), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn it_ends_where_the_state_cannot_be_reached() {
    let (client, sender) = calling([
        state("{}"),
        state(r#"{"state": "starting", "health": {"good": false}}"#),
    ]);
    let error = client.describe().id("x").wait_until_running(LIMIT).await;
    let Err(WaiterError::Failed { waiter, outcome }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(waiter, "Running");
    assert_eq!(outcome.unwrap().state(), Some(&State::Starting));
    assert_eq!(sender.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_can_be_what_it_waits_for() {
    let (client, sender) = calling([state("{}"), failure(404, "Missing")]);
    let start = Instant::now();
    let outcome = client.describe().id("x").wait_until_removed(LIMIT).await;
    let error = outcome.unwrap().unwrap_err().into_service_error();
    assert!(error.is_missing());
    assert_eq!(start.elapsed(), Duration::from_secs(1));
    assert_eq!(sender.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_it_does_not_know_ends_it() {
    let (client, sender) = calling([failure(403, "Unheard"), state(r#"{"state": "running"}"#)]);
    let error = client.describe().id("x").wait_until_running(LIMIT).await;
    assert!(matches!(error, Err(WaiterError::Call(_))), "{error:?}");
    assert_eq!(sender.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn time_can_run_out() {
    let (client, sender) = calling((0..100).map(|_| state(r#"{"state": "starting"}"#)));
    let start = Instant::now();
    let limit = Duration::from_secs(30);
    let error = client.describe().id("x").wait_until_running(limit).await;
    let Err(WaiterError::TimedOut { waiter, attempts }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(
        (waiter, attempts as usize),
        ("Running", sender.requests().len())
    );
    assert!(
        start.elapsed() < limit && attempts > 3,
        "{attempts} attempts"
    );
}

#[tokio::test(start_paused = true)]
async fn every_entry_of_a_list_can_have_to_agree() {
    let (client, sender) = calling([
        state("{}"),
        state(r#"{"parts": []}"#),
        state(r#"{"parts": [{"state": "running"}, {"state": "starting"}]}"#),
        state(r#"{"parts": [{"state": "running"}, {"state": "running"}]}"#),
    ]);
    let outcome = client
        .describe()
        .id("x")
        .wait_until_all_running(LIMIT)
        .await;
    assert_eq!(outcome.unwrap().unwrap().parts().len(), 2);
    assert_eq!(sender.requests().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn one_entry_of_a_list_can_be_enough() {
    let parts = r#"{"parts": [{"state": "running"}, {"state": "stopped"}]}"#;
    let (client, sender) = calling([state(parts)]);
    let error = client
        .describe()
        .id("x")
        .wait_until_all_running(LIMIT)
        .await;
    assert!(
        matches!(error, Err(WaiterError::Failed { .. })),
        "{error:?}"
    );
    assert_eq!(sender.requests().len(), 1);
}
