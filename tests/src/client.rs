//! Clients for tests: pointed at a socket of this machine, without delays between attempts.

use connect_local_endpoint::samples;
use connect_sdk::Client;
use connect_sdk::config::{Builder, Config, Credentials, Random, Region};
use connect_sdk::operation::list_associated_contacts::builders::ListAssociatedContactsFluentBuilder;

/// Every number is 0, so that no attempt waits before the next.
#[derive(Debug)]
struct Zero;

impl Random for Zero {
    fn next_u64(&self) -> u64 {
        0
    }
}

/// The configuration of a client for this URL that signs with these credentials.
#[must_use]
pub fn config(url: &str, credentials: Credentials) -> Builder {
    Config::builder()
        .region(Region::new("eu-central-1"))
        .endpoint_url(url)
        .credentials_provider(credentials)
        .random(Zero)
}

/// A client for this URL that signs with these credentials.
#[must_use]
pub fn client(url: &str, credentials: Credentials) -> Client {
    Client::from_conf(config(url, credentials).build())
}

/// Some credentials, for servers that do not look.
#[must_use]
pub fn any_credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "secret", None, None, "test")
}

/// A request for the tree of the samples that has several pages.
#[must_use]
pub fn large_tree(client: &Client) -> ListAssociatedContactsFluentBuilder {
    client
        .list_associated_contacts()
        .instance_id(samples::INSTANCE_ID)
        .contact_id(samples::CONTACT_ID)
}
