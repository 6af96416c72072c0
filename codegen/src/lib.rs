//! Turns a Smithy JSON model into a typed Rust client and server.
