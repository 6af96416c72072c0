//! What every sender has.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_types::body::SdkBody;

use crate::error::ConnectorError;

/// The future that [`Sender::send`] returns.
pub type SendFuture<'a> =
    Pin<Box<dyn Future<Output = Result<http::Response<SdkBody>, ConnectorError>> + Send + 'a>>;

/// Sends one request and returns the head of its response; the body follows as it is read.
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

/// What a sender gets beside the request.
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
