//! What the operations do to contacts, and what they return of them.

use std::collections::HashMap;

use connect_sdk::error::ProvideErrorMetadata;
use connect_sdk::primitives::DateTime;
use connect_sdk::types::{
    Channel, ContactInitiationMethod, Reference, ReferenceSummary, ReferenceType,
    SearchContactsMatchType, SearchContactsTimeRange, SearchContactsTimeRangeType, SearchCriteria,
    SearchableContactAttributes, SearchableContactAttributesCriteria, Sort, SortOrder,
    SortableFieldName,
};
use connect_tests::record::{Record, time};
use serde_json::json;

use crate::World;

const LAB: &str = "lab";

/// A contact with an agent, a queue, attributes and references.
fn detailed() -> Record {
    let arn = "arn:aws:connect:eu-central-1:111122223333:instance/lab";
    Record::new(LAB, "detailed", 3_600)
        .with("DisconnectTimestamp", time(3_900))
        .with("DisconnectReason", "CUSTOMER_DISCONNECT")
        .with("Attributes", json!({"tier": "gold", "language": "de"}))
        .with("Tags", json!({"team": "travel"}))
        .with(
            "Agent",
            json!({
                "ARN": format!("{arn}/agent/ada"), "ConnectedToAgentTimestamp": time(3_660),
                "AfterContactWorkDuration": 42, "AgentInitiatedHoldDuration": 7,
                "HierarchyGroups": {"Level1": {"ARN": format!("{arn}/agent-group/north"), "GroupName": "North"}},
                "Username": "ada",
            }),
        )
        .with(
            "Queue",
            json!({"ARN": format!("{arn}/queue/support"), "EnqueueTimestamp": time(3_610), "Name": "Support"}),
        )
        .with("CustomerEndpoint", json!({"Address": "+491234", "Type": "TELEPHONE_NUMBER"}))
        .with(
            "Recordings",
            json!([{"StorageType": "S3", "Location": "bucket/recording.wav", "Status": "AVAILABLE"}]),
        )
        .with(
            "References",
            json!([
                {"Name": "case", "Type": "URL", "Value": "https://example.com/7"},
                {"Name": "amount", "Type": "NUMBER", "Value": "12"},
            ]),
        )
}

#[tokio::test]
async fn a_record_comes_back_with_all_that_it_holds() {
    let world = World::with_records(&[detailed()]).await;
    let client = &world.client;
    let request = client.describe_contact().instance_id(LAB);
    let output = request.contact_id("detailed").send().await.unwrap();
    let contact = output.contact().unwrap();
    assert_eq!(contact.id(), Some("detailed"));
    assert_eq!(contact.contact_association_id(), Some("detailed"));
    assert_eq!(contact.channel(), Some(&Channel::Voice));
    assert_eq!(contact.disconnect_reason(), Some("CUSTOMER_DISCONNECT"));
    let agent = contact.agent_info().unwrap();
    assert_eq!(agent.id(), Some("ada"));
    assert_eq!(agent.after_contact_work_duration(), Some(42));
    assert_eq!(agent.agent_initiated_hold_duration(), Some(7));
    let group = agent.hierarchy_groups().unwrap().level1().unwrap();
    assert!(group.arn().unwrap().ends_with("/agent-group/north"));
    let queue = contact.queue_info().unwrap();
    assert_eq!(queue.id(), Some("support"));
    let enqueued = queue.enqueue_timestamp().unwrap().secs();
    assert_eq!(
        enqueued - contact.initiation_timestamp().unwrap().secs(),
        10
    );
    assert_eq!(contact.tags().unwrap()["team"], "travel");
    assert_eq!(contact.attributes().unwrap()["tier"], "gold");
    assert_eq!(
        contact.recordings()[0].location(),
        Some("bucket/recording.wav")
    );
    assert_eq!(
        contact.customer_endpoint().unwrap().address(),
        Some("+491234")
    );

    let request = client.list_contact_references().instance_id(LAB);
    let request = request
        .contact_id("detailed")
        .reference_types(ReferenceType::Url);
    let references = request.send().await.unwrap();
    let [ReferenceSummary::Url(url)] = references.reference_summary_list() else {
        panic!("{references:?}");
    };
    assert_eq!(
        (url.name(), url.value()),
        (Some("case"), Some("https://example.com/7"))
    );

    let request = client.get_contact_attributes().instance_id(LAB);
    let attributes = request.initial_contact_id("detailed").send().await.unwrap();
    assert_eq!(attributes.attributes().unwrap()["language"], "de");
}

