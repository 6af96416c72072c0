use connect_sdk::operation::update_contact::{UpdateContactInput, UpdateContactOutput};
use serde_json::{Value as Json, json};

use super::begin::{references, resource};
use super::{Context, Failure, stored};
use crate::contact::{Field, Value};

/// References and segment attributes are added to those that the contact has; all else takes the place of what was there.
pub(super) fn run(
    context: &Context,
    input: UpdateContactInput,
) -> Result<UpdateContactOutput, Failure> {
    let new_references = references(input.references.as_ref())?;
    context.edit(&input.instance_id, &input.contact_id, |contact| {
        let details = stored::details(contact.details.as_deref())?;
        let arn = &contact.instance_arn;
        let queue = input.queue_info.as_ref().and_then(|queue| queue.id());
        let agent = input.user_info.as_ref().and_then(|user| user.user_id());
        let segment_attributes = input.segment_attributes.as_ref().map(|new| {
            let mut all = details
                .get("SegmentAttributes")
                .filter(|old| old.is_object())
                .cloned()
                .unwrap_or(json!({}));
            if let (Json::Object(all), Json::Object(new)) = (&mut all, json!(new)) {
                all.extend(new);
            }
            all
        });
        let references = new_references.as_ref().map(|new| {
            let mut all = details
                .get("References")
                .and_then(Json::as_array)
                .cloned()
                .unwrap_or_default();
            let new = new.as_array().map(Vec::as_slice).unwrap_or_default();
            all.retain(|old| !new.iter().any(|new| new["Name"] == old["Name"]));
            all.extend_from_slice(new);
            json!(all)
        });
        let fields = [
            (Field::Name, input.name().map(Into::into)),
            (Field::Description, input.description().map(Into::into)),
            (Field::References, references),
            (Field::SegmentAttributes, segment_attributes),
            (Field::Queue, queue.map(|id| resource(arn, "queue", id))),
            (Field::Agent, agent.map(|id| resource(arn, "agent", id))),
            (
                Field::CustomerEndpoint,
                input.customer_endpoint().map(|endpoint| json!(endpoint)),
            ),
            (
                Field::SystemEndpoint,
                input.system_endpoint().map(|endpoint| json!(endpoint)),
            ),
        ];
        let fields = fields
            .into_iter()
            .filter_map(|(name, json)| Some((name, Value::Text(json?.to_string().into()))));
        Ok(fields.collect())
    })?;
    Ok(UpdateContactOutput::builder().build())
}
