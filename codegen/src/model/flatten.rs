//! Works mixins and `apply` statements into the shapes they are about, then checks every reference.

use std::collections::BTreeMap;

use serde_json::Value;

use super::parse::Parsed;
use super::{Kind, Member, Model, Shape, ShapeId, Simple, Traits, ids};
use crate::error::{Error, Place, bail};

pub(super) fn flatten(mut parsed: Parsed) -> Result<Model, Error> {
    // Traits applied to a member that a mixin brings need the member to be there; those applied to a mixin reach whoever mixes it in.
    let order = mixin_order(&parsed.mixins)?;
    let applied = std::mem::take(&mut parsed.applied).into_iter();
    let (mixing, plain): (Vec<_>, Vec<_>) =
        applied.partition(|(id, ..)| parsed.mixins.contains_key(id));
    for (id, member, traits) in plain {
        apply(&mut parsed.shapes, &id, member.as_deref(), traits)?;
    }
    for id in order {
        mix_in(&mut parsed, &id)?;
        for (_, member, traits) in mixing.iter().filter(|(there, ..)| *there == id) {
            apply(&mut parsed.shapes, &id, member.as_deref(), traits.clone())?;
        }
    }
    if parsed.is_old {
        state_defaults(&mut parsed.shapes);
    }
    let model = Model {
        file: String::new(),
        shapes: parsed.shapes,
    };
    model
        .shapes()
        .try_for_each(|shape| check_references(&model, shape))?;
    Ok(model)
}

/// Shapes with mixins, each after the mixins it uses.
fn mixin_order(mixins: &BTreeMap<ShapeId, Vec<ShapeId>>) -> Result<Vec<ShapeId>, Error> {
    let mut order: Vec<ShapeId> = Vec::new();
    let mut open: Vec<(&ShapeId, usize)> = Vec::new();
    for start in mixins.keys() {
        open.push((start, 0));
        while let Some((id, next)) = open.pop() {
            if order.contains(id) {
                continue;
            }
            let uses = mixins.get(id).map_or(&[][..], Vec::as_slice);
            match uses.get(next) {
                Some(used) => {
                    open.push((id, next + 1));
                    if open.iter().any(|(open, _)| *open == used) {
                        bail!(id, "mixin {used} mixes itself in");
                    }
                    open.push((used, 0));
                }
                None if mixins.contains_key(id) => order.push(id.clone()),
                None => {}
            }
        }
    }
    Ok(order)
}

fn mix_in(parsed: &mut Parsed, id: &ShapeId) -> Result<(), Error> {
    let mut members: Vec<Member> = Vec::new();
    let mut traits = Traits::default();
    for mixin in &parsed.mixins[id] {
        let Some(shape) = parsed.shapes.get(mixin) else {
            bail!(id, "mixin {mixin} is not in the model");
        };
        if !shape.traits.has(ids::MIXIN) {
            bail!(id, "{mixin} is mixed in but has no mixin trait");
        }
        for member in shape.kind.members() {
            merge_member(&mut members, member.clone());
        }
        traits.extend(shape.traits.inherited());
    }
    let Some(shape) = parsed.shapes.get_mut(id) else {
        return Ok(());
    };
    match &mut shape.kind {
        Kind::Structure(own) | Kind::Union(own) | Kind::Enum(own) | Kind::IntEnum(own) => {
            for member in std::mem::take(own) {
                merge_member(&mut members, member);
            }
            *own = members;
        }
        // Lists and maps restate the members they mix in; services and operations have none.
        _ => {}
    }
    traits.extend(std::mem::take(&mut shape.traits));
    shape.traits = traits;
    Ok(())
}

/// A member that is there already takes the newcomer's target and adds its traits.
fn merge_member(members: &mut Vec<Member>, member: Member) {
    match members.iter_mut().find(|there| there.name == member.name) {
        Some(there) => {
            there.target = member.target;
            there.traits.extend(member.traits);
        }
        None => members.push(member),
    }
}

fn apply(
    shapes: &mut BTreeMap<ShapeId, Shape>,
    id: &ShapeId,
    member: Option<&str>,
    traits: Traits,
) -> Result<(), Error> {
    let Some(shape) = shapes.get_mut(id) else {
        bail!(id, "apply names a shape that is not in the model");
    };
    let Some(name) = member else {
        shape.traits.extend(traits);
        return Ok(());
    };
    let found = match &mut shape.kind {
        Kind::Structure(members)
        | Kind::Union(members)
        | Kind::Enum(members)
        | Kind::IntEnum(members) => members.iter_mut().find(|member| member.name == name),
        Kind::List(member) => Some(member).filter(|_| name == "member"),
        Kind::Map(key, value) => match name {
            "key" => Some(key),
            "value" => Some(value),
            _ => None,
        },
        _ => None,
    };
    match found {
        Some(member) => member.traits.extend(traits),
        None => {
            bail!(
                Place::member(id, name),
                "apply names a member that is not there"
            );
        }
    }
    Ok(())
}

