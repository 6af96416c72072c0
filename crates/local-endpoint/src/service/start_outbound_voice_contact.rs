use connect_sdk::operation::start_outbound_voice_contact::{
    StartOutboundVoiceContactInput, StartOutboundVoiceContactOutput,
};
use serde_json::json;

use super::begin::{Begin, references};
use super::{Context, Failure, required};
use crate::contact::Field;

pub(super) fn run(
    context: &Context,
    input: StartOutboundVoiceContactInput,
) -> Result<StartOutboundVoiceContactOutput, Failure> {
    let telephone = |number| json!({ "Address": number, "Type": "TELEPHONE_NUMBER" });
    let id = Begin {
        operation: "StartOutboundVoiceContact",
        instance: required(&input.instance_id),
        token: input.client_token.as_deref(),
        channel: "VOICE",
        method: "API",
        previous: None,
        related: input.related_contact_id.as_deref(),
        attributes: input.attributes.unwrap_or_default(),
        queue: input.queue_id.as_deref(),
        agent: None,
        fields: vec![
            (Field::Name, input.name.map(Into::into)),
            (Field::Description, input.description.map(Into::into)),
            (Field::References, references(input.references.as_ref())?),
            (
                Field::CustomerEndpoint,
                input.destination_phone_number.map(telephone),
            ),
            (
                Field::SystemEndpoint,
                input.source_phone_number.map(telephone),
            ),
            (
                Field::Campaign,
                input.campaign_id.map(|id| json!({ "CampaignId": id })),
            ),
        ],
    }
    .begin(context)?;
    Ok(StartOutboundVoiceContactOutput::builder()
        .contact_id(id)
        .build())
}
