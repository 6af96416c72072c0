//! From a URL's scheme and authority to a byte stream: proxy, TCP, TLS.

use http::HeaderValue;
use http::uri::{Authority, Scheme, Uri};

use aws_smithy_async::rt::sleep::SharedAsyncSleep;

use super::dial;
use super::proxy::{Proxy, Server};
use super::stream::Transport;
use super::tls::{Tls, TlsError};
use super::tunnel::{TunnelError, tunnel};
use crate::error::ConnectorError;

/// What a connection is to: connections of one key are interchangeable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) tls: bool,
    pub(super) authority: Authority,
    /// The runtime that tells of the connection's bytes: on another one it might never hear of them.
    runtime: Option<tokio::runtime::Id>,
}

/// A URL that cannot be connected to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UrlError {
    #[error("the URL has no host")]
    NoHost,
    #[error("the URL's scheme is neither http nor https")]
    Scheme,
    #[error("the URL's port is no number from 0 to 65535")]
    Port,
}

/// The port that follows the host, if one does; `port_u16` takes what it cannot read for no port at all.
pub(crate) fn port(authority: &Authority) -> Result<Option<u16>, UrlError> {
    let (host, text) = (authority.host(), host_and_port_as_written(authority));
    if host.is_empty() {
        return Err(UrlError::NoHost);
    }
    if text.len() == host.len() {
        return Ok(None);
    }
    let digits = text[host.len()..].strip_prefix(':');
    digits.and_then(port_number).map(Some).ok_or(UrlError::Port)
}

/// A port; Rust would take a plus sign before it.
pub(super) fn port_number(text: &str) -> Option<u16> {
    text.parse().ok().filter(|_| !text.starts_with('+'))
}

fn host_and_port_as_written(authority: &Authority) -> &str {
    let text = authority.as_str();
    text.rsplit_once('@').map_or(text, |(_, host)| host)
}

impl Key {
    pub(super) fn of(uri: &Uri) -> Result<Self, UrlError> {
        let tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(UrlError::Scheme),
        };
        let authority = uri.authority().cloned().ok_or(UrlError::NoHost)?;
        port(&authority)?;
        let runtime = tokio::runtime::Handle::try_current().ok();
        Ok(Self {
            tls,
            authority,
            runtime: runtime.map(|runtime| runtime.id()),
        })
    }

    fn port(&self) -> u16 {
        let default = if self.tls { 443 } else { 80 };
        self.authority.port_u16().unwrap_or(default)
    }

    pub(super) fn host_header(&self) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
        HeaderValue::from_str(host_and_port(self.tls, &self.authority))
    }
}

/// What `host` says: the port only where it is not the scheme's own.
pub(crate) fn host_and_port(tls: bool, authority: &Authority) -> &str {
    if authority.port_u16() == Some(if tls { 443 } else { 80 }) {
        return authority.host();
    }
    host_and_port_as_written(authority)
}

/// Makes connections.
#[derive(Debug)]
pub(super) struct Connector {
    pub(super) proxy: Proxy,
    pub(super) tls: Tls,
}

impl Connector {
    /// The proxy on the way, if there is one.
    pub(super) fn proxy(&self, key: &Key) -> Result<Option<&Server>, ConnectorError> {
        let (host, port) = (key.authority.host(), key.port());
        let proxy = self.proxy.on_the_way_to(key.tls, host, port);
        proxy.map_err(|error| ConnectorError::user(error.into()))
    }

    pub(super) async fn connect(
        &self,
        key: &Key,
        sleep: &SharedAsyncSleep,
    ) -> Result<Transport, ConnectorError> {
        let (host, port) = (key.authority.host(), key.port());
        let proxy = self.proxy(key)?;
        let first_hop = proxy.map_or((host, port), |proxy| (proxy.host.as_str(), proxy.port));
        let tcp = dial::tcp(first_hop.0, first_hop.1, sleep).await;
        let tcp = tcp.map_err(|error| ConnectorError::io(error.into()))?;
        let mut transport = Transport::Tcp(tcp);
        if let Some(proxy) = proxy {
            if proxy.tls {
                let layered = self.tls.handshake(&proxy.host, transport, false).await;
                transport = layered.map_err(tls_error)?;
            }
            if key.tls {
                let opened = tunnel(&mut transport, proxy, host, port).await;
                opened.map_err(tunnel_error)?;
            }
        }
        if key.tls {
            let layered = self.tls.handshake(host, transport, true).await;
            transport = layered.map_err(tls_error)?;
        }
        Ok(transport)
    }
}

/// A network that failed is worth another attempt; a certificate that is not trusted is not.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_header_has_no_default_port_and_no_user() {
        for (url, expected) in [
            ("https://example.com/", "example.com"),
            ("https://example.com:443/", "example.com"),
            ("http://example.com:443/", "example.com:443"),
            ("http://user:word@example.com:8080/", "example.com:8080"),
            ("http://user@example.com/", "example.com"),
            ("http://[::1]:80/", "[::1]"),
            ("http://[::1]:81/", "[::1]:81"),
        ] {
            let key = Key::of(&Uri::from_static(url)).unwrap();
            assert_eq!(key.host_header().unwrap(), expected, "{url}");
        }
    }

    #[test]
    fn other_urls_are_refused() {
        for url in [
            "/path",
            "ftp://example.com/",
            "http://example.com:99999/",
            "http://example.com:/",
            "http://example.com:abc/",
            "http://example.com:+80/",
            "http://:80/",
            "http://[::1]:65536/",
        ] {
            let parsed = url.parse::<Uri>();
            assert!(
                parsed.is_err() || Key::of(&parsed.unwrap()).is_err(),
                "{url}"
            );
        }
    }
}
