//! The program of every peer on aws-sdk-connect.

use std::process::ExitCode;

use aws_sdk_connect::Client;
use aws_sdk_connect::config::{BehaviorVersion, Credentials, Region};
use peer_harness::{
    ACCESS_KEY_ID, CONTACT_ID, Failure, INSTANCE_ID, Peer, REGION, SECRET_ACCESS_KEY,
};

#[derive(Clone)]
struct AwsSdk(Client);

impl Peer for AwsSdk {
    async fn new(url: &str) -> Result<Self, Failure> {
        let region = Region::new(REGION);
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "static");
        #[cfg(feature = "aws-config")]
        let client = {
            let loader = aws_config::defaults(BehaviorVersion::latest());
            let loader = loader.region(region).credentials_provider(credentials);
            Client::new(&loader.endpoint_url(url).load().await)
        };
        #[cfg(not(feature = "aws-config"))]
        let client = {
            let config = aws_sdk_connect::Config::builder()
                .behavior_version(BehaviorVersion::latest())
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
    peer_harness::main::<AwsSdk>()
}
