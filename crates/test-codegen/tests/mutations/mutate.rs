//! Ways to break a model.

use serde_json::{Map, Value, json};

use crate::random::{ODD, Random, nested};

/// A key with this before it becomes the second of its name in the text.
const TWICE: &str = "\u{1}twice\u{1}";

/// The text of a model with one to three defects.
pub(crate) fn mutant(base: &Value, random: &mut Random) -> String {
    let mut model = base.clone();
    for _ in 0..=random.below(5).saturating_sub(2) {
        mutate(&mut model, random);
    }
    let text = model.to_string();
    let text = text.replace("\\u0001twice\\u0001", "");
    if random.one_in(12) {
        corrupt(&text, random)
    } else {
        text
    }
}

/// Damage to the bytes; the text stays UTF-8, since others are rejected before.
fn corrupt(text: &str, random: &mut Random) -> String {
    let at = |random: &mut Random| text.floor_char_boundary(random.below(text.len() + 1));
    let (from, to) = (at(random), at(random));
    let (start, end) = (from.min(to), from.max(to));
    match random.below(4) {
        0 => text[..end].to_owned(),
        1 => format!("{}{}", &text[..start], &text[end..]),
        2 => format!("{}{}{}", &text[..start], random.text(), &text[start..]),
        _ => format!(
            "{}{}{}",
            &text[..start],
            "[".repeat(random.below(100_000)),
            &text[start..]
        ),
    }
}

fn mutate(model: &mut Value, random: &mut Random) {
    let ids = ids(model);
    if random.one_in(25) {
        return on_node(model, random, &ids);
    }
    let Some(shapes) = model.get_mut("shapes").and_then(Value::as_object_mut) else {
        return;
    };
    if ids.is_empty() {
        return;
    }
    match random.below(12) {
        0 => swap_shapes(shapes, &ids, random),
        1 => cycle(shapes, &ids, random),
        2 => rename_shape(shapes, &ids, random),
        3..=5 => {
            if let Some(shape) = shapes.get_mut(random.pick(&ids)) {
                add_trait(shape, random);
            }
        }
        _ => {
            // The service is one shape of many, but has most to read.
            let services = ids.iter().filter(|id| shapes[*id]["type"] == "service");
            let services: Vec<&String> = services.collect();
            let id = match services.as_slice() {
                [] => random.pick(&ids),
                services if random.one_in(4) => *random.pick(services),
                _ => random.pick(&ids),
            };
            if let Some(shape) = shapes.get_mut(id) {
                on_node(shape, random, &ids);
            }
        }
    }
}

fn ids(model: &Value) -> Vec<String> {
    let shapes = model["shapes"].as_object();
    shapes.into_iter().flat_map(Map::keys).cloned().collect()
}

fn swap_shapes(shapes: &mut Map<String, Value>, ids: &[String], random: &mut Random) {
    let (one, other) = (random.pick(ids), random.pick(ids));
    let (a, b) = (shapes[one].clone(), shapes[other].clone());
    shapes.insert(one.clone(), b);
    if random.one_in(2) {
        shapes.insert(other.clone(), a);
    }
}

/// Something that reaches itself.
fn cycle(shapes: &mut Map<String, Value>, ids: &[String], random: &mut Random) {
    let (id, other) = (random.pick(ids), random.pick(ids));
    let target = json!({ "target": if random.one_in(2) { id } else { other } });
    let Some(shape) = shapes.get_mut(id).and_then(Value::as_object_mut) else {
        return;
    };
    let (key, value) = match random.below(6) {
        0 => ("mixins", json!([target])),
        1 => ("members", json!({ "Self": target, "Again": target })),
        2 => ("member", target),
        3 => ("value", target),
        4 => ("resources", json!([target])),
        _ => ("operations", json!([target])),
    };
    shape.insert(key.to_owned(), value);
    if random.one_in(2) {
        for id in [id, other] {
            if let Some(shape) = shapes.get_mut(id).and_then(Value::as_object_mut) {
                let traits = shape.entry("traits").or_insert_with(|| json!({}));
                if let Some(traits) = traits.as_object_mut() {
                    traits.insert("smithy.api#mixin".to_owned(), json!({}));
                }
            }
        }
    }
}

