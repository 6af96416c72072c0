//! The command line around connect-codegen.

fn main() {}
