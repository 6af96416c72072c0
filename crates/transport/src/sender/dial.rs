//! TCP: name resolution, and the first address that can be connected to.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use http::Uri;
use tokio::net::{TcpSocket, TcpStream};

use super::url::host_and_port;

/// How long an address may take before the next one is tried beside it (RFC 8305).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Why there is no TCP connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    #[error("cannot look up {host}")]
    Lookup { host: String, source: io::Error },
    #[error("{host} has no address")]
    NoAddress { host: String },
    #[error("cannot connect to {address}")]
    Connect {
        address: SocketAddr,
        source: io::Error,
    },
}

/// Connects to the first address of a URL's host that accepts.
pub(super) async fn tcp(uri: &Uri, sleep: &SharedAsyncSleep) -> Result<TcpStream, DialError> {
    let (host, port) = host_and_port(uri);
    let found = tokio::net::lookup_host(format!("{host}:{port}")).await;
    let found = found.map_err(|source| DialError::Lookup {
        host: host.to_owned(),
        source,
    })?;
    let addresses = alternate(found.collect());
    let connected = race(&addresses, sleep, connect).await;
    connected.map_err(|failed| match failed {
        Some((address, source)) => DialError::Connect { address, source },
        None => DialError::NoAddress {
            host: host.to_owned(),
        },
    })
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_nodelay(true)?;
    socket.set_keepalive(true)?;
    socket.connect(address).await
}

/// Alternates between the address families, beginning with that of the first address: the resolver's preference.
fn alternate(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first) = addresses.first().map(SocketAddr::is_ipv6) else {
        return addresses;
    };
    let count = addresses.len();
    let (preferred, other): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first);
    let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
    let mut order = Vec::with_capacity(count);
    while order.len() < count {
        order.extend(preferred.next());
        order.extend(other.next());
    }
    order
}

/// Tries addresses in order; each has a head start of [`ATTEMPT_DELAY`] unless it fails sooner. The first to connect wins,
/// the others are dropped. Fails with the first failure if all fail, with `None` if there is no address.
async fn race<T, F>(
    addresses: &[SocketAddr],
    sleep: &SharedAsyncSleep,
    connect: impl Fn(SocketAddr) -> F,
) -> Result<T, Option<(SocketAddr, io::Error)>>
where
    F: Future<Output = io::Result<T>> + Send,
{
    let mut waiting = addresses.iter().copied();
    let mut running: Vec<(SocketAddr, Pin<Box<F>>)> = Vec::new();
    let mut first_failure = None;
    let mut head_start: Option<Sleep> = None;
    poll_fn(|cx| {
        loop {
            let mut index = 0;
            while let Some((address, attempt)) = running.get_mut(index) {
                match attempt.as_mut().poll(cx) {
                    Poll::Pending => index += 1,
                    Poll::Ready(Ok(stream)) => return Poll::Ready(Ok(stream)),
                    Poll::Ready(Err(error)) => {
                        first_failure.get_or_insert((*address, error));
                        drop(running.remove(index));
                        head_start = None;
                    }
                }
            }
            let held_back = match &mut head_start {
                None => false,
                Some(timer) => Pin::new(timer).poll(cx).is_pending(),
            };
            if held_back {
                return Poll::Pending;
            }
            match waiting.next() {
                Some(address) => {
                    running.push((address, Box::pin(connect(address))));
                    head_start = Some(sleep.sleep(ATTEMPT_DELAY));
                }
                None if running.is_empty() => return Poll::Ready(Err(first_failure.take())),
                None => {
                    head_start = None;
                    return Poll::Pending;
                }
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use aws_smithy_async::rt::sleep::TokioSleep;
    use tokio::time::Instant;

    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn families_alternate_from_the_resolvers_preference() {
        let order = alternate(addresses(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"]));
        assert_eq!(
            order,
            addresses(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"])
        );
    }

    /// Connects to port N after N times 10 ms; to an odd port never, with a failure.
    async fn scripted(address: SocketAddr) -> io::Result<u16> {
        tokio::time::sleep(Duration::from_millis(10 * u64::from(address.port()))).await;
        if address.port() % 2 == 1 {
            return Err(io::Error::other(format!("{} failed", address.port())));
        }
        Ok(address.port())
    }

    async fn winner(texts: &[&str]) -> (Result<u16, String>, Duration) {
        let (start, sleep) = (Instant::now(), SharedAsyncSleep::new(TokioSleep::new()));
        let result = race(&addresses(texts), &sleep, scripted).await;
        let result = result
            .map_err(|failure| failure.map_or("none".to_owned(), |(_, error)| error.to_string()));
        (result, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_address_gets_a_rival_after_its_head_start_and_a_failed_one_at_once() {
        for (addresses, expected) in [
            (["[::1]:1000", "1.1.1.1:2"], 270),
            (["[::1]:3", "1.1.1.1:2"], 50),
        ] {
            let (result, took) = winner(&addresses).await;
            assert_eq!((result, took), (Ok(2), Duration::from_millis(expected)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_failure_is_reported_when_all_fail() {
        let (result, _) = winner(&["[::1]:5", "1.1.1.1:3"]).await;
        assert_eq!(result, Err("5 failed".to_owned()));
        assert_eq!(winner(&[]).await.0, Err("none".to_owned()));
    }
}
