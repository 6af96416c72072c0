//! What every peer has in common: its arguments, its modes, how it measures and the line that it prints.
//!
//! ```text
//! PEER URL once SUMMARIES
//! PEER URL sequential SUMMARIES LIMIT
//! PEER URL concurrent SUMMARIES LIMIT TASKS
//! ```
//!
//! `LIMIT` is a number of calls (`20000`) or a time (`2s`). Every call asks for one page of `SUMMARIES` contacts. The line is a
//! JSON object: `calls`, `seconds`, `peak_kib` (the most memory that the process has had in use, where the system reports it) and,
//! with the feature `allocations`, `allocations` made during the calls.

mod arguments;
mod measure;

use std::error::Error;
use std::future::Future;
use std::process::ExitCode;

use arguments::Arguments;

/// The instance that is asked.
pub const INSTANCE_ID: &str = "8f14e45f-ceea-467f-a0e6-1d2b3c4d5e6f";
/// The contact that is asked for.
pub const CONTACT_ID: &str = "c9f0f895-fb98-4b91-8f5e-7a6b5c4d3e2f";
/// The region of the signature.
pub const REGION: &str = "us-east-1";
/// The access key ID of the signature, which the server does not check.
pub const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
/// The secret access key of the signature.
pub const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// Why a peer gave up.
pub type Failure = Box<dyn Error + Send + Sync>;

/// A client, as a program uses it that calls ListAssociatedContacts.
pub trait Peer: Clone + Send + Sync + 'static {
    /// A client that calls `url` with the constants of this crate.
    fn new(url: &str) -> impl Future<Output = Result<Self, Failure>>;

    /// Fetches a page of at most `summaries` contacts and returns how many there are in it.
    fn page(&self, summaries: i32) -> impl Future<Output = Result<usize, Failure>> + Send;
}

/// The whole program of a peer.
pub fn main<P: Peer>() -> ExitCode {
    let result = Arguments::parse(std::env::args().skip(1))
        .and_then(|arguments| measure::run::<P>(&arguments));
    match result {
        Ok(measured) => {
            println!("{measured}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
