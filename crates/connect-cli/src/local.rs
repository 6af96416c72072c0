//! `--local`: what is preset.

use connect_local_endpoint::samples;
use serde_json::{Map, Value};

use crate::model::Member;

/// The instance that the samples belong to.
pub(crate) const INSTANCE_ID: &str = samples::INSTANCE_ID;
/// The contact whose tree is the largest.
pub(crate) const CONTACT_ID: &str = samples::CONTACT_ID;

/// Presets the IDs that an operation takes and the command line left out.
pub(crate) fn preset(members: &[&Member], input: &mut Map<String, Value>) {
    for (name, id) in [("InstanceId", INSTANCE_ID), ("ContactId", CONTACT_ID)] {
        if members.iter().any(|member| member.name == name) && !input.contains_key(name) {
            input.insert(name.to_owned(), id.into());
        }
    }
}
