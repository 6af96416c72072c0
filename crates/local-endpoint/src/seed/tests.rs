use std::fs;

use super::*;
use crate::auth::testing::{self, Signer, send};
use crate::{Builder, LocalEndpoint, PageError, StartError};

fn record(id: &str) -> String {
    format!(
        r#"{{"InstanceARN":"arn:aws:connect:eu-central-1:111122223333:instance/i","ContactId":"{id}"}}"#
    )
}

/// A folder with the records of contacts, a file each.
fn folder(ids: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for id in ids {
        fs::write(folder.path().join(id), record(id)).unwrap();
    }
    folder
}

fn builder() -> Builder {
    LocalEndpoint::builder()
        .credentials(testing::credentials())
        .clock(testing::now)
}

fn ids(store: &Store) -> Vec<String> {
    match store.contact_ids("i", "", 100) {
        Err(PageError::UnknownInstance) => Vec::new(),
        ids => ids.unwrap(),
    }
}

fn add(endpoint: &LocalEndpoint, id: &str) {
    let record = record(id);
    let imported = endpoint
        .store()
        .import("x", record.as_bytes(), OnRejection::Abort);
    assert_eq!(imported.unwrap().added, 1);
}

async fn post_reset(endpoint: &LocalEndpoint) -> String {
    let request = Signer::default().last_text("POST", RESET, "");
    send(endpoint.local_addr(), &request).await
}

#[tokio::test]
async fn an_endpoint_goes_back_to_its_seed_as_often_as_asked() {
    let folder = folder(&["a", "b"]);
    let file = folder.path().join("contacts.db");
    for database in [None, Some(&file)] {
        let mut builder = builder().seed(folder.path().join("a"));
        if let Some(path) = database {
            builder = builder.store(Store::open(path).unwrap());
        }
        let endpoint = builder.seed(folder.path().join("b")).start().await.unwrap();
        let store = endpoint.store();
        for _ in 0..2 {
            assert_eq!(ids(store), ["a", "b"]);
            add(&endpoint, "c");
            assert_eq!(ids(store), ["a", "b", "c"]);
            endpoint.reset().await.unwrap();
        }
        add(&endpoint, "c");
        let response = post_reset(&endpoint).await;
        assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
        assert_eq!(ids(store), ["a", "b"]);
        endpoint.shutdown().await;
    }
    assert_eq!(ids(&Store::open(&file).unwrap()), ["a", "b"]);
}

#[tokio::test]
async fn a_page_token_outlives_a_reset() {
    let endpoint = builder().samples().start().await.unwrap();
    let page = |token: Option<&str>| {
        let limit = std::num::NonZeroUsize::MIN;
        let (instance, contact) = (samples::INSTANCE_ID, samples::CONTACT_ID);
        endpoint
            .store()
            .page(instance, contact, limit, token)
            .unwrap()
    };
    let token = page(None).next_token.unwrap();
    let second = page(Some(&token));
    endpoint.reset().await.unwrap();
    assert_eq!(page(Some(&token)), second);
}

#[tokio::test]
async fn contacts_that_are_not_of_the_seed_are_not_lost() {
    let seed = folder(&["a"]);
    let file = seed.path().join("contacts.db");
    // Not seeded; then seeded where contacts were.
    for builder in [builder(), builder().seed(seed.path().join("a"))] {
        let endpoint = builder
            .store(Store::open(&file).unwrap())
            .start()
            .await
            .unwrap();
        if ids(endpoint.store()).is_empty() {
            add(&endpoint, "archived");
        }
        assert!(matches!(endpoint.reset().await, Err(ResetError::NotSeeded)));
        let response = post_reset(&endpoint).await;
        assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
        assert!(response.contains("InvalidRequestException"), "{response}");
        assert!(response.contains("the database is not reset"), "{response}");
        assert!(ids(endpoint.store()).contains(&"archived".to_owned()));
    }
}

#[tokio::test]
async fn only_a_signed_post_resets() {
    let endpoint = builder().start().await.unwrap();
    add(&endpoint, "a");
    let unsigned = format!("POST {RESET} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let get = Signer::default().last_text("GET", RESET, "");
    for (request, expected) in [(unsigned, "HTTP/1.1 403 "), (get, "HTTP/1.1 404 ")] {
        let response = send(endpoint.local_addr(), &request).await;
        assert!(response.starts_with(expected), "{response}");
        assert_eq!(ids(endpoint.store()), ["a"]);
    }
}

#[tokio::test]
async fn a_seed_that_is_wrong_is_named() {
    let folder = folder(&["a"]);
    for name in ["b", "c"] {
        fs::write(folder.path().join(name), "\nnonsense").unwrap();
    }
    let missing = folder.path().join("missing");
    for (path, expected) in [
        (
            folder.path(),
            "b:2 (byte 1): expected a record, which begins with a brace (and one more bad record)",
        ),
        (&missing, "missing: "),
    ] {
        let error = builder().seed(path).start().await.unwrap_err();
        assert!(matches!(error, StartError::Seed(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_restricted_key_resets_nothing() {
    let folder = folder(&["a"]);
    let reader = Key::new(testing::credentials()).operations(["DescribeContact"]);
    let endpoint = LocalEndpoint::builder().key(reader).clock(testing::now);
    let endpoint = endpoint.seed(folder.path()).start().await.unwrap();
    add(&endpoint, "b");
    let response = post_reset(&endpoint).await;
    assert!(response.starts_with("HTTP/1.1 403 Forbidden"), "{response}");
    assert!(response.contains("AccessDeniedException"), "{response}");
    assert_eq!(ids(endpoint.store()), ["a", "b"]);
    endpoint.shutdown().await;
}

#[tokio::test]
async fn nothing_is_kept_where_nobody_wants_to_go_back() {
    let builder = builder().samples().without_reset();
    let endpoint = builder.start().await.unwrap();
    assert!(matches!(endpoint.reset().await, Err(ResetError::NotSeeded)));
}
