//! Sets an endpoint up and stops it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::auth::Authenticator;
use crate::random::{self, RandomError};
use crate::seed::{ResetError, Seed, SeedError, WayBack, WithReset};
use crate::server::{Clock, Server};
use crate::service::Connect;
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
    address: SocketAddr,
    credentials: Credentials,
    store: Arc<Store>,
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

    /// Where it listens, as `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
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

    /// Goes back to what the endpoint held when it started, in one step; `POST /reset`, signed, does the same. Page tokens
    /// stay valid.
    ///
    /// # Errors
    /// If the store is a file and it was not seeded, or held contacts before, or cannot be written.
    pub async fn reset(&self) -> Result<(), ResetError> {
        self.way_back.reset().await
    }

    /// Takes no more connections, lets calls under way finish for up to ten seconds, and ends.
    pub async fn shutdown(self) {
        drop(self.stop);
        // It does not panic, and nobody else can cancel it.
        let _ = self.server.await;
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
    /// There is no randomness for a key pair.
    #[error(transparent)]
    Random(#[from] RandomError),
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
    denied: Vec<Credentials>,
    clock: Clock,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            store: None,
            seed: Seed::default(),
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            credentials: None,
            denied: Vec::new(),
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

    /// Imports the [samples] before it starts.
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

    /// Listens on this address; port 0 is any free one. Whoever can reach it and knows the key pair can read all
    /// contacts, unencrypted.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Serves callers who sign with these, until they expire.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Returns AccessDeniedException to callers who sign with these.
    #[must_use]
    pub fn deny(mut self, credentials: Credentials) -> Self {
        self.denied.push(credentials);
        self
    }

    /// Takes the time from here instead of the system, to check how old signatures are.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock(Arc::new(clock));
        self
    }

    /// Starts it, on the runtime that this is called on.
    ///
    /// # Errors
    /// If the address cannot be listened on, the seed has a bad record or the contacts cannot be stored.
    pub async fn start(self) -> Result<LocalEndpoint, StartError> {
        let (store, seed) = (self.store, self.seed);
        let (store, way_back) = spawn_blocking(move || {
            let store = Arc::new(store.map_or_else(Store::in_memory, Ok)?);
            let way_back = seed.import(Arc::clone(&store))?;
            Ok::<_, StartError>((store, way_back))
        })
        .await??;
        let credentials = self.credentials.map_or_else(made_up, Ok)?;
        let listen = |source| StartError::Listen {
            address: self.listen,
            source,
        };
        let listener = TcpListener::bind(self.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let authenticator = self
            .denied
            .into_iter()
            .fold(Authenticator::new(credentials.clone()), Authenticator::deny);
        let handler = Connect {
            store: Arc::clone(&store),
            clock: self.clock.clone(),
        };
        let handler = WithReset {
            handler,
            way_back: way_back.clone(),
        };
        let server = Server {
            handler,
            authenticator,
            clock: self.clock,
            body_limit: BODY_LIMIT,
            strangers: STRANGERS,
        };
        let (stop, stopped) = oneshot::channel::<()>();
        // A message or a dropped sender: both stop the server.
        let server = tokio::spawn(server.run(listener, async { drop(stopped.await) }));
        Ok(LocalEndpoint {
            address,
            credentials,
            store,
            way_back,
            stop,
            server,
        })
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
