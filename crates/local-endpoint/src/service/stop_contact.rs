use connect_sdk::operation::stop_contact::{StopContactInput, StopContactOutput};
use serde_json::json;

use super::{Context, Failure};
use crate::contact::{Field, Value};

pub(super) fn run(
    context: &Context,
    input: StopContactInput,
) -> Result<StopContactOutput, Failure> {
    let reason = input.disconnect_reason.and_then(|reason| reason.code);
    let reason = json!(reason.as_deref().unwrap_or("API")).to_string();
    context.edit(&input.instance_id, &input.contact_id, |contact| {
        if contact.summary.disconnect_time.is_some() {
            return Err(Failure::NotFound("The contact is not active."));
        }
        Ok(vec![
            (Field::Disconnected, Value::Time(context.now)),
            (Field::DisconnectReason, Value::Text(reason.as_str().into())),
        ])
    })?;
    Ok(StopContactOutput::builder().build())
}
