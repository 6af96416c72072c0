//! `connect serve`.

mod keys;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use connect_local_endpoint::{Builder, LocalEndpoint, Store};
use connect_transport::config::Environment;

use crate::failure::Failure;
use crate::{credentials, output};

/// Serve the contacts of a database as Amazon Connect does
///
/// The first line on standard output is the URL. Requests must be signed with the key pair in AWS_ACCESS_KEY_ID and
/// AWS_SECRET_ACCESS_KEY, or with a key of --keys; without either, a key pair is made up and printed after the URL.
/// `GET /health` needs no signature. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The database that `connect import` fills, also while it is served
    #[arg(long, value_name = "FILE")]
    database: PathBuf,
    /// The address to listen on, or a port of this machine; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address)]
    listen: SocketAddr,
    /// A TOML file of callers' keys with their rights, in place of the environment's key pair. Each [[key]] has
    /// access_key_id, secret_access_key, maybe session_token, and lists of allowed operations and instances, where "*"
    /// stands for all
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
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

/// Runs the command until it is interrupted.
///
/// # Errors
///
/// A database, address or file of keys that cannot be used, half a key pair.
pub(crate) async fn run(arguments: Arguments, environment: &Environment) -> Result<(), Failure> {
    let (credentials, keys) = match &arguments.keys {
        Some(file) => (None, keys::read(file)?),
        None => (credentials::of_environment(environment)?, Vec::new()),
    };
    let database = &arguments.database;
    let is_new = !database.exists();
    let store = open(database)?;
    if is_new {
        let path = database.display();
        crate::note(&format!("{path} is new and holds no contacts"));
    }
    let builder = LocalEndpoint::builder();
    let made_up = credentials.is_none() && keys.is_empty();
    let endpoint = builder.store(store).listen(arguments.listen);
    let mut endpoint = keys.into_iter().fold(endpoint, Builder::key);
    if let Some(credentials) = credentials {
        endpoint = endpoint.credentials(credentials);
    }
    let endpoint = endpoint.start().await.map_err(Failure::other)?;
    if !endpoint.local_addr().ip().to_canonical().is_loopback() {
        crate::note(
            "Warning: other machines can reach this address, and the traffic is not encrypted: who sees it, sees the \
             contacts",
        );
    }
    // Before the URL is printed: its reader may end this process at once.
    let interrupted = interruption().map_err(Failure::other)?;
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

/// What ends when the process is asked to; it is asked from now on, not from the first wait.
#[cfg(unix)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
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