#[tokio::test]
async fn a_task_is_begun_once_and_transferred_into_its_tree() {
    let world = World::with_records(&[detailed()]).await;
    let client = &world.client;
    let reference = Reference::builder()
        .r#type(ReferenceType::Url)
        .value("https://example.com/8");
    let start = client
        .start_task_contact()
        .instance_id(LAB)
        .name("call back")
        .client_token("once")
        .related_contact_id("detailed")
        .attributes("urgent", "yes")
        .references("case", reference.build().unwrap());
    let task = start.clone().send().await.unwrap().contact_id.unwrap();
    assert_eq!(start.send().await.unwrap().contact_id.unwrap(), task);

    let follow_up = client.start_task_contact().instance_id(LAB).name("write");
    let follow_up = follow_up.previous_contact_id(&task).send().await.unwrap();
    let follow_up = follow_up.contact_id.unwrap();
    let transfer = client.transfer_contact().instance_id(LAB).contact_id(&task);
    let transfer = transfer.queue_id("second-level").contact_flow_id("flow");
    let transferred = transfer.send().await.unwrap();
    let arn = "arn:aws:connect:eu-central-1:111122223333:instance/lab/contact/";
    let transferred_id = transferred.contact_id().unwrap();
    assert_eq!(
        transferred.contact_arn().unwrap(),
        format!("{arn}{transferred_id}")
    );

    let list = client.list_associated_contacts().instance_id(LAB);
    let tree = list.contact_id("detailed").send().await.unwrap();
    let mut ids: Vec<_> = tree
        .contact_summary_list()
        .iter()
        .filter_map(|contact| contact.contact_id())
        .collect();
    let mut expected = vec!["detailed", task.as_str(), &follow_up, transferred_id];
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ids, expected);
    let of = |id: &str| {
        tree.contact_summary_list()
            .iter()
            .find(|contact| contact.contact_id() == Some(id))
            .unwrap()
    };
    assert_eq!(of(&task).related_contact_id(), Some("detailed"));
    assert!(
        of(&task).disconnect_timestamp().is_some(),
        "the transfer ended it"
    );
    let transfer = of(transferred_id);
    assert_eq!(transfer.previous_contact_id(), Some(task.as_str()));
    assert_eq!(transfer.initial_contact_id(), Some(task.as_str()));
    assert_eq!(
        transfer.initiation_method(),
        Some(&ContactInitiationMethod::Transfer)
    );
    assert_eq!(transfer.channel(), Some(&Channel::Task));

    // The attributes of the related contact were copied; a chain has its attributes in common.
    let update = client.update_contact_attributes().instance_id(LAB);
    let update = update
        .initial_contact_id(&task)
        .attributes("tier", "platinum");
    update.send().await.unwrap();
    for (id, tier, urgent) in [
        (transferred_id, "platinum", true),
        (&follow_up, "platinum", true),
        ("detailed", "gold", false),
    ] {
        let get = client.get_contact_attributes().instance_id(LAB);
        let output = get.initial_contact_id(id).send().await.unwrap();
        let attributes = output.attributes().unwrap();
        assert_eq!(
            (
                attributes["tier"].as_str(),
                attributes.contains_key("urgent")
            ),
            (tier, urgent),
            "{id}"
        );
    }
}

#[tokio::test]
async fn contacts_are_updated_tagged_and_stopped() {
    // Its record is of a time to come: what is acknowledged holds all the same.
    let record = Record::new(LAB, "open", 60).with("LastUpdateTimestamp", "2200-01-01T00:00:00Z");
    let world = World::with_records(&[record.with("Description", "old")]).await;
    let client = &world.client;
    let describe = async || {
        let output = client
            .describe_contact()
            .instance_id(LAB)
            .contact_id("open")
            .send()
            .await;
        output.unwrap().contact.unwrap()
    };
    let reference = || {
        Reference::builder()
            .r#type(ReferenceType::String)
            .value("x")
            .build()
            .unwrap()
    };
    let update = || client.update_contact().instance_id(LAB).contact_id("open");
    update()
        .description("new")
        .references("one", reference())
        .send()
        .await
        .unwrap();
    update()
        .name("named")
        .references("two", reference())
        .send()
        .await
        .unwrap();
    let contact = describe().await;
    assert_eq!(
        (contact.name(), contact.description()),
        (Some("named"), Some("new"))
    );
    let list = client
        .list_contact_references()
        .instance_id(LAB)
        .contact_id("open");
    let list = list
        .reference_types(ReferenceType::String)
        .send()
        .await
        .unwrap();
    assert_eq!(list.reference_summary_list().len(), 2);

    let tag = || client.tag_contact().instance_id(LAB).contact_id("open");
    tag().tags("a", "1").tags("b", "2").send().await.unwrap();
    tag().tags("b", "3").send().await.unwrap();
    let untag = client.untag_contact().instance_id(LAB).contact_id("open");
    untag.tag_keys("a").send().await.unwrap();
    assert_eq!(
        *describe().await.tags().unwrap(),
        HashMap::from([("b".to_owned(), "3".to_owned())])
    );
    let error = tag().tags("aws:x", "1").send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidRequestException"));

    let stop = || client.stop_contact().instance_id(LAB).contact_id("open");
    stop().send().await.unwrap();
    assert!(describe().await.disconnect_timestamp().is_some());
    let error = stop().send().await.unwrap_err();
    assert_eq!(error.code(), Some("ContactNotFoundException"));
}

