//! [`CustomizableOperation`].

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use connect_protocol::http::MessageBody;

use crate::config::Builder;
use crate::error::{BoxError, SdkError};

/// A call that can be changed before it is sent: other configuration, other headers.
#[must_use = "a call is made by `send`"]
pub struct CustomizableOperation<T, E, B> {
    call: B,
    config: Builder,
    types: PhantomData<fn() -> (T, E)>,
}

/// What a fluent builder does to be customizable; for generated code.
#[doc(hidden)]
pub trait CustomizableSend<T, E>: Send {
    /// Sends the call under this configuration.
    fn send(self, config_override: Builder) -> impl Future<Output = Result<T, SdkError<E>>> + Send;
}

impl<T, E, B> CustomizableOperation<T, E, B> {
    /// For generated code.
    #[doc(hidden)]
    pub fn new(call: B) -> Self {
        Self {
            call,
            config: Builder::new(),
            types: PhantomData,
        }
    }

    /// Replaces the settings that are set in `config_override`, for this call. Connections, credentials and the retry
    /// quota stay the client's unless they are among them.
    pub fn config_override(mut self, config_override: impl Into<Builder>) -> Self {
        let changes = self.config.request_changes.take();
        self.config = config_override.into();
        self.config.request_changes = changes;
        self
    }

    /// Changes each attempt's request before it is signed.
    pub fn mutate_request<F>(self, change: F) -> Self
    where
        F: Fn(&mut HttpRequest) + Send + Sync + 'static,
    {
        self.push_change(move |mut request| {
            change(&mut request);
            Ok(request)
        })
    }

    /// Replaces each attempt's request before it is signed. An error of `map` is the call's construction failure.
    pub fn map_request<F, MapE>(self, map: F) -> Self
    where
        F: Fn(HttpRequest) -> Result<HttpRequest, MapE> + Send + Sync + 'static,
        MapE: std::error::Error + Send + Sync + 'static,
    {
        self.push_change(move |request| map(request).map_err(Into::into))
    }

    /// Turns the request into the caller's type and back here, so that programs without changes do not contain that.
    fn push_change<F>(mut self, change: F) -> Self
    where
        F: Fn(HttpRequest) -> Result<HttpRequest, BoxError> + Send + Sync + 'static,
    {
        self.config.push_request_change(Arc::new(move |request| {
            let request = HttpRequest::try_from(request.map(SdkBody::from))?;
            Ok(change(request)?.try_into_http1x()?.map(MessageBody::from))
        }));
        self
    }

    /// Makes the call.
    ///
    /// # Errors
    ///
    /// Those of the call itself; and a construction failure if a changed request cannot be sent.
    pub async fn send(self) -> Result<T, SdkError<E>>
    where
        E: std::error::Error + Send + Sync + 'static,
        B: CustomizableSend<T, E>,
    {
        self.call.send(self.config).await
    }
}

impl<T, E, B: fmt::Debug> fmt::Debug for CustomizableOperation<T, E, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomizableOperation")
            .field("call", &self.call)
            .field("config", &self.config)
            .finish()
    }
}
