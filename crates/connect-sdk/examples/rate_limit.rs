//! One limit for all clients of a program, as Amazon Connect counts: `cargo run -p connect-sdk --example rate_limit`

use std::time::Instant;

use connect_local_endpoint::{LocalEndpoint, samples};
use connect_sdk::config::{RateLimit, Region};
use connect_sdk::{Client, Config};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let endpoint = LocalEndpoint::builder().samples().start().await?;
    // Amazon Connect's own is `RateLimit::connect()`, 2 a second and 5 at once; this one is for the impatient.
    let limit = RateLimit::new(50.0, 5);
    let config = Config::builder()
        .region(Region::from_static("eu-central-1"))
        .endpoint_url(endpoint.url())
        .credentials_provider(endpoint.credentials().clone())
        .rate_limit(limit);
    // Clients of one configuration share its limit, and so do clients that are given clones of it.
    let clients = [
        Client::from_conf(config.clone().build()),
        Client::from_conf(config.build()),
    ];

    let began = Instant::now();
    for number in 1..=10 {
        clients[number % 2]
            .list_associated_contacts()
            .instance_id(samples::INSTANCE_ID)
            .contact_id(samples::CONTACT_ID)
            .max_results(1)
            .send()
            .await?;
        println!("call {number} after {} ms", began.elapsed().as_millis());
    }
    Ok(())
}

#[test]
fn runs() {
    main().unwrap();
}
