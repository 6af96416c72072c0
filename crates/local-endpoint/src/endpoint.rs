//! Sets an endpoint up and stops it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::access::{Access, AccessLog};
use crate::auth::Authenticator;
use crate::events::{EventSink, Outlets, Undelivered};
use crate::fault::{Fault, Faults, Injected};
use crate::gate::Gate;
use crate::key::Key;
use crate::quota::{Quota, Quotas};
use crate::random::{self, RandomError};
use crate::seed::{ResetError, Seed, SeedError, WayBack, WithReset};
use crate::server::{Clock, Server};
use crate::service::{Connect, OPERATIONS};
use crate::tls::Tls;
use crate::{Store, StoreError};

/// Connect has no request with a body of this size, 1 MiB.
const BODY_LIMIT: usize = 1 << 20;
/// Fewer than the file descriptors that a process may have by default, 256 on some systems.
const STRANGERS: usize = 128;

/// Amazon Connect on this machine: a server on a socket, over a [`Store`].
///
/// It stops when it is dropped; [`LocalEndpoint::shutdown`] waits for calls under way. `Debug` shows no secrets.
#[derive(Debug)]
pub struct LocalEndpoint {
    scheme: &'static str,
    address: SocketAddr,
    credentials: Credentials,
    store: Arc<Store>,
    injected: Injected,
    events: Arc<Outlets>,
    way_back: WayBack,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl LocalEndpoint {
    /// An endpoint to set up: without contacts, on a free port of 127.0.0.1, with a key pair that is made up.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens, as `http://127.0.0.1:PORT`; with TLS, `https`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The credentials that requests must be signed with.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The contacts that it serves. More can be imported while it runs.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// What has been made to go wrong so far.
    #[must_use]
    pub fn injected(&self) -> Injected {
        self.injected.clone()
    }

    /// The contact events of all changes that callers make from now on, each in EventBridge's form, in order. An event is there
    /// before the caller gets the response. What is not taken out stays in memory; the end of the endpoint ends it.
    ///
    /// ```
    /// # use connect_local_endpoint::{LocalEndpoint, samples};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let endpoint = LocalEndpoint::builder().samples().start().await?;
    /// let mut events = endpoint.events();
    /// // Once a client has called StartTaskContact:
    /// // let event = events.recv().await.unwrap();
    /// // assert_eq!(event["detail"]["eventType"], "INITIATED");
    /// endpoint.shutdown().await;
    /// assert_eq!(events.recv().await, None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn events(&self) -> UnboundedReceiver<serde_json::Value> {
        self.events.subscribe()
    }

    /// How many events have not been delivered so far.
    #[must_use]
    pub fn undelivered(&self) -> Undelivered {
        self.events.undelivered()
    }

    /// Goes back to what the endpoint held when it started, in one step; `POST /reset`, signed, does the same. Page tokens
    /// stay valid.
    ///
    /// # Errors
    /// If the store is a file and it was not seeded, or held contacts before, or cannot be written.
    pub async fn reset(&self) -> Result<(), ResetError> {
        self.way_back.reset().await
    }

    /// Takes no more connections, lets calls under way finish for up to ten seconds, lets webhooks get the events that are left
    /// for up to five, and ends.
    pub async fn shutdown(self) {
        drop(self.stop);
        // It does not panic, and nobody else can cancel it.
        let _ = self.server.await;
        self.events.close().await;
    }

    /// Waits until the server ends of its own accord, which it does only with the runtime.
    pub async fn wait(self) {
        let _stop = self.stop;
        let _ = self.server.await;
    }
}

/// Why an endpoint cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The database in memory cannot be set up.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The seed or the samples cannot be imported.
    #[error("cannot import the seed: {0}")]
    Seed(#[from] SeedError),
    /// Events cannot be delivered: a file cannot be written, or there are no certificates to trust.
    #[error("cannot deliver events to {sink}: {source}")]
    Events {
        /// The file or webhook.
        sink: EventSink,
        /// What the system says.
        source: io::Error,
    },
    /// There is no randomness for a key pair.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// Two keys have the same ID.
    #[error("there are two keys with the ID {0}")]
    KeyTwice(String),
    /// A right, quota or fault is for an operation that is not served.
    #[error("there is no operation {name:?}: there are {}", OPERATIONS.join(", "))]
    UnknownOperation {
        /// Its name.
        name: String,
    },
    /// The runtime is going down.
    #[error("the runtime is going down: {0}")]
    Runtime(#[from] tokio::task::JoinError),
}

/// What an endpoint is to be like. See [`LocalEndpoint::builder`].
#[derive(Debug)]
pub struct Builder {
    store: Option<Store>,
    seed: Seed,
    listen: SocketAddr,
    credentials: Option<Credentials>,
    keys: Vec<Key>,
    quotas: Vec<Quota>,
    faults: Vec<Fault>,
    fault_seed: u64,
    tls: Option<Tls>,
    access_log: AccessLog,
    events: Vec<EventSink>,
    clock: Clock,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            store: None,
            seed: Seed::default(),
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            credentials: None,
            keys: Vec::new(),
            quotas: Vec::new(),
            faults: Vec::new(),
            fault_seed: 0,
            tls: None,
            access_log: AccessLog::default(),
            events: Vec::new(),
            clock: Clock(Arc::new(SystemTime::now)),
        }
    }
}

impl Builder {
    /// Serves this store instead of an empty one in memory.
    #[must_use]
    pub fn store(mut self, store: Store) -> Self {
        self.store = Some(store);
        self
    }

    /// Imports the [samples](crate::samples) before it starts.
    #[must_use]
    pub fn samples(mut self) -> Self {
        self.seed.samples = true;
        self
    }

