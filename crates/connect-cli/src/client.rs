//! The client that commands call, and with `--local` the endpoint that it calls.

use connect_sdk::Client;

use crate::failure::Failure;
use crate::settings::Settings;

/// A client, and what has to be closed after it.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The client.
    pub(crate) client: Client,
}

impl Connection {
    /// Ends the endpoint inside this process, if there is one.
    pub(crate) async fn close(self) {}
}

/// A client as the settings say.
pub(crate) async fn connect(settings: &Settings) -> Result<Connection, Failure> {
    let client = Client::from_conf(settings.client_config()?.build());
    Ok(Connection { client })
}
