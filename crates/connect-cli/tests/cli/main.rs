//! The binary as its users run it: standard output, standard error, exit codes.
#![allow(clippy::expect_used, reason = "a test that cannot go on says why")]

mod callers;
mod comforts;
mod connect;
mod database;
mod imported;
mod killed;
mod local;
mod many;
mod network;
mod operations;
mod postgres;
mod profiles;
mod reading;
mod seeded;
mod served;
#[cfg(all(unix, feature = "postgres"))]
mod shared;
#[cfg(unix)]
mod soak;
mod table;
#[cfg(unix)]
mod terminal;
mod usage;
mod view;
mod watch;
