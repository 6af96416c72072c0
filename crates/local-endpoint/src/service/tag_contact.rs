use connect_sdk::operation::tag_contact::{TagContactInput, TagContactOutput};

use super::{Context, Failure};

/// How many tags of its users a contact may have.
const MOST: usize = 6;

pub(super) fn run(context: &Context, input: TagContactInput) -> Result<TagContactOutput, Failure> {
    let new = input.tags.unwrap_or_default();
    if new.keys().any(|key| key.starts_with("aws:")) {
        let message = "Tags that begin with aws: are the service's.";
        return Err(Failure::Invalid(message.to_owned()));
    }
    context.edit_tags(&input.instance_id, &input.contact_id, |tags| {
        tags.extend(
            new.iter()
                .map(|(key, value)| (key.clone(), value.as_str().into())),
        );
        if tags.keys().filter(|key| !key.starts_with("aws:")).count() > MOST {
            return Err(Failure::Invalid(format!(
                "A contact has at most {MOST} tags."
            )));
        }
        Ok(())
    })?;
    Ok(TagContactOutput::builder().build())
}
