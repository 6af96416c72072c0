//! Helpers of the tests across crates.

pub mod certificates;
pub mod client;
pub mod http2;
pub mod record;
pub mod script;
pub mod socket;

/// The README's examples, compiled and run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
