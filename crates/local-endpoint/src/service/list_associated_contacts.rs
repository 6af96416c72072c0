use std::num::NonZeroUsize;

use connect_sdk::operation::list_associated_contacts::{
    ListAssociatedContactsInput, ListAssociatedContactsOutput,
};
use connect_sdk::types::{AssociatedContactSummary, Channel, ContactInitiationMethod};

use super::{Context, Failure, required};
use crate::ContactSummary;

/// What the service takes where MaxResults is absent.
const DEFAULT_PAGE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(24);

pub(super) fn run(
    context: &Context,
    input: ListAssociatedContactsInput,
) -> Result<ListAssociatedContactsOutput, Failure> {
    let size = input
        .max_results
        .and_then(|size| usize::try_from(size).ok());
    let page = context.store.page(
        required(&input.instance_id),
        required(&input.contact_id),
        size.and_then(NonZeroUsize::new).unwrap_or(DEFAULT_PAGE),
        input.next_token.as_deref(),
    )?;
    Ok(ListAssociatedContactsOutput::builder()
        .set_contact_summary_list(Some(page.contacts.into_iter().map(summary).collect()))
        .set_next_token(page.next_token)
        .build())
}

fn summary(contact: ContactSummary) -> AssociatedContactSummary {
    AssociatedContactSummary::builder()
        .contact_id(contact.contact_id)
        .contact_arn(contact.contact_arn)
        .set_initiation_timestamp(contact.initiation_time)
        .set_disconnect_timestamp(contact.disconnect_time)
        .set_initial_contact_id(contact.initial_contact_id)
        .set_previous_contact_id(contact.previous_contact_id)
        .set_related_contact_id(contact.related_contact_id)
        .set_initiation_method(
            contact
                .initiation_method
                .as_deref()
                .map(ContactInitiationMethod::from),
        )
        .set_channel(contact.channel.as_deref().map(Channel::from))
        .build()
}
