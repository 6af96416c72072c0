//! Turns a Smithy JSON model into a typed Rust client and server.

pub mod docs;
pub mod names;
pub mod partitions;
pub mod rules;
