//! restJson1 without I/O: what generated code calls into.
//!
//! Nothing here knows a service or opens a socket. [`http`] holds the encoded request and the response, [`operation`]
//! what is fixed about a service and its operations, [`endpoint`] the functions that endpoint rules call.

pub mod endpoint;
pub mod http;
pub mod operation;
