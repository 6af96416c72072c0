//! Client, socket, local endpoint, SQLite, and back.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests, too, may panic"
)]

mod disturbed;
mod errors;
mod events;
mod failures;
mod operations;
mod pages;
mod properties;

use connect_local_endpoint::{Credentials, LocalEndpoint, OnRejection, Store, samples};
use connect_sdk::Client;
use connect_sdk::operation::list_associated_contacts::ListAssociatedContactsError;
use connect_tests::client;
use connect_tests::record::{self, Record};

type SdkError = connect_sdk::error::SdkError<ListAssociatedContactsError>;

/// An endpoint with these records, and a client that may call it.
struct World {
    endpoint: LocalEndpoint,
    client: Client,
}

impl World {
    async fn with(records: String) -> Self {
        // Opening and filling a database blocks.
        let store = tokio::task::spawn_blocking(move || {
            let store = Store::in_memory().unwrap();
            store
                .import("test", records.as_bytes(), OnRejection::Abort)
                .unwrap();
            store
        });
        let store = store.await.unwrap();
        let endpoint = LocalEndpoint::builder().store(store).start().await.unwrap();
        let client = client::client(&endpoint.url(), endpoint.credentials().clone());
        Self { endpoint, client }
    }

    async fn with_samples() -> Self {
        Self::with(samples::records()).await
    }

    async fn with_records(records: &[Record]) -> Self {
        Self::with(record::file(records)).await
    }

    /// A client that signs with other credentials.
    fn client_as(&self, credentials: Credentials) -> Client {
        client::client(&self.endpoint.url(), credentials)
    }
}
