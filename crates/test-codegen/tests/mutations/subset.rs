//! A small part of a large model, so that a mutant costs little.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::random::Random;

/// The model with a few of its operations and what they reach.
pub(crate) fn subset(model: &Value, random: &mut Random) -> Value {
    let Some(shapes) = model["shapes"].as_object() else {
        return model.clone();
    };
    let of_kind = |kind: &str| -> Vec<&String> {
        let found = shapes.iter().filter(|(_, shape)| shape["type"] == kind);
        found.map(|(id, _)| id).collect()
    };
    let (services, operations) = (of_kind("service"), of_kind("operation"));
    if services.is_empty() || operations.is_empty() {
        return model.clone();
    }
    let chosen: BTreeSet<&String> = (0..=random.below(3))
        .map(|_| *random.pick(&operations))
        .collect();
    let service_id = *random.pick(&services);
    let mut service = shapes[service_id].clone();
    service["operations"] = chosen.iter().map(|id| json!({ "target": id })).collect();
    service["resources"] = json!([]);
    let mut kept = Map::new();
    let mut open: Vec<&str> = Vec::new();
    referred(&service, &mut open);
    kept.insert(service_id.clone(), service.clone());
    let mut open: Vec<String> = open.into_iter().map(str::to_owned).collect();
    while let Some(id) = open.pop() {
        if kept.contains_key(&id) {
            continue;
        }
        if let Some(shape) = shapes.get(&id) {
            let mut more = Vec::new();
            referred(shape, &mut more);
            open.extend(more.into_iter().map(str::to_owned));
            kept.insert(id, shape.clone());
        }
    }
    json!({ "smithy": model["smithy"], "shapes": kept })
}

/// Every text that may be a shape ID.
fn referred<'v>(value: &'v Value, ids: &mut Vec<&'v str>) {
    match value {
        Value::String(text) if text.contains('#') => ids.push(text),
        Value::Array(items) => items.iter().for_each(|item| referred(item, ids)),
        Value::Object(members) => members.values().for_each(|member| referred(member, ids)),
        _ => {}
    }
}
