//! The command line around connect-codegen.

#[cfg(test)]
mod compare_names;

fn main() {}
