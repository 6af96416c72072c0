//! Code that makes calls, tested against contacts of your own: `cargo run -p connect-sdk --example local_endpoint`

use connect_local_endpoint::{LocalEndpoint, OnRejection, Store};
use connect_sdk::config::Region;
use connect_sdk::{Client, Config};

/// Two contacts, as Amazon Connect writes contact records; one is the other's transfer.
const RECORDS: &str = r#"
{"ContactId": "first", "Channel": "VOICE", "InitiationMethod": "INBOUND",
 "InstanceARN": "arn:aws:connect:eu-central-1:111122223333:instance/test",
 "InitiationTimestamp": "2026-03-14T08:00:00Z", "LastUpdateTimestamp": "2026-03-14T09:00:00Z"}
{"ContactId": "second", "Channel": "VOICE", "InitiationMethod": "TRANSFER", "PreviousContactId": "first",
 "InstanceARN": "arn:aws:connect:eu-central-1:111122223333:instance/test",
 "InitiationTimestamp": "2026-03-14T08:05:00Z", "LastUpdateTimestamp": "2026-03-14T09:00:00Z"}
"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::in_memory()?;
    store.import("RECORDS", RECORDS.as_bytes(), OnRejection::Abort)?;
    // A free port on loopback and a key pair of its own: any number of them run side by side.
    let endpoint = LocalEndpoint::builder().store(store).start().await?;
    let config = Config::builder()
        .region(Region::from_static("eu-central-1"))
        .endpoint_url(endpoint.url())
        .credentials_provider(endpoint.credentials().clone());
    let client = Client::from_conf(config.build());

    let page = client
        .list_associated_contacts()
        .instance_id("test")
        .contact_id("second")
        .send()
        .await?;
    let ids: Vec<_> = page
        .contact_summary_list()
        .iter()
        .filter_map(|contact| contact.contact_id())
        .collect();
    println!("{ids:?}");
    assert_eq!(ids, ["first", "second"]);
    Ok(())
}

#[test]
fn runs() {
    main().unwrap();
}
