//! The network side of generated clients: HTTP, TLS, SigV4, credentials, retries.
//!
//! Generated code calls [`Handle::send`] with an encoded request and functions that read the response; this crate does
//! what lies between. [`operating`] is about running it: limits, retries, logging, proxies, credentials, testing.
//!
//! A reader follows a call top-down: `handle` (what depends on types), `call` (the loop of attempts), `attempt` (authenticate,
//! address, send, receive), `request` (headers and signature), [`sender`] (pool and connection).
//!
//! # Features
//!
//! - `ring` (default) or `aws-lc-rs`: the cryptography of TLS. With neither, only plaintext endpoints can be reached.
//! - `http2`: HTTP/2 where the server offers it.
//! - `compression`: gzip for request bodies of operations that allow it.
//! - `aws-config`: the credentials and region chain of AWS's SDKs.
//! - `test-util`: canned responses and recorded requests.

/// Calls that are changed before they are sent.
pub mod client {
    pub mod customize;
}
pub mod config;
pub mod error;
#[doc = include_str!("operating.md")]
pub mod operating {}
pub mod pagination;
pub mod sender;
#[cfg(any(test, feature = "test-util"))]
pub mod test_util;

mod attempt;
mod auth;
mod bucket;
mod call;
#[cfg(any(test, feature = "test-util"))]
mod clock;
#[cfg(feature = "compression")]
mod compression;
mod crate_error;
mod endpoint;
mod environment;
mod fluent;
mod handle;
mod identity;
mod limits;
mod random;
mod rate_limit;
mod receive;
mod request;
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
    pub use connect_protocol::error_enum;
    pub use connect_protocol::http::HttpResponse;
    pub use connect_protocol::json::ReadError;
}