/// In Smithy 1.0 a member is zero or false unless it or its target is boxed; 2.0 says so by a trait.
fn state_defaults(shapes: &mut BTreeMap<ShapeId, Shape>) {
    let zero = |shape: &Shape| match shape.kind {
        Kind::Simple(Simple::Boolean) => Some(Value::Bool(false)),
        Kind::Simple(
            Simple::Byte
            | Simple::Short
            | Simple::Integer
            | Simple::Long
            | Simple::Float
            | Simple::Double,
        ) => Some(Value::from(0)),
        _ => None,
    };
    let boxed = |shape: &Shape| match shape.id.namespace() {
        "smithy.api" => !shape.id.name().starts_with("Primitive"),
        _ => shape.traits.has(ids::BOX),
    };
    let unboxed = shapes.values().filter(|shape| !boxed(shape));
    let zeros: BTreeMap<ShapeId, Value> = unboxed
        .filter_map(|shape| Some((shape.id.clone(), zero(shape)?)))
        .collect();
    for shape in shapes.values_mut() {
        let Kind::Structure(members) = &mut shape.kind else {
            continue;
        };
        for member in members {
            let stated = member.traits.has(ids::BOX) || member.traits.has(ids::DEFAULT);
            if let Some(zero) = zeros.get(&member.target).filter(|_| !stated) {
                let default = (ids::DEFAULT.to_owned(), zero.clone());
                member.traits.extend(Traits::from_iter([default]));
            }
        }
    }
}

fn check_references(model: &Model, shape: &Shape) -> Result<(), Error> {
    for member in shape.kind.members() {
        let place = || Place::member(&shape.id, &member.name);
        let target = model.target(&member.target, place)?;
        if matches!(
            target.kind,
            Kind::Operation(_) | Kind::Resource(_) | Kind::Service(_)
        ) {
            let kind = target.kind.name();
            bail!(place(), "a member cannot target the {kind} {}", target.id);
        }
    }
    let refer = |ids: &[ShapeId], what: &str, fits: fn(&Kind) -> bool| {
        ids.iter().try_for_each(|id| {
            let target = model.target(id, || Place::from(&shape.id))?;
            if fits(&target.kind) {
                return Ok(());
            }
            let kind = target.kind.with_article();
            bail!(&shape.id, "{id} is {kind}, where {what} belongs")
        })
    };
    let structure = |kind: &Kind| matches!(kind, Kind::Structure(_));
    let operation = |kind: &Kind| matches!(kind, Kind::Operation(_));
    let resource = |kind: &Kind| matches!(kind, Kind::Resource(_));
    match &shape.kind {
        Kind::Operation(it) => {
            refer(it.input.as_slice(), "a structure", structure)?;
            refer(it.output.as_slice(), "a structure", structure)?;
            refer(&it.errors, "a structure", structure)
        }
        Kind::Resource(it) => {
            refer(&it.operations, "an operation", operation)?;
            refer(&it.resources, "a resource", resource)
        }
        Kind::Service(it) => {
            refer(&it.operations, "an operation", operation)?;
            refer(&it.resources, "a resource", resource)?;
            refer(&it.errors, "a structure", structure)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_old_models_are_zero_unless_boxed() {
        let model = |version: &str| {
            let text = r##"{ "smithy": "VERSION", "shapes": {
                "x#Count": { "type": "integer" },
                "x#Maybe": { "type": "integer", "traits": { "smithy.api#box": {} } },
                "x#S": { "type": "structure", "members": {
                    "plain": { "target": "x#Count" },
                    "boxed": { "target": "x#Count", "traits": { "smithy.api#box": {} } },
                    "maybe": { "target": "x#Maybe" },
                    "flag": { "target": "smithy.api#PrimitiveBoolean" },
                    "integer": { "target": "smithy.api#Integer" },
                    "text": { "target": "smithy.api#String" }
                } }
            } }"##;
            let model = Model::parse("x.json", &text.replace("VERSION", version)).unwrap();
            let shape = ShapeId::parse("x#S").and_then(|id| model.get(&id).cloned());
            let shape = shape.unwrap();
            let mut members = shape.kind.members();
            members.retain(|member| member.traits.has(ids::DEFAULT));
            let names = members.into_iter().map(|member| member.name.clone());
            names.collect::<Vec<_>>()
        };
        assert_eq!(model("1.0"), ["plain", "flag"]);
        assert_eq!(model("2.0"), [""; 0]);
    }
}
