//! The built-in sender.

use std::fmt;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use connect_protocol::http::MessageBody;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::uri::{self, PathAndQuery, Uri};
use http::{Request, Response};
use hyper::client::conn::http1;
use tokio::sync::OnceCell;

use super::api::{SendFuture, SendSettings, Sender};
use super::body::{ConnectionBody, Lease, ResponseBody};
use super::connect::{Dialler, Key};
use super::http1::Http1;
use super::hyper_error::exchange_error;
use super::pool::Pool;
use super::proxy::{Proxy, ProxyError};
use super::tls::{self, Bundle, Tls, Trust};
use super::url::put_host;
use crate::environment::Environment;
use crate::error::ConnectorError;
use crate::limits::{Limit, within};

/// Sends requests by hyper over TCP and TLS, and keeps connections for the next ones. Clones share the pool.
#[derive(Clone)]
pub struct HttpSender(Arc<Shared>);

struct Shared {
    pool: Arc<Pool>,
    dialler: Dialler,
    http1: http1::Builder,
}

/// Sets up an [`HttpSender`].
#[derive(Debug, Clone)]
#[must_use]
pub struct HttpSenderBuilder {
    max_connections: usize,
    idle_timeout: Duration,
    proxy: Proxy,
    trust: Trust,
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
    pub fn ca_bundle(mut self, pem: &[u8]) -> Result<Self, ProxyError> {
        let certificates = tls::certificates(pem);
        let certificates = certificates
            .map_err(|error| ProxyError::new("CA bundle", error.to_string(), Some(error)))?;
        self.trust.extra_roots.extend(certificates);
        Ok(self)
    }

    /// Whether the system's certificates are trusted. Default: `true`.
    pub fn system_roots(mut self, trusted: bool) -> Self {
        self.trust.system_roots = trusted;
        self
    }

    /// Takes any certificate of any name, so that whoever sits on the network can read and change everything: for tests
    /// against servers of one's own. Default: `false`.
    pub fn danger_accept_invalid_certs(mut self, accept: bool) -> Self {
        self.trust.any_certificate = accept;
        self
    }

    /// Takes HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY and AWS_CA_BUNDLE from the environment. A proxy URL that is none
    /// fails the requests that would go through it, a bundle that cannot be read those over TLS.
    pub fn environment(mut self, environment: &Environment) -> Self {
        self.proxy = Proxy::from_environment(environment);
        match environment.get("AWS_CA_BUNDLE") {
            Some(path) => self.ca_bundle_file("AWS_CA_BUNDLE", path),
            None => self,
        }
    }

    /// Trusts the certificates of this PEM file as well. It is read when the first connection needs it; an error names the
    /// setting that it comes from.
    pub fn ca_bundle_file(mut self, setting: &str, path: impl Into<PathBuf>) -> Self {
        self.trust.bundle = Some(Bundle {
            setting: setting.to_owned(),
            path: path.into(),
        });
        self
    }

    /// The sender. Trusted certificates are loaded when the first connection needs them.
    pub fn build(self) -> HttpSender {
        let mut http1 = http1::Builder::new();
        // RFC 9112, 5.2: a user agent reads a folded header as if there were spaces.
        http1.allow_obsolete_multiline_headers_in_responses(true);
        HttpSender(Arc::new(Shared {
            pool: Pool::new(self.max_connections, self.idle_timeout),
            dialler: Dialler {
                proxy: self.proxy,
                tls: Tls {
                    trust: self.trust,
                    config: OnceCell::new(),
                },
            },
            http1,
        }))
    }
}

impl Default for HttpSenderBuilder {
    fn default() -> Self {
        Self {
            max_connections: 256,
            idle_timeout: Duration::from_secs(60),
            proxy: Proxy::default(),
            trust: Trust {
                system_roots: true,
                extra_roots: Vec::new(),
                bundle: None,
                any_certificate: false,
            },
        }
    }
}

/// A connection to send a request over.
enum HttpConnection {
    Http1(Box<Http1>),
    #[cfg(feature = "http2")]
    Http2(super::http2::Http2),
}

impl HttpSender {
    /// A builder with the defaults.
    pub fn builder() -> HttpSenderBuilder {
        HttpSenderBuilder::default()
    }

