//! Constraints: lengths, ranges, patterns.

use serde_json::Number;

use super::Lowering;
use crate::error::{Error, Place, bail};
use crate::ir::Constraints;
use crate::model::{Kind, Length, Member, Range, Shape, ShapeId, Simple, ids};

impl Lowering<'_> {
    /// What a member's value must keep to: its own traits, and its target's where it has none.
    pub(super) fn constraints(
        &mut self,
        container: &ShapeId,
        member: &Member,
    ) -> Result<Constraints, Error> {
        let target = self.shape(&member.target)?;
        // A trait, and the place where it stands.
        let find = |id: &str| {
            let (traits, place) = if member.traits.has(id) {
                (&member.traits, Place::member(container, &member.name))
            } else {
                (&target.traits, Place::from(&target.id))
            };
            traits.has(id).then(|| (traits, place.with_trait(id)))
        };
        let mut constraints = Constraints {
            unique: target.traits.has(ids::UNIQUE_ITEMS),
            ..Constraints::default()
        };
        if let Some((traits, place)) = find(ids::LENGTH) {
            let length: Option<Length> = traits.read_object(ids::LENGTH, place.clone())?;
            constraints.length = length
                .map(|length| length_bounds(target, length))
                .transpose()
                .map_err(|message| Error::new(place, message))?;
        }
        if let Some((traits, place)) = find(ids::RANGE) {
            let range: Option<Range> = traits.read_object(ids::RANGE, place.clone())?;
            constraints.range = range
                .map(|range| range_literals(target, &range))
                .transpose()
                .map_err(|message| Error::new(place, message))?;
        }
        if let Some((traits, place)) = find(ids::PATTERN) {
            if !matches!(target.kind, Kind::Simple(Simple::String) | Kind::Enum(_)) {
                bail!(place, "{} has no pattern", target.kind.with_article());
            }
            let pattern: Option<String> = traits.read(ids::PATTERN, place.clone())?;
            let fault = pattern.as_deref().and_then(|pattern| self.fault(pattern));
            match fault {
                None => constraints.pattern = pattern,
                Some(fault) if self.server => {
                    let pattern = pattern.unwrap_or_default();
                    let message = format!("{pattern:?} {fault}; the server will not check it");
                    self.warn(Error::new(place, message));
                }
                Some(_) => {}
            }
        }
        Ok(constraints)
    }

    /// Why a pattern cannot be checked. Many members share few patterns, and compiling one takes long.
    fn fault(&mut self, pattern: &str) -> Option<&'static str> {
        let known = self.patterns.entry(pattern.to_owned());
        *known.or_insert_with(|| {
            if is_escaped_twice(pattern) {
                Some("is escaped twice")
            } else if regex::Regex::new(pattern).is_err() {
                Some("is no regular expression of Rust's")
            } else {
                None
            }
        })
    }
}

/// Whether `\\d` stands where `\d` is meant, as in some published models. A server would reject what the service takes.
fn is_escaped_twice(pattern: &str) -> bool {
    let mut rest = pattern.split(r"\\").skip(1);
    rest.any(|rest| rest.starts_with(['d', 'D', 'p', 'P', 's', 'S', 'w', 'W', '.', '+']))
}

fn length_bounds(target: &Shape, length: Length) -> Result<(Option<u64>, Option<u64>), String> {
    let has_length = matches!(
        target.kind,
        Kind::Simple(Simple::String | Simple::Blob) | Kind::List(_) | Kind::Map(..) | Kind::Enum(_)
    );
    if !has_length {
        return Err(format!("{} has no length", target.kind.with_article()));
    }
    match (length.min, length.max) {
        (Some(min), Some(max)) if min > max => {
            Err(format!("no length is at least {min} and at most {max}"))
        }
        bounds => Ok(bounds),
    }
}

/// Bounds as literals of the target's type.
fn range_literals(
    target: &Shape,
    range: &Range,
) -> Result<(Option<String>, Option<String>), String> {
    let literal = |bound: &Option<Number>| -> Result<Option<String>, String> {
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
            Kind::Simple(Simple::BigDecimal | Simple::BigInteger) => {
                return Ok(Some(bound.to_string()));
            }
            Kind::Simple(Simple::Float | Simple::Double) => {
                let value = bound
                    .as_f64()
                    .ok_or_else(|| format!("{bound} is out of range"))?;
                return Ok(Some(format!("{value:?}")));
            }
            _ => return Err(format!("{} has no range", target.kind.with_article())),
        };
        // A bound outside the type's own range is no bound.
        match whole {
            Some(whole) if whole < min || whole > max => Ok(None),
            Some(whole) => Ok(Some(whole.to_string())),
            None => Err(format!("{bound} is no whole number")),
        }
    };
    let bound = |bound: &Option<Number>| bound.as_ref().and_then(Number::as_f64);
    if let (Some(min), Some(max)) = (bound(&range.min), bound(&range.max))
        && min > max
    {
        return Err(format!("no value is at least {min} and at most {max}"));
    }
    Ok((literal(&range.min)?, literal(&range.max)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_before_an_escape_is_one_too_many() {
        for pattern in [
            r"^\\+[1-9]\\d{1,14}$",
            r"^https://\S+\\.s3",
            r"^[\\P{C}\r\n]+$",
        ] {
            assert!(is_escaped_twice(pattern), "{pattern}");
        }
        for pattern in [
            r"^\+[1-9]\d{1,14}$",
            r"^[a-z\\]+$",
            r"^C:\\(\w+\\)*$",
            r"^\\\\host$",
        ] {
            assert!(!is_escaped_twice(pattern), "{pattern}");
        }
    }
}
