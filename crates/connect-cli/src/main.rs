//! The command line for Amazon Connect contact trees.

fn main() {}
