//! Café é "Tables" \*/ \`x\` \\ {y} pub const STOLEN: Option\<\&str> = option_env!("HOME"); //! \`\`\` panic!() \`\`\` for Rust, generated from its service model.

#[rustfmt::skip]
mod generated;

pub use generated::*;

#[cfg(all(feature = "client", feature = "test-util"))]
pub use connect_transport::test_util;
#[cfg(feature = "client")]
pub use connect_transport::{operating, sender};
