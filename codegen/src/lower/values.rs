//! Constraints, defaults and documentation.

use serde_json::{Number, Value};

use super::Lowering;
use super::time;
use crate::docs::{self, Form};
use crate::error::{Error, Place};
use crate::ir::{Constraints, Default, Docs, Target};
use crate::model::{ExternalDocumentation, Member, Shape, ShapeId, TraitPlace, Traits, ids};
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
        Ok(Some(match (target, value) {
            (_, Value::Null) => return Ok(None),
            (Target::Timestamp(_), value) => {
                let (seconds, nanos) = time(value).ok_or_else(wrong)?;
                Default::Timestamp(seconds, nanos)
            }
            (Target::Document, _) => Default::Document(value.to_string()),
            (Target::Boolean, Value::Bool(false)) => Default::Zero,
            (Target::Boolean, Value::Bool(true)) => Default::True,
            (target, Value::Number(number)) if is_number(target) => {
                number_default(number, target).ok_or_else(wrong)?
            }
            (
                Target::String { .. } | Target::Blob { .. } | Target::Stream { .. },
                Value::String(text),
            ) if text.is_empty() => Default::Zero,
            (Target::List(_), Value::Array(items)) if items.is_empty() => Default::Zero,
            (Target::Map(_), Value::Object(members)) if members.is_empty() => Default::Zero,
            (Target::Blob { .. } | Target::Stream { .. }, Value::String(text))
                if is_base64(text) =>
            {
                Default::Blob(text.clone())
            }
            (Target::String { .. }, Value::String(text)) => Default::String(text.clone()),
            (Target::Enum(name), Value::String(text)) if self.has_value(name, text) => {
                Default::String(text.clone())
            }
            _ => return Err(wrong()),
        }))
    }

    /// Whether an enum has a value.
    fn has_value(&self, name: &str, value: &str) -> bool {
        let variants = self.enums.get(name).map(|shape| &shape.variants);
        let mut variants = variants.into_iter().flatten();
        variants.any(|variant| variant.value == value)
    }

    /// A member's documentation: its own, or its type and constraints in words. It is deprecated if its target is.
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
            let kind = target.words(form);
            docs::describe(&member.name, &kind, required, constraints, form)
        })?;
        if docs.deprecated.is_none() && shape.traits.has(ids::DEPRECATED) {
            docs.deprecated = deprecation(&shape.traits);
        }
        Ok(docs)
    }
}

/// A shape's documentation; one is made up from its type where the model has none.
pub(super) fn shape_docs(shape: &Shape, otherwise: impl Fn(Form) -> String) -> Result<Docs, Error> {
    documentation(&shape.traits, &shape.id, otherwise)
}

/// The text of `documentation`, `externalDocumentation` and `deprecated`.
pub(super) fn documentation(
    traits: &Traits,
    place: impl TraitPlace + Copy,
    otherwise: impl Fn(Form) -> String,
) -> Result<Docs, Error> {
    let html: Option<String> = traits.read(ids::DOCUMENTATION, place)?;
    let links: Option<ExternalDocumentation> = traits.read(ids::EXTERNAL_DOCUMENTATION, place)?;
    let mut docs = docs_of(html.as_deref(), otherwise);
    docs.deprecated = deprecation(traits);
    if let Some(links) = links.filter(|links| !links.is_empty()) {
        let see = |form| {
            let links = links
                .iter()
                .map(|(name, url)| (name.as_str(), url.as_str()));
            format!("\n\n{}", docs::see(links, form))
        };
        docs.markdown.push_str(&see(Form::Markdown));
        docs.plain.push_str(&see(Form::Plain));
    }
    Ok(docs)
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
    let since = value["since"].as_str();
    let since = since.map(|since| format!("since {since}"));
    let message = value["message"].as_str().map(str::to_owned);
    let parts: Vec<String> = message.into_iter().chain(since).collect();
    Some(parts.join(", "))
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

/// A number as a default; none if it is not one of the target's.
fn number_default(number: &Number, target: &Target) -> Option<Default> {
    if number.as_f64() == Some(0.0) {
        return Some(Default::Zero);
    }
    let fits = |value: &i64| match target {
        Target::Byte => i8::try_from(*value).is_ok(),
        Target::Short => i16::try_from(*value).is_ok(),
        Target::Integer => i32::try_from(*value).is_ok(),
        Target::IntEnum(values) => values.iter().any(|known| i64::from(*known) == *value),
        _ => true,
    };
    match target {
        Target::BigInteger | Target::BigDecimal => Some(Default::String(number.to_string())),
        Target::Float => {
            let value = number.as_f64();
            let value = value.filter(|value| !(*value as f32).is_infinite());
            value.map(Default::Float)
        }
        Target::Double => number.as_f64().map(Default::Float),
        _ => number.as_i64().filter(fits).map(Default::Integer),
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