    /// Imports the records of a file, or of all files in a folder, before it starts, as [`Store::import`] does. May be called
    /// again for more. [`LocalEndpoint::reset`] goes back to that.
    #[must_use]
    pub fn seed(mut self, path: impl Into<PathBuf>) -> Self {
        self.seed.paths.push(path.into());
        self
    }

    /// Keeps nothing to [go back](LocalEndpoint::reset) to: two copies of a database in memory.
    #[must_use]
    pub fn without_reset(mut self) -> Self {
        self.seed.is_forgotten = true;
        self
    }

    /// Listens on this address; port 0 is any free one. Whoever can reach it and knows a key can read all contacts,
    /// unencrypted without [`tls`](Self::tls).
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Serves callers who sign with these, until they expire, whatever they ask for. Where none are given, these are those of
    /// the first [`key`](Self::key), or made up.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Returns AccessDeniedException to callers who sign with these.
    #[must_use]
    pub fn deny(mut self, credentials: Credentials) -> Self {
        self.keys.push(Key::new(credentials).operations([""; 0]));
        self
    }

    /// Serves callers who sign with this key, as far as its rights go.
    #[must_use]
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Limits how often operations may be called. Of several, the last that names an operation counts for it, else the last
    /// that names none.
    #[must_use]
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quotas.push(quota);
        self
    }

    /// Lets something go wrong on purpose. Faults are applied in the order in which they are given.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Decides which calls the faults strike: the same for the same seed, 0 at first, and order of calls.
    #[must_use]
    pub fn fault_seed(mut self, seed: u64) -> Self {
        self.fault_seed = seed;
        self
    }

    /// Calls this with each request once it is over, in place of an event of `tracing`. It should not take long.
    #[must_use]
    pub fn access_log(mut self, log: impl Fn(&Access) + Send + Sync + 'static) -> Self {
        self.access_log = AccessLog(Arc::new(log));
        self
    }

    /// Delivers contact events here; may be called again for more. [`LocalEndpoint::events`] is the way into this program.
    #[must_use]
    pub fn events(mut self, sink: EventSink) -> Self {
        self.events.push(sink);
        self
    }

    /// Encrypts connections.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Takes the time from here instead of the system, to check how old signatures are and when tokens for quotas come in.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock(Arc::new(clock));
        self
    }

    /// Starts it, on the runtime that this is called on.
    ///
    /// # Errors
    /// If the address cannot be listened on, the seed has a bad record or the contacts cannot be stored.
    pub async fn start(mut self) -> Result<LocalEndpoint, StartError> {
        let first = self.keys.iter().find(|key| key.may_call());
        let credentials = match (self.credentials.take(), first) {
            (None, Some(first)) => first.credentials.clone(),
            (given, _) => {
                let credentials = given.map_or_else(made_up, Ok)?;
                self.keys.push(Key::new(credentials.clone()));
                credentials
            }
        };
        self.check()?;
        let (store, seed, sinks) = (self.store, self.seed, self.events);
        let (store, way_back, events) = spawn_blocking(move || {
            let events = Outlets::open(sinks);
            let events = events.map_err(|(sink, source)| StartError::Events { sink, source })?;
            let store = Arc::new(store.map_or_else(Store::in_memory, Ok)?);
            let way_back = seed.import(Arc::clone(&store))?;
            Ok::<_, StartError>((store, way_back, Arc::new(events)))
        })
        .await??;
        let listen = |source| StartError::Listen {
            address: self.listen,
            source,
        };
        let listener = TcpListener::bind(self.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let faults = Arc::new(Faults::new(self.fault_seed, self.faults));
        let injected = faults.injected();
        let gate = Gate {
            quotas: Quotas::new(&self.quotas, OPERATIONS),
            faults,
            clock: self.clock.clone(),
        };
        let handler = Connect {
            store: Arc::clone(&store),
            clock: self.clock.clone(),
            gate: Arc::new(gate),
            events: Arc::clone(&events),
        };
        let handler = WithReset {
            handler,
            way_back: way_back.clone(),
        };
        let server = Server {
            handler,
            authenticator: Authenticator::new(self.keys),
            clock: self.clock,
            access_log: self.access_log,
            tls: self.tls,
            body_limit: BODY_LIMIT,
            strangers: STRANGERS,
        };
        let scheme = if server.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let (stop, stopped) = oneshot::channel::<()>();
        // A message or a dropped sender: both stop the server.
        let server = tokio::spawn(server.run(listener, async { drop(stopped.await) }));
        Ok(LocalEndpoint {
            scheme,
            address,
            credentials,
            store,
            injected,
            events,
            way_back,
            stop,
            server,
        })
    }
}

impl Builder {
    /// Checks what only makes sense together.
    fn check(&self) -> Result<(), StartError> {
        for (index, key) in self.keys.iter().enumerate() {
            if self.keys[..index]
                .iter()
                .any(|other| other.id() == key.id())
            {
                return Err(StartError::KeyTwice(key.id().to_owned()));
            }
        }
        let keys = self.keys.iter().flat_map(Key::named_operations);
        let quotas = self
            .quotas
            .iter()
            .filter_map(|quota| quota.operation.as_ref());
        let faults = self
            .faults
            .iter()
            .filter_map(|fault| fault.operation.as_ref());
        let mut named = keys.chain(quotas).chain(faults);
        match named.find(|name| !OPERATIONS.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(StartError::UnknownOperation { name: name.clone() }),
        }
    }
}

/// A key pair in the form that AWS gives them.
fn made_up() -> Result<Credentials, RandomError> {
    const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let id = format!("AKIA{}", random::text::<16>(BASE32)?);
    let secret = random::text::<40>(BASE64)?;
    Ok(Credentials::new(id, secret, None, None, "LocalEndpoint"))
}

#[cfg(test)]
mod tests;
