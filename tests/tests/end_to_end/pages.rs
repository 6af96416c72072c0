//! Pages: by hand, by the paginator, item by item.

use connect_local_endpoint::samples;
use connect_sdk::error::SdkError;
use connect_sdk::operation::RequestId;
use connect_sdk::primitives::{DateTime, DateTimeFormat};
use connect_sdk::types::{AssociatedContactSummary, Channel, ContactInitiationMethod};
use connect_tests::record::{self, Record};

use connect_tests::client::large_tree;

use crate::World;

/// The contacts of the large tree as the records name them, first contact first.
fn expected() -> Vec<String> {
    let text = samples::records();
    let mut contacts: Vec<(String, String, Vec<String>)> = text
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let of = |upper: &str, lower: &str| {
                let value = record.get(upper).unwrap_or(&record["detail"][lower]);
                value.as_str().map(str::to_owned)
            };
            let links = [
                of("PreviousContactId", "previousContactId"),
                of("InitialContactId", "initialContactId"),
                of("RelatedContactId", "relatedContactId"),
            ];
            (
                of("InitiationTimestamp", "initiationTimestamp").unwrap(),
                of("ContactId", "contactId").unwrap(),
                links.into_iter().flatten().collect(),
            )
        })
        .collect();
    contacts.sort();
    let mut tree = vec![samples::CONTACT_ID.to_owned()];
    loop {
        let before = tree.len();
        for (_, id, links) in &contacts {
            if !tree.contains(id) && links.iter().any(|link| tree.contains(link)) {
                tree.push(id.clone());
            }
        }
        if tree.len() == before {
            break;
        }
    }
    let ordered = contacts.into_iter().map(|(_, id, _)| id);
    ordered.filter(|id| tree.contains(id)).collect()
}

fn ids(contacts: &[AssociatedContactSummary]) -> Vec<String> {
    contacts
        .iter()
        .map(|contact| contact.contact_id().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn all_pages_by_hand() {
    let world = World::with_samples().await;
    let mut contacts = Vec::new();
    let mut sizes = Vec::new();
    let mut next_token: Option<String> = None;
    loop {
        let page = large_tree(&world.client)
            .max_results(50)
            .set_next_token(next_token.take())
            .send()
            .await
            .unwrap();
        sizes.push(page.contact_summary_list().len());
        contacts.extend_from_slice(page.contact_summary_list());
        match page.next_token() {
            Some(token) => next_token = Some(token.to_owned()),
            None => break,
        }
    }
    assert_eq!(ids(&contacts), expected());
    assert_eq!(sizes, [50, 50, expected().len() - 100]);
}

#[tokio::test]
async fn all_pages_by_the_paginator() {
    let world = World::with_samples().await;
    let mut pages = large_tree(&world.client)
        .into_paginator()
        .page_size(40)
        .send();
    let mut contacts = Vec::new();
    let mut request_ids = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        request_ids.push(page.request_id().unwrap().to_owned());
        contacts.extend(page.contact_summary_list.unwrap());
    }
    assert_eq!(ids(&contacts), expected());
    assert_eq!(request_ids.len(), expected().len().div_ceil(40));
    request_ids.sort();
    request_ids.dedup();
    assert_eq!(request_ids.len(), expected().len().div_ceil(40));
}

#[tokio::test]
async fn all_items_of_all_pages() {
    let world = World::with_samples().await;
    let items = large_tree(&world.client).into_paginator().items().send();
    let contacts: Result<Vec<_>, SdkError<_>> = items.collect().await;
    assert_eq!(ids(&contacts.unwrap()), expected());
}

#[tokio::test]
async fn a_page_is_of_25_unless_said_otherwise() {
    let world = World::with_samples().await;
    let page = large_tree(&world.client).send().await.unwrap();
    assert_eq!(ids(page.contact_summary_list()), expected()[..25]);
    assert!(page.next_token().is_some());
}

#[tokio::test]
async fn every_member_of_a_tree_leads_to_the_whole() {
    let world = World::with_samples().await;
    let expected = expected();
    for contact in [&expected[1], &expected[60], &expected[expected.len() - 1]] {
        let items = large_tree(&world.client)
            .contact_id(contact)
            .into_paginator()
            .items()
            .send();
        let contacts: Result<Vec<_>, SdkError<_>> = items.collect().await;
        assert_eq!(ids(&contacts.unwrap()), expected, "from {contact}");
    }
}

#[tokio::test]
async fn an_error_ends_the_items() {
    let world = World::with_samples().await;
    let request = large_tree(&world.client).contact_id("nobody");
    let mut items = request.into_paginator().items().send();
    let error = items.next().await.unwrap().unwrap_err();
    assert!(
        error
            .as_service_error()
            .unwrap()
            .is_resource_not_found_exception()
    );
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn contacts_come_back_as_they_went_in() {
    let first = Record::new("lab", "first", 3_600)
        .with("DisconnectTimestamp", record::time(3_725))
        .with("Channel", "CHAT")
        .with("InitiationMethod", "API");
    let second = Record::new("lab", "second", 3_700)
        .with("PreviousContactId", "first")
        .with("InitialContactId", "first")
        .with("InitiationMethod", "QUEUE_TRANSFER");
    // Values that the model does not have yet.
    let third = Record::new("lab", "third", 3_800)
        .with("RelatedContactId", "second")
        .with("Channel", "HOLOGRAM")
        .with("InitiationMethod", "TELEPATHY");
    let world = World::with_records(&[third, second, first]).await;
    let request = world.client.list_associated_contacts().instance_id("lab");
    let page = request.contact_id("second").send().await.unwrap();
    let [first, second, third] = page.contact_summary_list() else {
        panic!("{page:?}");
    };

    assert_eq!(first.contact_id(), Some("first"));
    let arn = format!("{}/contact/first", record::instance_arn("lab"));
    assert_eq!(first.contact_arn(), Some(arn.as_str()));
    assert_eq!(first.channel(), Some(&Channel::Chat));
    assert_eq!(
        first.initiation_method(),
        Some(&ContactInitiationMethod::Api)
    );
    let time =
        |time: Option<&DateTime>| time.map(|time| time.fmt(DateTimeFormat::DateTime).unwrap());
    assert_eq!(
        time(first.initiation_timestamp()).unwrap(),
        "2026-03-14T01:00:00Z"
    );
    assert_eq!(
        time(first.disconnect_timestamp()).unwrap(),
        "2026-03-14T01:02:05Z"
    );
    assert_eq!(first.previous_contact_id(), None);
    assert_eq!(first.initial_contact_id(), None);

    assert_eq!(second.previous_contact_id(), Some("first"));
    assert_eq!(second.initial_contact_id(), Some("first"));
    assert_eq!(
        second.initiation_method(),
        Some(&ContactInitiationMethod::QueueTransfer)
    );
    assert_eq!(second.disconnect_timestamp(), None);

    assert_eq!(third.related_contact_id(), Some("second"));
    let channel = third.channel().unwrap();
    assert_eq!(channel.as_str(), "HOLOGRAM");
    assert!(!Channel::values().contains(&"HOLOGRAM"));
    assert_eq!(third.initiation_method().unwrap().as_str(), "TELEPATHY");
}
