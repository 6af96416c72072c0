//! The network side of generated clients: HTTP, TLS, SigV4, credentials, retries.

pub mod client;
pub mod config;
pub mod error;
pub mod pagination;
pub mod sender;
#[cfg(any(test, feature = "test-util"))]
pub mod test_util;

mod attempt;
mod auth;
mod call;
#[cfg(any(test, feature = "test-util"))]
mod clock;
#[cfg(feature = "compression")]
mod compression;
mod crate_error;
mod endpoint;
mod fluent;
mod handle;
mod identity;
mod limits;
mod random;
mod rate_limit;
mod retry;
mod settings;
mod sign;
mod skew;
mod stalled;
mod user_agent;
pub mod waiter;

#[cfg(feature = "aws-config")]
pub use aws_config;
pub use aws_types::SdkConfig;
pub use aws_types::request_id::RequestId;
pub use handle::Handle;

/// What expanded macros need from other crates.
#[doc(hidden)]
pub mod __private {
    pub use connect_protocol::http::HttpResponse;
}