    /// Sends a request over a pooled connection or a new one.
    pub(crate) async fn exchange(
        &self,
        mut request: Request<MessageBody>,
        settings: &SendSettings,
    ) -> Result<Response<ResponseBody>, ConnectorError> {
        let pool = &self.0.pool;
        let key = Key::of(request.uri()).map_err(|error| ConnectorError::user(error.into()))?;
        if !request.headers().contains_key(HOST) {
            let host = key.host_header();
            let host = host.map_err(|error| ConnectorError::user(error.into()))?;
            request.headers_mut().insert(HOST, host);
        }
        #[cfg(feature = "http2")]
        if !settings.fresh_connection
            && let Some(shared) = pool.share_of(&key)
        {
            return self.exchange_http2(shared, request, settings).await;
        }
        let slot = pool.slot().await;
        let pooled = (!settings.fresh_connection).then(|| pool.take(&key));
        let connection = match pooled.flatten() {
            Some(connection) => HttpConnection::Http1(connection),
            None => {
                // In a box, as its states would make every call's future many times larger.
                let mut dialled = Box::pin(self.dial(&key, settings));
                let limit = settings.connect_timeout;
                within(&settings.sleep, Limit::Connect, limit, dialled.as_mut()).await??
            }
        };
        #[cfg(feature = "http2")]
        let mut connection = match connection {
            HttpConnection::Http1(connection) => connection,
            HttpConnection::Http2(shared) => {
                return self.exchange_http2(shared, request, settings).await;
            }
        };
        #[cfg(not(feature = "http2"))]
        let HttpConnection::Http1(mut connection) = connection;
        self.put_target(&key, &mut request)?;
        let (limit, response) = (settings.read_timeout, connection.exchange(request));
        let response = within(&settings.sleep, Limit::Read, limit, pin!(response)).await?;
        let response = response.map_err(exchange_error)?;
        let lease = Lease {
            connection,
            pool: pool.clone(),
            slot,
            reusable: true,
        };
        let body = |incoming| ResponseBody::Connection(ConnectionBody::new(incoming, Some(lease)));
        Ok(response.map(body))
    }

    #[cfg(feature = "http2")]
    async fn exchange_http2(
        &self,
        mut shared: super::http2::Http2,
        request: Request<MessageBody>,
        settings: &SendSettings,
    ) -> Result<Response<ResponseBody>, ConnectorError> {
        let response = shared.exchange(request, settings).await;
        // One that has not responded in time, or is closed: the next call makes another one.
        if let Err(error) = &response
            && (error.is_timeout() || !shared.is_usable())
        {
            self.0.pool.forget(&shared);
        }
        let body = |incoming| ResponseBody::Connection(ConnectionBody::new(incoming, None));
        Ok(response?.map(body))
    }

    /// The path alone is what an HTTP/1 server wants to see; a proxy that is no tunnel wants the whole URL.
    fn put_target(
        &self,
        key: &Key,
        request: &mut Request<MessageBody>,
    ) -> Result<(), ConnectorError> {
        if !key.tls
            && let Some(proxy) = self.0.dialler.proxy(key)?
        {
            if let Some(authorization) = &proxy.authorization {
                let headers = request.headers_mut();
                headers.insert(PROXY_AUTHORIZATION, authorization.clone());
            }
            // The proxy passes on what the URL has for a host.
            let host = request.headers().get(HOST).cloned();
            return host.map_or(Ok(()), |host| put_host(request, &host));
        }
        let target = std::mem::take(request.uri_mut()).into_parts();
        let target = target.path_and_query;
        let mut parts = uri::Parts::default();
        parts.path_and_query = Some(target.unwrap_or_else(|| PathAndQuery::from_static("/")));
        let uri = Uri::from_parts(parts);
        *request.uri_mut() = uri.map_err(|error| ConnectorError::user(error.into()))?;
        Ok(())
    }

    async fn dial(
        &self,
        key: &Key,
        settings: &SendSettings,
    ) -> Result<HttpConnection, ConnectorError> {
        let open = self.0.pool.open();
        let stream = self.0.dialler.connect(key, &settings.sleep).await?;
        let http2 = stream.speaks_http2();
        let host = key.authority.as_str();
        tracing::debug!(host, tls = key.tls, http2, "connected");
        #[cfg(feature = "http2")]
        if http2 {
            let shared = super::http2::Http2::new(stream, key, open).await?;
            self.0.pool.share(key.clone(), shared.clone());
            return Ok(HttpConnection::Http2(shared));
        }
        let parts = self.0.http1.handshake(stream).await;
        let parts = parts.map_err(|error| ConnectorError::io(error.into()))?;
        Ok(HttpConnection::Http1(Http1::new(parts, key.clone(), open)))
    }
}

impl Sender for HttpSender {
    fn send<'a>(&'a self, request: Request<SdkBody>, settings: &'a SendSettings) -> SendFuture<'a> {
        Box::pin(async move {
            let response = self
                .exchange(request.map(MessageBody::from), settings)
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
            .field("proxy", &self.0.dialler.proxy)
            .finish_non_exhaustive()
    }
}
