//! What generated tests call into.

mod exchange;

pub use exchange::Exchange;
