//! What callers change comes out as contact events, which can be imported again.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use connect_local_endpoint::{EventSink, LocalEndpoint, OnRejection, Store};
use connect_sdk::error::ProvideErrorMetadata;
use connect_sdk::types::{ChatMessage, ParticipantDetails, QueueInfoInput};
use connect_tests::client;
use connect_tests::record::{self, Record};
use serde_json::Value;

const LAB: &str = "lab";

/// In whole milliseconds, as events have them.
fn now() -> SystemTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    UNIX_EPOCH + Duration::from_millis(u64::try_from(since.as_millis()).unwrap())
}

fn seeded() -> Store {
    let store = Store::in_memory().unwrap();
    let records = record::file(&[Record::new(LAB, "open", 60)]);
    store
        .import("records", records.as_bytes(), OnRejection::Abort)
        .unwrap();
    store
}

#[tokio::test]
async fn a_conversation_comes_out_as_events_and_goes_into_another_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let endpoint = LocalEndpoint::builder()
        .store(seeded())
        .clock(now)
        .events(EventSink::file(&path))
        .start()
        .await
        .unwrap();
    let mut events = endpoint.events();
    let client = client::client(&endpoint.url(), endpoint.credentials().clone());
    let mut ids = vec!["open".to_owned()];
    // The events that a call has made by the time of its response: each its contact's number, type and what it names.
    let mut taken = |ids: &[String]| {
        let mut taken = Vec::new();
        while let Ok(event) = events.try_recv() {
            let detail = &event["detail"];
            let place = ids.iter().position(|id| detail["contactId"] == **id);
            let mut words = format!(
                "{} {}",
                place.unwrap(),
                detail["eventType"].as_str().unwrap()
            );
            for updated in detail["updatedProperties"].as_array().into_iter().flatten() {
                words += &format!(" {}", updated.as_str().unwrap());
            }
            taken.push(words);
        }
        taken
    };

    let start = client
        .start_task_contact()
        .instance_id(LAB)
        .name("call back");
    let start = start.client_token("once").related_contact_id("open");
    ids.push(start.clone().send().await.unwrap().contact_id.unwrap());
    assert_eq!(taken(&ids), ["1 INITIATED"]);
    start.send().await.unwrap();
    assert_eq!(taken(&ids), [""; 0], "it was begun before");

    let chat = client.start_chat_contact().instance_id(LAB);
    let participant = ParticipantDetails::builder().display_name("Ada").build();
    let message = ChatMessage::builder()
        .content_type("text/plain")
        .content("hello");
    let chat = chat
        .contact_flow_id("flow")
        .participant_details(participant.unwrap())
        .initial_message(message.build().unwrap());
    ids.push(chat.send().await.unwrap().contact_id.unwrap());
    assert_eq!(taken(&ids), ["2 INITIATED"]);

    let call = client.start_outbound_voice_contact().instance_id(LAB);
    let call = call.contact_flow_id("flow").queue_id("sales");
    let call = call.destination_phone_number("+491234");
    ids.push(call.send().await.unwrap().contact_id.unwrap());
    assert_eq!(taken(&ids), ["3 INITIATED", "3 QUEUED"]);

    let transfer = |id: &str| {
        let transfer = client.transfer_contact().instance_id(LAB);
        // The client's tokens are all the same here, as its randomness is.
        transfer
            .contact_flow_id("flow")
            .contact_id(id)
            .client_token(id)
    };
    let transferred = transfer(&ids[1]).queue_id("support").send().await.unwrap();
    ids.push(transferred.contact_id.unwrap());
    assert_eq!(
        taken(&ids),
        ["4 INITIATED", "4 QUEUED", "1 DISCONNECTED", "1 COMPLETED"]
    );
    let transferred = transfer(&ids[4]).user_id("ada").send().await.unwrap();
    ids.push(transferred.contact_id.unwrap());
    assert_eq!(
        taken(&ids),
        [
            "5 INITIATED",
            "5 CONNECTED_TO_AGENT",
            "4 DISCONNECTED",
            "4 COMPLETED"
        ]
    );

    let update = || client.update_contact().instance_id(LAB).contact_id("open");
    let queue = QueueInfoInput::builder().id("support").build();
    update().name("a").queue_info(queue).send().await.unwrap();
    assert_eq!(taken(&ids), ["0 CONTACT_DATA_UPDATED Name", "0 QUEUED"]);
    update().name("a").send().await.unwrap();
    assert_eq!(taken(&ids), [""; 0], "nothing has changed");

    let attributes = client.update_contact_attributes().instance_id(LAB);
    let attributes = attributes
        .initial_contact_id("open")
        .attributes("tier", "gold");
    attributes.send().await.unwrap();
    assert_eq!(
        taken(&ids),
        ["0 CONTACT_DATA_UPDATED UserDefinedAttributes"]
    );
    let tag = client.tag_contact().instance_id(LAB).contact_id("open");
    tag.tags("team", "travel").send().await.unwrap();
    let untag = client.untag_contact().instance_id(LAB).contact_id("open");
    untag.tag_keys("team").send().await.unwrap();
    assert_eq!(taken(&ids), ["0 CONTACT_DATA_UPDATED Tags"; 2]);

    let stop = || client.stop_contact().instance_id(LAB).contact_id("open");
    stop().send().await.unwrap();
    assert_eq!(taken(&ids), ["0 DISCONNECTED", "0 COMPLETED"]);
    let error = stop().send().await.unwrap_err();
    assert_eq!(error.code(), Some("ContactNotFoundException"));
    assert_eq!(taken(&ids), [""; 0], "the call has failed");

    // The file has them all; with the records that were there before, they make the same trees.
    let undelivered = endpoint.undelivered();
    assert!(undelivered.counts().all(|(_, lacks)| lacks == 0));
    let written = std::fs::read_to_string(&path).unwrap();
    let event_ids = written.lines().map(|line| {
        let event = serde_json::from_str::<Value>(line).unwrap();
        event["id"].as_str().unwrap().to_owned()
    });
    assert_eq!(event_ids.collect::<BTreeSet<_>>().len(), 19);
    let (other, before) = (seeded(), endpoint.store());
    let report = other
        .import("events", written.as_bytes(), OnRejection::Abort)
        .unwrap();
    assert_eq!((report.added, report.ignored, report.rejected), (5, 0, 0));
    for id in &ids {
        let limit = NonZeroUsize::new(100).unwrap();
        let page = |store: &Store| store.page(LAB, id, limit, None).unwrap().contacts;
        assert_eq!(page(&other), page(before), "{id}");
    }
    endpoint.shutdown().await;
}
