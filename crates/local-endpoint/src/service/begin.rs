//! How a contact comes about.

use std::collections::HashMap;

use connect_sdk::types::Reference;
use serde_json::{Value as Json, json};

use super::{Context, Failure};
use crate::PageError;
use crate::contact::{Field, Value};
use crate::store::Change;

/// A contact to begin.
pub(super) struct Begin<'a> {
    pub(super) operation: &'static str,
    pub(super) instance: &'a str,
    /// With the same token and operation, the contact is begun once.
    pub(super) token: Option<&'a str>,
    pub(super) channel: &'a str,
    pub(super) method: &'static str,
    /// The contact that it follows in its chain.
    pub(super) previous: Option<&'a str>,
    /// A contact of another chain, whose attributes it gets a copy of.
    pub(super) related: Option<&'a str>,
    pub(super) attributes: HashMap<String, String>,
    pub(super) queue: Option<&'a str>,
    pub(super) agent: Option<&'a str>,
    pub(super) fields: Vec<(Field, Option<Json>)>,
}

impl Begin<'_> {
    /// The ID of the contact, new or begun by the same request before.
    pub(super) fn begin(self, context: &Context) -> Result<String, Failure> {
        context.change(|change| self.begin_in(context, change))
    }

    /// The same, as a part of what is changed with it.
    pub(super) fn begin_in(
        &self,
        context: &Context,
        change: &mut Change<'_, '_>,
    ) -> Result<String, Failure> {
        let id = context.new_id(self.operation, self.instance, self.token)?;
        match change.contact(self.instance, &id) {
            Ok(_) => return Ok(id),
            Err(PageError::UnknownContact) => {}
            Err(error) => return Err(error.into()),
        }
        let text = |text: &str| Some(Value::Text(text.into()));
        let mut attributes = HashMap::new();
        let mut fields = vec![
            (Field::Initiated, Some(Value::Time(context.now))),
            (Field::Method, text(self.method)),
            (Field::Channel, text(self.channel)),
        ];
        if let Some(previous) = self.previous {
            let contact = change.contact(self.instance, previous)?.summary;
            let initial = contact.initial_contact_id.unwrap_or(contact.contact_id);
            fields.push((Field::Previous, text(previous)));
            fields.push((Field::Initial, Some(Value::Text(initial.into()))));
        }
        if let Some(related) = self.related {
            let copied = change.contact(self.instance, related)?.attributes;
            attributes.extend(copied);
            fields.push((Field::Related, text(related)));
        }
        // Its own are stronger than the copy.
        attributes.extend(self.attributes.clone());
        if !attributes.is_empty() {
            fields.push((Field::Attributes, text(&json!(attributes).to_string())));
        }
        let arn = change.instance_arn(self.instance)?;
        let queue = self.queue.map(|id| resource(&arn, "queue", id));
        let agent = self.agent.map(|id| resource(&arn, "agent", id));
        let assigned = [(Field::Queue, queue), (Field::Agent, agent)];
        for (name, value) in self.fields.iter().chain(&assigned) {
            if let Some(value) = value {
                fields.push((*name, text(&value.to_string())));
            }
        }
        change.set(&arn, &id, context.now, fields)?;
        Ok(id)
    }
}

/// A queue or agent as records have it.
pub(super) fn resource(instance_arn: &str, kind: &str, id: &str) -> Json {
    json!({ "ARN": format!("{instance_arn}/{kind}/{id}") })
}

/// References as records have them: a list, each with its name.
pub(super) fn references(
    references: Option<&HashMap<String, Reference>>,
) -> Result<Option<Json>, Failure> {
    let Some(references) = references.filter(|references| !references.is_empty()) else {
        return Ok(None);
    };
    let mut list = Vec::new();
    for (name, reference) in references {
        let mut reference = serde_json::to_value(reference)?;
        reference["Name"] = name.as_str().into();
        list.push(reference);
    }
    list.sort_by_key(|reference| reference["Name"].to_string());
    Ok(Some(list.into()))
}