/// A shape under another name, which clashes with one that is there if capitals do not count.
fn rename_shape(shapes: &mut Map<String, Value>, ids: &[String], random: &mut Random) {
    let old = random.pick(ids);
    let (namespace, name) = old.split_once('#').unwrap_or(("a", old));
    let new = match random.below(4) {
        0 => format!("{namespace}#{}", name.to_uppercase()),
        1 => format!("other.{namespace}#{name}"),
        _ => format!("{namespace}#{}", random.name()),
    };
    let text = Value::Object(std::mem::take(shapes)).to_string();
    let text = text.replace(&json!(old).to_string(), &json!(new).to_string());
    if let Ok(Value::Object(renamed)) = serde_json::from_str(&text) {
        *shapes = renamed;
    }
}

/// A trait on a shape or on one of its members.
fn add_trait(shape: &mut Value, random: &mut Random) {
    let Some(shape) = shape.as_object_mut() else {
        return;
    };
    let place = if random.one_in(2) {
        let of_members = ["members", "member", "key", "value"];
        let mut keys = of_members
            .into_iter()
            .filter(|key| shape.contains_key(*key));
        keys.next()
    } else {
        None
    };
    let holder = match place {
        None => Some(shape),
        Some("members") => {
            let members = shape["members"].as_object_mut();
            let at = random.below(members.as_ref().map_or(1, |members| members.len().max(1)));
            members.and_then(|members| members.values_mut().nth(at)?.as_object_mut())
        }
        Some(key) => shape[key].as_object_mut(),
    };
    let Some(holder) = holder else { return };
    let traits = holder.entry("traits").or_insert_with(|| json!({}));
    if let Some(traits) = traits.as_object_mut() {
        let (id, usual) = random.pick(&ODD.traits);
        let value = match random.below(3) {
            0 => random.junk(),
            _ => usual.clone(),
        };
        traits.insert(id.clone(), value);
    }
}

/// Changes a node somewhere below.
fn on_node(root: &mut Value, random: &mut Random, ids: &[String]) {
    let mut nodes = 0;
    count(root, &mut nodes);
    let mut at = random.below(nodes);
    let other = find(root, &mut random.below(nodes)).map(|node| node.clone());
    let Some(node) = find(root, &mut at) else {
        return;
    };
    match (random.below(10), &mut *node) {
        (0..=3, Value::Object(members)) if !members.is_empty() => on_object(members, random),
        (0..=3, Value::Array(items)) if !items.is_empty() => {
            let at = random.below(items.len());
            match random.below(3) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => items.reverse(),
            }
        }
        (4..=6, Value::String(text)) if ids.contains(text) => *text = random.id(ids),
        (4, _) => *node = json!({ "target": random.id(ids) }),
        (5, Value::Number(_)) => *node = random.number(),
        (5, Value::String(text)) => {
            let at = text.floor_char_boundary(random.below(text.len() + 1));
            text.insert_str(at, &random.text());
        }
        (6, _) => {
            if let Some(other) = other {
                *node = other;
            }
        }
        (7, _) => {
            // Deeper than JSON that is read may be, now and then.
            let mut deep = nested(random.below(60));
            std::mem::swap(node, &mut deep);
            *node = (0..random.below(60)).fold(deep, |inner, _| json!([inner]));
        }
        _ => *node = random.junk(),
    }
}

fn on_object(members: &mut Map<String, Value>, random: &mut Random) {
    let keys: Vec<String> = members.keys().cloned().collect();
    let key = random.pick(&keys);
    match random.below(4) {
        0 => drop(members.shift_remove(key)),
        1 => {
            let value = if random.one_in(2) {
                members[key].clone()
            } else {
                random.junk()
            };
            members.insert(format!("{TWICE}{key}"), value);
        }
        2 => {
            if let Some(value) = members.shift_remove(key) {
                members.insert(random.name(), value);
            }
        }
        _ => {
            let other = random.pick(&keys);
            let (a, b) = (members[key].clone(), members[other].clone());
            members.insert(key.clone(), b);
            members.insert(other.clone(), a);
        }
    }
}

fn count(value: &Value, nodes: &mut usize) {
    *nodes += 1;
    match value {
        Value::Array(items) => items.iter().for_each(|item| count(item, nodes)),
        Value::Object(members) => members.values().for_each(|member| count(member, nodes)),
        _ => {}
    }
}

/// The node that is as far down as `at` says, the root being zero.
fn find<'v>(value: &'v mut Value, at: &mut usize) -> Option<&'v mut Value> {
    if *at == 0 {
        return Some(value);
    }
    *at -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| find(item, at)),
        Value::Object(members) => members.values_mut().find_map(|member| find(member, at)),
        _ => None,
    }
}
