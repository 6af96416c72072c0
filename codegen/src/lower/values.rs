//! Constraints, defaults and documentation.

use serde_json::Value;

use super::Lowering;
use super::time;
use crate::docs;
use crate::error::{Error, Place};
use crate::ir::{self, Constraints, Default, Docs, Target};
use crate::model::{Kind, Length, Member, Range, Shape, ShapeId, Traits, ids};

impl<'a> Lowering<'a> {
    /// What a member's value must keep to: its own traits, and its target's where it has none.
    pub(super) fn constraints(
        &mut self,
        container: &ShapeId,
        member: &Member,
    ) -> Result<Constraints, Error> {
        let target = self.shape(&member.target)?;
        let place = (container, member.name.as_str());
        let find = |id: &str| member.traits.has(id) || target.traits.has(id);
        let mut constraints = Constraints {
            unique: target.traits.has(ids::UNIQUE_ITEMS),
            ..Constraints::default()
        };
        if find(ids::LENGTH) {
            let length: Option<Length> = match member.traits.read(ids::LENGTH, place)? {
                Some(length) => Some(length),
                None => target.traits.read(ids::LENGTH, &target.id)?,
            };
            constraints.length = length.map(|length| (length.min, length.max));
        }
        if find(ids::RANGE) {
            let range: Option<Range> = match member.traits.read(ids::RANGE, place)? {
                Some(range) => Some(range),
                None => target.traits.read(ids::RANGE, &target.id)?,
            };
            if let Some(range) = range {
                constraints.range = Some(range_literals(target, &range).map_err(|message| {
                    Error::new(
                        Place::member(container, &member.name).with_trait(ids::RANGE),
                        message,
                    )
                })?);
            }
        }
        if find(ids::PATTERN) {
            let pattern: Option<String> = match member.traits.read(ids::PATTERN, place)? {
                Some(pattern) => Some(pattern),
                None => target.traits.read(ids::PATTERN, &target.id)?,
            };
            if let Some(pattern) = pattern {
                match regex::Regex::new(&pattern) {
                    Ok(_) => constraints.pattern = Some(pattern),
                    Err(_) => {
                        let own = member.traits.has(ids::PATTERN);
                        let place = if own {
                            Place::member(container, &member.name)
                        } else {
                            Place::from(&target.id)
                        };
                        let place = place.with_trait(ids::PATTERN);
                        self.warnings.insert(format!(
                            "{place}: {pattern:?} is no regular expression of Rust's; the server will not check it"
                        ));
                    }
                }
            }
        }
        Ok(constraints)
    }

    /// The default that a member states; a null one is none.
    pub(super) fn default(
        &self,
        container: &ShapeId,
        member: &Member,
        target: &Target,
    ) -> Result<Option<Default>, Error> {
        let Some(value) = member.traits.get(ids::DEFAULT) else {
            return Ok(None);
        };
        let wrong = || {
            let place = Place::member(container, &member.name).with_trait(ids::DEFAULT);
            Error::new(place, format!("{value} is no default for this type"))
        };
        let zero = match value {
            Value::Null => return Ok(None),
            Value::Bool(false) => matches!(target, Target::Boolean),
            Value::Number(number) => number.as_f64() == Some(0.0) && is_number(target),
            Value::String(text) => {
                text.is_empty()
                    && matches!(
                        target,
                        Target::String { .. } | Target::Blob { .. } | Target::Stream { .. }
                    )
            }
            Value::Array(items) => items.is_empty() && matches!(target, Target::List(_)),
            Value::Object(members) => members.is_empty() && matches!(target, Target::Map(_)),
            Value::Bool(true) => false,
        };
        if let Target::Timestamp(_) = target {
            let (seconds, nanos) = time(value).ok_or_else(wrong)?;
            return Ok(Some(Default::Timestamp(seconds, nanos)));
        }
        if zero {
            return Ok(Some(Default::Zero));
        }
        let default = match (target, value) {
            (Target::Document, _) => Default::Document(value.to_string()),
            (Target::Boolean, Value::Bool(true)) => Default::True,
            (Target::Float | Target::Double, Value::Number(number)) => {
                Default::Float(number.as_f64().ok_or_else(wrong)?)
            }
            (Target::BigInteger | Target::BigDecimal, Value::Number(number)) => {
                Default::String(number.to_string())
            }
            (target, Value::Number(number)) if is_number(target) => {
                Default::Integer(number.as_i64().ok_or_else(wrong)?)
            }
            (Target::Blob { .. } | Target::Stream { .. }, Value::String(text)) => {
                if !is_base64(text) {
                    return Err(wrong());
                }
                Default::Blob(text.clone())
            }
            (Target::String { .. } | Target::Enum(_), Value::String(text)) => {
                Default::String(text.clone())
            }
            _ => return Err(wrong()),
        };
        Ok(Some(default))
    }

