//! The client that commands call, and the endpoint inside this process that it calls where contacts are on this machine.

use std::sync::Arc;

use connect_local_endpoint::{LocalEndpoint, Store};
use connect_sdk::config::{Builder, Region};
use connect_sdk::{Client, Config};

use crate::failure::Failure;
use crate::local::Local;
use crate::settings::Settings;

/// A client, and what has to be closed after it.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The client.
    pub(crate) client: Client,
    endpoint: Option<LocalEndpoint>,
}

impl Connection {
    /// The contacts on this machine, if it is those that are called for.
    pub(crate) fn store(&self) -> Option<&Arc<Store>> {
        self.endpoint.as_ref().map(LocalEndpoint::store)
    }

    /// Ends the endpoint inside this process, if there is one.
    pub(crate) async fn close(self) {
        // Connections that are kept open would keep the endpoint waiting.
        drop(self.client);
        if let Some(endpoint) = self.endpoint {
            endpoint.shutdown().await;
        }
    }
}

/// A client as the settings say, of contacts on this machine where there are such.
///
/// # Errors
///
/// A setting that is missing or wrong, an endpoint that cannot be started.
pub(crate) async fn connect(
    settings: &Settings,
    local: Option<Local>,
) -> Result<Connection, Failure> {
    connect_with(settings, local, |config| config).await
}

/// The same, with a configuration that is adjusted.
///
/// # Errors
///
/// As [`connect`].
pub(crate) async fn connect_with(
    settings: &Settings,
    local: Option<Local>,
    adjust: impl FnOnce(Builder) -> Builder,
) -> Result<Connection, Failure> {
    let (config, endpoint) = if let Some(local) = local {
        let endpoint = local.serve().await?;
        let config = Config::builder()
            .region(Region::from_static("eu-central-1"))
            .endpoint_url(endpoint.url())
            .credentials_provider(endpoint.credentials().clone())
            .timeout_config(settings.timeouts());
        (config, Some(endpoint))
    } else {
        (settings.client_config().await?, None)
    };
    Ok(Connection {
        client: Client::from_conf(adjust(config).build()),
        endpoint,
    })
}
