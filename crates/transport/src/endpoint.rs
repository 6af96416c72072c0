//! Where a request goes: the model's rules, or the override, taken apart once.

use std::borrow::Cow;
use std::sync::OnceLock;

use aws_types::endpoint_config::AccountIdEndpointMode;
use aws_types::region::Region;
use connect_protocol::endpoint::{Params, Value, ip_address, is_valid_host_label};
use connect_protocol::http::Request;
use connect_protocol::operation::{Operation, Service};
use http::HeaderValue;
use http::header::HeaderName;
use http::uri::{Authority, PathAndQuery, Scheme, Uri};

use crate::error::BoxError;
use crate::sender::{UrlError, host_value, port};

/// An endpoint, ready to be put into requests.
#[derive(Debug, Clone)]
pub(crate) struct ResolvedEndpoint {
    account_id: Option<String>,
    scheme: Scheme,
    pub(crate) authority: Authority,
    pub(crate) host: HeaderValue,
    /// Without a slash at its end.
    base_path: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) signing_region: Option<String>,
    pub(crate) signing_name: Option<String>,
}

/// An endpoint that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EndpointProblem {
    #[error("region: {region:?} is no region: letters, digits and hyphens, at most 63")]
    Region { region: String },
    #[error("the endpoint {url:?} is no URL")]
    NoUrl { url: String, source: BoxError },
    #[error("the endpoint {url:?} {problem}")]
    Url { url: String, problem: &'static str },
    #[error("the endpoint has a header that cannot be sent")]
    Header { source: BoxError },
    #[error("the host prefix {prefix:?} fits no host name")]
    Prefix { prefix: String },
    #[error("the request's path or query cannot be sent")]
    Target { source: BoxError },
}

/// What decides where requests go.
pub(crate) struct EndpointSettings {
    pub(crate) service: &'static Service,
    pub(crate) region: Option<Region>,
    /// The URL that overrides the rules.
    pub(crate) url: Option<String>,
    pub(crate) use_fips: bool,
    pub(crate) use_dual_stack: bool,
    pub(crate) disable_host_prefix: bool,
    pub(crate) account_id_mode: AccountIdEndpointMode,
    pub(crate) params: Vec<(&'static str, Value)>,
    /// The endpoint of all calls that bring no parameters of their own.
    pub(crate) known: OnceLock<ResolvedEndpoint>,
}

impl EndpointSettings {
    /// The endpoint for one request.
    pub(crate) fn resolve(
        &self,
        operation: &Operation,
        request: &Request,
        account_id: Option<&str>,
    ) -> Result<ResolvedEndpoint, BoxError> {
        let has_params =
            !(operation.endpoint_params.is_empty() && request.endpoint_params.is_empty());
        let endpoint = if has_params {
            let sources = [
                operation.endpoint_params,
                &self.params,
                &request.endpoint_params,
            ];
            self.by_rules(&sources.concat(), account_id)?
        } else {
            match self.known.get() {
                Some(known) if known.account_id.as_deref() == account_id => known.clone(),
                _ => {
                    let endpoint = self.by_rules(&self.params, account_id)?;
                    self.known.get_or_init(|| endpoint.clone());
                    endpoint
                }
            }
        };
        match &request.host_prefix {
            Some(prefix) if !self.disable_host_prefix && !endpoint.is_ip() => {
                Ok(endpoint.with_prefix(prefix)?)
            }
            _ => Ok(endpoint),
        }
    }

