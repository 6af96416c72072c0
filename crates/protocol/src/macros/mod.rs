//! What is the same for every shape of a kind, so that generated code need not spell it out.
//!
//! Each macro has its own file with an example. Expanded methods are `#[inline]`: what nobody calls costs no machine code.

mod builder;
mod error_shape;
mod members;
mod open_enum;
mod operation_error;
mod redacted_debug;
mod union;
