//! Runs protocol test vectors against a generated client and server: what the programs that `cargo xtask conformance`
//! generates call into.
//!
//! A program holds the vectors as JSON, and functions that put a value on the wire or read it from there. [`Run`] brings the two
//! together, prints what differs, and counts.

mod compare;
mod run;
mod vector;

pub use run::{Built, Run, with_causes};
