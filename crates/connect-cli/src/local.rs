//! `--local`: what is preset.

use connect_local_endpoint::samples;
use serde_json::{Map, Value};

use crate::model::Member;

/// The instance that the samples belong to.
pub(crate) const INSTANCE_ID: &str = samples::INSTANCE_ID;
/// The contact whose tree is the largest.
pub(crate) const CONTACT_ID: &str = samples::CONTACT_ID;

/// Presets the IDs that an operation takes and the command line left out.
pub(crate) fn preset<'m>(
    members: impl Iterator<Item = &'m Member>,
    input: &mut Map<String, Value>,
) {
    for member in members {
        let id = match member.name {
            "InstanceId" => INSTANCE_ID,
            "ContactId" => CONTACT_ID,
            _ => continue,
        };
        let given = input.entry(member.name);
        given.or_insert_with(|| id.into());
    }
}