    fn by_rules(
        &self,
        custom: &[(&'static str, Value)],
        account_id: Option<&str>,
    ) -> Result<ResolvedEndpoint, BoxError> {
        let mode = match self.account_id_mode {
            AccountIdEndpointMode::Disabled => "disabled",
            AccountIdEndpointMode::Required => "required",
            _ => "preferred",
        };
        let endpoint = (self.service.endpoint)(&Params {
            region: self.region.as_ref().map(AsRef::as_ref),
            use_fips: self.use_fips,
            use_dual_stack: self.use_dual_stack,
            endpoint: self.url.as_deref(),
            account_id,
            account_id_endpoint_mode: Some(mode),
            custom,
        })?;
        check_region(endpoint.signing_region.as_deref())?;
        let url = BaseUrl::read(&endpoint.url)?;
        if url.scheme == Scheme::HTTP && self.url.is_none() {
            let problem = "is plaintext, which only an explicit `endpoint_url` may be";
            return Err(EndpointProblem::url(&endpoint.url, problem).into());
        }
        let mut headers = Vec::with_capacity(endpoint.headers.len());
        for (name, value) in endpoint.headers {
            let name = HeaderName::try_from(name).map_err(EndpointProblem::header)?;
            let value = HeaderValue::try_from(value).map_err(EndpointProblem::header)?;
            headers.push((name, value));
        }
        Ok(ResolvedEndpoint {
            account_id: account_id.map(str::to_owned),
            host: host_header(&url.scheme, &url.authority)?,
            base_path: url.path,
            headers,
            signing_region: endpoint.signing_region,
            signing_name: endpoint.signing_name,
            scheme: url.scheme,
            authority: url.authority,
        })
    }
}

impl EndpointProblem {
    fn header(source: impl Into<BoxError>) -> Self {
        let source = source.into();
        Self::Header { source }
    }

    fn url(url: &str, problem: &'static str) -> Self {
        let url = without_user(url).into_owned();
        Self::Url { url, problem }
    }
}

impl ResolvedEndpoint {
    fn is_ip(&self) -> bool {
        ip_address(self.authority.host()).is_some()
    }

    fn with_prefix(mut self, prefix: &str) -> Result<Self, EndpointProblem> {
        let bad = || EndpointProblem::Prefix {
            prefix: prefix.to_owned(),
        };
        let labels = prefix.split_terminator('.');
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let valid = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(allowed);
        if !labels.clone().all(valid) {
            return Err(bad());
        }
        self.authority = format!("{prefix}{}", self.authority)
            .parse()
            .map_err(|_| bad())?;
        self.host = host_header(&self.scheme, &self.authority)?;
        Ok(self)
    }

    /// The absolute URI of a request to `target`, path and query as the input encodes them.
    pub(crate) fn uri(&self, target: &str) -> Result<Uri, EndpointProblem> {
        let bad = |source: BoxError| EndpointProblem::Target { source };
        let target = if self.base_path.is_empty() {
            PathAndQuery::try_from(target)
        } else {
            PathAndQuery::try_from(format!("{}{target}", self.base_path))
        };
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(target.map_err(|error| bad(error.into()))?);
        Uri::from_parts(parts).map_err(|error| bad(error.into()))
    }
}

/// What an endpoint's URL consists of; nothing of it is dropped.
struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    /// Without a slash at its end.
    path: String,
}

impl BaseUrl {
    fn read(text: &str) -> Result<Self, EndpointProblem> {
        let reject = |problem| Err(EndpointProblem::url(text, problem));
        // The parser drops a fragment silently.
        if text.contains('#') {
            return reject("has a fragment, which is never sent");
        }
        let parts = text.parse::<Uri>().map(Uri::into_parts);
        let parts = parts.map_err(|source| EndpointProblem::NoUrl {
            url: without_user(text).into_owned(),
            source: source.into(),
        })?;
        let no_host = "has neither http nor https as its scheme, or no host";
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return reject(no_host);
        };
        if scheme != Scheme::HTTPS && scheme != Scheme::HTTP {
            return reject(no_host);
        }
        if authority.as_str().contains('@') {
            return reject("has a user name, for which there is no use: requests are signed");
        }
        match port(&authority) {
            Ok(_) => {}
            Err(UrlError::NoHost) => return reject(no_host),
            Err(_) => return reject("has a port that is no number from 0 to 65535"),
        }
        let path = parts.path_and_query.as_ref();
        if path.and_then(PathAndQuery::query).is_some() {
            return reject("has a query, which requests have of their own");
        }
        let path = path.map_or("", PathAndQuery::path);
        let is_dots = |segment: &str| {
            let decoded = segment.to_ascii_lowercase().replace("%2e", ".");
            matches!(&*decoded, "." | "..")
        };
        if path.split('/').any(is_dots) {
            return reject("has a segment . or .. in its path, which is signed as another one");
        }
        Ok(Self {
            scheme,
            authority,
            path: path.trim_end_matches('/').to_owned(),
        })
    }
}

/// Whether a client can use this as its `endpoint_url`. Calls say so too; this is for whoever knows which setting holds it.
///
/// # Errors
///
/// What is wrong with the URL. The message does not show what may be a password.
pub fn check_endpoint_url(url: &str) -> Result<(), BoxError> {
    BaseUrl::read(url)?;
    Ok(())
}

/// A region becomes part of a host name and of what is signed.
pub(crate) fn check_region(region: Option<&str>) -> Result<(), EndpointProblem> {
    match region {
        Some(region) if !is_valid_host_label(region, false) => Err(EndpointProblem::Region {
            region: region.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// A URL as it may be shown: what stands before the host can be a password.
pub(crate) fn without_user(url: &str) -> Cow<'_, str> {
    let start = url.find("://").map_or(0, |at| at + 3);
    let rest = &url[start..];
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let ends_host = authority
        .rsplit_once(':')
        .is_none_or(|(_, port)| is_port(port));
    // What stands in a port's place and is none may be a password that goes on behind the slash.
    match (if ends_host { authority } else { rest }).rfind('@') {
        Some(at) => Cow::Owned(format!("{}**{}", &url[..start], &url[start + at..])),
        None => Cow::Borrowed(url),
    }
}

fn host_header(scheme: &Scheme, authority: &Authority) -> Result<HeaderValue, EndpointProblem> {
    let host = host_value(*scheme == Scheme::HTTPS, authority);
    HeaderValue::from_str(host).map_err(EndpointProblem::header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        for (url, shown) in [
            ("https://example.com/a@b", "https://example.com/a@b"),
            ("https://me:p4ss@example.com/a", "https://**@example.com/a"),
            ("https://me:p4@ss@example.com?x", "https://**@example.com?x"),
            ("me:p4ss@example.com", "**@example.com"),
            ("https://me:p4/ss@example.com/", "https://**@example.com/"),
            ("https://me:p#ss@example.com", "https://**@example.com"),
            ("https://me:?ss@example.com", "https://**@example.com"),
            ("https://h:80/a@b", "https://h:80/a@b"),
        ] {
            assert_eq!(without_user(url), shown);
        }
    }
}
