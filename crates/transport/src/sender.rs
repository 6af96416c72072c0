//! What carries a request to the service and brings the response.
//!
//! [`HttpSender`] is the built-in one: hyper over TCP and TLS, with a pool. [`Sender`] is the trait for others: a test's
//! canned responses, a bridge to another HTTP stack.

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::body::SdkBody;

use crate::error::ConnectorError;
use crate::limits::{Limit, within};
use body::{RequestBody, ResponseBody};

pub use http_sender::{HttpSender, HttpSenderBuilder};
pub use proxy::{Proxy, ProxyError};

pub(crate) use connect::{UrlError, host_value, port};
pub(crate) use http_sender::http_error;
pub(crate) use smithy::runtime_components;

pub(crate) mod body;
mod connect;
mod connection;
mod dial;
#[cfg(feature = "http2")]
mod http2;
mod http_sender;
mod pool;
mod proxy;
mod smithy;
mod stream;
mod tls;
mod tunnel;

/// The future that [`Sender::send`] returns.
pub type SendFuture<'a> =
    Pin<Box<dyn Future<Output = Result<http::Response<SdkBody>, ConnectorError>> + Send + 'a>>;

/// Sends one request and answers with the head of its response; the body follows as it is read.
///
/// The request is complete and signed: method, absolute URI, headers with `host`, body. A sender must not retry, follow
/// redirects or change headers. The transport bounds the wait for the response's head, and that for each piece of
/// its body, by the read limit. Dropping the future must abandon the request.
pub trait Sender: fmt::Debug + Send + Sync + 'static {
    /// Sends `request`.
    fn send<'a>(
        &'a self,
        request: http::Request<SdkBody>,
        settings: &'a SendSettings,
    ) -> SendFuture<'a>;
}

/// What a sender is told beside the request.
#[derive(Debug, Clone)]
pub struct SendSettings {
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) sleep: SharedAsyncSleep,
    pub(crate) fresh_connection: bool,
}

impl SendSettings {
    /// How long it may take to get a connection.
    pub fn connect_timeout(&self) -> Option<Duration> {
        self.connect_timeout
    }

    /// How long it may take until the head of the response, and each piece of its body, is there.
    pub fn read_timeout(&self) -> Option<Duration> {
        self.read_timeout
    }

    /// How to sleep.
    pub fn sleep(&self) -> &SharedAsyncSleep {
        &self.sleep
    }

    /// Use no pooled connection: the last one ended before the request was written.
    pub fn fresh_connection(&self) -> bool {
        self.fresh_connection
    }
}

/// A sender that clients share.
#[derive(Clone, Debug)]
pub struct SharedSender(Kind);

/// The built-in sender is called directly, so that a call allocates neither a boxed future nor a boxed body for it.
#[derive(Clone, Debug)]
enum Kind {
    Http(HttpSender),
    Other(Arc<dyn Sender>),
}

impl SharedSender {
    /// Shares `sender`.
    pub fn new(sender: impl Sender) -> Self {
        Self(Kind::Other(Arc::new(sender)))
    }

    pub(crate) async fn send(
        &self,
        request: http::Request<RequestBody>,
        settings: &SendSettings,
    ) -> Result<http::Response<ResponseBody>, ConnectorError> {
        match &self.0 {
            Kind::Http(sender) => sender.exchange(request, settings).await,
            Kind::Other(sender) => {
                let sent = sender.send(request.map(SdkBody::from), settings);
                match within(
                    &settings.sleep,
                    Limit::Read,
                    settings.read_timeout,
                    pin!(sent),
                )
                .await
                {
                    Ok(response) => response.map(|response| response.map(ResponseBody::from)),
                    Err(limit) => Err(ConnectorError::timeout(limit.into())),
                }
            }
        }
    }
}

impl From<HttpSender> for SharedSender {
    fn from(sender: HttpSender) -> Self {
        Self(Kind::Http(sender))
    }
}

impl<S: Sender> From<Arc<S>> for SharedSender {
    fn from(sender: Arc<S>) -> Self {
        Self(Kind::Other(sender))
    }
}

impl From<SharedHttpClient> for SharedSender {
    fn from(client: SharedHttpClient) -> Self {
        smithy::own_sender(&client)
            .map_or_else(|| Self::new(smithy::Adapter::new(client)), Self::from)
    }
}
