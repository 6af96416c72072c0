//! What generated tests call into: random values, a service that answers what it is told, comparisons.

mod compare;
mod exchange;
mod hostile;
mod round_trip;
mod sample;
mod source;

pub use compare::{Comparable, Compared, Parts, collected};
pub use exchange::Exchange;
pub use hostile::{Breaker, COPIES, pieces};
pub use round_trip::{SEEDS, Trip, now};
pub use sample::{Sample, named_too, unless_empty};
pub use source::Source;
