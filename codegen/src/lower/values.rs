//! Constraints, defaults and documentation.

use serde_json::Value;

use super::Lowering;
use super::time;
use crate::docs::{self, Form};
use crate::error::{Error, Place};
use crate::ir::{self, Constraints, Default, Docs, Target};
use crate::model::{Member, Shape, ShapeId, Traits, ids};
use crate::names;

impl<'a> Lowering<'a> {
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
                let value = number.as_f64().ok_or_else(wrong)?;
                if *target == Target::Float && (value as f32).is_infinite() {
                    return Err(wrong());
                }
                Default::Float(value)
            }
            (Target::BigInteger | Target::BigDecimal, Value::Number(number)) => {
                Default::String(number.to_string())
            }
            (target, Value::Number(number)) if is_number(target) => {
                let value = number.as_i64().filter(|value| fits(*value, target));
                Default::Integer(value.ok_or_else(wrong)?)
            }
            (Target::Blob { .. } | Target::Stream { .. }, Value::String(text)) => {
                if !is_base64(text) {
                    return Err(wrong());
                }
                Default::Blob(text.clone())
            }
            (Target::Enum(_), Value::String(text)) => {
                if !self.has_value(&member.target, text)? {
                    return Err(wrong());
                }
                Default::String(text.clone())
            }
            (Target::String { .. }, Value::String(text)) => Default::String(text.clone()),
            _ => return Err(wrong()),
        };
        Ok(Some(default))
    }

    /// A shape's documentation; one is made up from its type where the model has none.
    pub(super) fn shape_docs(
        &self,
        shape: &Shape,
        otherwise: impl Fn(Form) -> String,
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
        let mut docs = documentation(&member.traits, (container, member.name.as_str()), |form| {
            describe(&member.name, target, required, constraints, form)
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
    otherwise: impl Fn(Form) -> String,
) -> Result<Docs, Error> {
    let html: Option<String> = traits.read(ids::DOCUMENTATION, place)?;
    Ok(Docs {
        deprecated: deprecation(traits),
        ..docs_of(html.as_deref(), otherwise)
    })
}

/// Documentation of HTML, or of other words where it says nothing.
pub(super) fn docs_of(html: Option<&str>, otherwise: impl Fn(Form) -> String) -> Docs {
    let text = |form, convert: fn(&str) -> String| {
        html.map(convert)
            .filter(|text| !text.trim().is_empty())
            .unwrap_or_else(|| otherwise(form))
    };
    Docs {
        markdown: text(Form::Markdown, docs::to_markdown),
        plain: text(Form::Plain, docs::to_plain),
        deprecated: None,
    }
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

fn describe(
    name: &str,
    target: &Target,
    required: bool,
    constraints: &Constraints,
    form: Form,
) -> String {
    let member = docs::Described {
        name,
        kind: &target.words(form),
        required,
        length: constraints.length,
        range: constraints
            .range
            .as_ref()
            .map(|(min, max)| (min.as_deref(), max.as_deref())),
        pattern: constraints.pattern.as_deref(),
        unique: constraints.unique,
    };
    docs::describe(&member, form)
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

/// Whether a number is one of the target's.
fn fits(value: i64, target: &Target) -> bool {
    match target {
        Target::Byte => i8::try_from(value).is_ok(),
        Target::Short => i16::try_from(value).is_ok(),
        Target::Integer => i32::try_from(value).is_ok(),
        Target::IntEnum(values) => values.iter().any(|known| i64::from(*known) == value),
        _ => true,
    }
}

impl Target {
    /// The type in words, for documentation: `list of strings`.
    fn words(&self, form: Form) -> String {
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
            Self::Enum(name) | Self::Structure(name) | Self::Union(name) => match form {
                Form::Markdown => format!("[`{name}`](crate::types::{name})"),
                Form::Plain => names::unqualified(name).to_owned(),
            },
            Self::List(list) => format!("list of {}", list.element.words(form)),
            Self::Map(map) => format!(
                "map of {} to {}",
                map.key.words(form),
                map.value.words(form)
            ),
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
