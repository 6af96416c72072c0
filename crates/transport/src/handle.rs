//! What generated code calls: a client's handle, and what it sends with.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use aws_smithy_types::error::ErrorMetadata;
use connect_protocol::error::{CreateUnhandledError, InputError};
use connect_protocol::http::{HttpResponse, Request};
use connect_protocol::json::ReadError;
use connect_protocol::operation::{Operation, Service};
use tracing::Instrument;

use crate::call::{Done, call};
use crate::config::{self, Config};
use crate::error::{CallError, SdkError};
use crate::settings::{Base, Settings};

/// A client without its operations: configuration, connections, credentials and what is known from earlier calls. Clones share
/// it all.
#[derive(Clone)]
pub struct Handle(Arc<Inner>);

struct Inner {
    config: Config,
    settings: Settings,
}

impl Handle {
    /// A handle for a service. Nothing is sent, loaded or looked up yet; what is wrong with the configuration is the first
    /// call's error.
    pub fn new(service: &'static Service, config: Config) -> Self {
        let settings = Settings::new(service, &config.fields, None);
        Self(Arc::new(Inner { config, settings }))
    }

    /// The configuration that the handle was made with.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The client's clock.
    pub(crate) fn now(&self) -> std::time::SystemTime {
        self.0.settings.times.clock.now()
    }

    /// Sleeps by the client's own means.
    pub(crate) async fn sleep(&self, duration: std::time::Duration) {
        aws_smithy_async::rt::sleep::AsyncSleep::sleep(&self.0.settings.times.sleep, duration)
            .await;
    }

    /// A random number in [0, 1).
    pub(crate) fn random(&self) -> f64 {
        self.0.settings.times.random.fraction()
    }

    /// An idempotency token for one call.
    pub fn idempotency_token(&self) -> String {
        self.0.settings.idempotency_tokens.make_idempotency_token()
    }

    /// Makes a call: signs and sends `request`, retries it where that makes sense, and reads the response.
    ///
    /// `request` is the encoded input, or why it cannot be encoded; `overrides` changes the configuration for this call;
    /// `output` and `error` read a response of success (2xx) or of failure.
    ///
    /// # Errors
    ///
    /// See [`SdkError`]'s variants.
    pub async fn send<O, E: CreateUnhandledError>(
        &self,
        operation: &'static Operation,
        request: Result<Request, InputError>,
        overrides: Option<Arc<config::Builder>>,
        output: fn(&mut HttpResponse) -> Result<O, ReadError>,
        error: fn(&HttpResponse, ErrorMetadata) -> E,
    ) -> Result<O, SdkError<E>> {
        let error_of = error;
        let error = match self.respond(operation, request, overrides).await {
            Ok(mut done) => match output(&mut done.response) {
                Ok(output) => return Ok(output),
                Err(source) => done.unreadable(source),
            },
            Err(error) => error,
        };
        Err(
            error.map_with_response(|untyped, response| match untyped.unread {
                None => error_of(response, untyped.metadata),
                Some(unread) => E::create_unhandled_error(unread, Some(untyped.metadata)),
            }),
        )
    }

    /// All of a call that does not depend on its types. As a trait object it is compiled here, once: a future that is
    /// only named is compiled anew in each program that polls it, and with it all it is made of, down to the socket.
    fn respond(
        &self,
        operation: &'static Operation,
        request: Result<Request, InputError>,
        overrides: Option<Arc<config::Builder>>,
    ) -> Pin<Box<dyn Future<Output = Result<Done, CallError>> + Send + '_>> {
        let span = tracing::info_span!(
            "call",
            service = operation.service.sdk_id,
            operation = operation.name,
        );
        let future = async move {
            let Some(overrides) = overrides else {
                return call(&self.0.settings, operation, request).await;
            };
            let base = Base::new(&self.0.settings, &overrides);
            let fields = Arc::unwrap_or_clone(overrides).over(&self.0.config.fields);
            let settings = Settings::new(operation.service, &fields, Some(&base));
            call(&settings, operation, request).await
        };
        Box::pin(future.instrument(span))
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}
