//! A contact as it is stored, in the form that the model has: JSON by member names, for feature `serde` to read.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use connect_sdk::types::Contact;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::Failure;
use crate::ContactSummary;
use crate::store::StoredContact;

pub(super) type Members = Map<String, Value>;

/// The fields of a record that have no column.
pub(super) fn details(details: Option<&str>) -> Result<Members, Failure> {
    Ok(serde_json::from_str(details.unwrap_or("{}"))?)
}

/// A shape of the model. What does not fit it of a record's members, which are kept as they came, is left out.
pub(super) fn shape<T: DeserializeOwned>(members: Members) -> Result<T, Failure> {
    let mut value = Value::Object(members);
    if let Ok(shape) = T::deserialize(&value) {
        return Ok(shape);
    }
    if let Value::Object(members) = &mut value {
        members.retain(|name, value| T::deserialize(&json!({ name: value })).is_ok());
    }
    Ok(serde_json::from_value(value)?)
}

/// `Contact` of the model. What a record has and the model has not is left out by its reader.
pub(super) fn contact(contact: &StoredContact) -> Result<Contact, Failure> {
    let mut members = details(contact.details.as_deref())?;
    add_summary(&mut members, &contact.summary);
    members.insert("ContactAssociationId".into(), json!(contact.association_id));
    members.insert("Attributes".into(), json!(contact.attributes));
    if let Some(time) = contact.last_update {
        members.insert("LastUpdateTimestamp".into(), text(time));
    }
    shape(members)
}

/// Adds what `Contact` and `ContactSearchSummary` share, and makes `AgentInfo` and `QueueInfo` of a record's agent and queue.
pub(super) fn add_summary(members: &mut Members, contact: &ContactSummary) {
    for (name, info) in [("Agent", "AgentInfo"), ("Queue", "QueueInfo")] {
        if let Some(Value::Object(mut fields)) = members.remove(name) {
            let arn = fields.remove("ARN");
            let id = arn
                .as_ref()
                .and_then(Value::as_str)
                .and_then(|arn| arn.rsplit('/').next());
            if let Some(id) = id {
                fields.insert("Id".into(), id.into());
            }
            if let Some(pause) = fields.remove("AgentPauseDuration") {
                fields.insert("AgentPauseDurationInSeconds".into(), pause);
            }
            for level in fields
                .get_mut("HierarchyGroups")
                .into_iter()
                .filter_map(Value::as_object_mut)
            {
                for group in level.values_mut().filter_map(Value::as_object_mut) {
                    if let Some(arn) = group.remove("ARN") {
                        group.insert("Arn".into(), arn);
                    }
                }
            }
            members.insert(info.to_owned(), Value::Object(fields));
        }
    }
    let columns = [
        ("Arn", Some(json!(contact.contact_arn))),
        ("Id", Some(json!(contact.contact_id))),
        (
            "InitialContactId",
            contact.initial_contact_id.as_ref().map(|id| json!(id)),
        ),
        (
            "PreviousContactId",
            contact.previous_contact_id.as_ref().map(|id| json!(id)),
        ),
        (
            "RelatedContactId",
            contact.related_contact_id.as_ref().map(|id| json!(id)),
        ),
        (
            "InitiationMethod",
            contact.initiation_method.as_ref().map(|name| json!(name)),
        ),
        ("Channel", contact.channel.as_ref().map(|name| json!(name))),
        ("InitiationTimestamp", contact.initiation_time.map(text)),
        ("DisconnectTimestamp", contact.disconnect_time.map(text)),
    ];
    for (name, value) in columns {
        members.extend(value.map(|value| (name.to_owned(), value)));
    }
}

/// A time as records have it.
pub(super) fn text(time: DateTime) -> Value {
    // Fails only beyond the year 9999.
    time.fmt(Format::DateTime).unwrap_or_default().into()
}
