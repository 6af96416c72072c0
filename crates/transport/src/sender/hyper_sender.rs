//! The built-in sender.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use http::header::HOST;
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::body::{RequestBody, ResponseBody};
use super::connection::{ConnectionBody, ExchangeError, Http1, Lease};
use super::pool::{Key, Pool};
use super::proxy::{Proxy, ProxyError, Server, TunnelError};
use super::stream::{Stream, Transport};
#[cfg(feature = "tls")]
use super::tls::{self, Tls, TlsError};
use super::{SendFuture, SendSettings, Sender, dial};
use crate::config::Environment;
use crate::error::{BoxError, ConnectorError};
use crate::limits::{Limit, within};

/// Sends requests by hyper over TCP and TLS, and keeps connections for the next ones. Clones share the pool.
#[derive(Clone)]
pub struct HttpSender(Arc<Shared>);

struct Shared {
    pool: Arc<Pool>,
    proxy: Proxy,
    #[cfg(feature = "tls")]
    tls: Tls,
    http1: http1::Builder,
}

/// Sets up an [`HttpSender`].
#[derive(Debug)]
#[must_use]
pub struct HttpSenderBuilder {
    max_connections: usize,
    idle_timeout: Duration,
    proxy: Proxy,
    #[cfg(feature = "tls")]
    system_roots: bool,
    #[cfg(feature = "tls")]
    extra_roots: Vec<rustls::pki_types::CertificateDer<'static>>,
}

impl HttpSenderBuilder {
    /// How many connections may be open at a time; further calls wait for one. Default: 256. At least 1.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections;
        self
    }

    /// How long an unused connection is kept. Default: 60 s.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// The proxies. Default: none.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = proxy;
        self
    }

    /// Trusts the certificates of a PEM file as well.
    ///
    /// # Errors
    ///
    /// If it holds no certificate, or one that cannot be decoded.
    #[cfg(feature = "tls")]
    pub fn ca_bundle(mut self, pem: &[u8]) -> Result<Self, ProxyError> {
        let certificates = tls::certificates(pem);
        let certificates = certificates
            .map_err(|error| ProxyError::new("CA bundle", error.to_string(), Some(error)))?;
        self.extra_roots.extend(certificates);
        Ok(self)
    }

    /// Whether the system's certificates are trusted. Default: `true`.
    #[cfg(feature = "tls")]
    pub fn system_roots(mut self, trusted: bool) -> Self {
        self.system_roots = trusted;
        self
    }

    /// Takes HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY and AWS_CA_BUNDLE from the environment.
    ///
    /// # Errors
    ///
    /// If a proxy variable holds no proxy URL, or the bundle cannot be read.
    pub fn environment(mut self, environment: &Environment) -> Result<Self, ProxyError> {
        self.proxy = Proxy::from_environment(environment)?;
        #[cfg(feature = "tls")]
        if let Some(path) = environment.get("AWS_CA_BUNDLE") {
            let failed = |error: BoxError| {
                ProxyError::new("AWS_CA_BUNDLE", format!("{path}: {error}"), Some(error))
            };
            let pem = std::fs::read(&path).map_err(|error| failed(error.into()))?;
            self.extra_roots
                .extend(tls::certificates(&pem).map_err(failed)?);
        }
        Ok(self)
    }

    /// The sender. Trusted certificates are loaded when the first connection needs them.
    pub fn build(self) -> HttpSender {
        HttpSender(Arc::new(Shared {
            pool: Pool::new(self.max_connections, self.idle_timeout),
            proxy: self.proxy,
            #[cfg(feature = "tls")]
            tls: Tls::new(self.system_roots, self.extra_roots),
            http1: http1::Builder::new(),
        }))
    }
}

impl Default for HttpSenderBuilder {
    fn default() -> Self {
        Self {
            max_connections: 256,
            idle_timeout: Duration::from_secs(60),
            proxy: Proxy::default(),
            #[cfg(feature = "tls")]
            system_roots: true,
            #[cfg(feature = "tls")]
            extra_roots: Vec::new(),
        }
    }
}

/// Why a request did not get as far as a connection.
#[derive(Debug, thiserror::Error)]
enum TargetError {
    #[error("the URL has no host")]
    NoHost,
    #[error("the URL's scheme is neither http nor https")]
    Scheme,
    #[cfg(not(feature = "tls"))]
    #[error("built without TLS: enable the feature `ring` or `aws-lc-rs`")]
    NoTls,
}

