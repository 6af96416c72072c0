//! What rules for operations have in common.

/// A rule that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RuleError(String);

impl RuleError {
    pub(crate) fn expected(what: &str, given: &str) -> Self {
        Self(format!("expected {what}, found {given:?}"))
    }
}

/// Reads an operation's name. Whether there is such an operation is checked at the start.
pub(crate) fn operation(name: &str) -> Result<String, RuleError> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(RuleError::expected("an operation's name", name));
    }
    Ok(name.to_owned())
}
