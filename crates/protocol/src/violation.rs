//! What was found, and how it is said.

use std::fmt::{self, Display};

use crate::error::InputError;

/// A constraint that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, as a JSON pointer: `/Filters/0/Name`. A map's key stands for its value; what is wrong with a key is wrong with the map.
    pub path: String,
    /// What is wrong, in the words of Smithy's `ValidationException`: `Value at '/Name' failed to satisfy constraint: Member must
    /// not be null`.
    pub message: String,
    /// Which constraint.
    pub kind: ViolationKind,
}

impl Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Violation {
    /// The same violation below a member.
    #[cfg(feature = "server")]
    pub(crate) fn under(self, member: &str) -> Self {
        let path = format!("/{member}{}", self.path);
        let message = self
            .message
            .replacen(&format!("'{}'", self.path), &format!("'{path}'"), 1);
        Self {
            path,
            message,
            ..self
        }
    }
}

/// A broken constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ViolationKind {
    /// The member must be there.
    Required,
    /// The length is not within the limits, which are inclusive.
    Length {
        /// The value's length.
        length: u64,
        /// The least length allowed.
        min: Option<u64>,
        /// The greatest length allowed.
        max: Option<u64>,
    },
    /// The number is not within the limits, which are inclusive and in decimal.
    Range {
        /// The least value allowed.
        min: Option<String>,
        /// The greatest value allowed.
        max: Option<String>,
    },
    /// The string does not match this regular expression.
    Pattern(&'static str),
    /// Two entries of the list are equal.
    UniqueItems,
    /// The value is none of these.
    Enum(&'static [&'static str]),
    /// The number is none of these.
    IntEnum(&'static [i32]),
}

/// What the model demands, as Smithy's `ValidationException` says it.
impl Display for ViolationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Member must ")?;
        match self {
            Self::Required => f.write_str("not be null"),
            Self::Length { min, max, .. } => {
                f.write_str("have length ")?;
                limits(f, min.as_ref(), max.as_ref())
            }
            Self::Range { min, max } => {
                f.write_str("be ")?;
                limits(f, min.as_ref(), max.as_ref())
            }
            Self::Pattern(pattern) => write!(f, "satisfy regular expression pattern: {pattern}"),
            Self::UniqueItems => f.write_str("have unique values"),
            Self::Enum(values) => value_set(f, values),
            Self::IntEnum(values) => value_set(f, values),
        }
    }
}

fn limits<T: Display>(f: &mut fmt::Formatter<'_>, min: Option<&T>, max: Option<&T>) -> fmt::Result {
    match (min, max) {
        (Some(min), Some(max)) => write!(f, "between {min} and {max}, inclusive"),
        (Some(min), None) => write!(f, "greater than or equal to {min}"),
        (None, Some(max)) => write!(f, "less than or equal to {max}"),
        (None, None) => Ok(()),
    }
}

fn value_set<T: Display>(f: &mut fmt::Formatter<'_>, values: &[T]) -> fmt::Result {
    f.write_str("satisfy enum value set: [")?;
    for (index, value) in values.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        write!(f, "{comma}{value}")?;
    }
    f.write_str("]")
}

/// A violation whose path still grows from the inside out.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    path: String,
    kind: ViolationKind,
}

impl Finding {
    pub(crate) fn here(kind: ViolationKind) -> Self {
        Self {
            path: String::new(),
            kind,
        }
    }

    pub(crate) fn at(name: &str, kind: ViolationKind) -> Self {
        Self {
            path: format!("/{name}"),
            kind,
        }
    }
}

/// More findings than anyone reads. A body of the longest sort could break a constraint with every other byte.
const MOST: usize = 100;

/// The longest name that a path repeats, in characters. Keys of maps come from outside.
const LONGEST_NAME: usize = 64;

/// Keeps a finding, unless there are enough.
#[cold]
pub(crate) fn keep(findings: &mut Vec<Finding>, finding: Finding) {
    if findings.len() < MOST {
        findings.push(finding);
    }
}

/// Puts a name or index before the paths of all findings from `from` on.
#[cold]
pub(crate) fn prefix(findings: &mut [Finding], from: usize, segment: &dyn Display) {
    let segment: String = segment.to_string().chars().take(LONGEST_NAME).collect();
    for finding in findings.iter_mut().skip(from) {
        finding.path.insert_str(0, &format!("/{segment}"));
    }
}

impl From<Finding> for Violation {
    fn from(Finding { path, kind }: Finding) -> Self {
        let message = match kind {
            ViolationKind::Length { length, .. } => {
                format!(
                    "Value with length {length} at '{path}' failed to satisfy constraint: {kind}"
                )
            }
            _ => format!("Value at '{path}' failed to satisfy constraint: {kind}"),
        };
        Self {
            path,
            message,
            kind,
        }
    }
}

impl From<Finding> for InputError {
    fn from(Finding { mut path, kind }: Finding) -> Self {
        path.drain(..path.len().min(1));
        match kind {
            ViolationKind::Required => Self::new(path, "required"),
            ViolationKind::Length {
                length,
                min: Some(min),
                ..
            } => Self::new(path, format!("minimum length {min}, is {length}")),
            ViolationKind::Range { min: Some(min), .. } => {
                Self::new(path, format!("minimum {min}"))
            }
            kind => Self::new(path, kind.to_string()),
        }
    }
}
