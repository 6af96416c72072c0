//! The client that commands call, and with `--local` the endpoint that it calls.

use connect_local_endpoint::LocalEndpoint;
use connect_sdk::config::Region;
use connect_sdk::{Client, Config};

use crate::failure::Failure;
use crate::settings::Settings;

/// A client, and what has to be closed after it.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The client.
    pub(crate) client: Client,
    endpoint: Option<LocalEndpoint>,
}

impl Connection {
    /// The whole of an ID of which the beginning was given. Only the contacts of `--local` can be searched for it.
    ///
    /// # Errors
    ///
    /// It is the beginning of several.
    pub(crate) fn whole_id(&self, instance_id: &str, id: String) -> Result<String, Failure> {
        let Some(endpoint) = &self.endpoint else {
            return Ok(id);
        };
        let found = endpoint.store().contact_ids(instance_id, &id, 2);
        match found.unwrap_or_default().as_slice() {
            [only] => Ok(only.clone()),
            [first, second] if *first != id => Err(Failure::Usage(format!(
                "Error parsing parameter '--contact-id': {id:?} is the beginning of several, as {first} and {second}"
            ))),
            _ => Ok(id),
        }
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

/// A client as the settings say.
///
/// # Errors
///
/// A setting that is missing or wrong, an endpoint that cannot be started.
pub(crate) async fn connect(settings: &Settings) -> Result<Connection, Failure> {
    let (config, endpoint) = if settings.globals.local {
        let endpoint = LocalEndpoint::builder().samples().start().await;
        let endpoint = endpoint.map_err(Failure::other)?;
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
        client: Client::from_conf(config.build()),
        endpoint,
    })
}
