//! What can go wrong between bytes and shapes.

use std::error::Error;
use std::fmt;

/// One step of a path into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Name(String),
    Index(usize),
}

/// Writes a path kept from the inside out as `/Outer/3/Inner`.
fn write_path(f: &mut fmt::Formatter<'_>, path: &[Segment]) -> fmt::Result {
    for segment in path.iter().rev() {
        match segment {
            Segment::Name(name) => write!(f, "/{name}")?,
            Segment::Index(index) => write!(f, "/{index}")?,
        }
    }
    Ok(())
}

/// The longest name that a path repeats, in characters. Names come from outside.
const LONGEST_NAME: usize = 64;

fn name_segment(name: &str) -> Segment {
    Segment::Name(name.chars().take(LONGEST_NAME).collect())
}

/// A document, header or label that is not what the model says.
///
/// Displays as `/ContactSummaryList/3/InitiationTimestamp: expected a number at byte 812`: where, what was wanted, and the
/// offset into the body where there is one. Never holds a value; the key of a map is `*`.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadError(Box<ReadErrorParts>);

#[derive(Clone, PartialEq, Eq)]
struct ReadErrorParts {
    /// From the inside out: a caller adds what it knows while the error passes through.
    path: Vec<Segment>,
    reason: &'static str,
    byte: Option<usize>,
}

impl ReadError {
    /// An error that says what was wanted: `expected a number`.
    #[cold]
    pub fn new(reason: &'static str) -> Self {
        Self(Box::new(ReadErrorParts {
            path: Vec::new(),
            reason,
            byte: None,
        }))
    }

    /// The same error with the offset into the body.
    #[must_use]
    pub fn at_byte(mut self, byte: usize) -> Self {
        self.0.byte = Some(byte);
        self
    }

    /// The same error, seen from outside the member, map entry or header `name`.
    #[cold]
    #[must_use]
    pub fn within(mut self, name: &str) -> Self {
        self.0.path.push(name_segment(name));
        self
    }

    /// The same error, seen from outside the list of which this is the entry `index`.
    #[cold]
    #[must_use]
    pub fn within_item(mut self, index: usize) -> Self {
        self.0.path.push(Segment::Index(index));
        self
    }

    /// The same error without the name that was added last: a key of a map is no word of the model.
    #[cold]
    pub(super) fn mask(mut self) -> Self {
        if let Some(last) = self.0.path.last_mut() {
            *last = Segment::Name("*".to_owned());
        }
        self
    }

    /// What was wanted.
    pub fn reason(&self) -> &'static str {
        self.0.reason
    }

    /// Where: `/ContactSummaryList/3/InitiationTimestamp`, empty for the whole.
    pub fn path(&self) -> String {
        PathDisplay(&self.0.path).to_string()
    }

    /// The offset into the body.
    pub fn byte(&self) -> Option<usize> {
        self.0.byte
    }
}

struct PathDisplay<'a>(&'a [Segment]);

impl fmt::Display for PathDisplay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(f, self.0)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.is_empty() {
            write!(f, "{}: ", PathDisplay(&self.0.path))?;
        }
        f.write_str(self.0.reason)?;
        match self.0.byte {
            Some(byte) => write!(f, " at byte {byte}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReadError({self})")
    }
}

impl Error for ReadError {}

/// A value that has no form on the wire: a date outside the format's years, an unknown union variant.
///
/// Displays as `/Events/0/Date: an RFC 3339 date lies in the years 0000 to 9999`. Never holds a value.
#[derive(Clone, PartialEq, Eq)]
pub struct WriteError(Box<WriteErrorParts>);

#[derive(Clone, PartialEq, Eq)]
struct WriteErrorParts {
    path: Vec<Segment>,
    reason: &'static str,
}

impl WriteError {
    /// A union's variant that the model does not know has no form on the wire.
    #[cold]
    pub fn unknown_variant() -> Self {
        Self::new("the union's unknown variant cannot be sent")
    }

    /// An error that says what has no form.
    #[cold]
    pub fn new(reason: &'static str) -> Self {
        Self(Box::new(WriteErrorParts {
            path: Vec::new(),
            reason,
        }))
    }

    /// The same error, seen from outside the member or map entry `name`.
    #[cold]
    #[must_use]
    pub fn within(mut self, name: &str) -> Self {
        self.0.path.push(name_segment(name));
        self
    }

    /// The same error, seen from outside the list of which this is the entry `index`.
    #[cold]
    #[must_use]
    pub fn within_item(mut self, index: usize) -> Self {
        self.0.path.push(Segment::Index(index));
        self
    }

    /// What has no form.
    pub fn reason(&self) -> &'static str {
        self.0.reason
    }

    /// Where: `/Events/0/Date`, empty for the whole.
    pub fn path(&self) -> String {
        PathDisplay(&self.0.path).to_string()
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.is_empty() {
            write!(f, "{}: ", PathDisplay(&self.0.path))?;
        }
        f.write_str(self.0.reason)
    }
}

impl fmt::Debug for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WriteError({self})")
    }
}

impl Error for WriteError {}
