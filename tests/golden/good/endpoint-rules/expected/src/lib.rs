//! Every function of endpoint rules for Rust, generated from its service model.

#[rustfmt::skip]
mod generated;

pub use generated::*;

#[cfg(all(feature = "client", feature = "test-util"))]
pub use connect_transport::test_util;
#[cfg(feature = "client")]
pub use connect_transport::{operating, sender};
