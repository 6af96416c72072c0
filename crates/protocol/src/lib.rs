//! restJson1 without I/O: what generated code calls into.
//!
//! Nothing here knows a service or opens a socket. [`http`] holds the encoded request and the response, [`operation`]
//! what is fixed about a service and its operations. A request is made with [`uri`], [`header`], [`text`] and
//! [`json::Writer`]; a response is read with [`header`], [`text`] and [`json::Reader`]; [`check`] checks a model's
//! constraints; [`endpoint`] holds what endpoint rules call. The macros write the parts of a shape that are the same
//! for every shape.

#[doc(hidden)]
pub mod bucket;
pub mod check;
mod date;
mod decimal;
pub mod endpoint;
pub mod error;
#[rustfmt::skip]
mod generated;
pub mod header;
pub mod http;
pub mod json;
#[doc(hidden)]
pub mod literal;
mod macros;
pub mod open_enum;
pub mod operation;
pub mod primitives;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub mod shape_serde;
#[cfg(any(test, feature = "test-util"))]
pub mod test_util;
pub mod text;
pub mod uri;
pub mod uuid;
mod violation;

/// What expanded macros need from other crates.
#[cfg(feature = "serde")]
#[doc(hidden)]
pub mod __private {
    pub use serde;
}

/// Nothing: feature `serde` is off.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __serde_text {
    ($name:ident) => {};
}

/// Nothing: feature `serde` is off.
#[cfg(not(feature = "serde"))]
#[macro_export]
macro_rules! serde_shape {
    ($name:ident) => {};
}
