use connect_sdk::operation::untag_contact::{UntagContactInput, UntagContactOutput};

use super::{Context, Failure};

pub(super) fn run(
    context: &Context,
    input: UntagContactInput,
) -> Result<UntagContactOutput, Failure> {
    let keys = input.tag_keys.unwrap_or_default();
    context.edit_tags(&input.instance_id, &input.contact_id, |tags| {
        tags.retain(|key, _| !keys.contains(key));
        Ok(())
    })?;
    Ok(UntagContactOutput::builder().build())
}