    /// A shape's documentation; one is made up from its type where the model has none.
    pub(super) fn shape_docs(
        &self,
        shape: &Shape,
        otherwise: impl FnOnce() -> String,
    ) -> Result<Docs, Error> {
        documentation(&shape.traits, &shape.id, otherwise)
    }

    /// A member's documentation: its own, its target's, or its type and constraints in words.
    pub(super) fn member_docs(
        &self,
        container: &ShapeId,
        member: &Member,
        target: &Target,
        required: bool,
        constraints: &Constraints,
    ) -> Result<Docs, Error> {
        let shape = self.shape(&member.target)?;
        let mut docs = documentation(&member.traits, (container, member.name.as_str()), || {
            describe(&member.name, target, required, constraints)
        })?;
        if docs.deprecated.is_none() && shape.traits.has(ids::DEPRECATED) {
            docs.deprecated = deprecation(&shape.traits);
        }
        Ok(docs)
    }
}

/// The text of `documentation` and `deprecated`.
pub(super) fn documentation(
    traits: &Traits,
    place: impl crate::model::TraitPlace,
    otherwise: impl FnOnce() -> String,
) -> Result<Docs, Error> {
    let html: Option<String> = traits.read(ids::DOCUMENTATION, place)?;
    let markdown = html
        .map(|html| docs::to_markdown(&html))
        .filter(|markdown| !markdown.trim().is_empty())
        .unwrap_or_else(otherwise);
    Ok(Docs {
        markdown,
        deprecated: deprecation(traits),
    })
}

fn deprecation(traits: &Traits) -> Option<String> {
    let value = traits.get(ids::DEPRECATED)?;
    let since = value["since"]
        .as_str()
        .map(|since| format!("since {since}"));
    let message = value["message"].as_str().map(str::to_owned);
    Some(
        [message, since]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", "),
    )
}

fn describe(name: &str, target: &Target, required: bool, constraints: &Constraints) -> String {
    docs::describe(&docs::Described {
        name,
        kind: &target.words(),
        required,
        length: constraints.length,
        range: constraints
            .range
            .as_ref()
            .map(|(min, max)| (min.as_deref(), max.as_deref())),
        pattern: constraints.pattern.as_deref(),
        unique: constraints.unique,
    })
}

/// Whether text is base64 with its padding.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

fn is_number(target: &Target) -> bool {
    matches!(
        target,
        Target::Byte
            | Target::Short
            | Target::Integer
            | Target::Long
            | Target::Float
            | Target::Double
            | Target::BigInteger
            | Target::BigDecimal
            | Target::IntEnum(_)
    )
}

