//! What is known of contacts beyond their tree.

use std::sync::Arc;
use std::time::Duration;

use connect_sdk::Client;
use connect_sdk::types::{self, AgentInfo, QueueInfo};
use contact_tree::{Contact, Facts, Timestamp};
use serde_json::Value;
use tokio::task::spawn_blocking;

use super::contacts::timestamp;
use crate::client::Connection;
use crate::failure::Failure;
use crate::progress::Progress;

/// Fills facts in: of contacts on this machine those of their records, of an instance's, one call each, what
/// `DescribeContact` says, which knows neither talk nor completed transfers.
///
/// # Errors
///
/// Anything that can go wrong with a call, a file that cannot be read.
pub(crate) async fn fill(
    contacts: &mut [Contact],
    connection: &Connection,
    instance_id: &str,
    contact_id: &str,
) -> Result<(), Failure> {
    let Some(store) = connection.store().cloned() else {
        return describe(contacts, &connection.client, instance_id).await;
    };
    let [instance_id, contact_id] = [instance_id, contact_id].map(str::to_owned);
    let details = spawn_blocking(move || store.details(&instance_id, &contact_id)).await;
    let details = details.map_err(Failure::other)?.map_err(Failure::other)?;
    for contact in contacts {
        let details = details.get(&contact.id);
        contact.facts = known(
            details
                .map(|details| of_record(details))
                .unwrap_or_default(),
        );
    }
    Ok(())
}

async fn describe(
    contacts: &mut [Contact],
    client: &Client,
    instance_id: &str,
) -> Result<(), Failure> {
    let progress = Arc::new(Progress::of_contacts(contacts.len() as u64));
    for contact in contacts {
        let call = client.describe_contact().instance_id(instance_id);
        let described = call.contact_id(&contact.id).send().await;
        progress.count(1);
        match described.map_err(Failure::from) {
            Ok(output) => {
                contact.facts = known(output.contact.map(of_description).unwrap_or_default());
            }
            // It is older than what the service keeps.
            Err(Failure::Service { code, .. }) if code == "ResourceNotFoundException" => {}
            Err(failure) => return Err(failure),
        }
    }
    progress.finish();
    Ok(())
}

fn known(facts: Facts) -> Option<Box<Facts>> {
    (facts != Facts::default()).then(|| Box::new(facts))
}

/// The facts in the details of a contact record. What is not of its kind is taken as absent.
fn of_record(details: &str) -> Facts {
    let record: Value = serde_json::from_str(details).unwrap_or_default();
    let (agent, queue) = (&record["Agent"], &record["Queue"]);
    let third_party = &record["ExternalThirdParty"];
    Facts {
        agent: text(&agent["Username"]).or_else(|| id(&agent["ARN"])),
        queue: text(&queue["Name"]).or_else(|| id(&queue["ARN"])),
        enqueue_time: time(&queue["EnqueueTimestamp"]),
        dequeue_time: time(&queue["DequeueTimestamp"]),
        agent_time: time(&agent["ConnectedToAgentTimestamp"]),
        talk: seconds(&agent["AgentInteractionDuration"]),
        hold: seconds(&agent["CustomerHoldDuration"]),
        holds: agent["NumberOfHolds"]
            .as_u64()
            .and_then(|holds| holds.try_into().ok()),
        after_contact_start: time(&agent["AfterContactWorkStartTimestamp"]),
        after_contact_end: time(&agent["AfterContactWorkEndTimestamp"]),
        transfer_time: time(&record["TransferCompletedTimestamp"]),
        third_party_talk: seconds(&third_party["ExternalThirdPartyInteractionDuration"]),
    }
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| !text.is_empty())?;
    Some(text.to_owned())
}

/// An ARN ends with the ID.
fn id(arn: &Value) -> Option<String> {
    text(arn).and_then(|arn| Some(arn.rsplit('/').next()?.to_owned()))
}

fn time(value: &Value) -> Option<Timestamp> {
    let time: jiff::Timestamp = value.as_str()?.parse().ok()?;
    let nanos = time.subsec_nanosecond();
    // Before 1970 the calendar counts nanoseconds backwards.
    let (seconds, nanos) = match nanos {
        ..0 => (time.as_second() - 1, nanos + 1_000_000_000),
        _ => (time.as_second(), nanos),
    };
    Some(Timestamp::new(seconds, nanos.unsigned_abs()))
}

fn seconds(value: &Value) -> Option<Duration> {
    value.as_u64().map(Duration::from_secs)
}

fn of_description(contact: types::Contact) -> Facts {
    let agent = contact
        .agent_info
        .unwrap_or_else(|| AgentInfo::builder().build());
    let queue = contact
        .queue_info
        .unwrap_or_else(|| QueueInfo::builder().build());
    let hold = agent.agent_initiated_hold_duration;
    Facts {
        agent: agent.id,
        queue: queue.id,
        enqueue_time: queue.enqueue_timestamp.map(timestamp),
        agent_time: agent.connected_to_agent_timestamp.map(timestamp),
        hold: hold.and_then(|hold| Some(Duration::from_secs(hold.try_into().ok()?))),
        after_contact_start: agent.after_contact_work_start_timestamp.map(timestamp),
        after_contact_end: agent.after_contact_work_end_timestamp.map(timestamp),
        ..Facts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_s_facts_are_those_that_are_of_their_kind() {
        let record = r#"{
            "Agent": {"Username": "ada", "ARN": "arn:agent/1", "ConnectedToAgentTimestamp": "2026-03-14T05:41:30Z",
                "AgentInteractionDuration": 180, "CustomerHoldDuration": 20, "NumberOfHolds": 2,
                "AfterContactWorkStartTimestamp": "2026-03-14T05:44:41Z", "AfterContactWorkEndTimestamp": null},
            "Queue": {"ARN": "arn:x:queue/q-1", "EnqueueTimestamp": "noon", "DequeueTimestamp": 5},
            "ExternalThirdParty": {"ExternalThirdPartyInteractionDuration": -1},
            "TransferCompletedTimestamp": "1969-12-31T23:59:59.5Z"
        }"#;
        let at = |seconds| Some(Timestamp::from_secs(seconds));
        let expected = Facts {
            agent: Some("ada".to_owned()),
            queue: Some("q-1".to_owned()),
            agent_time: at(1_773_466_890),
            talk: Some(Duration::from_secs(180)),
            hold: Some(Duration::from_secs(20)),
            holds: Some(2),
            after_contact_start: at(1_773_467_081),
            transfer_time: Some(Timestamp::new(-1, 500_000_000)),
            ..Facts::default()
        };
        assert_eq!(of_record(record), expected);
        for nothing in ["", "[]", "{\"Agent\": 1, \"Queue\": []}"] {
            assert_eq!(known(of_record(nothing)), None);
        }
    }
}
