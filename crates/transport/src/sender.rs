//! What carries a request to the service and brings the response.
//!
//! [`HttpSender`] is the built-in one: hyper over TCP and TLS, with a pool. [`Sender`] is the trait for others: a test's
//! canned responses, a bridge to another HTTP stack.

use std::pin::pin;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::body::SdkBody;
use connect_protocol::http::MessageBody;

use crate::error::ConnectorError;
use crate::limits::{Limit, within};
use body::ResponseBody;

pub use api::{SendFuture, SendSettings, Sender};
pub use http_sender::{HttpSender, HttpSenderBuilder};
pub use proxy::{Proxy, ProxyError};

pub(crate) use hyper_error::http_error;
pub(crate) use smithy::runtime_components;
pub(crate) use url::{UrlError, host_value, port};

mod api;
pub(crate) mod body;
mod connect;
mod dial;
mod http1;
#[cfg(feature = "http2")]
mod http2;
mod http_sender;
mod hyper_error;
mod pool;
mod proxy;
mod smithy;
mod stream;
mod tls;
mod tunnel;
mod url;

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
        request: http::Request<MessageBody>,
        settings: &SendSettings,
    ) -> Result<http::Response<ResponseBody>, ConnectorError> {
        match &self.0 {
            Kind::Http(sender) => sender.exchange(request, settings).await,
            Kind::Other(sender) => {
                let sent = sender.send(request.map(SdkBody::from), settings);
                let limit = settings.read_timeout;
                let response = within(&settings.sleep, Limit::Read, limit, pin!(sent)).await?;
                Ok(response?.map(ResponseBody::from))
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
