//! The command line for Amazon Connect contact trees.
#![allow(dead_code)]
mod arguments;
mod check;
mod failure;
mod model;
mod output;
mod pages;
mod query;
mod shorthand;
mod skeleton;
mod time;

fn main() {}
