//! Helpers of the tests that cross rooms.

pub mod client;
pub mod record;
pub mod socket;
