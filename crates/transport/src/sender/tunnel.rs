//! Asking a proxy for a tunnel.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::proxy::Server;
use super::stream::Transport;

/// A proxy's answer may be this long, headers and all.
const MAX_ANSWER: usize = 16 * 1024;

/// Why a proxy opened no tunnel.
#[derive(Debug, thiserror::Error)]
pub(super) enum TunnelError {
    #[error("the proxy {proxy:?} broke the connection off")]
    Io { proxy: Server, source: io::Error },
    #[error("the proxy {proxy:?} answered with something other than HTTP")]
    NotHttp { proxy: Server },
    #[error("the proxy {proxy:?} refused a tunnel to {target} with status {status}")]
    Refused {
        proxy: Server,
        target: String,
        status: u16,
    },
}

impl TunnelError {
    /// Whether another attempt may succeed: the network failed, or the proxy says that its own upstream did.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Io { .. } => true,
            Self::NotHttp { .. } => false,
            Self::Refused { status, .. } => matches!(status, 500 | 502 | 503 | 504),
        }
    }
}

/// Asks the proxy at the other end of `stream` for a tunnel to `host`.
pub(super) async fn tunnel(
    stream: &mut Transport,
    proxy: &Server,
    host: &str,
    port: u16,
) -> Result<(), TunnelError> {
    let target = format!("{host}:{port}");
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n").into_bytes();
    if let Some(authorization) = &proxy.authorization {
        request.extend_from_slice(b"proxy-authorization: ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    let io = |source| TunnelError::Io {
        proxy: proxy.clone(),
        source,
    };
    stream.write_all(&request).await.map_err(io)?;
    stream.flush().await.map_err(io)?;
    // The server behind the tunnel waits for our TLS handshake, so nothing follows the answer that must be kept.
    let mut answer = Vec::with_capacity(256);
    while !answer.windows(4).any(|window| window == b"\r\n\r\n") {
        if answer.len() > MAX_ANSWER {
            return Err(TunnelError::NotHttp {
                proxy: proxy.clone(),
            });
        }
        if stream.read_buf(&mut answer).await.map_err(io)? == 0 {
            return Err(io(io::ErrorKind::UnexpectedEof.into()));
        }
    }
    match status(&answer) {
        Some(200..=299) => Ok(()),
        Some(status) => Err(TunnelError::Refused {
            proxy: proxy.clone(),
            target,
            status,
        }),
        None => Err(TunnelError::NotHttp {
            proxy: proxy.clone(),
        }),
    }
}

/// The status of an answer that begins `HTTP/1.1 200`.
fn status(answer: &[u8]) -> Option<u16> {
    let rest = answer.strip_prefix(b"HTTP/1.")?;
    let digits = rest.get(1..)?.strip_prefix(b" ")?.get(..3)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
