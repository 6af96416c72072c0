//! Emits what tests generated code, beside what [`connect_codegen`] emits: round trips of random values, and programs that run a
//! model's test vectors. The generator itself knows nothing of it but where the module `tests` goes.

pub mod conformance;
mod examples;
mod round_trips;
mod service;

use connect_codegen::ir::Member;
use proc_macro2::TokenStream;
use quote::quote;

pub use self::round_trips::{RoundTrips, round_trips};

/// The value of a member, boxed if its field is.
fn boxed(member: &Member, value: TokenStream) -> TokenStream {
    if member.boxed {
        quote!(Box::new(#value))
    } else {
        value
    }
}
