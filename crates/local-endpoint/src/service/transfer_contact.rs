use connect_sdk::operation::transfer_contact::{TransferContactInput, TransferContactOutput};

use super::begin::Begin;
use super::{Context, Failure, required};
use crate::contact::{Field, Value};

pub(super) fn run(
    context: &Context,
    input: TransferContactInput,
) -> Result<TransferContactOutput, Failure> {
    let (instance, id) = (required(&input.instance_id), required(&input.contact_id));
    if input.queue_id.is_some() == input.user_id.is_some() {
        let message = "A contact is transferred to either a QueueId or a UserId.";
        return Err(Failure::Invalid(message.to_owned()));
    }
    context.change(|change| {
        let contact = change.contact(instance, id)?;
        let channel = contact.summary.channel.unwrap_or_default();
        if !matches!(channel.as_str(), "TASK" | "EMAIL") {
            let message = "Only tasks and e-mails are transferred by this operation.";
            return Err(Failure::Invalid(message.to_owned()));
        }
        let new = Begin {
            operation: "TransferContact",
            instance,
            token: input.client_token.as_deref(),
            channel: &channel,
            method: "TRANSFER",
            previous: Some(id),
            related: None,
            attributes: Default::default(),
            queue: input.queue_id.as_deref(),
            agent: input.user_id.as_deref(),
            fields: Vec::new(),
        };
        let new = new.begin_in(context, change)?;
        let arn = &contact.instance_arn;
        if contact.summary.disconnect_time.is_none() {
            let ended = [(Field::Disconnected, Some(Value::Time(context.now)))];
            change.set(arn, id, context.now, ended)?;
        }
        Ok(TransferContactOutput::builder()
            .contact_arn(format!("{arn}/contact/{new}"))
            .contact_id(new)
            .build())
    })
}
