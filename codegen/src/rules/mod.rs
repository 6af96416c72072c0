//! Endpoint rules: the `smithy.rules` traits of a service to one Rust function.
//!
//! [`lower`] reads and type-checks a rule set, [`emit`] writes it as nested `if`s over the functions of
//! `connect_protocol::endpoint`, [`lower_tests`] and [`emit_tests`] do the same for the `endpointTests` beside it.
//! Nothing is interpreted at run time, so a rule set that makes no sense is an error here and not in a caller's hands.

mod cases;
mod check;
mod emit;
mod expression;
mod functions;
mod ir;
mod node;
mod template;

pub use cases::{TestCase, emit_tests, lower_tests};
pub use check::{lower, without_rules};
pub use emit::emit;
pub use ir::{BuiltIn, Literal, Parameter, ParameterType, RuleSet};

use node::Fault;

const RULE_SET: &str = "smithy.rules#endpointRuleSet";
const TESTS: &str = "smithy.rules#endpointTests";

/// What is wrong with a rules trait, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{shape_id}: {trait_id} at `{pointer}`: {reason}")]
pub struct Error {
    shape_id: String,
    trait_id: &'static str,
    pointer: String,
    reason: String,
}

impl Error {
    fn new(shape_id: &str, trait_id: &'static str, fault: Fault) -> Self {
        Self {
            shape_id: shape_id.to_owned(),
            trait_id,
            pointer: fault.pointer,
            reason: fault.reason,
        }
    }

    /// The shape that carries the trait: `com.amazonaws.connect#AmazonConnectService`.
    pub fn shape_id(&self) -> &str {
        &self.shape_id
    }

    /// The trait: `smithy.rules#endpointRuleSet` or `smithy.rules#endpointTests`.
    pub fn trait_id(&self) -> &'static str {
        self.trait_id
    }

    /// What is wrong.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The place within the trait's value, as a JSON pointer: `/rules/0/conditions/1/argv/0`.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }
}
