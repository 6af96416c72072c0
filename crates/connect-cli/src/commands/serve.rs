//! `connect serve`.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use connect_local_endpoint::{Credentials, LocalEndpoint, Store};
use connect_transport::config::Environment;

use crate::failure::Failure;
use crate::output::{Pager, Sink};

/// Serve the contacts of a database as Amazon Connect does
///
/// The first line on standard output is the URL. Requests must be signed with the key pair in AWS_ACCESS_KEY_ID and
/// AWS_SECRET_ACCESS_KEY; where that is not set, one is made up and printed after the URL. `GET /health` needs no
/// signature. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The database that `connect import` fills, also while it is served
    #[arg(long, value_name = "FILE")]
    database: PathBuf,
    /// The address to listen on, or a port of this machine; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address)]
    listen: SocketAddr,
}

/// Reads an address: of this machine where only a port is given.
fn address(text: &str) -> Result<SocketAddr, String> {
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    let here = host.is_empty() || host.eq_ignore_ascii_case("localhost");
    let address = if here {
        port.parse()
            .ok()
            .map(|port| (Ipv4Addr::LOCALHOST, port).into())
    } else {
        text.parse().ok()
    };
    address.ok_or_else(|| {
        "expected an IP address or localhost, and a port, such as 127.0.0.1:8787".to_owned()
    })
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
/// A database or address that cannot be used, half a key pair.
pub(crate) async fn run(arguments: Arguments, environment: &Environment) -> Result<(), Failure> {
    let credentials = credentials(environment)?;
    let is_new = !arguments.database.exists();
    let store = open(&arguments.database)?;
    if is_new {
        crate::note(&format!(
            "{} is new and holds no contacts",
            arguments.database.display()
        ));
    }
    let mut endpoint = LocalEndpoint::builder()
        .store(store)
        .listen(arguments.listen);
    let made_up = credentials.is_none();
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
    // Before the URL is told: whoever reads it may end us at once.
    let interrupted = interruption().map_err(Failure::other)?;
    match announce(&endpoint, made_up) {
        // Whoever read the URL has gone, but may still call.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        told => told?,
    }
    interrupted.await;
    endpoint.shutdown().await;
    Ok(())
}

/// The credentials to accept, if the environment has some.
fn credentials(environment: &Environment) -> Result<Option<Credentials>, Failure> {
    let get = |name| environment.get(name);
    match (get("AWS_ACCESS_KEY_ID"), get("AWS_SECRET_ACCESS_KEY")) {
        (Some(key), Some(secret)) => {
            let token = get("AWS_SESSION_TOKEN");
            Ok(Some(Credentials::new(
                key,
                secret,
                token,
                None,
                "Environment",
            )))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(half("AWS_SECRET_ACCESS_KEY")),
        (None, Some(_)) => Err(half("AWS_ACCESS_KEY_ID")),
    }
}

fn half(missing: &str) -> Failure {
    Failure::Configuration(format!(
        "Partial credentials found in env, missing: {missing}"
    ))
}

fn announce(endpoint: &LocalEndpoint, with_credentials: bool) -> Result<(), Failure> {
    let mut text = format!("{}\n", endpoint.url());
    if with_credentials {
        let credentials = endpoint.credentials();
        text += &format!(
            "AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={}\n",
            credentials.access_key_id(),
            credentials.secret_access_key()
        );
    }
    let mut out = Sink::new(Pager::None);
    out.open()?
        .write_all(text.as_bytes())
        .map_err(Failure::Output)?;
    out.close()
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
