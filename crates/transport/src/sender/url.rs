//! What connections need of URLs.

use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Uri};

use crate::error::ConnectorError;

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

/// The port of a URL that names none.
pub(super) fn default_port(tls: bool) -> u16 {
    if tls { 443 } else { 80 }
}

fn host_and_port_as_written(authority: &Authority) -> &str {
    let text = authority.as_str();
    text.rsplit_once('@').map_or(text, |(_, host)| host)
}

/// The value of the header `host`: the port only where it is not the scheme's own.
pub(crate) fn host_value(tls: bool, authority: &Authority) -> &str {
    if authority.port_u16() == Some(default_port(tls)) {
        return authority.host();
    }
    host_and_port_as_written(authority)
}

/// Host and port to connect to; the host of an IPv6 address has its brackets.
pub(super) fn host_and_port(uri: &Uri) -> (&str, u16) {
    let tls = uri.scheme() == Some(&Scheme::HTTPS);
    let port = uri.port_u16().unwrap_or_else(|| default_port(tls));
    (uri.host().unwrap_or_default(), port)
}

/// Puts what was signed as host into the URL, as its authority.
pub(super) fn put_host<B>(
    request: &mut Request<B>,
    host: &HeaderValue,
) -> Result<(), ConnectorError> {
    let authority = request.uri().authority();
    if authority.is_some_and(|authority| authority.as_str() == host) {
        return Ok(());
    }
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    let authority = Authority::try_from(host.as_bytes());
    parts.authority = Some(authority.map_err(|error| ConnectorError::user(error.into()))?);
    let uri = Uri::from_parts(parts);
    *request.uri_mut() = uri.map_err(|error| ConnectorError::user(error.into()))?;
    Ok(())
}
