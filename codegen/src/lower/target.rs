//! Targets: what type a member has.

use super::Lowering;
use crate::error::{Error, Place, bail};
use crate::ir::{List, Map, Target, TimestampFormat};
use crate::model::{Kind, Member, Shape, ShapeId, Simple, ids};

impl Lowering<'_> {
    /// The type of a member.
    pub(super) fn target(&mut self, container: &ShapeId, member: &Member) -> Result<Target, Error> {
        self.target_at(container, member, 0)
    }

    fn target_at(
        &mut self,
        container: &ShapeId,
        member: &Member,
        depth: usize,
    ) -> Result<Target, Error> {
        // Lists and maps have no type of their own in Rust: one that contains itself has no end.
        if depth > 32 {
            bail!(
                Place::member(container, &member.name),
                "the list or map contains itself, or more than 32 others, without a structure in between"
            );
        }
        let shape = self.shape(&member.target)?;
        let place = (container, member.name.as_str());
        // A member's own trait goes before its target's.
        let read = |id| match member.traits.read::<String>(id, place)? {
            Some(value) => Ok(Some(value)),
            None => shape.traits.read(id, &shape.id),
        };
        Ok(match &shape.kind {
            Kind::Simple(Simple::String) if shape.traits.has(ids::ENUM) => {
                Target::Enum(self.type_name(&shape.id)?)
            }
            Kind::Simple(Simple::String) => Target::String {
                media_type: read(ids::MEDIA_TYPE)?,
            },
            Kind::Simple(Simple::Blob) if depth > 0 && shape.traits.has(ids::STREAMING) => {
                let place = Place::member(container, &member.name).with_trait(ids::STREAMING);
                bail!(place, "only a message can be streamed");
            }
            Kind::Simple(Simple::Blob) if shape.traits.has(ids::STREAMING) => Target::Stream {
                media_type: read(ids::MEDIA_TYPE)?,
                requires_length: shape.traits.has(ids::REQUIRES_LENGTH),
            },
            Kind::Simple(Simple::Blob) => Target::Blob {
                media_type: read(ids::MEDIA_TYPE)?,
            },
            Kind::Simple(Simple::Boolean) => Target::Boolean,
            Kind::Simple(Simple::Byte) => Target::Byte,
            Kind::Simple(Simple::Short) => Target::Short,
            Kind::Simple(Simple::Integer) => Target::Integer,
            Kind::Simple(Simple::Long) => Target::Long,
            Kind::Simple(Simple::Float) => Target::Float,
            Kind::Simple(Simple::Double) => Target::Double,
            Kind::Simple(Simple::BigInteger) => Target::BigInteger,
            Kind::Simple(Simple::BigDecimal) => Target::BigDecimal,
            Kind::Simple(Simple::Document) => Target::Document,
            Kind::Simple(Simple::Timestamp) => {
                let format = read(ids::TIMESTAMP_FORMAT)?;
                Target::Timestamp(match format.as_deref() {
                    None => None,
                    Some("epoch-seconds") => Some(TimestampFormat::EpochSeconds),
                    Some("date-time") => Some(TimestampFormat::DateTime),
                    Some("http-date") => Some(TimestampFormat::HttpDate),
                    Some(other) => {
                        let place = Place::member(container, &member.name)
                            .with_trait(ids::TIMESTAMP_FORMAT);
                        bail!(place, "timestamp format {other:?} is unknown");
                    }
                })
            }
            Kind::Enum(_) => Target::Enum(self.type_name(&shape.id)?),
            Kind::IntEnum(members) => Target::IntEnum(int_values(shape, members)?),
            Kind::Structure(_) if shape.id == ShapeId::prelude("Unit") => {
                if !matches!(self.shape(container)?.kind, Kind::Union(_)) {
                    let place = Place::member(container, &member.name);
                    bail!(place, "only a union's member can target smithy.api#Unit");
                }
                Target::Unit
            }
            Kind::Structure(_) if shape.traits.has(ids::ERROR) => {
                Target::Structure(format!("error::{}", self.type_name(&shape.id)?))
            }
            Kind::Structure(_) => Target::Structure(self.type_name(&shape.id)?),
            Kind::Union(_) => Target::Union(self.type_name(&shape.id)?),
            Kind::List(element) => Target::List(Box::new(List {
                element: self.target_at(&shape.id, element, depth + 1)?,
                sparse: shape.traits.has(ids::SPARSE),
                constraints: self.constraints(&shape.id, element)?,
            })),
            Kind::Map(key, value) => {
                let key_target = self.target_at(&shape.id, key, depth + 1)?;
                if !matches!(key_target, Target::String { .. } | Target::Enum(_)) {
                    bail!(
                        Place::member(&shape.id, "key"),
                        "a map's key must be a string"
                    );
                }
                Target::Map(Box::new(Map {
                    key: key_target,
                    value: self.target_at(&shape.id, value, depth + 1)?,
                    sparse: shape.traits.has(ids::SPARSE),
                    key_constraints: self.constraints(&shape.id, key)?,
                    value_constraints: self.constraints(&shape.id, value)?,
                }))
            }
            Kind::Operation(_) | Kind::Resource(_) | Kind::Service(_) => {
                let kind = shape.kind.with_article();
                bail!(
                    Place::member(container, &member.name),
                    "a member cannot target {}, {kind}",
                    shape.id
                );
            }
        })
    }

    /// Whether a member's value stays out of logs: its target is sensitive, or what its target lists or maps.
    pub(super) fn sensitive(&self, member: &Member) -> Result<bool, Error> {
        let mut open = vec![member];
        let mut seen = Vec::new();
        while let Some(member) = open.pop() {
            let shape = self.shape(&member.target)?;
            if shape.traits.has(ids::SENSITIVE) || member.traits.has(ids::SENSITIVE) {
                return Ok(true);
            }
            if matches!(shape.kind, Kind::List(_) | Kind::Map(..)) && !seen.contains(&&shape.id) {
                seen.push(&shape.id);
                open.extend(shape.kind.members());
            }
        }
        Ok(false)
    }
}

/// The values of an intEnum.
fn int_values(shape: &Shape, members: &[Member]) -> Result<Vec<i32>, Error> {
    let mut values = Vec::with_capacity(members.len());
    for member in members {
        let place = || Place::member(&shape.id, &member.name);
        let at = (&shape.id, member.name.as_str());
        let value: Option<i32> = member.traits.read(ids::ENUM_VALUE, at)?;
        let value = value.ok_or_else(|| Error::new(place(), "an intEnum member needs a value"))?;
        if values.contains(&value) {
            bail!(place(), "the value {value} occurs twice");
        }
        values.push(value);
    }
    if values.is_empty() {
        bail!(&shape.id, "an intEnum needs a value");
    }
    Ok(values)
}
