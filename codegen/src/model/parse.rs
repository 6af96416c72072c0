//! JSON text to shapes, one at a time, so that an error names the shape and member it is about.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::value::Unambiguous;
use super::{
    Kind, Member, Operation, Resource, Service, Shape, ShapeId, Simple, Traits, is_identifier,
    prelude,
};
use crate::error::{Error, Place, bail};

/// What a file says, before mixins and `apply` are worked in.
pub(super) struct Parsed {
    /// Whether the file is of Smithy 1.0.
    pub(super) is_old: bool,
    pub(super) shapes: BTreeMap<ShapeId, Shape>,
    pub(super) mixins: BTreeMap<ShapeId, Vec<ShapeId>>,
    pub(super) applied: Vec<(ShapeId, Option<String>, Traits)>,
}

/// A file's text without the byte order mark that editors on Windows write.
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

pub(super) fn parse(text: &str) -> Result<Parsed, Error> {
    let Object(file): Object<RawFile<'_>> = serde_json::from_str(without_mark(text))
        .map_err(|error| Error::new(Place::model(), format!("not a JSON AST: {error}")))?;
    if !matches!(file.smithy.as_str(), "2.0" | "2" | "1.0" | "1") {
        bail!(
            Place::model(),
            "Smithy version {:?} is unknown",
            file.smithy
        );
    }
    let mut parsed = Parsed {
        is_old: file.smithy.starts_with('1'),
        shapes: prelude::shapes(),
        mixins: BTreeMap::new(),
        applied: Vec::new(),
    };
    for (id, raw) in file.shapes.0 {
        parsed.add(&id, raw)?;
    }
    Ok(parsed)
}

impl Parsed {
    fn add(&mut self, id: &str, raw: &RawValue) -> Result<(), Error> {
        let place = || Place::shape(id);
        let Object(raw): Object<RawShape<'_>> = read(raw, &place)?;
        let traits = raw
            .traits
            .map_or(Ok(Traits::default()), |raw| traits(raw, &place))?;
        if raw.kind == "apply" {
            let (shape, member) = match id.split_once('$') {
                Some((shape, member)) => (shape, Some(member.to_owned())),
                None => (id, None),
            };
            self.applied
                .push((shape_id(shape, &place)?, member, traits));
            return Ok(());
        }
        let id = shape_id(id, &place)?;
        if id.namespace() == "smithy.api" {
            bail!(&id, "the namespace smithy.api is Smithy's own");
        }
        let mixins = ids(raw.mixins, &place)?;
        if !mixins.is_empty() {
            self.mixins.insert(id.clone(), mixins);
        }
        let members = members(&id, raw.members)?;
        let one = |name: &str, part: Option<&RawValue>| match part {
            Some(part) => member(&id, name, part),
            None => Err(Error::new(&id, format!("a {} needs a {name:?}", raw.kind))),
        };
        let kind = match raw.kind.as_str() {
            "list" | "set" => Kind::List(one("member", raw.member)?),
            "map" => Kind::Map(one("key", raw.key)?, one("value", raw.value)?),
            "structure" => Kind::Structure(members),
            "union" => Kind::Union(members),
            "enum" => Kind::Enum(members),
            "intEnum" => Kind::IntEnum(members),
            "operation" => Kind::Operation(Operation {
                input: id_of(raw.input, &place)?,
                output: id_of(raw.output, &place)?,
                errors: ids(raw.errors, &place)?,
            }),
            "resource" => {
                let lifecycle = [
                    raw.create, raw.put, raw.read, raw.update, raw.delete, raw.list,
                ];
                let mut operations = ids(lifecycle.into_iter().flatten().collect(), &place)?;
                operations.extend(ids(raw.operations, &place)?);
                operations.extend(ids(raw.collection_operations, &place)?);
                Kind::Resource(Resource {
                    operations,
                    resources: ids(raw.resources, &place)?,
                })
            }
            "service" => Kind::Service(Service {
                version: raw.version,
                operations: ids(raw.operations, &place)?,
                resources: ids(raw.resources, &place)?,
                errors: ids(raw.errors, &place)?,
                rename: raw
                    .rename
                    .into_iter()
                    .map(|(id, name)| Ok((shape_id(&id, &place)?, name)))
                    .collect::<Result<_, Error>>()?,
            }),
            other => match Simple::ALL.iter().find(|simple| simple.name() == other) {
                Some(simple) => Kind::Simple(*simple),
                None => bail!(&id, "shape type {other:?} is unknown"),
            },
        };
        self.shapes.insert(id.clone(), Shape { id, kind, traits });
        Ok(())
    }
}

