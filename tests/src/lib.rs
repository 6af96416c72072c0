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

/// The examples of the local endpoint's page, the same way.
#[cfg(doctest)]
#[doc = include_str!("../../crates/local-endpoint/IN_TESTS.md")]
pub struct InTests;
