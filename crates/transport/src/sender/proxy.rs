//! HTTP proxies: which requests go through one.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use connect_protocol::endpoint::ip_address;
use http::HeaderValue;
use http::uri::{Authority, Scheme, Uri};
use percent_encoding::percent_decode_str;

use super::url::{default_port, port, port_number};
use crate::environment::Environment;
use crate::error::BoxError;

/// Which proxy to use for which host. `Debug` shows no credentials.
#[derive(Clone, Debug, Default)]
pub struct Proxy {
    https: Option<Setting>,
    http: Option<Setting>,
    except: Vec<Exception>,
}

/// A proxy, or what is wrong with the setting: that matters to requests that would go through it, and to no others.
type Setting = Result<Server, ProxyError>;

/// A proxy setting that makes no sense.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{setting}: {reason}")]
pub struct ProxyError {
    setting: String,
    reason: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl ProxyError {
    pub(super) fn new(setting: &str, reason: impl Into<String>, source: Option<BoxError>) -> Self {
        Self {
            setting: setting.to_owned(),
            reason: reason.into(),
            source: source.map(Arc::from),
        }
    }
}

/// One proxy.
#[derive(Clone)]
pub(super) struct Server {
    /// Scheme, host and port.
    pub(super) uri: Uri,
    pub(super) authorization: Option<HeaderValue>,
}

/// A host that is reached directly.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Exception {
    All,
    /// A domain with all below it, or an address; and a port, if only that one is meant.
    Host {
        name: String,
        port: Option<u16>,
    },
    /// Addresses that begin with these bits.
    Network {
        address: IpAddr,
        bits: u8,
    },
}

impl Proxy {
    /// One proxy for everything: `http://user:password@proxy.example:3128`. A scheme of `https` means that the proxy itself
    /// is connected to over TLS.
    ///
    /// # Errors
    ///
    /// If that is no proxy URL.
    pub fn all(url: &str) -> Result<Self, ProxyError> {
        let server = Server::parse("proxy", url)?;
        Ok(Self {
            https: Some(Ok(server.clone())),
            http: Some(Ok(server)),
            except: Vec::new(),
        })
    }

    /// The hosts to reach directly, in the form of NO_PROXY: names with all below them, addresses, networks
    /// (`10.0.0.0/8`), each but networks with or without port; `*` for all. An entry that is none of these is named in a
    /// warning and covers nothing.
    #[must_use]
    pub fn except(mut self, hosts: &str) -> Self {
        self.except = hosts
            .split(',')
            .map(str::trim)
            .filter(|host| !host.is_empty())
            .filter_map(|host| {
                let exception = Exception::parse(host);
                if exception.is_none() {
                    tracing::warn!(
                        "NO_PROXY: {host:?} is no host, address or network, and ignored"
                    );
                }
                exception
            })
            .collect();
        self
    }

    /// The proxies that HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY name, in capitals or not. HTTP_PROXY in capitals
    /// is not read where REQUEST_METHOD is set: there it may be a header of a CGI request. A variable that holds no proxy URL
    /// fails the requests that would go through that proxy, with an error that names it.
    #[must_use]
    pub fn from_environment(environment: &Environment) -> Self {
        let get = |capitals: &str| {
            let small = capitals.to_ascii_lowercase();
            let is_header = capitals == "HTTP_PROXY" && environment.get("REQUEST_METHOD").is_some();
            let value = environment.get(&small);
            value.or_else(|| environment.get(capitals).filter(|_| !is_header))
        };
        let server = |name| get(name).map(|url| Server::parse(name, &url));
        let all = server("ALL_PROXY");
        let proxy = Self {
            https: server("HTTPS_PROXY").or_else(|| all.clone()),
            http: server("HTTP_PROXY").or(all),
            except: Vec::new(),
        };
        proxy.except(&get("NO_PROXY").unwrap_or_default())
    }

    /// The proxy on the way to this host, if there is one.
    pub(super) fn on_the_way_to(
        &self,
        tls: bool,
        host: &str,
        port: u16,
    ) -> Result<Option<&Server>, ProxyError> {
        let setting = if tls { &self.https } else { &self.http };
        let Some(setting) = setting else {
            return Ok(None);
        };
        let mut exceptions = self.except.iter();
        if exceptions.any(|exception| exception.covers(host, port)) {
            return Ok(None);
        }
        setting.as_ref().map(Some).map_err(ProxyError::clone)
    }
}

