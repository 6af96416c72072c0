//! Paginators: where tokens, sizes and items are, as the service, the operation and paths into outputs say.

use connect_transport::test_util::TestResponse;
use serde_json::{Value, json};

use crate::{calling, failure};

fn page(body: &Value) -> TestResponse {
    TestResponse::json(200, body.to_string())
}

#[tokio::test]
async fn tokens_and_sizes_are_named_by_the_service() {
    let (client, sender) = calling([
        page(&json!({"names": ["a", "b"], "next": "2 & more"})),
        page(&json!({"next": "3"})),
        page(&json!({"names": ["c"], "next": ""})),
    ]);
    let names = client.list_names().into_paginator().page_size(2).items();
    let names: Result<Vec<_>, _> = names.send().collect().await;
    assert_eq!(names.unwrap(), ["a", "b", "c"]);
    let requests = sender.requests();
    let queries: Vec<_> = requests
        .iter()
        .map(|request| request.uri.query().unwrap())
        .collect();
    assert_eq!(
        queries,
        ["size=2", "token=2%20%26%20more&size=2", "token=3&size=2"]
    );
}

#[tokio::test]
async fn tokens_and_items_can_be_deep_in_an_output() {
    let (client, sender) = calling([
        page(&json!({"page": {"position": {"next": "n"}, "things": [{"name": "a"}]}})),
        page(&json!({"page": {"position": {}, "things": [{"name": "b"}, {"name": "c"}]}})),
    ]);
    let things = client.list_pages().limit(7).into_paginator().items();
    let things: Result<Vec<_>, _> = things.send().collect().await;
    let names: Vec<_> = things
        .unwrap()
        .into_iter()
        .map(|thing| thing.name.unwrap())
        .collect();
    assert_eq!(names, ["a", "b", "c"]);
    let bodies = sender.requests().into_iter();
    let bodies: Vec<Value> = bodies
        .map(|request| serde_json::from_slice(&request.body).unwrap())
        .collect();
    assert_eq!(
        bodies,
        [json!({"limit": 7}), json!({"cursor": "n", "limit": 7})]
    );
}

#[tokio::test]
async fn items_can_be_those_of_a_map() {
    let (client, _) = calling([
        page(&json!({"byName": {"a": {"name": "A"}}, "next": "2"})),
        page(&json!({"byName": {"b": {"name": "B"}}})),
    ]);
    let items = client.list_by_name().into_paginator().items().send();
    let items: Result<Vec<_>, _> = items.collect().await;
    let items: Vec<_> = items
        .unwrap()
        .into_iter()
        .map(|(key, thing)| (key, thing.name.unwrap()))
        .collect();
    let expected = [("a", "A"), ("b", "B")].map(|(key, name)| (key.to_owned(), name.to_owned()));
    assert_eq!(items, expected);
}

#[tokio::test]
async fn a_token_that_comes_again_ends_the_pages_with_an_error() {
    let same = || page(&json!({"names": ["a"], "next": "t"}));
    let (client, sender) = calling([same(), same(), same()]);
    let pages: Vec<_> = client.list_names().into_paginator().send().collect().await;
    assert_eq!(pages.len(), 3);
    assert!(pages[1].is_ok() && pages[2].is_err(), "{pages:?}");
    assert_eq!(sender.requests().len(), 2);

    let (client, sender) = calling([same(), same(), page(&json!({}))]);
    let pages = client
        .list_names()
        .into_paginator()
        .stop_on_duplicate_token(false);
    let pages: Vec<_> = pages.send().collect().await;
    assert!(pages.iter().all(Result::is_ok), "{pages:?}");
    assert_eq!(sender.requests().len(), 3);
}

#[tokio::test]
async fn a_page_that_fails_is_the_last() {
    let (client, sender) = calling([
        page(&json!({"names": ["a"], "next": "t"})),
        failure(400, "Unheard"),
        page(&json!({"names": ["b"]})),
    ]);
    let names: Vec<_> = client
        .list_names()
        .into_paginator()
        .items()
        .send()
        .collect()
        .await;
    assert!(matches!(names.as_slice(), [Ok(_), Err(_)]), "{names:?}");
    assert_eq!(sender.requests().len(), 2);
}
