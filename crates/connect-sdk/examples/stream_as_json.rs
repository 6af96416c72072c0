//! Results as JSON lines, written as they come: `cargo run -p connect-sdk --example stream_as_json`
//!
//! Feature `serde` gives every shape `Serialize` and `Deserialize`, by the names that travel.

use connect_local_endpoint::{LocalEndpoint, samples};
use connect_sdk::config::Region;
use connect_sdk::types::AssociatedContactSummary;
use connect_sdk::{Client, Config};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let endpoint = LocalEndpoint::builder().samples().start().await?;
    let config = Config::builder()
        .region(Region::from_static("eu-central-1"))
        .endpoint_url(endpoint.url())
        .credentials_provider(endpoint.credentials().clone());
    let mut contacts = Client::from_conf(config.build())
        .list_associated_contacts()
        .instance_id(samples::INSTANCE_ID)
        .contact_id(samples::CONTACT_ID)
        .into_paginator()
        .items()
        .send();

    let mut lines = Vec::new();
    while let Some(contact) = contacts.try_next().await? {
        let line = serde_json::to_string(&contact)?;
        println!("{line}");
        lines.push(line);
    }

    // And back again.
    let first: AssociatedContactSummary = serde_json::from_str(&lines[0])?;
    assert_eq!(first.contact_id(), Some(samples::CONTACT_ID));
    Ok(())
}

#[test]
fn runs() {
    main().unwrap();
}
