//! What the operations of a model reach, by names that are stripped of all that languages differ in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::plain;

/// Operations, types and their members.
#[derive(Debug, Default)]
pub(super) struct Reached {
    operations: BTreeSet<String>,
    /// The members of structures and unions, the values of enums.
    types: BTreeMap<String, BTreeSet<String>>,
}

impl Reached {
    /// What all operations reach but those that are left out.
    pub(super) fn by_operations(model: &Value, left_out: &BTreeSet<String>) -> Self {
        let none = Map::new();
        let shapes = model["shapes"].as_object().unwrap_or(&none);
        let mut reached = Self::default();
        let mut seen = BTreeSet::new();
        for (id, shape) in shapes {
            let name = local(id);
            if shape["type"] != "operation" || left_out.contains(name) {
                continue;
            }
            reached.operations.insert(plain(name));
            for end in ["input", "output"] {
                if let Some(id) = shape[end]["target"].as_str() {
                    let members = shapes.get(id).map(members).unwrap_or_default();
                    reached
                        .types
                        .insert(plain(&format!("{name}{end}")), members);
                    // Its shape is emitted under the operation's name.
                    seen.insert(id);
                    for target in shapes.get(id).into_iter().flat_map(targets) {
                        reached.reach(shapes, target, &mut seen);
                    }
                }
            }
            for error in shape["errors"].as_array().into_iter().flatten() {
                if let Some(id) = error["target"].as_str() {
                    reached.reach(shapes, id, &mut seen);
                }
            }
        }
        reached
    }

    fn reach<'m>(
        &mut self,
        shapes: &'m Map<String, Value>,
        id: &'m str,
        seen: &mut BTreeSet<&'m str>,
    ) {
        let Some(shape) = shapes.get(id) else { return };
        if !seen.insert(id) {
            return;
        }
        let is_enum = shape["traits"]["smithy.api#enum"].is_array();
        if is_enum || matches!(shape["type"].as_str(), Some("structure" | "union" | "enum")) {
            self.types.insert(plain(local(id)), members(shape));
        }
        for target in targets(shape) {
            self.reach(shapes, target, seen);
        }
    }

    pub(super) fn has_operation(&self, name: &str) -> bool {
        self.operations.contains(name)
    }

    pub(super) fn has_type(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    pub(super) fn has_member(&self, owner: &str, name: &str) -> bool {
        self.types
            .get(owner)
            .is_some_and(|members| members.contains(name))
    }
}

/// The members of a structure or union, the values of an enum.
fn members(shape: &Value) -> BTreeSet<String> {
    let members = shape["members"].as_object().into_iter().flatten();
    let members = members.map(|(name, member)| {
        let value = member["traits"]["smithy.api#enumValue"].as_str();
        plain(value.unwrap_or(name))
    });
    let values = shape["traits"]["smithy.api#enum"]
        .as_array()
        .into_iter()
        .flatten();
    let values = values.filter_map(|definition| definition["value"].as_str().map(plain));
    members.chain(values).collect()
}

/// The shapes that a shape's members target.
fn targets(shape: &Value) -> impl Iterator<Item = &str> {
    let parts = ["member", "key", "value"].map(|part| &shape[part]);
    let members = shape["members"].as_object().into_iter().flatten();
    let members = members.map(|(_, member)| member);
    parts
        .into_iter()
        .chain(members)
        .filter_map(|part| part["target"].as_str())
}

fn local(shape_id: &str) -> &str {
    shape_id.split_once('#').map_or(shape_id, |(_, name)| name)
}
