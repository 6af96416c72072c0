//! Events by HTTP, behind a queue: whoever changes a contact never waits for a webhook.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::uri::{Authority, Scheme};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use percent_encoding::percent_decode_str;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::Backlog;

/// How many events may wait.
const QUEUE: usize = 1_000;
/// How often an event is sent at the most.
const ATTEMPTS: u32 = 5;
/// How long an attempt may take.
const ATTEMPT: Duration = Duration::from_secs(5);
/// The pause before the second attempt; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(100);
/// How much of a response is read, so that its connection can be used again.
const RESPONSE: usize = 64 * 1024;

/// Where a webhook is. Shown without what may be a secret.
pub(super) struct Target {
    /// Without a user.
    uri: Uri,
    authorization: Option<HeaderValue>,
}

impl Target {
    /// `None` for what is no URL with `http` or `https`.
    pub(super) fn read(url: &str) -> Option<Self> {
        let mut parts = url.parse::<Uri>().ok()?.into_parts();
        let scheme = parts.scheme.as_ref()?;
        if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS {
            return None;
        }
        let authority = parts.authority.take()?;
        let (user, host) = match authority.as_str().rsplit_once('@') {
            Some((user, host)) => (Some(user), host.parse::<Authority>().ok()?),
            None => (None, authority),
        };
        // A colon without a port, or with none that there can be.
        let has_no_port = host.port().is_none() && host.as_str() != host.host();
        if host.host().is_empty() || has_no_port {
            return None;
        }
        parts.authority = Some(host);
        Some(Self {
            uri: Uri::from_parts(parts).ok()?,
            authorization: user.map(basic).transpose().ok()?,
        })
    }

    fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    /// Whether it is on another machine and without TLS.
    pub(super) fn is_exposed(&self) -> bool {
        let host = self.host().trim_matches(['[', ']']);
        let address = host.parse::<std::net::IpAddr>();
        let is_here = host.eq_ignore_ascii_case("localhost")
            || address.is_ok_and(|address| address.to_canonical().is_loopback());
        !self.is_encrypted() && !is_here
    }

    fn is_encrypted(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.uri.scheme_str().unwrap_or_default();
        let authority = self.uri.authority().map_or("", Authority::as_str);
        write!(f, "{scheme}://{authority}")
    }
}

/// Basic authentication by what stands before the host of a URL.
fn basic(user: &str) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let mut pair = percent_decode_str(name).collect::<Vec<u8>>();
    pair.push(b':');
    pair.extend(percent_decode_str(password));
    let encoded = base64_simd::STANDARD.encode_to_string(pair);
    let mut value = HeaderValue::from_str(&format!("Basic {encoded}"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The sending end of a queue that a task delivers.
#[derive(Debug)]
pub(super) struct Webhook {
    queue: Sender<Bytes>,
    task: JoinHandle<()>,
    backlog: Arc<Backlog>,
    is_full: bool,
}

impl Webhook {
    /// Starts the task.
    pub(super) fn open(target: &Arc<Target>, backlog: Arc<Backlog>) -> io::Result<Self> {
        Self::with(target, backlog, QUEUE, PAUSE)
    }

    pub(super) fn with(
        target: &Arc<Target>,
        backlog: Arc<Backlog>,
        size: usize,
        pause: Duration,
    ) -> io::Result<Self> {
        let (queue, events) = mpsc::channel(size);
        let delivery = Delivery {
            client: client(target)?,
            target: Arc::clone(target),
            backlog: Arc::clone(&backlog),
            pause,
        };
        Ok(Self {
            queue,
            task: tokio::spawn(delivery.run(events)),
            backlog,
            is_full: false,
        })
    }

    /// Puts an event into the queue; if that is full, it is lost.
    pub(super) fn send(&mut self, event: &Value) {
        self.backlog.grow(1);
        let is_full = self.queue.try_send(event.to_string().into()).is_err();
        if is_full && !self.is_full {
            let webhook = &self.backlog.sink;
            tracing::warn!(%webhook, "events are lost: too many wait to be delivered");
        }
        self.is_full = is_full;
    }

    /// Takes no more events: the task ends once it has delivered those that wait.
    pub(super) fn end(self) -> JoinHandle<()> {
        self.task
    }
}

type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

fn client(target: &Target) -> io::Result<HttpClient> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let config = if target.is_encrypted() {
        config.with_native_roots()?
    } else {
        config.with_root_certificates(RootCertStore::empty())
    };
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(config.with_no_client_auth())
        .https_or_http()
        .enable_http1()
        .build();
    Ok(Client::builder(TokioExecutor::new()).build(connector))
}

struct Delivery {
    client: HttpClient,
    target: Arc<Target>,
    backlog: Arc<Backlog>,
    pause: Duration,
}

impl Delivery {
    async fn run(self, mut events: Receiver<Bytes>) {
        while let Some(event) = events.recv().await {
            match self.deliver(event).await {
                Ok(()) => self.backlog.shrink(),
                Err(reason) => {
                    let webhook = &self.backlog.sink;
                    tracing::warn!(%webhook, reason, "an event was not delivered");
                }
            }
        }
    }

    /// Sends an event until it is taken, or is not to be sent again for the reason that is returned.
    async fn deliver(&self, event: Bytes) -> Result<(), String> {
        let mut pause = self.pause;
        let mut attempt = 1;
        loop {
            let (reason, may_retry) = match timeout(ATTEMPT, self.post(event.clone())).await {
                Ok(Ok(status)) if status.is_success() => return Ok(()),
                Ok(Ok(status)) => {
                    let is_busy = status == StatusCode::TOO_MANY_REQUESTS;
                    (
                        format!("status {status}"),
                        is_busy || status.is_server_error(),
                    )
                }
                Ok(Err(error)) => (error, true),
                Err(_) => (
                    format!("no response within {} seconds", ATTEMPT.as_secs()),
                    true,
                ),
            };
            if !may_retry || attempt == ATTEMPTS {
                return Err(reason);
            }
            sleep(pause).await;
            (pause, attempt) = (pause * 2, attempt + 1);
        }
    }

    async fn post(&self, event: Bytes) -> Result<StatusCode, String> {
        let mut request = Request::post(&self.target.uri).header(CONTENT_TYPE, "application/json");
        if let Some(authorization) = &self.target.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let request = request
            .body(Full::new(event))
            .map_err(|error| error.to_string())?;
        let response = self.client.request(request).await;
        let response = response.map_err(|error| match std::error::Error::source(&error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        })?;
        let status = response.status();
        // What it says does not matter, nor whether it comes to an end.
        let _ = Limited::new(response.into_body(), RESPONSE).collect().await;
        Ok(status)
    }
}

#[cfg(test)]
mod tests;
