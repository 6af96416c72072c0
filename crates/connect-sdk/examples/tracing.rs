//! What the client reports while it works: `cargo run -p connect-sdk --example tracing`

use connect_local_endpoint::{LocalEndpoint, samples};
use connect_sdk::config::Region;
use connect_sdk::{Client, Config};
use tracing::{Instrument, Level, info_span};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A call is a span; attempts, waits and retries are events in it. No credentials, headers or bodies are among them.
    tracing_subscriber::fmt()
        .with_max_level(Level::DEBUG)
        .with_test_writer()
        .init();

    let endpoint = LocalEndpoint::builder().samples().start().await?;
    let config = Config::builder()
        .region(Region::from_static("eu-central-1"))
        .endpoint_url(endpoint.url())
        .credentials_provider(endpoint.credentials().clone());
    Client::from_conf(config.build())
        .list_associated_contacts()
        .instance_id(samples::INSTANCE_ID)
        .contact_id(samples::CONTACT_ID)
        .send()
        // The call's span stands in that of what the program is doing.
        .instrument(info_span!("nightly report", customer = 42))
        .await?;
    Ok(())
}

#[test]
fn runs() {
    main().unwrap();
}
