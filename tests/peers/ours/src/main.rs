//! The program of every peer on connect-sdk.

use std::process::ExitCode;

use connect_sdk::Client;
use connect_sdk::config::{Credentials, Region};
use peer_harness::{
    ACCESS_KEY_ID, CONTACT_ID, Failure, INSTANCE_ID, Peer, REGION, SECRET_ACCESS_KEY,
};

#[derive(Clone)]
struct Ours(Client);

impl Peer for Ours {
    async fn new(url: &str) -> Result<Self, Failure> {
        let region = Region::new(REGION);
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "static");
        #[cfg(feature = "aws-config")]
        let client = {
            let loader = connect_sdk::config::aws_config_loader();
            let loader = loader.region(region).credentials_provider(credentials);
            Client::new(&loader.endpoint_url(url).load().await)
        };
        #[cfg(not(feature = "aws-config"))]
        let client = {
            let config = connect_sdk::Config::builder()
                .behavior_version(connect_sdk::config::BehaviorVersion::latest())
                .region(region)
                .credentials_provider(credentials)
                .endpoint_url(url);
            Client::from_conf(config.build())
        };
        Ok(Self(client))
    }

    async fn page(&self, summaries: i32) -> Result<usize, Failure> {
        let page = self
            .0
            .list_associated_contacts()
            .instance_id(INSTANCE_ID)
            .contact_id(CONTACT_ID)
            .max_results(summaries)
            .send()
            .await?;
        Ok(page.contact_summary_list().len())
    }
}

fn main() -> ExitCode {
    peer_harness::main::<Ours>()
}