impl HttpSender {
    /// A builder with the defaults.
    pub fn builder() -> HttpSenderBuilder {
        HttpSenderBuilder::default()
    }

    /// Sends a request over a pooled connection or a new one.
    pub(crate) async fn exchange(
        &self,
        mut request: Request<RequestBody>,
        settings: &SendSettings,
    ) -> Result<Response<ResponseBody>, ConnectorError> {
        let key = key(request.uri()).map_err(|error| ConnectorError::user(error.into()))?;
        if !request.headers().contains_key(HOST) {
            let host = host_header(&key).map_err(|error| ConnectorError::user(error.into()))?;
            request.headers_mut().insert(HOST, host);
        }
        let slot = self.0.pool.slot().await;
        let pooled = (!settings.fresh_connection)
            .then(|| self.0.pool.take(&key))
            .flatten();
        let mut connection = match pooled {
            Some(connection) => connection,
            None => {
                let dialled = within(
                    &settings.sleep,
                    Limit::Connect,
                    settings.connect_timeout,
                    self.dial(&key, settings),
                );
                dialled
                    .await
                    .map_err(|limit| ConnectorError::timeout(limit.into()))??
            }
        };
        self.put_target(&key, &mut request)?;
        let response = within(
            &settings.sleep,
            Limit::Read,
            settings.read_timeout,
            connection.exchange(request),
        )
        .await;
        let response: Response<Incoming> = response
            .map_err(|limit| ConnectorError::timeout(limit.into()))?
            .map_err(exchange_error)?;
        let lease = Lease {
            connection,
            pool: self.0.pool.clone(),
            slot,
            reusable: true,
        };
        Ok(response
            .map(|incoming| ResponseBody::Connection(ConnectionBody::new(incoming, Some(lease)))))
    }

    /// The path alone is what an HTTP/1 server wants to see; a proxy that is not a tunnel wants the whole URL.
    fn put_target(
        &self,
        key: &Key,
        request: &mut Request<RequestBody>,
    ) -> Result<(), ConnectorError> {
        if let Some(proxy) = self.proxy(key)
            && !key.tls
        {
            if let Some(authorization) = &proxy.authorization {
                request
                    .headers_mut()
                    .insert(http::header::PROXY_AUTHORIZATION, authorization.clone());
            }
            return Ok(());
        }
        let mut parts = http::uri::Parts::default();
        let target = std::mem::take(request.uri_mut())
            .into_parts()
            .path_and_query;
        parts.path_and_query = Some(target.unwrap_or_else(|| PathAndQuery::from_static("/")));
        *request.uri_mut() =
            Uri::from_parts(parts).map_err(|error| ConnectorError::user(error.into()))?;
        Ok(())
    }

    fn proxy(&self, key: &Key) -> Option<&Server> {
        self.0
            .proxy
            .on_the_way_to(key.tls, key.authority.host(), port(key))
    }

    async fn dial(&self, key: &Key, settings: &SendSettings) -> Result<Box<Http1>, ConnectorError> {
        let open = self.0.pool.open();
        let transport = self.transport(key, settings).await?;
        let (stream, received) = Stream::new(transport);
        let parts = self.0.http1.handshake(TokioIo::new(stream)).await;
        let parts = parts.map_err(|error| ConnectorError::io(error.into()))?;
        tracing::debug!(host = key.authority.as_str(), tls = key.tls, "connected");
        Ok(Http1::new(parts, received, key.clone(), open))
    }

