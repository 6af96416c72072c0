use connect_sdk::operation::start_chat_contact::{StartChatContactInput, StartChatContactOutput};
use connect_sdk::types::RehydrationType;
use serde_json::json;

use super::begin::Begin;
use super::{Context, Failure, required};
use crate::contact::Field;

pub(super) fn run(
    context: &Context,
    input: StartChatContactInput,
) -> Result<StartChatContactOutput, Failure> {
    let persistent = input.persistent_chat.as_ref();
    let source = persistent.and_then(|chat| chat.source_contact_id());
    let is_whole = persistent.and_then(|chat| chat.rehydration_type())
        == Some(&RehydrationType::EntirePastSession);
    if source.is_some() && input.related_contact_id.is_some() {
        let message = "PersistentChat and RelatedContactId exclude each other.";
        return Err(Failure::Invalid(message.to_owned()));
    }
    let id = Begin {
        operation: "StartChatContact",
        instance: required(&input.instance_id),
        token: input.client_token.as_deref(),
        channel: "CHAT",
        method: "API",
        previous: None,
        related: source.or(input.related_contact_id.as_deref()),
        attributes: input.attributes.unwrap_or_default(),
        queue: None,
        agent: None,
        fields: vec![
            (Field::CustomerId, input.customer_id.map(Into::into)),
            (
                Field::SegmentAttributes,
                input.segment_attributes.map(|it| json!(it)),
            ),
        ],
    }
    .begin(context)?;
    // Nobody can join the chat; but a repeated request returns the same.
    let participant = context.new_id("participant", &id, Some(""))?;
    Ok(StartChatContactOutput::builder()
        .participant_token(context.new_id("token", &id, Some(""))?)
        .participant_id(participant)
        .set_continued_from_contact_id(source.filter(|_| is_whole).map(str::to_owned))
        .contact_id(id)
        .build())
}
