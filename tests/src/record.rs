//! Contact records in the making, in the form that Amazon Connect exports.

use serde_json::{Map, Value};

/// The ARN of an instance.
#[must_use]
pub fn instance_arn(instance: &str) -> String {
    format!("arn:aws:connect:eu-central-1:111122223333:instance/{instance}")
}

/// A contact record.
#[derive(Debug, Clone)]
pub struct Record(Map<String, Value>);

impl Record {
    /// The record of a contact that began some seconds after 2026-03-14T00:00:00Z: an inbound call.
    #[must_use]
    pub fn new(instance: &str, contact: &str, second: u32) -> Self {
        Self(Map::new())
            .with("InstanceARN", instance_arn(instance))
            .with("ContactId", contact)
            .with("Channel", "VOICE")
            .with("InitiationMethod", "INBOUND")
            .with("InitiationTimestamp", time(second))
            .with("LastUpdateTimestamp", time(second))
    }

    /// Sets a field.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0.insert(field.to_owned(), value.into());
        self
    }
}

/// A file of records: one JSON object per line.
#[must_use]
pub fn file(records: &[Record]) -> String {
    records
        .iter()
        .map(|Record(fields)| format!("{}\n", Value::from(fields.clone())))
        .collect()
}

/// A time of 14 March 2026 as records have it.
#[must_use]
pub fn time(second: u32) -> String {
    let (minute, second) = (second / 60, second % 60);
    format!(
        "2026-03-{:02}T{:02}:{:02}:{second:02}Z",
        14 + minute / 1440,
        minute / 60 % 24,
        minute % 60
    )
}
