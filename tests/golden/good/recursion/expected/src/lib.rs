//! Recursion for Rust, generated from its service model.

#[rustfmt::skip]
mod generated;

pub use generated::*;
