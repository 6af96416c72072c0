use connect_sdk::operation::describe_contact::{DescribeContactInput, DescribeContactOutput};

use super::{Context, Failure, required, stored};

pub(super) fn run(
    context: &Context,
    input: DescribeContactInput,
) -> Result<DescribeContactOutput, Failure> {
    let (instance, id) = (required(&input.instance_id), required(&input.contact_id));
    let contact = stored::contact(&context.store.contact(instance, id)?)?;
    let output = DescribeContactOutput::builder();
    Ok(output.contact(contact).build())
}
