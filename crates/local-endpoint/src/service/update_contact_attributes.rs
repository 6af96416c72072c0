use connect_sdk::operation::update_contact_attributes::{
    UpdateContactAttributesInput, UpdateContactAttributesOutput,
};
use serde_json::json;

use super::{Context, Failure};
use crate::contact::{Field, Value};

/// How long all attributes of a contact may be, in bytes of JSON.
const LONGEST: usize = 32 * 1024;

pub(super) fn run(
    context: &Context,
    input: UpdateContactAttributesInput,
) -> Result<UpdateContactAttributesOutput, Failure> {
    let new = input.attributes.unwrap_or_default();
    context.edit(&input.instance_id, &input.initial_contact_id, |contact| {
        let mut attributes = contact.attributes;
        attributes.extend(new.clone());
        let attributes = json!(attributes).to_string();
        if attributes.len() > LONGEST {
            let message = "The attributes of a contact are longer than 32 KiB.";
            return Err(Failure::Invalid(message.to_owned()));
        }
        Ok(vec![(Field::Attributes, Value::Text(attributes.into()))])
    })?;
    Ok(UpdateContactAttributesOutput::builder().build())
}
