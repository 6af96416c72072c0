//! `connect serve`.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::pin;

use connect_local_endpoint::{LocalEndpoint, Store};
use connect_transport::config::Environment;

use crate::failure::Failure;
use crate::{credentials, output, signals};

/// Serve the contacts of a database as Amazon Connect does
///
/// The first line on standard output is the URL. Requests must be signed with the key pair in AWS_ACCESS_KEY_ID and
/// AWS_SECRET_ACCESS_KEY; where that is not set, one is made up and printed after the URL. `GET /health` needs no
/// signature. `POST /reset`, signed, goes back to the seed. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The database that `connect import` fills, also while it is served; without one, contacts are in memory
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// A file or folder of records to import before; they must all be good. A database that held contacts before cannot be reset
    #[arg(long, value_name = "FOLDER")]
    seed: Option<PathBuf>,
    /// The address to listen on, or a port of this machine; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address)]
    listen: SocketAddr,
}

/// Reads an address: of this machine where only a port is given.
fn address(text: &str) -> Result<SocketAddr, String> {
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    let here = host.is_empty() || host.eq_ignore_ascii_case("localhost");
    let address = if here {
        let port = port.parse().ok();
        port.map(|port| (Ipv4Addr::LOCALHOST, port).into())
    } else {
        text.parse().ok()
    };
    let expected = "expected an IP address or localhost, and a port, such as 127.0.0.1:8787";
    address.ok_or_else(|| expected.to_owned())
}

/// Opens a database of contacts, or creates it.
///
/// # Errors
///
/// A file that cannot be used, or is something else.
pub(crate) fn open(path: &Path) -> Result<Store, Failure> {
    Store::open(path).map_err(|error| {
        let path = path.display();
        Failure::other(format!("cannot use the database {path}: {error}"))
    })
}

/// Opens a database of contacts that is there.
///
/// # Errors
///
/// There is none, or it cannot be used.
pub(super) fn open_known(path: &Path) -> Result<Store, Failure> {
    match path.metadata() {
        Ok(_) => open(path),
        Err(error) => {
            let path = path.display();
            Err(Failure::other(format!(
                "cannot use the database {path}: {error}"
            )))
        }
    }
}

/// Runs the command until it is interrupted.
///
/// # Errors
///
/// A database or address that cannot be used, half a key pair.
pub(crate) async fn run(arguments: Arguments, environment: &Environment) -> Result<(), Failure> {
    let credentials = credentials::of_environment(environment)?;
    // Before the URL is printed: its reader may end this process at once.
    let mut interrupted = pin!(signals::interruption().map_err(Failure::other)?);
    let mut endpoint = LocalEndpoint::builder().listen(arguments.listen);
    if let Some(database) = &arguments.database {
        let is_new = !database.exists();
        endpoint = endpoint.store(open(database)?);
        if is_new && arguments.seed.is_none() {
            let path = database.display();
            crate::note(&format!("{path} is new and holds no contacts"));
        }
    }
    if let Some(seed) = arguments.seed {
        endpoint = endpoint.seed(seed);
    }
    let made_up = credentials.is_none();
    if let Some(credentials) = credentials {
        endpoint = endpoint.credentials(credentials);
    }
    let endpoint = tokio::select! {
        started = endpoint.start() => started.map_err(Failure::other)?,
        // A transaction under way is rolled back.
        failure = &mut interrupted => return Err(failure),
    };
    if !endpoint.local_addr().ip().to_canonical().is_loopback() {
        crate::note(
            "Warning: other machines can reach this address, and the traffic is not encrypted: who sees it, sees the \
             contacts",
        );
    }
    match output::print(&announcement(&endpoint, made_up)) {
        // The reader of the URL is gone, but may still call.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        printed => printed?,
    }
    interrupted.await;
    endpoint.shutdown().await;
    Ok(())
}

/// What is printed once the endpoint can be called.
fn announcement(endpoint: &LocalEndpoint, with_credentials: bool) -> String {
    let mut text = format!("{}\n", endpoint.url());
    if with_credentials {
        let credentials = endpoint.credentials();
        text += &format!(
            "AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={}\n",
            credentials.access_key_id(),
            credentials.secret_access_key()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, expected) in [
            ("127.0.0.1:8787", "127.0.0.1:8787"),
            ("localhost:8787", "127.0.0.1:8787"),
            (":8787", "127.0.0.1:8787"),
            ("8787", "127.0.0.1:8787"),
            ("0.0.0.0:0", "0.0.0.0:0"),
            ("[::1]:8787", "[::1]:8787"),
        ] {
            assert_eq!(
                address(text).map(|address| address.to_string()),
                Ok(expected.to_owned())
            );
        }
        for text in [
            "",
            ":",
            "localhost",
            "example.org:80",
            "::1",
            "70000",
            "1.2.3.4",
            "[::1]",
        ] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
