//! The server's side of restJson1: routes, requests, responses. What a generated router calls into.

mod request;
mod response;
mod route;

pub use request::{Body, Request};
pub use response::{ErrorResponse, Response, not_implemented};
pub use route::{Part, Route, find};

pub use bytes::Bytes;
pub use http::{Request as HttpRequest, Response as HttpResponse};

pub use crate::check::{Check, Violation, ViolationKind};
pub use crate::error::ErrorMetadata;