fn members(shape: &ShapeId, raw: Option<Entries<&RawValue>>) -> Result<Vec<Member>, Error> {
    raw.into_iter()
        .flat_map(|entries| entries.0)
        .map(|(name, raw)| member(shape, &name, raw))
        .collect()
}

fn member(shape: &ShapeId, name: &str, raw: &RawValue) -> Result<Member, Error> {
    let place = || Place::member(shape, name);
    if !is_identifier(name) {
        bail!(place(), "the name is not an identifier");
    }
    let Object(raw): Object<RawMember<'_>> = read(raw, &place)?;
    Ok(Member {
        name: name.to_owned(),
        target: shape_id(&raw.target, &place)?,
        traits: raw
            .traits
            .map_or(Ok(Traits::default()), |raw| traits(raw, &place))?,
    })
}

fn traits(raw: &RawValue, place: &dyn Fn() -> Place) -> Result<Traits, Error> {
    let entries: Entries<Unambiguous> = read(raw, place)?;
    let values = entries.0.into_iter();
    Ok(values.map(|(id, Unambiguous(value))| (id, value)).collect())
}

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue, place: &dyn Fn() -> Place) -> Result<T, Error> {
    serde_json::from_str(raw.get()).map_err(|error| {
        // The position counts from the shape's first byte, where nobody looks for it.
        let text = error.to_string();
        let text = text.split(" at line ").next().unwrap_or_default();
        Error::new(place(), text)
    })
}

fn shape_id(text: &str, place: &dyn Fn() -> Place) -> Result<ShapeId, Error> {
    ShapeId::parse(text).ok_or_else(|| Error::new(place(), format!("{text:?} is not a shape ID")))
}

fn id_of(raw: Option<Reference>, place: &dyn Fn() -> Place) -> Result<Option<ShapeId>, Error> {
    raw.map(|reference| shape_id(&reference.0.target, place))
        .transpose()
}

fn ids(raw: Vec<Reference>, place: &dyn Fn() -> Place) -> Result<Vec<ShapeId>, Error> {
    raw.into_iter()
        .map(|reference| shape_id(&reference.0.target, place))
        .collect()
}

#[derive(Deserialize)]
struct RawFile<'a> {
    smithy: String,
    #[serde(borrow, default = "Entries::empty")]
    shapes: Entries<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawShape<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    traits: Option<&'a RawValue>,
    #[serde(borrow)]
    members: Option<Entries<&'a RawValue>>,
    #[serde(borrow)]
    member: Option<&'a RawValue>,
    #[serde(borrow)]
    key: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    input: Option<Reference>,
    output: Option<Reference>,
    #[serde(default)]
    errors: Vec<Reference>,
    #[serde(default)]
    operations: Vec<Reference>,
    #[serde(default)]
    collection_operations: Vec<Reference>,
    #[serde(default)]
    resources: Vec<Reference>,
    #[serde(default)]
    mixins: Vec<Reference>,
    create: Option<Reference>,
    put: Option<Reference>,
    read: Option<Reference>,
    update: Option<Reference>,
    delete: Option<Reference>,
    list: Option<Reference>,
    #[serde(default)]
    version: String,
    #[serde(default)]
    rename: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct RawMember<'a> {
    target: String,
    #[serde(borrow)]
    traits: Option<&'a RawValue>,
}

/// `{"target": "..."}`
type Reference = Object<Target>;

#[derive(Deserialize)]
struct Target {
    target: String,
}

/// A structure from a JSON object. Without this, serde would take an array of its members' values, too.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(Object)
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// A JSON object in its order. A name that occurs twice is an error: one of the two would be lost.
#[derive(Debug)]
pub(crate) struct Entries<T>(pub(crate) Vec<(String, T)>);

impl<T> Entries<T> {
    fn empty() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                let mut seen = std::collections::HashSet::new();
                while let Some((name, value)) = map.next_entry::<String, T>()? {
                    if !seen.insert(name.clone()) {
                        return Err(de::Error::custom(format!("{name:?} occurs twice")));
                    }
                    entries.push((name, value));
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(InOrder(PhantomData))
    }
}
