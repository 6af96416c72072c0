//! Turns a Smithy JSON model into a typed Rust client and server.
//!
//! Three stages, one direction: [`model`] reads the JSON AST and knows no Rust names, [`lower`](mod@lower) resolves
//! operations, names and types into the plain [`ir`], [`emit`] turns that into tokens and never sees JSON. Nothing here
//! touches the file system: text goes in, a [`FileSet`] comes out.

pub mod docs;
pub mod edit;
pub mod emit;
mod error;
mod file_set;
pub mod ir;
pub mod lower;
pub mod model;
pub mod names;
mod near;
pub mod partitions;
pub mod rules;
mod shape_id;

pub use error::{Error, Place};
pub use file_set::FileSet;
