//! Calls, as programs written for `aws-sdk-connect` make them. Only the paginator is of this project: AWS's model has none
//! for this operation, so it reads like those that other operations have there.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

use std::collections::BTreeSet;

use aws_sdk_connect::config::retry::RetryConfig;
use aws_sdk_connect::config::timeout::TimeoutConfig;
use aws_sdk_connect::config::{
    AppName, BehaviorVersion, Credentials, ProvideCredentials, Region, SharedCredentialsProvider,
};
use aws_sdk_connect::operation::RequestId;
use aws_sdk_connect::operation::list_associated_contacts::builders::{
    ListAssociatedContactsFluentBuilder, ListAssociatedContactsInputBuilder,
};
use aws_sdk_connect::operation::list_associated_contacts::{
    ListAssociatedContactsInput, ListAssociatedContactsOutput,
};
use aws_sdk_connect::{Client, Config};
use aws_types::SdkConfig;
use connect_local_endpoint::{LocalEndpoint, samples};
use connect_tests::socket::Socket;
use http::Response;
use std::time::Duration;

async fn endpoint() -> LocalEndpoint {
    LocalEndpoint::builder().samples().start().await.unwrap()
}

/// A client with settings of its own.
fn client(endpoint: &LocalEndpoint) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(endpoint.credentials().clone())
        .endpoint_url(endpoint.url())
        .retry_config(RetryConfig::standard().with_max_attempts(2))
        .timeout_config(
            TimeoutConfig::builder()
                .operation_timeout(Duration::from_secs(60))
                .build(),
        )
        .app_name(AppName::new("desk").unwrap())
        .build();
    Client::from_conf(config)
}

/// A request for the tree that has several pages.
fn request(client: &Client) -> ListAssociatedContactsFluentBuilder {
    client
        .list_associated_contacts()
        .instance_id(samples::INSTANCE_ID)
        .contact_id(samples::CONTACT_ID)
}

/// The IDs of all contacts, page after page.
async fn walk(client: &Client) -> Result<Vec<String>, aws_sdk_connect::Error> {
    let mut ids = Vec::new();
    let mut token = None;
    loop {
        let page = request(client)
            .max_results(40)
            .set_next_token(token)
            .send()
            .await?;
        ids.extend(
            page.contact_summary_list()
                .iter()
                .filter_map(|contact| contact.contact_id().map(str::to_owned)),
        );
        token = page.next_token;
        if token.is_none() {
            return Ok(ids);
        }
    }
}

#[tokio::test]
async fn a_tree_is_walked_page_after_page() {
    let endpoint = endpoint().await;
    let ids = walk(&client(&endpoint)).await.unwrap();
    assert_eq!(ids.len(), 127);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 127);
}

#[tokio::test]
async fn a_paginator_walks_by_itself() {
    let endpoint = endpoint().await;
    let client = client(&endpoint);

    let mut pages = request(&client).into_paginator().page_size(50).send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().contact_summary_list().len());
    }
    assert_eq!(sizes, [50, 50, 27]);

    let items = request(&client).into_paginator().items().send();
    let contacts: Vec<_> = items.collect::<Result<_, _>>().await.unwrap();
    let ids: Vec<_> = contacts
        .iter()
        .filter_map(|contact| contact.contact_id.clone())
        .collect();
    assert_eq!(ids, walk(&client).await.unwrap());
}

#[tokio::test]
async fn a_client_takes_the_settings_of_all_clients() {
    let endpoint = endpoint().await;
    let shared = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-west-2"))
        .endpoint_url(endpoint.url())
        .credentials_provider(SharedCredentialsProvider::new(
            endpoint.credentials().clone(),
        ))
        .build();
    let client = Client::new(&shared);
    assert_eq!(
        client.config().region().map(AsRef::as_ref),
        Some("us-west-2")
    );
    let page = request(&client).send().await.unwrap();
    assert_eq!(page.contact_summary_list().len(), 25);
    assert!(page.request_id().is_some());

    // A setting of one's own beside them.
    let config: Config = aws_sdk_connect::config::Builder::from(&shared)
        .region(Region::new("eu-west-1"))
        .build();
    let client = Client::from_conf(config);
    request(&client).send().await.unwrap();
}

#[tokio::test]
async fn a_request_shows_what_was_set_and_can_be_cloned_and_unset() {
    let endpoint = endpoint().await;
    let client = client(&endpoint);
    let first = request(&client).max_results(1);
    assert_eq!(first.get_contact_id().as_deref(), Some(samples::CONTACT_ID));
    assert_eq!(*first.get_max_results(), Some(1));
    assert_eq!(*first.as_input().get_next_token(), None);
    let all = first.clone().set_max_results(None);
    assert_eq!(first.send().await.unwrap().contact_summary_list().len(), 1);
    assert_eq!(all.send().await.unwrap().contact_summary_list().len(), 25);

    let input: ListAssociatedContactsInputBuilder = ListAssociatedContactsInput::builder()
        .instance_id(samples::INSTANCE_ID)
        .set_contact_id(Some(samples::SINGLE_CONTACT_ID.to_owned()));
    let page: ListAssociatedContactsOutput = input.send_with(&client).await.unwrap();
    assert_eq!(
        page.contact_summary_list()[0].contact_id(),
        Some(samples::SINGLE_CONTACT_ID)
    );
    assert_eq!(page.next_token(), None);
}

/// A provider of one's own, as programs have them that keep keys in a vault.
#[derive(Debug)]
struct Vault(Credentials);

impl ProvideCredentials for Vault {
    fn provide_credentials<'a>(
        &'a self,
    ) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        aws_credential_types::provider::future::ProvideCredentials::ready(Ok(self.0.clone()))
    }
}

#[tokio::test]
async fn calls_run_as_tasks_with_credentials_of_a_provider_s() {
    let endpoint = endpoint().await;
    let config = client(&endpoint)
        .config()
        .to_builder()
        .credentials_provider(Vault(endpoint.credentials().clone()))
        .build();
    let client = Client::from_conf(config);
    let calls: Vec<_> = (1..=4)
        .map(|size| {
            let client = client.clone();
            tokio::spawn(async move { request(&client).max_results(size).send().await })
        })
        .collect();
    for (call, size) in calls.into_iter().zip(1..) {
        let page = call.await.unwrap().unwrap();
        assert_eq!(page.contact_summary_list().len(), size);
    }
}

#[tokio::test]
async fn a_call_can_be_customised() {
    // Returns the header that the call added, as the contact's ID.
    let socket = Socket::handling(|request: http::Request<bytes::Bytes>| {
        let desk = request.headers()["x-desk"].to_str().unwrap_or_default();
        let body = format!(r#"{{"ContactSummaryList": [{{"ContactId": "{desk}"}}]}}"#);
        Response::new(body.into())
    })
    .await
    .unwrap();
    let endpoint = endpoint().await;
    let page = request(&client(&endpoint))
        .customize()
        .config_override(Config::builder().endpoint_url(socket.url()))
        .mutate_request(|request| {
            request.headers_mut().insert("x-desk", "7");
        })
        .send()
        .await
        .unwrap();
    assert_eq!(page.contact_summary_list()[0].contact_id(), Some("7"));
    assert_eq!(socket.requests(), 1);
}
