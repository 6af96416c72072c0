//! HTTP clients of the AWS SDK's kind: one of theirs as our sender, our sender as one of theirs.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError as SmithyConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{BuildError, RuntimeComponents};
use aws_smithy_types::body::SdkBody;

use super::api::{SendFuture, SendSettings, Sender};
use super::http_sender::HttpSender;
use crate::error::ConnectorError;

use components::NAME;
pub(crate) use components::runtime_components;

mod components;

/// An HTTP client of theirs as a sender of ours.
#[derive(Debug)]
pub(super) struct Adapter(SharedHttpClient);

impl Adapter {
    pub(super) fn new(client: SharedHttpClient) -> Self {
        Self(client)
    }

    fn connector(&self, settings: &SendSettings) -> Result<SharedHttpConnector, BuildError> {
        let mut limits = HttpConnectorSettings::builder();
        limits.set_connect_timeout(settings.connect_timeout);
        limits.set_read_timeout(settings.read_timeout);
        let components = runtime_components(settings.sleep.clone(), SharedTimeSource::default())?;
        Ok(self.0.http_connector(&limits.build(), &components))
    }
}

impl Sender for Adapter {
    fn send<'a>(
        &'a self,
        request: http::Request<SdkBody>,
        settings: &'a SendSettings,
    ) -> SendFuture<'a> {
        Box::pin(async move {
            let connector = self
                .connector(settings)
                .map_err(|error| ConnectorError::user(error.into()))?;
            let request = HttpRequest::try_from(request)
                .map_err(|error| ConnectorError::user(error.into()))?;
            let response = connector.call(request).await?;
            response
                .try_into_http1x()
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Asks one of our senders, passed as an HTTP client of the AWS SDK, for itself.
#[derive(Clone, Debug, Default)]
struct OwnSender(Arc<Mutex<Option<HttpSender>>>);

/// The [`HttpSender`] that `client` is, if it is one: it is then used directly.
pub(super) fn own_sender(client: &SharedHttpClient) -> Option<HttpSender> {
    if client.connector_metadata()?.name() != NAME {
        return None;
    }
    let sleep = SharedAsyncSleep::new(TokioSleep::new());
    let components = runtime_components(sleep, SharedTimeSource::default()).ok()?;
    let connector = client.http_connector(&HttpConnectorSettings::default(), &components);
    let question = OwnSender::default();
    let mut request = HttpRequest::new(SdkBody::empty());
    request.add_extension(question.clone());
    drop(connector.call(request));
    let mut found = question.0.lock().unwrap_or_else(PoisonError::into_inner);
    found.take()
}

/// Serves `aws_config` and the AWS SDK's clients, so that one TLS stack is built and one pool is used.
impl HttpClient for HttpSender {
    fn http_connector(
        &self,
        limits: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let sleep = components.sleep_impl();
        SharedHttpConnector::new(SenderConnector {
            sender: self.clone(),
            settings: SendSettings {
                connect_timeout: limits.connect_timeout(),
                read_timeout: limits.read_timeout(),
                sleep: sleep.unwrap_or_else(|| SharedAsyncSleep::new(TokioSleep::new())),
                fresh_connection: false,
            },
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new(
            NAME,
            Some(env!("CARGO_PKG_VERSION").into()),
        ))
    }
}

#[derive(Debug)]
struct SenderConnector {
    sender: HttpSender,
    settings: SendSettings,
}

impl HttpConnector for SenderConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if let Some(question) = request.extension::<OwnSender>() {
            *question.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.sender.clone());
            let error = SmithyConnectorError::user("not a request".into());
            return HttpConnectorFuture::ready(Err(error));
        }
        let (sender, mut settings) = (self.sender.clone(), self.settings.clone());
        HttpConnectorFuture::new(async move {
            let again = request.try_clone();
            match (send(&sender, request, &settings).await, again) {
                (Err(error), Some(request)) if error.unsent => {
                    settings.fresh_connection = true;
                    Ok(send(&sender, request, &settings).await?)
                }
                (sent, _) => Ok(sent?),
            }
        })
    }
}

async fn send(
    sender: &HttpSender,
    request: HttpRequest,
    settings: &SendSettings,
) -> Result<HttpResponse, ConnectorError> {
    let request = request
        .try_into_http1x()
        .map_err(|error| ConnectorError::user(error.into()))?;
    let response = sender.send(request, settings).await?;
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Responds to one request on each connection; one more is read on the first, which is then closed.
    async fn serve(listener: TcpListener) {
        for number in 0..3 {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 4096];
            assert!(stream.read(&mut head).await.unwrap() > 0);
            let response = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(response).await.unwrap();
            if number == 0 {
                assert!(stream.read(&mut head).await.unwrap() > 0);
            }
        }
    }

    #[tokio::test]
    async fn only_what_was_not_written_is_sent_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = tokio::spawn(serve(listener));
        let sleep = SharedAsyncSleep::new(TokioSleep::new());
        let components = runtime_components(sleep, SharedTimeSource::default()).unwrap();
        let limits = HttpConnectorSettings::builder().build();
        let connector = HttpSender::default().http_connector(&limits, &components);
        let call = || async {
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_uri(url.as_str()).unwrap();
            connector.call(request).await.map(drop)
        };
        call().await.unwrap();
        // Read by the server, which closes: the caller decides.
        assert!(call().await.unwrap_err().is_io());
        call().await.unwrap();
        // The idle connection was closed before anything was written to it.
        call().await.unwrap();
        server.await.unwrap();
    }
}
