//! `connect serve`.

mod keys;

use std::fs::File;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::pin;

use clap::ValueHint;
use connect_local_endpoint::{
    Access, Builder, EventSink, Fault, LocalEndpoint, Quota, StartError, Store, Tls,
};
use connect_transport::config::Environment;
use tokio::task::spawn_blocking;

use crate::database::{Database, Mode};
use crate::failure::Failure;
use crate::{credentials, output, signals};

/// Serve the contacts of a database as Amazon Connect does
///
/// The first line on standard output is the URL. Requests must be signed with the key pair in AWS_ACCESS_KEY_ID and
/// AWS_SECRET_ACCESS_KEY, or with a key of --keys; without either, a key pair is made up and printed after the URL.
/// `GET /health` needs no signature. `POST /reset`, signed, goes back to the seed. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The database that `connect import` fills, also while it is served: a file, or postgres://USER@HOST/NAME with its
    /// password in PGPASSWORD; without one, contacts are in memory
    #[arg(long, value_name = "FILE|URL", value_hint = ValueHint::AnyPath)]
    database: Option<Database>,
    /// A file or folder of records to import before; they must all be good. A database that held contacts before, or
    /// PostgreSQL's, cannot be reset
    #[arg(long, value_name = "FOLDER")]
    seed: Option<PathBuf>,
    /// The address to listen on, or a port of this machine; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address)]
    listen: SocketAddr,
    /// A TOML file of callers' keys with their rights, in place of the environment's key pair. Each table of it called key has
    /// access_key_id, secret_access_key, maybe session_token, and lists of allowed operations and instances, where "*"
    /// stands for all
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// A limit on the calls of each operation, such as 2/5 for two a second and five at once, or of one, such as
    /// StopContact=1/2; calls beyond get ThrottlingException; may be repeated
    #[arg(long = "quota", value_name = "[OPERATION=]RATE/BURST")]
    quotas: Vec<Quota>,
    /// What goes wrong with a share of the calls, of one operation or of all: latency=200ms, latency=50ms..2s, error=CODE,
    /// error=CODE/STATUS, reset, stall; for example StopContact:error=ThrottlingException@0.1; may be repeated
    #[arg(long = "fault", value_name = "[OPERATION:]KIND[=VALUE][@SHARE]")]
    faults: Vec<Fault>,
    /// Decides which calls the faults strike: the same for the same seed and order of calls
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    fault_seed: u64,
    /// The server's certificate in PEM, followed by those that lead to the root: the URL is https then
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Append a line of JSON for each request to this file, in place of a line of text on standard error
    #[arg(long, value_name = "FILE")]
    access_log: Option<PathBuf>,
    /// Deliver each change of a contact that a caller makes as an event in EventBridge's form: append it to a file as a line of
    /// JSON, or POST it to a URL, such as http://localhost:8080/events; may be repeated
    // A text until it is known to be right: errors of the command line would quote a URL's secrets.
    #[arg(long, value_name = "FILE|URL")]
    events: Vec<String>,
    /// Listen where other machines reach it, unencrypted; send --events to other machines by http
    #[arg(long)]
    insecure: bool,
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

