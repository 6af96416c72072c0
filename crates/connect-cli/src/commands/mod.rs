//! The commands that no single operation stands behind.

pub(crate) mod completions;
pub(crate) mod configure;
pub(crate) mod contacts;
pub(crate) mod export;
pub(crate) mod facts;
pub(crate) mod filter;
pub(crate) mod find;
pub(crate) mod formats;
pub(crate) mod import;
pub(crate) mod prune;
pub(crate) mod samples;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod stats;
pub(crate) mod tree;
pub(crate) mod view;
pub(crate) mod watch;
