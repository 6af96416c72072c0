//! Endpoint rules: the `smithy.rules` traits of a service to one Rust function.
//!
//! [`lower`] reads and type-checks a rule set, [`emit`] writes it as nested `if`s over the functions of
//! `connect_protocol::endpoint`, [`lower_tests`] and [`emit_tests`] do the same for the `endpointTests` beside it.
//! Nothing is interpreted at run time, so a rule set that makes no sense is an error here and not in a caller's hands.

mod cases;
mod emit;
mod expression;
mod functions;
mod ir;
mod node;
mod template;
mod types;

pub use cases::{TestCase, emit_tests, lower_tests};
pub use emit::emit;
pub use ir::RuleSet;
pub use types::{lower, without_rules};
