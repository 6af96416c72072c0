//! Idle connections, and how many there may be.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::connect::Key;
use super::http1::{Http1, OpenConnection};
#[cfg(feature = "http2")]
use super::http2::Http2;

/// Idle connections of one sender. The newest is used first, so that the surplus of a burst grows old and is closed.
#[derive(Debug)]
pub(super) struct Pool {
    idle: Mutex<HashMap<Key, Vec<Idle>>>,
    /// HTTP/2 connections, each in use by any number of calls.
    #[cfg(feature = "http2")]
    shared: Mutex<HashMap<Key, Http2>>,
    idle_timeout: Duration,
    /// As many permits as connections may be in use.
    slots: Arc<Semaphore>,
    max_connections: usize,
    open: Arc<AtomicUsize>,
    /// Whether a task closes what has been idle for too long.
    reaped: AtomicBool,
}

#[derive(Debug)]
struct Idle {
    connection: Box<Http1>,
    since: Instant,
}

impl Pool {
    pub(super) fn new(max_connections: usize, idle_timeout: Duration) -> Arc<Self> {
        let max_connections = max_connections.clamp(1, Semaphore::MAX_PERMITS);
        Arc::new(Self {
            idle: Mutex::default(),
            #[cfg(feature = "http2")]
            shared: Mutex::default(),
            idle_timeout,
            slots: Arc::new(Semaphore::new(max_connections)),
            max_connections,
            open: Arc::default(),
            reaped: AtomicBool::new(false),
        })
    }

    fn idle(&self) -> MutexGuard<'_, HashMap<Key, Vec<Idle>>> {
        // Nothing in here panics half way through a change.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place among the connections in use: first come, first served.
    pub(super) async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        if self.slots.available_permits() == 0 {
            tracing::debug!(
                max_connections = self.max_connections,
                "waiting for a connection"
            );
        }
        // The semaphore is never closed.
        self.slots.clone().acquire_owned().await.ok()
    }

    /// The idle connection to `key` that was used last, if the server has not closed it.
    pub(super) fn take(&self, key: &Key) -> Option<Box<Http1>> {
        loop {
            let mut idle = self.idle().get_mut(key)?.pop()?;
            if idle.since.elapsed() < self.idle_timeout && idle.connection.is_usable() {
                return Some(idle.connection);
            }
        }
    }

    pub(super) fn put(self: &Arc<Self>, key: Key, connection: Box<Http1>) {
        let since = Instant::now();
        self.idle()
            .entry(key)
            .or_default()
            .push(Idle { connection, since });
        self.start_reaping();
    }

    /// The HTTP/2 connection to `key`, if there is one.
    #[cfg(feature = "http2")]
    pub(super) fn share_of(&self, key: &Key) -> Option<Http2> {
        let mut shared = self.shared();
        let found = shared.get(key)?;
        // One that has been silent for long may have been forgotten on the way.
        if found.is_usable() && found.unused_for() < self.idle_timeout {
            return Some(found.clone());
        }
        shared.remove(key);
        None
    }

    #[cfg(feature = "http2")]
    pub(super) fn share(self: &Arc<Self>, key: Key, connection: Http2) {
        self.shared().insert(key, connection);
        self.start_reaping();
    }

    #[cfg(feature = "http2")]
    fn shared(&self) -> MutexGuard<'_, HashMap<Key, Http2>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives up on a connection that does not respond: the next call makes another one.
    #[cfg(feature = "http2")]
    pub(super) fn forget(&self, connection: &Http2) {
        self.shared().retain(|_, known| !known.is_same(connection));
    }

    /// Counts a new connection. If that is one too many, the idle one unused for longest is closed: as those in use are
    /// limited by their slots, there is one.
    pub(super) fn open(&self) -> OpenConnection {
        if self.open.fetch_add(1, Ordering::Relaxed) >= self.max_connections {
            let mut idle = self.idle();
            let oldest = idle
                .values_mut()
                .filter(|connections| !connections.is_empty())
                .min_by_key(|connections| connections[0].since);
            if let Some(connections) = oldest {
                connections.remove(0);
            }
        }
        OpenConnection(self.open.clone())
    }

    /// Starts the task that closes idle connections, if there is none. It ends when nothing is left, or the pool is gone.
    fn start_reaping(self: &Arc<Self>) {
        if self.reaped.swap(true, Ordering::SeqCst) {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            self.reaped.store(false, Ordering::SeqCst);
            return;
        };
        let (mut reaping, interval) = (Reaping(Arc::downgrade(self)), self.idle_timeout);
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(interval).await;
                if reaping.0.upgrade().is_none_or(|pool| pool.close_unused()) {
                    drop(std::mem::take(&mut reaping.0));
                    return;
                }
            }
        });
    }

    /// Closes what has been idle for too long or was closed by the server. Returns whether nothing is left, so that the task
    /// ends; while the locks are held, as a connection that is put back later has to start another.
    fn close_unused(&self) -> bool {
        let mut idle = self.idle();
        idle.retain(|_, connections| {
            connections.retain_mut(|idle| {
                idle.since.elapsed() < self.idle_timeout && idle.connection.is_usable()
            });
            !connections.is_empty()
        });
        let nothing_left = idle.is_empty();
        #[cfg(feature = "http2")]
        let mut shared = self.shared();
        #[cfg(feature = "http2")]
        let nothing_left = {
            // Calls that are under way on one keep it open until they end.
            shared.retain(|_, connection| {
                connection.is_usable() && connection.unused_for() < self.idle_timeout
            });
            nothing_left && shared.is_empty()
        };
        if nothing_left {
            self.reaped.store(false, Ordering::SeqCst);
        }
        nothing_left
    }
}

/// The task that closes idle connections. It may end with its runtime: the next connection to be put back then starts
/// another, on another runtime.
struct Reaping(Weak<Pool>);

impl Drop for Reaping {
    fn drop(&mut self) {
        if let Some(pool) = self.0.upgrade() {
            pool.reaped.store(false, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Uri;
    use hyper::client::conn::http1;
    use hyper_rustls::MaybeHttpsStream;
    use hyper_util::rt::TokioIo;
    use tokio::net::{TcpListener, TcpStream};

    use super::super::stream::ServerStream;
    use super::*;

    /// The clock is tokio's, which jumps.
    #[tokio::test(start_paused = true)]
    async fn what_is_put_back_after_the_reaper_has_found_nothing_is_closed_too() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let key = Key::of(&format!("http://{address}").parse::<Uri>().unwrap()).unwrap();
        let pool = Pool::new(9, Duration::from_secs(60));
        let open = || pool.open.load(Ordering::Relaxed);
        for early in [false, true, false] {
            let tcp = TokioIo::new(TcpStream::connect(address).await.unwrap());
            let stream = ServerStream::new(MaybeHttpsStream::Http(Box::new(tcp) as _));
            let parts = http1::handshake(stream).await.unwrap();
            let connection = Http1::new(parts, key.clone(), pool.open());
            if early {
                // A reaper that is about to end: it has let go of the locks and the connection comes back.
                assert!(pool.close_unused());
            }
            pool.put(key.clone(), connection);
            assert_eq!(open(), 1);
            tokio::time::sleep(Duration::from_secs(121)).await;
            assert_eq!(open(), 0);
            assert!(!pool.reaped.load(Ordering::SeqCst), "the task has ended");
        }
    }
}
