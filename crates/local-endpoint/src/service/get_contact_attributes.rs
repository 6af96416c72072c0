use connect_sdk::operation::get_contact_attributes::{
    GetContactAttributesInput, GetContactAttributesOutput,
};

use super::{Context, Failure, required};

pub(super) fn run(
    context: &Context,
    input: GetContactAttributesInput,
) -> Result<GetContactAttributesOutput, Failure> {
    let (instance, id) = (
        required(&input.instance_id),
        required(&input.initial_contact_id),
    );
    let attributes = context.store.contact(instance, id)?.attributes;
    let output = GetContactAttributesOutput::builder();
    Ok(output
        .set_attributes(Some(attributes.into_iter().collect()))
        .build())
}