    async fn transport(
        &self,
        key: &Key,
        settings: &SendSettings,
    ) -> Result<Transport, ConnectorError> {
        let (host, port, proxy) = (key.authority.host(), port(key), self.proxy(key));
        let (first_host, first_port) =
            proxy.map_or((host, port), |proxy| (proxy.host.as_str(), proxy.port));
        let tcp = dial::tcp(first_host, first_port, &settings.sleep).await;
        let mut tcp = tcp.map_err(|error| ConnectorError::io(error.into()))?;
        #[cfg(feature = "tls")]
        {
            let mut to_proxy = match proxy {
                Some(proxy) if proxy.tls => {
                    let stream = self
                        .0
                        .tls
                        .handshake(&proxy.host, tcp, false)
                        .await
                        .map_err(tls_error)?;
                    if !key.tls {
                        return Ok(Transport::Tls(Box::new(stream)));
                    }
                    stream
                }
                _ => {
                    if !key.tls {
                        return Ok(Transport::Tcp(tcp));
                    }
                    if let Some(proxy) = proxy {
                        super::proxy::tunnel(&mut tcp, proxy, host, port)
                            .await
                            .map_err(tunnel_error)?;
                    }
                    let stream = self
                        .0
                        .tls
                        .handshake(host, tcp, true)
                        .await
                        .map_err(tls_error)?;
                    return Ok(Transport::Tls(Box::new(stream)));
                }
            };
            if let Some(proxy) = proxy {
                super::proxy::tunnel(&mut to_proxy, proxy, host, port)
                    .await
                    .map_err(tunnel_error)?;
            }
            let stream = self
                .0
                .tls
                .handshake(host, to_proxy, true)
                .await
                .map_err(tls_error)?;
            Ok(Transport::TlsInTls(Box::new(stream)))
        }
        #[cfg(not(feature = "tls"))]
        {
            if key.tls || proxy.is_some_and(|proxy| proxy.tls) {
                return Err(ConnectorError::user(TargetError::NoTls.into()));
            }
            Ok(Transport::Tcp(tcp))
        }
    }
}

impl Sender for HttpSender {
    fn send<'a>(&'a self, request: Request<SdkBody>, settings: &'a SendSettings) -> SendFuture<'a> {
        Box::pin(async move {
            let response = self
                .exchange(request.map(RequestBody::from), settings)
                .await?;
            Ok(response.map(SdkBody::from))
        })
    }
}

impl Default for HttpSender {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl fmt::Debug for HttpSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSender")
            .field("proxy", &self.0.proxy)
            .finish_non_exhaustive()
    }
}

fn key(uri: &Uri) -> Result<Key, TargetError> {
    let tls = match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => true,
        Some(scheme) if *scheme == Scheme::HTTP => false,
        _ => return Err(TargetError::Scheme),
    };
    #[cfg(not(feature = "tls"))]
    if tls {
        return Err(TargetError::NoTls);
    }
    let authority = uri.authority().cloned().ok_or(TargetError::NoHost)?;
    Ok(Key { tls, authority })
}

fn port(key: &Key) -> u16 {
    key.authority
        .port_u16()
        .unwrap_or(if key.tls { 443 } else { 80 })
}

fn host_header(key: &Key) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    HeaderValue::from_str(host_and_port(key.tls, &key.authority))
}

/// What `host` says: the port only where it is not the scheme's own.
pub(crate) fn host_and_port(tls: bool, authority: &Authority) -> &str {
    let text = authority.as_str();
    let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
    if authority.port_u16() == Some(if tls { 443 } else { 80 }) {
        authority.host()
    } else {
        text
    }
}

#[cfg(feature = "tls")]
fn tls_error(error: TlsError) -> ConnectorError {
    if error.is_io() {
        ConnectorError::io(error.into())
    } else {
        ConnectorError::other(error.into(), None)
    }
}

fn tunnel_error(error: TunnelError) -> ConnectorError {
    if error.is_transient() {
        ConnectorError::io(error.into())
    } else {
        ConnectorError::other(error.into(), None)
    }
}

fn exchange_error(failed: ExchangeError) -> ConnectorError {
    let mut error = http_error(failed.error);
    error.stale_connection = failed.stale && error.is_io();
    error
}

/// Sorts what hyper says went wrong, in a response's head or body.
pub(crate) fn http_error(error: hyper::Error) -> ConnectorError {
    if error.is_user() {
        return ConnectorError::user(error.into());
    }
    let broken_off = error.is_incomplete_message() || error.is_canceled() || error.is_closed();
    if broken_off || network_failed(&error) {
        return ConnectorError::io(error.into());
    }
    ConnectorError::other(error.into(), None)
}

/// Whether an I/O error is the cause; hyper reports bad chunks as I/O errors too, by kinds that no network has.
fn network_failed(error: &(dyn Error + 'static)) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return !matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
            );
        }
        cause = error.source();
    }
    false
}
