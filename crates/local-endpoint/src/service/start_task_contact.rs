use connect_sdk::operation::start_task_contact::{StartTaskContactInput, StartTaskContactOutput};
use serde_json::json;

use super::begin::{Begin, references};
use super::{Context, Failure, required, stored};
use crate::contact::Field;

pub(super) fn run(
    context: &Context,
    input: StartTaskContactInput,
) -> Result<StartTaskContactOutput, Failure> {
    if input.previous_contact_id.is_some() && input.related_contact_id.is_some() {
        let message = "PreviousContactId and RelatedContactId exclude each other.";
        return Err(Failure::Invalid(message.to_owned()));
    }
    let id = Begin {
        operation: "StartTaskContact",
        instance: required(&input.instance_id),
        token: input.client_token.as_deref(),
        channel: "TASK",
        method: "API",
        previous: input.previous_contact_id.as_deref(),
        related: input.related_contact_id.as_deref(),
        attributes: input.attributes.unwrap_or_default(),
        queue: None,
        agent: None,
        fields: vec![
            (Field::Name, Some(json!(input.name))),
            (Field::Description, input.description.map(Into::into)),
            (Field::References, references(input.references.as_ref())?),
            (Field::Scheduled, input.scheduled_time.map(stored::text)),
            (
                Field::SegmentAttributes,
                input.segment_attributes.map(|it| json!(it)),
            ),
        ],
    }
    .begin(context)?;
    Ok(StartTaskContactOutput::builder().contact_id(id).build())
}
