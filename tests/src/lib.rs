//! Helpers of the tests that cross rooms.

pub mod client;
pub mod record;
pub mod socket;

/// The README's examples, compiled and run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