impl Server {
    fn parse(setting: &str, url: &str) -> Result<Self, ProxyError> {
        let with_scheme = if url.contains("://") {
            url.to_owned()
        } else {
            format!("http://{url}")
        };
        // The URL itself stays out of the errors: it may hold a password.
        if with_scheme.contains('#') {
            let reason = "# must be written %23 in a user name or password";
            return Err(ProxyError::new(setting, reason, None));
        }
        let uri: Uri = with_scheme
            .parse()
            .map_err(|error: http::uri::InvalidUri| {
                ProxyError::new(setting, "not a URL", Some(error.into()))
            })?;
        let tls = match uri.scheme().map(Scheme::as_str) {
            Some("http") => false,
            Some("https") => true,
            _ => {
                let reason = "only http and https proxies are supported, SOCKS is not";
                return Err(ProxyError::new(setting, reason, None));
            }
        };
        let Some(authority) = uri.authority() else {
            return Err(ProxyError::new(setting, "no host", None));
        };
        if uri.path_and_query().is_some_and(|path| path != "/") {
            return Err(ProxyError::new(setting, "a path or query", None));
        }
        let port =
            port(authority).map_err(|error| ProxyError::new(setting, error.to_string(), None))?;
        let port = port.unwrap_or_else(|| default_port(tls));
        let authorization = authorization(setting, authority)?;
        let uri = Uri::builder()
            .scheme(if tls { Scheme::HTTPS } else { Scheme::HTTP })
            .authority(format!("{}:{port}", authority.host()))
            .path_and_query("/")
            .build();
        let uri = uri.map_err(|error| ProxyError::new(setting, "not a URL", Some(error.into())))?;
        Ok(Self { uri, authorization })
    }
}

fn authorization(setting: &str, authority: &Authority) -> Result<Option<HeaderValue>, ProxyError> {
    let Some((user_info, _)) = authority.as_str().rsplit_once('@') else {
        return Ok(None);
    };
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let mut plain = percent_decode_str(user).collect::<Vec<u8>>();
    plain.push(b':');
    plain.extend(percent_decode_str(password));
    let encoded = base64_simd::STANDARD.encode_to_string(plain);
    let mut header = HeaderValue::try_from(format!("Basic {encoded}"))
        .map_err(|error| ProxyError::new(setting, "bad credentials", Some(error.into())))?;
    header.set_sensitive(true);
    Ok(Some(header))
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.uri.authority().map_or("", Authority::as_str))
    }
}

impl Exception {
    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.parse().ok().filter(|_| !bits.starts_with('+'))?;
            return (bits <= most).then_some(Self::Network { address, bits });
        }
        // An IPv6 address has colons of its own: it is in brackets if a port follows.
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
                (name, Some(port_number(port)?))
            }
            _ => (text, None),
        };
        let name = name.trim_start_matches("*.").trim_start_matches('.');
        let name = canonical(name);
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let is_host = !name.is_empty() && name.bytes().all(is_name);
        (is_host || name.parse::<IpAddr>().is_ok()).then_some(Self::Host { name, port })
    }

    fn covers(&self, host: &str, port: u16) -> bool {
        let host = canonical(host);
        match self {
            Self::All => true,
            Self::Host { name, port: only } => {
                let below = || {
                    host.strip_suffix(name.as_str())
                        .is_some_and(|rest| rest.ends_with('.'))
                };
                only.is_none_or(|only| only == port) && (host == *name || below())
            }
            Self::Network { address, bits } => match (host.parse(), address) {
                (Ok(IpAddr::V4(host)), IpAddr::V4(network)) => same_bits(
                    u128::from(host.to_bits()) << 96,
                    u128::from(network.to_bits()) << 96,
                    *bits,
                ),
                (Ok(IpAddr::V6(host)), IpAddr::V6(network)) => {
                    same_bits(host.to_bits(), network.to_bits(), *bits)
                }
                _ => false,
            },
        }
    }
}

fn same_bits(a: u128, b: u128, bits: u8) -> bool {
    let different = a ^ b;
    different.leading_zeros() >= u32::from(bits)
}

