//! The shapes every model may target without defining them.

use std::collections::BTreeMap;

use super::{Kind, Shape, ShapeId, Simple, Traits, ids};

pub(super) fn shapes() -> BTreeMap<ShapeId, Shape> {
    let mut shapes = BTreeMap::new();
    let mut add = |name: &str, kind: Kind, traits: Traits| {
        let id = ShapeId::prelude(name);
        shapes.insert(id.clone(), Shape { id, kind, traits });
    };
    for &simple in Simple::ALL {
        let name = simple.name();
        let pascal = format!("{}{}", name[..1].to_ascii_uppercase(), &name[1..]);
        add(&pascal, Kind::Simple(simple), Traits::default());
    }
    // The primitive shapes of Smithy 1.0: as their namesakes, with a default.
    for simple in [
        Simple::Boolean,
        Simple::Byte,
        Simple::Short,
        Simple::Integer,
        Simple::Long,
        Simple::Float,
        Simple::Double,
    ] {
        let name = simple.name();
        let pascal = format!("Primitive{}{}", name[..1].to_ascii_uppercase(), &name[1..]);
        let default = match simple {
            Simple::Boolean => serde_json::Value::Bool(false),
            _ => serde_json::Value::from(0),
        };
        let traits = [(ids::DEFAULT.to_owned(), default)].into_iter().collect();
        add(&pascal, Kind::Simple(simple), traits);
    }
    let unit = [("smithy.api#unitType".to_owned(), serde_json::json!({}))];
    add(
        "Unit",
        Kind::Structure(Vec::new()),
        unit.into_iter().collect(),
    );
    shapes
}