#[tokio::test]
async fn contacts_are_found_by_what_they_hold() {
    let mut records = vec![detailed()];
    for number in 0..30 {
        let channel = if number % 2 == 0 { "VOICE" } else { "CHAT" };
        records.push(Record::new(LAB, &format!("c{number:02}"), number).with("Channel", channel));
    }
    let world = World::with_records(&records).await;
    let start = DateTime::from_secs(1_773_446_400);
    let range = |kind| {
        SearchContactsTimeRange::builder()
            .r#type(kind)
            .start_time(start)
            .end_time(DateTime::from_secs(start.secs() + 86_400))
            .build()
            .unwrap()
    };
    let search = |criteria: Option<SearchCriteria>| {
        world
            .client
            .search_contacts()
            .instance_id(LAB)
            .time_range(range(SearchContactsTimeRangeType::InitiationTimestamp))
            .set_search_criteria(criteria)
    };
    let all = search(None).send().await.unwrap();
    assert_eq!((all.contacts().len(), all.total_count()), (25, Some(31)));
    assert_eq!(
        all.contacts()[0].id(),
        Some("detailed"),
        "the latest comes first"
    );
    assert_eq!(all.contacts()[0].agent_info().unwrap().id(), Some("ada"));

    let criteria = SearchCriteria::builder().channels(Channel::Chat).build();
    let sort = Sort::builder()
        .field_name(SortableFieldName::Channel)
        .order(SortOrder::Ascending);
    let pages = search(Some(criteria))
        .sort(sort.build().unwrap())
        .into_paginator()
        .page_size(4);
    let found: Result<Vec<_>, _> = pages.items().send().collect().await;
    let ids: Vec<_> = found
        .unwrap()
        .iter()
        .map(|contact| contact.id().unwrap().to_owned())
        .collect();
    let expected: Vec<_> = (0..15)
        .map(|number| format!("c{:02}", 2 * number + 1))
        .collect();
    assert_eq!(ids, expected);

    let attribute = |key: &str, value: &str| {
        SearchableContactAttributesCriteria::builder()
            .key(key)
            .values(value)
            .build()
            .unwrap()
    };
    let attributes = |how| {
        let attributes = SearchableContactAttributes::builder().match_type(how);
        let attributes = attributes
            .criteria(attribute("tier", "gold"))
            .criteria(attribute("language", "fr"));
        SearchCriteria::builder()
            .searchable_contact_attributes(attributes.build().unwrap())
            .build()
    };
    for (criteria, expected) in [
        (SearchCriteria::builder().agent_ids("ada").build(), 1),
        (SearchCriteria::builder().agent_ids("da").build(), 0),
        (SearchCriteria::builder().queue_ids("support").build(), 1),
        (
            SearchCriteria::builder()
                .initiation_methods(ContactInitiationMethod::Api)
                .build(),
            0,
        ),
        (attributes(SearchContactsMatchType::MatchAny), 1),
        (attributes(SearchContactsMatchType::MatchAll), 0),
    ] {
        let found = search(Some(criteria.clone())).send().await.unwrap();
        assert_eq!(found.contacts().len(), expected, "{criteria:?}");
    }
    let connected = range(SearchContactsTimeRangeType::ConnectedToAgentTimestamp);
    let found = search(None).time_range(connected).send().await.unwrap();
    assert_eq!(found.total_count(), Some(1));

    let token = search(None).send().await.unwrap().next_token;
    let criteria = SearchCriteria::builder().channels(Channel::Chat).build();
    let error = search(Some(criteria))
        .set_next_token(token)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        error.code(),
        Some("InvalidRequestException"),
        "a token of another search"
    );
}