/// Bounds as literals of the target's type.
fn range_literals(
    target: &Shape,
    range: &Range,
) -> Result<(Option<String>, Option<String>), String> {
    use crate::model::Simple;
    let literal = |bound: &Option<serde_json::Number>| -> Result<Option<String>, String> {
        let Some(bound) = bound else {
            return Ok(None);
        };
        let whole = bound.as_i64().or_else(|| {
            let value = bound.as_f64()?;
            #[allow(
                clippy::cast_possible_truncation,
                reason = "checked to be whole and in range"
            )]
            (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64)
        });
        let (min, max) = match target.kind {
            Kind::Simple(Simple::Byte) => (i64::from(i8::MIN), i64::from(i8::MAX)),
            Kind::Simple(Simple::Short) => (i64::from(i16::MIN), i64::from(i16::MAX)),
            Kind::Simple(Simple::Integer) | Kind::IntEnum(_) => {
                (i64::from(i32::MIN), i64::from(i32::MAX))
            }
            Kind::Simple(Simple::Long) => (i64::MIN, i64::MAX),
            Kind::Simple(
                Simple::Float | Simple::Double | Simple::BigDecimal | Simple::BigInteger,
            ) => {
                let value = bound
                    .as_f64()
                    .ok_or_else(|| format!("{bound} is out of range"))?;
                return Ok(Some(format!("{value:?}")));
            }
            _ => return Err(format!("a {} has no range", target.kind.name())),
        };
        // A bound outside the type's own range is no bound.
        match whole {
            Some(whole) if whole < min || whole > max => Ok(None),
            Some(whole) => Ok(Some(whole.to_string())),
            None => Err(format!("{bound} is no whole number")),
        }
    };
    Ok((literal(&range.min)?, literal(&range.max)?))
}

impl Target {
    /// The type in words, for documentation: `list of strings`.
    fn words(&self) -> String {
        match self {
            Self::String { .. } => "string".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::Byte
            | Self::Short
            | Self::Integer
            | Self::Long
            | Self::BigInteger
            | Self::IntEnum(_) => "integer".to_owned(),
            Self::Float | Self::Double | Self::BigDecimal => "number".to_owned(),
            Self::Unit => "nothing".to_owned(),
            Self::Document => "JSON document".to_owned(),
            Self::Timestamp(_) => "timestamp".to_owned(),
            Self::Blob { .. } => "bytes".to_owned(),
            Self::Stream { .. } => "stream of bytes".to_owned(),
            Self::Enum(name) | Self::Structure(name) | Self::Union(name) => {
                format!("[`{name}`](crate::types::{name})")
            }
            Self::List(list) => format!("list of {}", list.element.words()),
            Self::Map(map) => format!("map of {} to {}", map.key.words(), map.value.words()),
        }
    }
}

/// Structures and unions that have something to check themselves or in what they reach, by name.
pub(super) fn checked(service: &ir::Service) -> std::collections::BTreeSet<String> {
    let shapes: Vec<(&str, &[ir::Member])> = service
        .structures
        .iter()
        .map(|shape| (shape.name.as_str(), shape.members.as_slice()))
        .chain(
            service
                .unions
                .iter()
                .map(|shape| (shape.name.as_str(), shape.members.as_slice())),
        )
        .collect();
    let mut checked = std::collections::BTreeSet::new();
    loop {
        let before = checked.len();
        for (name, members) in &shapes {
            if members.iter().any(|member| needs_check(member, &checked)) {
                checked.insert((*name).to_owned());
            }
        }
        if checked.len() == before {
            return checked;
        }
    }
}

/// Whether a member has something to check, given the types that have.
pub(super) fn needs_check(
    member: &ir::Member,
    checked: &std::collections::BTreeSet<String>,
) -> bool {
    (member.required && member.optional)
        || !member.constraints.is_empty()
        || target_needs_check(&member.target, checked)
}

fn target_needs_check(target: &Target, checked: &std::collections::BTreeSet<String>) -> bool {
    match target {
        Target::List(list) => {
            !list.constraints.is_empty() || target_needs_check(&list.element, checked)
        }
        Target::Map(map) => {
            !map.key_constraints.is_empty()
                || !map.value_constraints.is_empty()
                || target_needs_check(&map.value, checked)
        }
        Target::Structure(name) | Target::Union(name) => checked.contains(name),
        // A server takes the values it knows only; to a client the check is nothing.
        Target::Enum(_) | Target::IntEnum(_) => true,
        _ => false,
    }
}
