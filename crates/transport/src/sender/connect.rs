//! From a URL's scheme and authority to a byte stream: TCP, proxy, TLS.

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use http::HeaderValue;
use http::uri::{Authority, Scheme, Uri};

use super::proxy::{Proxy, Server};
use super::stream::ServerStream;
use super::tls::{self, Tls};
use super::tunnel::ProxyDialler;
use super::url::{UrlError, default_port, host_value, port};
use crate::error::ConnectorError;

/// What a connection is to: connections of one key are interchangeable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) tls: bool,
    pub(super) authority: Authority,
    /// The runtime that polls the connection: on another one it might never be woken.
    runtime: Option<tokio::runtime::Id>,
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
        let port = self.authority.port_u16();
        port.unwrap_or_else(|| default_port(self.tls))
    }

    fn uri(&self) -> Result<Uri, ConnectorError> {
        let scheme = if self.tls {
            Scheme::HTTPS
        } else {
            Scheme::HTTP
        };
        let uri = Uri::builder()
            .scheme(scheme)
            .authority(self.authority.clone())
            .path_and_query("/");
        uri.build()
            .map_err(|error| ConnectorError::user(error.into()))
    }

    pub(super) fn host_header(&self) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
        HeaderValue::from_str(host_value(self.tls, &self.authority))
    }
}

/// Connects to servers: TCP, proxy, TLS.
#[derive(Debug)]
pub(super) struct Dialler {
    pub(super) proxy: Proxy,
    pub(super) tls: Tls,
}

impl Dialler {
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
    ) -> Result<ServerStream, ConnectorError> {
        let proxy = self.proxy(key)?.cloned();
        let proxy_tls = match &proxy {
            Some(proxy) if proxy.uri.scheme() == Some(&Scheme::HTTPS) => {
                Some(self.tls.config(false).await?)
            }
            _ => None,
        };
        let tls = if key.tls {
            Some(self.tls.config(true).await?)
        } else {
            None
        };
        let dialler = ProxyDialler {
            sleep: sleep.clone(),
            proxy,
            proxy_tls,
        };
        let stream = tls::connect(dialler, tls, key.uri()?).await?;
        Ok(ServerStream::new(stream))
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
    fn other_urls_are_rejected() {
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
