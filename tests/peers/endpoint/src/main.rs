//! Measures the local endpoint, and what is left of it without it.
//!
//! ```text
//! peer-endpoint samples CONTACTS             writes a synthetic contact centre to standard output
//! peer-endpoint import DATABASE              imports standard input
//! peer-endpoint insert FROM TO               inserts the contacts of a database into a new one: the floor of importing
//! peer-endpoint pages DATABASE COUNT         reads pages of 10 contacts
//! peer-endpoint serve ours|floor DATABASE SECONDS     serves signed requests for pages of 10 contacts
//! peer-endpoint reset FILE COUNT             goes back to a seed
//! ```
//!
//! Each but the first prints a line of JSON. `cpu` is processor time in seconds.

mod import;
mod pages;
mod serve;

use std::io;
use std::process::ExitCode;

use connect_local_endpoint::samples;
use peer_harness::Failure;

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
        "import" => import::import(&next()?),
        "insert" => import::insert(&next()?, &next()?),
        "pages" => pages::pages(&next()?, next()?.parse()?),
        "serve" => serve::serve(&next()?, &next()?, next()?.parse()?),
        "reset" => serve::reset(&next()?, next()?.parse()?),
        mode => Err(format!("{mode:?} is no mode").into()),
    }
}

/// The processor time that this process has taken, or this thread alone, in seconds.
fn cpu(whose: &str) -> Result<f64, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{whose}/stat"))?;
    // The second field is a name in brackets.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next().unwrap_or_default().parse::<f64>();
    // Linux counts a hundred a second, whatever it does inside.
    Ok((ticks()? + ticks()?) / 100.0)
}

/// The most memory that this process has had in use, in KiB.
fn peak_kib() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.ok_or("no VmHWM")?.parse()?)
}
