//! Measures the local endpoint, and what is left of it without it.
//!
//! ```text
//! peer-endpoint samples CONTACTS             writes a synthetic contact centre to standard output
//! peer-endpoint import DATABASE              imports standard input
//! peer-endpoint insert FROM TO               inserts the contacts of a file into a new one: the floor of importing
//! peer-endpoint copy DATABASE                copies the contacts in PostgreSQL into another table: its floor of importing
//! peer-endpoint pages DATABASE COUNT         reads pages of 10 contacts
//! peer-endpoint serve ours|floor DATABASE SECONDS     serves signed requests for pages of 10 contacts
//! peer-endpoint reset FILE COUNT             goes back to a seed
//! ```
//!
//! DATABASE is a file or `postgres://…`, whose server is on this machine and has no other callers. Each mode but the first prints
//! a line of JSON. `cpu` is processor time in seconds, that of PostgreSQL's server included.

mod database;
mod import;
mod pages;
mod process;
mod serve;

use std::io;
use std::process::ExitCode;

use connect_local_endpoint::samples;
use peer_harness::Failure;

use crate::database::Database;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(measured) => {
            print!("{measured}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<String, Failure> {
    let mut next = || arguments.next().ok_or("an argument is missing");
    match next()?.as_str() {
        "samples" => {
            let out = io::BufWriter::new(io::stdout().lock());
            samples::write_centre(next()?.parse()?, 0, out)?;
            Ok(String::new())
        }
        "import" => import::import(&Database::find(next()?)?),
        "insert" => import::insert(&next()?, &next()?),
        "copy" => import::copy(&Database::find(next()?)?),
        "pages" => pages::pages(&Database::find(next()?)?, next()?.parse()?),
        "serve" => serve::serve(&next()?, Database::find(next()?)?, next()?.parse()?),
        "reset" => serve::reset(&next()?, next()?.parse()?),
        mode => Err(format!("{mode:?} is no mode").into()),
    }
}
