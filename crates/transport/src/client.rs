//! Calls that are changed before they are sent.

/// [`CustomizableOperation`](customize::CustomizableOperation).
pub mod customize;
