//! What callers' tests need: a clock to stop, canned responses, recorded requests.

pub use crate::clock::TokioClock;