/// A host as all its spellings are compared: an address without brackets and zeros, a name in small letters.
fn canonical(host: &str) -> String {
    let address = ip_address(host);
    address.map_or_else(|| host.to_ascii_lowercase(), |address| address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(pairs: &[(&'static str, &'static str)]) -> Proxy {
        Proxy::from_environment(&Environment::from_pairs(pairs.iter().copied()))
    }

    #[test]
    fn the_scheme_decides_and_all_proxy_fills_in() {
        let proxy = proxy(&[("https_proxy", "http://secure:1"), ("ALL_PROXY", "rest:2")]);
        let host = |tls| {
            let server = proxy.on_the_way_to(tls, "example.com", 443).unwrap();
            server.and_then(|server| server.uri.host().map(str::to_owned))
        };
        assert_eq!(host(true).as_deref(), Some("secure"));
        assert_eq!(host(false).as_deref(), Some("rest"));
    }

    #[test]
    fn exceptions_are_domains_addresses_networks_and_ports() {
        let proxy = Proxy::all("http://proxy").unwrap();
        let proxy = proxy.except(
            "internal.example, .local, 10.0.0.0/8, [::1]:8080, 169.254.169.254,fd00::/8, 0:0::2",
        );
        let direct = |host, port| proxy.on_the_way_to(true, host, port).unwrap().is_none();
        for (host, port, expected) in [
            ("internal.example", 443, true),
            ("API.Internal.Example", 443, true),
            ("box.local", 443, true),
            ("10.200.0.1", 443, true),
            ("[::1]", 8080, true),
            ("169.254.169.254", 80, true),
            ("[fd00::1]", 443, true),
            ("[::2]", 443, true),
            ("notinternal.example", 443, false),
            ("11.0.0.1", 443, false),
            ("[::1]", 443, false),
            ("example", 443, false),
        ] {
            assert_eq!(direct(host, port), expected, "{host}:{port}");
        }
        let none = Proxy::all("http://proxy").unwrap().except("*");
        assert!(none.on_the_way_to(true, "x", 1).unwrap().is_none());
    }

    #[test]
    fn credentials_are_decoded_and_never_shown() {
        let proxy = Proxy::all("http://user:p%40ss@proxy:3128").unwrap();
        let server = proxy.on_the_way_to(true, "example.com", 443);
        let server = server.unwrap().unwrap();
        // user:p@ss
        assert_eq!(server.authorization.as_ref().unwrap(), "Basic dXNlcjpwQHNz");
        assert!(!format!("{proxy:?}").contains("ss"), "{proxy:?}");
        let error = Proxy::all("ftp://user:p4ssw0rd@proxy").unwrap_err();
        let shown = format!("{error:?} {error}");
        assert!(!shown.contains("p4ssw0rd"), "{shown}");
    }

    #[test]
    fn a_cgi_header_is_no_proxy_setting() {
        let cgi = proxy(&[("HTTP_PROXY", "http://evil"), ("REQUEST_METHOD", "GET")]);
        let on_the_way = cgi.on_the_way_to(false, "example.com", 80);
        assert!(on_the_way.unwrap().is_none());
    }

    #[test]
    fn what_is_not_read_whole_is_no_proxy() {
        for url in [
            "http://user:p#ss@proxy:3128",
            "http://proxy:99999",
            "http://proxy:$PORT",
            "http://proxy:",
            "http://proxy:+80",
            "http://:3128",
            "http://proxy/path",
            "http://proxy?query",
            "socks5://proxy:1080",
        ] {
            let error = Proxy::all(url).unwrap_err().to_string();
            assert!(error.starts_with("proxy: "), "{error}");
            assert!(!error.contains("p#ss"), "{error}");
        }
        assert!(Proxy::all("http://proxy:3128/").is_ok());
    }

    #[test]
    fn an_exception_that_is_none_is_not_kept() {
        let none = "a b;http://a;a:+80;a:x;.;[::1;10.0.0.0/+8;10.0.0.0/33";
        for text in none.split(';') {
            assert_eq!(Exception::parse(text), None, "{text}");
        }
        for text in ["*.a_b.test", "::1", "[::1]:80", "10.0.0.0/8", "a:80"] {
            assert!(Exception::parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn a_proxy_that_nothing_goes_through_is_not_judged() {
        let proxy = proxy(&[
            ("HTTPS_PROXY", "http://proxy"),
            ("ALL_PROXY", "socks5://proxy"),
            ("NO_PROXY", "127.0.0.1, [::1]:http, host:99999, 10.0.0.0/99"),
        ]);
        let on_the_way = |tls, host| proxy.on_the_way_to(tls, host, 80);
        assert!(on_the_way(true, "example.com").unwrap().is_some());
        assert!(on_the_way(false, "127.0.0.1").unwrap().is_none());
        for host in ["example.com", "[::1]", "host", "10.0.0.1"] {
            let error = on_the_way(false, host).unwrap_err().to_string();
            let expected = "ALL_PROXY: only http and https proxies are supported, SOCKS is not";
            assert_eq!(error, expected);
        }
    }
}
