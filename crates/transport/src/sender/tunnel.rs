//! Through a proxy, where there is one on the way: HTTPS by a tunnel, which CONNECT asks for.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use http::Uri;
use http::uri::Scheme;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_service::Service;

use super::dial::tcp;
use super::proxy::Server;
use super::stream::Route;
use super::tls::connect;
use super::url::host_and_port;
use crate::error::ConnectorError;

/// A proxy's response may be this long, headers and all.
const MAX_RESPONSE: usize = 16 * 1024;

/// Connects to the host and port of a URL, directly or through a proxy.
#[derive(Debug, Clone)]
pub(super) struct ProxyDialler {
    pub(super) sleep: SharedAsyncSleep,
    pub(super) proxy: Option<Server>,
    /// For a proxy whose URL is `https`.
    pub(super) proxy_tls: Option<Arc<ClientConfig>>,
}

impl Service<Uri> for ProxyDialler {
    type Response = Route;
    type Error = ConnectorError;
    type Future = Pin<Box<dyn Future<Output = Result<Route, ConnectorError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectorError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Self {
            sleep,
            proxy,
            proxy_tls,
        } = self.clone();
        Box::pin(async move {
            let Some(proxy) = proxy else {
                let stream = tcp(&uri, &sleep).await;
                let stream = stream.map_err(|error| ConnectorError::io(error.into()))?;
                return Ok(Box::new(TokioIo::new(stream)) as Route);
            };
            let to_proxy = Self {
                sleep,
                proxy: None,
                proxy_tls: None,
            };
            let mut stream = connect(to_proxy, proxy_tls, proxy.uri.clone()).await?;
            if uri.scheme() == Some(&Scheme::HTTPS) {
                let opened = tunnel(&mut stream, &proxy, &uri).await;
                opened.map_err(ConnectorError::from)?;
            }
            Ok(Box::new(stream) as Route)
        })
    }
}

/// Why a proxy opened no tunnel.
#[derive(Debug, thiserror::Error)]
enum TunnelError {
    #[error("the proxy {proxy:?} broke the connection off")]
    Io { proxy: Server, source: io::Error },
    #[error("the proxy {proxy:?} responded with something other than HTTP")]
    NotHttp { proxy: Server },
    #[error("the proxy {proxy:?} refused a tunnel to {target} with status {status}")]
    Rejected {
        proxy: Server,
        target: String,
        status: u16,
    },
}

/// Another attempt may succeed where the network failed, or the proxy says that its own upstream did.
impl From<TunnelError> for ConnectorError {
    fn from(error: TunnelError) -> Self {
        match &error {
            TunnelError::Io { .. }
            | TunnelError::Rejected {
                status: 500 | 502..=504,
                ..
            } => Self::io(error.into()),
            _ => Self::other(error.into(), None),
        }
    }
}

/// Asks the proxy at the other end of `stream` for a tunnel to the host of `uri`.
async fn tunnel(
    stream: &mut MaybeHttpsStream<Route>,
    proxy: &Server,
    uri: &Uri,
) -> Result<(), TunnelError> {
    let mut stream = TokioIo::new(stream);
    let (host, port) = host_and_port(uri);
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
    // The server behind the tunnel waits for our TLS handshake, so nothing that must be kept follows the response.
    let mut response = Vec::with_capacity(256);
    while !response.windows(4).any(|window| window == b"\r\n\r\n") {
        if response.len() > MAX_RESPONSE {
            return Err(TunnelError::NotHttp {
                proxy: proxy.clone(),
            });
        }
        if stream.read_buf(&mut response).await.map_err(io)? == 0 {
            return Err(io(io::ErrorKind::UnexpectedEof.into()));
        }
    }
    match status(&response) {
        Some(200..=299) => Ok(()),
        Some(status) => Err(TunnelError::Rejected {
            proxy: proxy.clone(),
            target,
            status,
        }),
        None => Err(TunnelError::NotHttp {
            proxy: proxy.clone(),
        }),
    }
}

/// The status of a response that begins `HTTP/1.1 200`.
fn status(response: &[u8]) -> Option<u16> {
    let rest = response.strip_prefix(b"HTTP/1.")?;
    let digits = rest.get(1..)?.strip_prefix(b" ")?.get(..3)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
