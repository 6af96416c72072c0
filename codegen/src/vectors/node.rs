//! The parameters of a vector as values of its shapes.

use serde_json::{Map, Value as Node};

use super::{Field, Fields, Value};
use crate::error::{Error, Place};
use crate::ir::{self, List, Member, Service, Structure, Target};
use crate::lower::time;
use crate::names;

/// The members of a structure that `params` has values for.
pub(super) fn fields(
    service: &Service,
    structure: &Structure,
    params: &Map<String, Node>,
    place: &dyn Fn() -> Place,
) -> Result<Fields, Error> {
    let reader = Reader { service, place };
    reader.fields(&structure.name, &structure.members, params)
}

struct Reader<'a> {
    service: &'a Service,
    place: &'a dyn Fn() -> Place,
}

impl Reader<'_> {
    fn wrong(&self, node: &Node, what: &str) -> Error {
        Error::new((self.place)(), format!("{node} is no {what}"))
    }

    fn fields(
        &self,
        name: &str,
        members: &[Member],
        params: &Map<String, Node>,
    ) -> Result<Fields, Error> {
        let mut fields = Vec::new();
        for (param, node) in params {
            let member = members
                .iter()
                .find(|member| member.name == *param)
                .ok_or_else(|| {
                    Error::new((self.place)(), format!("{name} has no member {param:?}"))
                })?;
            if !node.is_null() {
                fields.push(Field {
                    setter: names::setter_name(&member.name),
                    boxed: member.boxed,
                    value: self.value(node, &member.target)?,
                });
            }
        }
        Ok(fields)
    }

    fn value(&self, node: &Node, target: &Target) -> Result<Value, Error> {
        let text = || {
            node.as_str()
                .map(str::to_owned)
                .ok_or_else(|| self.wrong(node, "text"))
        };
        Ok(match target {
            Target::String { .. } => Value::String(text()?),
            Target::Blob { .. } => Value::Blob(text()?),
            Target::Stream { .. } => Value::Stream(text()?),
            Target::Enum(name) => Value::Enum {
                name: name.clone(),
                value: text()?,
            },
            Target::Boolean => {
                Value::Boolean(node.as_bool().ok_or_else(|| self.wrong(node, "boolean"))?)
            }
            Target::Byte | Target::Short | Target::Integer | Target::IntEnum(_) | Target::Long => {
                Value::Integer(
                    node.as_i64()
                        .ok_or_else(|| self.wrong(node, "whole number"))?,
                )
            }
            Target::Float =>
            {
                #[allow(clippy::cast_possible_truncation, reason = "the shape is a float")]
                Value::Float(self.number(node)? as f32)
            }
            Target::Double => Value::Double(self.number(node)?),
            Target::BigInteger | Target::BigDecimal => match node {
                Node::Number(number) => Value::Number(number.to_string()),
                Node::String(digits) => Value::Number(digits.clone()),
                _ => return Err(self.wrong(node, "number")),
            },
            Target::Document => Value::Document(node.to_string()),
            Target::Timestamp(_) => {
                let (seconds, nanos) = time(node).ok_or_else(|| self.wrong(node, "time"))?;
                Value::Timestamp(seconds, nanos)
            }
            Target::Structure(name) => self.structure(node, name)?,
            Target::Union(name) => self.union(node, name)?,
            Target::Unit => return Err(self.wrong(node, "value: Unit has none")),
            Target::List(list) => self.list(node, list)?,
            Target::Map(map) => self.map(node, map)?,
        })
    }

    fn number(&self, node: &Node) -> Result<f64, Error> {
        match node {
            Node::String(text) => match text.as_str() {
                "NaN" => Ok(f64::NAN),
                "Infinity" => Ok(f64::INFINITY),
                "-Infinity" => Ok(f64::NEG_INFINITY),
                _ => Err(self.wrong(node, "number")),
            },
            node => node.as_f64().ok_or_else(|| self.wrong(node, "number")),
        }
    }

    fn object<'n>(&self, node: &'n Node) -> Result<&'n Map<String, Node>, Error> {
        node.as_object()
            .ok_or_else(|| self.wrong(node, "JSON object"))
    }

    fn structure(&self, node: &Node, name: &str) -> Result<Value, Error> {
        let structure = self
            .service
            .structures
            .iter()
            .find(|structure| structure.name == name)
            .ok_or_else(|| Error::new((self.place)(), format!("{name} is not there")))?;
        Ok(Value::Structure {
            name: name.to_owned(),
            fallible: structure.fallible(),
            fields: self.fields(name, &structure.members, self.object(node)?)?,
        })
    }

    fn union(&self, node: &Node, name: &str) -> Result<Value, Error> {
        let union = self
            .service
            .unions
            .iter()
            .find(|union| union.name == name)
            .ok_or_else(|| Error::new((self.place)(), format!("{name} is not there")))?;
        let mut members = self.object(node)?.iter();
        let (Some((param, node)), None) = (members.next(), members.next()) else {
            return Err(self.wrong(node, "union with one member"));
        };
        let member = union
            .members
            .iter()
            .find(|member| member.name == *param)
            .ok_or_else(|| Error::new((self.place)(), format!("{name} has no member {param:?}")))?;
        Ok(Value::Union {
            name: name.to_owned(),
            variant: member.field.clone(),
            value: match &member.target {
                Target::Unit => None,
                target => Some(Box::new(self.value(node, target)?)),
            },
            boxed: member.boxed,
        })
    }

    fn list(&self, node: &Node, list: &List) -> Result<Value, Error> {
        let items = node
            .as_array()
            .ok_or_else(|| self.wrong(node, "list"))?
            .iter()
            .map(|item| self.entry(item, &list.element, list.sparse))
            .collect::<Result<_, _>>()?;
        Ok(Value::List {
            items,
            sparse: list.sparse,
        })
    }

    fn map(&self, node: &Node, map: &ir::Map) -> Result<Value, Error> {
        let entries = self
            .object(node)?
            .iter()
            .map(|(key, value)| {
                let key = self.value(&Node::from(key.as_str()), &map.key)?;
                Ok((key, self.entry(value, &map.value, map.sparse)?))
            })
            .collect::<Result<_, Error>>()?;
        Ok(Value::Map {
            entries,
            sparse: map.sparse,
        })
    }

    fn entry(&self, node: &Node, target: &Target, sparse: bool) -> Result<Value, Error> {
        match node {
            Node::Null if sparse => Ok(Value::Null),
            node => self.value(node, target),
        }
    }
}
