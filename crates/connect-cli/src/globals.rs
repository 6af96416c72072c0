//! The options that every command takes.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::database::Database;
use crate::output::{Color, Format};

/// What applies to every command that calls the service.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Call an endpoint inside this process that holds sample contacts, over a socket; IDs are preset
    #[arg(long, global = true, conflicts_with_all = [
        "endpoint_url", "region", "profile", "no_sign_request", "no_verify_ssl", "ca_bundle",
    ])]
    pub(crate) local: bool,
    /// Read the contacts of a database, which connect import fills: a file, or postgres://USER@HOST/NAME with its password in PGPASSWORD;
    /// the ID of its instance is preset where it is the only one
    #[arg(long, global = true, value_name = "FILE|URL", value_hint = ValueHint::AnyPath, conflicts_with_all = [
        "local", "endpoint_url", "region", "profile", "no_sign_request", "no_verify_ssl", "ca_bundle",
    ])]
    pub(crate) database: Option<Database>,
    /// Read the contacts of records, in files or folders, or of standard input by -, without keeping them
    #[arg(long, global = true, value_name = "PATH", num_args = 1.., conflicts_with_all = [
        "local", "database", "endpoint_url", "region", "profile", "no_sign_request", "no_verify_ssl", "ca_bundle",
    ])]
    pub(crate) records: Vec<PathBuf>,
    /// The region to call [env: AWS_REGION, AWS_DEFAULT_REGION]
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The profile to take settings and credentials from [env: AWS_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The URL to call in place of the service's own [env: AWS_ENDPOINT_URL_CONNECT, AWS_ENDPOINT_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// The format of results [env: AWS_DEFAULT_OUTPUT] [default: json]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(crate) output: Option<Format>,
    /// What to print of results, in JMESPath; applied once, to all pages together, whatever the format
    #[arg(long, global = true, value_name = "JMESPATH")]
    pub(crate) query: Option<String>,
    /// Make one call: print its page as the service returned it
    #[arg(long, global = true)]
    pub(crate) no_paginate: bool,
    /// Call without credentials
    #[arg(long, global = true)]
    pub(crate) no_sign_request: bool,
    /// Log what happens to standard error
    #[arg(long, global = true)]
    pub(crate) debug: bool,
    /// Accept any certificate, whoever signed it and whatever host it names
    #[arg(long, global = true)]
    pub(crate) no_verify_ssl: bool,
    /// Trust the certificates of this PEM file too [env: AWS_CA_BUNDLE]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_bundle: Option<String>,
    /// The longest wait for a connection; 0 waits for ever [default: 3.1]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) cli_connect_timeout: Option<f64>,
    /// The longest wait for the next byte; 0 waits for ever [default: 60]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) cli_read_timeout: Option<f64>,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Write to the terminal without a pager [env: AWS_PAGER, PAGER]
    #[arg(long, global = true)]
    pub(crate) no_cli_pager: bool,
}

impl Globals {
    /// Whether contacts are read on this machine, with no instance, region or credentials.
    pub(crate) fn is_local(&self) -> bool {
        self.local || self.database.is_some() || !self.records.is_empty()
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    number(text, 0.0..=1e9, "expected a number of seconds")
}

/// A number of a range.
///
/// # Errors
///
/// It is none of them; the text says what is expected.
pub(crate) fn number(
    text: &str,
    range: RangeInclusive<f64>,
    expected: &str,
) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| expected.to_owned())
}