/// Runs the command until it is interrupted.
///
/// # Errors
///
/// A database, an address, files of keys or events that cannot be used, half a key pair, an address that others reach without
/// protection.
pub(crate) async fn run(arguments: Arguments, environment: &Environment) -> Result<(), Failure> {
    let (credentials, keys) = match &arguments.keys {
        Some(file) => (None, keys::read(file)?),
        None => (credentials::of_environment(environment)?, Vec::new()),
    };
    let made_up = credentials.is_none() && keys.is_empty();
    let tls = match (&arguments.tls_cert, &arguments.tls_key) {
        (Some(certificate), Some(key)) => Some(tls(certificate, key)?),
        _ => None,
    };
    if !arguments.listen.ip().to_canonical().is_loopback() {
        let lacks = if made_up {
            "a key pair in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or --keys"
        } else if tls.is_none() && !arguments.insecure {
            "--tls-cert and --tls-key, or --insecure to send contacts unencrypted"
        } else {
            ""
        };
        if !lacks.is_empty() {
            let listen = arguments.listen;
            return Err(Failure::Usage(format!(
                "Other machines can reach {listen}, which needs {lacks}."
            )));
        }
    }
    let sinks = sinks(&arguments.events, arguments.insecure)?;
    let log = arguments.access_log.as_deref().map(lines).transpose()?;
    // Before the URL is printed: its reader may end this process at once.
    let mut interrupted = pin!(signals::interruption().map_err(Failure::other)?);
    let mut endpoint = LocalEndpoint::builder().listen(arguments.listen);
    if let Some(database) = arguments.database {
        let is_seeded = arguments.seed.is_some();
        endpoint = endpoint.store(tokio::select! {
            opened = spawn_blocking(move || open(&database, is_seeded)) => opened.map_err(Failure::other)??,
            failure = &mut interrupted => return Err(failure),
        });
    }
    if let Some(seed) = arguments.seed {
        endpoint = endpoint.seed(seed);
    }
    let endpoint = keys.into_iter().fold(endpoint, Builder::key);
    let endpoint = arguments.quotas.into_iter().fold(endpoint, Builder::quota);
    let endpoint = arguments.faults.into_iter().fold(endpoint, Builder::fault);
    let mut endpoint = endpoint.fault_seed(arguments.fault_seed);
    endpoint = sinks.into_iter().fold(endpoint, Builder::events);
    if let Some(credentials) = credentials {
        endpoint = endpoint.credentials(credentials);
    }
    if let Some(tls) = tls {
        endpoint = endpoint.tls(tls);
    }
    endpoint = match log {
        Some(log) => endpoint.access_log(log),
        None => endpoint.access_log(|access| crate::note(&access.to_string())),
    };
    let endpoint = tokio::select! {
        started = endpoint.start() => started.map_err(|error| match error {
            StartError::UnknownOperation { .. } => Failure::Usage(error.to_string()),
            StartError::Events { .. } => Failure::Configuration(error.to_string()),
            error => Failure::other(error),
        })?,
        // A transaction under way is rolled back.
        failure = &mut interrupted => return Err(failure),
    };
    match output::print(&announcement(&endpoint, made_up)) {
        // The reader of the URL is gone, but may still call.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        printed => printed?,
    }
    interrupted.await;
    let (injected, undelivered) = (endpoint.injected(), endpoint.undelivered());
    endpoint.shutdown().await;
    for (fault, count) in injected.counts() {
        crate::note(&format!("faults injected: {count} by {fault}"));
    }
    for (sink, count) in undelivered.counts().filter(|(_, count)| *count > 0) {
        crate::note(&format!("events not delivered: {count} to {sink}"));
    }
    Ok(())
}

/// Opens the database, and says so where there is nothing in it to serve.
fn open(database: &Database, is_seeded: bool) -> Result<Store, Failure> {
    let store = database.open(Mode::Create)?;
    let instances = store.instance_ids();
    let instances = instances.map_err(|error| database.unusable(error))?;
    if instances.is_empty() && !is_seeded {
        crate::note(&format!("{database} holds no contacts"));
    }
    Ok(store)
}

/// Where events go. What is wrong is said without the text, which may hold secrets.
fn sinks(texts: &[String], insecure: bool) -> Result<Vec<EventSink>, Failure> {
    let read = |text: &String| {
        let sink = text.parse::<EventSink>();
        let sink = sink.map_err(|error| Failure::Usage(format!("Wrong --events: {error}.")))?;
        if sink.is_exposed() && !insecure {
            return Err(Failure::Usage(format!(
                "Events to {sink} would go to another machine unencrypted, which needs https or --insecure."
            )));
        }
        Ok(sink)
    };
    texts.iter().map(read).collect()
}

/// Writes the access log to a file.
fn lines(path: &Path) -> Result<impl Fn(&Access) + Send + Sync + use<>, Failure> {
    let wrong = format!("cannot write {}", path.display());
    let file = File::options().create(true).append(true).open(path);
    let file = file.map_err(|error| Failure::Configuration(format!("{wrong}: {error}")))?;
    Ok(move |access: &Access| {
        let line = serde_json::to_string(access).map(|line| line + "\n");
        // One write for each line: lines of several processes do not mix.
        let written = line.map_err(io::Error::from);
        let written = written.and_then(|line| (&file).write_all(line.as_bytes()));
        if let Err(error) = written {
            crate::note(&format!("{wrong}: {error}"));
        }
    })
}

/// What to speak TLS with.
fn tls(certificate: &Path, key: &Path) -> Result<Tls, Failure> {
    let read = |path: &Path, content: io::Result<String>| {
        let wrong = |error| format!("cannot read {}: {error}", path.display());
        content.map_err(|error| Failure::Configuration(wrong(error)))
    };
    let chain = read(certificate, std::fs::read_to_string(certificate))?;
    let secret = read(key, keys::read_secret(key))?;
    Tls::from_pem(chain.as_bytes(), secret.as_bytes()).map_err(|error| {
        let (certificate, key) = (certificate.display(), key.display());
        Failure::Configuration(format!("cannot use {certificate} with {key}: {error}"))
    })
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
