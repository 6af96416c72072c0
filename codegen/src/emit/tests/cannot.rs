//! What tests cannot cover.

use std::fmt;

/// A value of which no test can be made, or an operation that does not come back the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cannot {
    /// The shape ID, with the member's name if it is about one.
    pub place: String,
    /// Why.
    pub reason: String,
    /// The operation that is left out, if one is.
    pub(super) operation: Option<String>,
}

impl Cannot {
    pub(super) fn excludes(&self, operation: &str) -> bool {
        self.operation.as_deref() == Some(operation)
    }
}

impl fmt::Display for Cannot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}
