use connect_sdk::operation::list_contact_references::{
    ListContactReferencesInput, ListContactReferencesOutput,
};
use connect_sdk::types::ReferenceType;
use serde_json::{Value, json};

use super::{Context, Failure, required, stored};

/// All of them on one page: a contact has few.
pub(super) fn run(
    context: &Context,
    input: ListContactReferencesInput,
) -> Result<ListContactReferencesOutput, Failure> {
    let (instance, id) = (required(&input.instance_id), required(&input.contact_id));
    let contact = context.store.contact(instance, id)?;
    let details = stored::details(contact.details.as_deref())?;
    let references = details.get("References").and_then(Value::as_array);
    let wanted = input.reference_types.unwrap_or_default();
    let summaries = references.into_iter().flatten().filter_map(|reference| {
        let kind = ReferenceType::from(reference["Type"].as_str()?);
        // A member of the union `ReferenceSummary`.
        let member = match kind {
            ReferenceType::Url => "Url",
            ReferenceType::Attachment => "Attachment",
            ReferenceType::EmailMessage => "EmailMessage",
            ReferenceType::String => "String",
            ReferenceType::Number => "Number",
            ReferenceType::Date => "Date",
            ReferenceType::Email => "Email",
            _ => return None,
        };
        let summary = wanted
            .contains(&kind)
            .then(|| json!({ member: reference }))?;
        // A record's reference may be anything.
        serde_json::from_value(summary).ok()
    });
    let summaries = summaries.collect();
    let output = ListContactReferencesOutput::builder();
    Ok(output.set_reference_summary_list(Some(summaries)).build())
}
