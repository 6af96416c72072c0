//! All contacts of a tree, page by page and one by one: `cargo run -p connect-sdk --example paging`

use connect_local_endpoint::{LocalEndpoint, samples};
use connect_sdk::config::Region;
use connect_sdk::{Client, Config};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Your instance takes the place of these lines: `Client::new(&aws_config_loader().load().await)`.
    let endpoint = LocalEndpoint::builder().samples().start().await?;
    let config = Config::builder()
        .region(Region::from_static("eu-central-1"))
        .endpoint_url(endpoint.url())
        .credentials_provider(endpoint.credentials().clone());
    let client = Client::from_conf(config.build());

    let request = client
        .list_associated_contacts()
        .instance_id(samples::INSTANCE_ID)
        .contact_id(samples::CONTACT_ID);

    // A request is sent when its page is asked for, never ahead.
    let mut pages = request.clone().into_paginator().page_size(100).send();
    while let Some(page) = pages.try_next().await? {
        println!("a page of {} contacts", page.contact_summary_list().len());
    }

    let mut contacts = request.into_paginator().items().send();
    let mut open = 0;
    while let Some(contact) = contacts.try_next().await? {
        open += usize::from(contact.disconnect_timestamp().is_none());
    }
    println!("{open} of them are still open");
    Ok(())
}

#[test]
fn runs() {
    main().unwrap();
}
