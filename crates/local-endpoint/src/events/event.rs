//! What a change of a contact looks like as an event.

use std::mem;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Map, Value, json};

use crate::contact::{Changed, FIELDS, Field};
use crate::store::{Change, StoredContact, time};
use crate::{PageError, StoreError, random};

/// What has an event type of its own, or goes with one.
const TOLD_BY_TYPE: [Field; 4] = [
    Field::Queue,
    Field::Agent,
    Field::Disconnected,
    Field::DisconnectReason,
];

/// Where a record has what an event has: the object in the event, if it is in one, and the name there.
const DETAILS: [(&str, &str, &str); 14] = [
    ("/Agent/ARN", "agentInfo", "agentArn"),
    (
        "/Agent/ConnectedToAgentTimestamp",
        "agentInfo",
        "connectedToAgentTimestamp",
    ),
    (
        "/Agent/AfterContactWorkStartTimestamp",
        "agentInfo",
        "afterContactWorkStartTimestamp",
    ),
    (
        "/Agent/AfterContactWorkEndTimestamp",
        "agentInfo",
        "afterContactWorkEndTimestamp",
    ),
    (
        "/Agent/AfterContactWorkDuration",
        "agentInfo",
        "afterContactWorkDuration",
    ),
    ("/Queue/ARN", "queueInfo", "queueArn"),
    ("/Queue/EnqueueTimestamp", "queueInfo", "enqueueTimestamp"),
    ("/Campaign/CampaignId", "campaign", "campaignId"),
    (
        "/ConnectedToSystemTimestamp",
        "",
        "connectedToSystemTimestamp",
    ),
    ("/CustomerId", "", "customerId"),
    ("/DisconnectReason", "", "disconnectReason"),
    ("/ScheduledTimestamp", "", "scheduledTimestamp"),
    ("/SegmentAttributes", "", "segmentAttributes"),
    ("/Tags", "", "tags"),
];

/// The events of a change at a time in nanoseconds since the epoch, in the order in which contacts were changed. Each holds
/// the contact as the change leaves it.
pub(crate) fn of(change: &Change<'_, '_>, now: i64) -> Result<Vec<Value>, PageError> {
    let mut events = Vec::new();
    for changed in change.changed() {
        let contact = change.contact(&changed.instance_arn, &changed.contact_id)?;
        let detail = detail(&contact);
        for (event_type, updated) in types(changed) {
            let mut detail = detail.clone();
            detail.insert("eventType".to_owned(), event_type.into());
            if !updated.is_empty() {
                detail.insert("updatedProperties".to_owned(), json!(updated));
            }
            events.push(envelope(&contact, &detail, time(now))?);
        }
    }
    Ok(events)
}

/// The types of the events that a contact's change makes, each with the properties that it is to name.
fn types(changed: &Changed) -> Vec<(&'static str, Vec<&'static str>)> {
    let is_set = |field| changed.fields.contains(&field);
    let updated = changed.fields.iter();
    let updated = updated.filter(|field| !changed.is_new && !TOLD_BY_TYPE.contains(field));
    let updated = updated.map(|field| match field {
        Field::Attributes => "UserDefinedAttributes",
        field => FIELDS[*field as usize].0,
    });
    let updated = updated.collect::<Vec<_>>();
    let types = [
        ("INITIATED", changed.is_new, Vec::new()),
        ("CONTACT_DATA_UPDATED", !updated.is_empty(), updated),
        ("QUEUED", is_set(Field::Queue), Vec::new()),
        ("CONNECTED_TO_AGENT", is_set(Field::Agent), Vec::new()),
        ("DISCONNECTED", is_set(Field::Disconnected), Vec::new()),
        ("COMPLETED", is_set(Field::Disconnected), Vec::new()),
    ];
    let made = types.into_iter().filter(|(_, is_made, _)| *is_made);
    made.map(|(name, _, updated)| (name, updated)).collect()
}

fn envelope(
    contact: &StoredContact,
    detail: &Map<String, Value>,
    time: DateTime,
) -> Result<Value, PageError> {
    // The importer has checked its form: arn:PARTITION:connect:REGION:ACCOUNT:instance/ID.
    let mut arn = contact.instance_arn.split(':').skip(3);
    let (region, account) = (arn.next(), arn.next());
    Ok(json!({
        "version": "0",
        "id": random::uuid().map_err(StoreError::from)?,
        "detail-type": "Amazon Connect Contact Event",
        "source": "aws.connect",
        "account": account,
        "time": seconds(time) + "Z",
        "region": region,
        "resources": [contact.summary.contact_arn, contact.instance_arn],
        "detail": detail,
    }))
}

fn detail(contact: &StoredContact) -> Map<String, Value> {
    let mut detail = Map::new();
    let summary = &contact.summary;
    let columns = [
        ("contactId", Some(&summary.contact_id)),
        ("instanceArn", Some(&contact.instance_arn)),
        ("initialContactId", summary.initial_contact_id.as_ref()),
        ("previousContactId", summary.previous_contact_id.as_ref()),
        ("relatedContactId", summary.related_contact_id.as_ref()),
        ("initiationMethod", summary.initiation_method.as_ref()),
        ("channel", summary.channel.as_ref()),
    ];
    for (name, text) in columns {
        detail.extend(text.map(|text| (name.to_owned(), json!(text))));
    }
    let times = [
        ("initiationTimestamp", summary.initiation_time),
        ("disconnectTimestamp", summary.disconnect_time),
    ];
    for (name, time) in times {
        detail.extend(time.map(|time| (name.to_owned(), json!(millis(time)))));
    }
    // What is stored as details is JSON.
    let details = contact.details.as_deref().unwrap_or_default();
    let details = serde_json::from_str::<Value>(details).unwrap_or_default();
    for (path, object, name) in DETAILS {
        let Some(value) = details.pointer(path).filter(|value| !value.is_null()) else {
            continue;
        };
        let value = match path {
            "/SegmentAttributes" => camel_case(value),
            _ => value.clone(),
        };
        if object.is_empty() {
            detail.insert(name.to_owned(), value);
        } else {
            let object = detail.entry(object).or_insert_with(|| json!({}));
            object[name] = value;
        }
    }
    detail
}

/// Segment attributes, whose values an event writes as `valueString` in place of `ValueString`.
fn camel_case(attributes: &Value) -> Value {
    let rename = |name: &str| {
        let (first, rest) = name.split_at_checked(1).unwrap_or((name, ""));
        first.to_ascii_lowercase() + rest
    };
    let mut attributes = attributes.clone();
    for value in attributes
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
    {
        if let Value::Object(members) = value {
            let members = mem::take(members).into_iter();
            *value = members
                .map(|(name, value)| (rename(&name), value))
                .collect();
        }
    }
    attributes
}

/// With milliseconds, always: consumers may expect three digits.
fn millis(time: DateTime) -> String {
    format!("{}.{:03}Z", seconds(time), time.subsec_nanos() / 1_000_000)
}

/// A time without its fraction and zone, which is UTC.
fn seconds(time: DateTime) -> String {
    // Fails only beyond the year 9999, which a contact's times cannot reach.
    let text = DateTime::from_secs(time.secs()).fmt(Format::DateTime);
    let text = text.unwrap_or_default();
    text.trim_end_matches('Z').to_owned()
}
