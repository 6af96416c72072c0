//! A copy of the model is edited, and what comes out of it is used: `build.rs` adds the member `TotalCount` to the output,
//! the value `SMS` to the enum `Channel`, and the member `Channel` to the input's query. (The sensitive members that it also adds are the
//! business of `redaction`.)

use bytes::Bytes;
use connect_tests::client::any_credentials;
use connect_tests::socket::{Handler, Socket};
use http::{Request, Response};

// This program is the root of the generated crate.
include!(concat!(env!("OUT_DIR"), "/edited.rs"));

use self::config::Region;
use self::operation::list_associated_contacts::{
    ListAssociatedContactsError, ListAssociatedContactsInput, ListAssociatedContactsOutput,
};
use self::types::{AssociatedContactSummary, Channel};

/// Returns one contact of the channel that was asked for.
struct Service;

impl server::Service for Service {
    async fn list_associated_contacts(
        &self,
        input: ListAssociatedContactsInput,
    ) -> Result<ListAssociatedContactsOutput, ListAssociatedContactsError> {
        let contact = AssociatedContactSummary::builder().set_channel(input.channel);
        Ok(ListAssociatedContactsOutput::builder()
            .contact_summary_list(contact.build())
            .total_count(1)
            .build())
    }
}

impl Handler for Service {
    async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        server::handle(self, request).await
    }
}

fn client(url: &str) -> Client {
    let config = Config::builder()
        .region(Region::new("eu-central-1"))
        .endpoint_url(url)
        .credentials_provider(any_credentials());
    Client::from_conf(config.build())
}

#[test]
fn a_new_value_of_an_enum_is_a_variant() {
    assert!(Channel::values().contains(&"SMS"));
    assert_eq!(Channel::from("SMS"), Channel::Sms);
    assert_eq!(Channel::Sms.as_str(), "SMS");
    // The model as it is does not have it, and keeps it all the same.
    let before = connect_sdk::types::Channel::from("SMS");
    assert!(!connect_sdk::types::Channel::values().contains(&"SMS"));
    assert_eq!(before.as_str(), "SMS");
}

#[tokio::test]
async fn new_members_go_there_and_back() {
    let socket = Socket::handling(Service).await.unwrap();
    let page = client(&socket.url())
        .list_associated_contacts()
        .instance_id("instance")
        .contact_id("contact")
        .channel(Channel::Sms)
        .send()
        .await
        .unwrap();
    assert_eq!(page.total_count(), Some(1));
    assert_eq!(
        page.contact_summary_list()[0].channel(),
        Some(&Channel::Sms)
    );
}

#[tokio::test]
async fn a_new_optional_member_can_be_left_out() {
    let query = |request: Request<Bytes>| {
        let mut pairs: Vec<_> = request.uri().query().unwrap().split('&').collect();
        pairs.sort_unstable();
        let query = pairs.join("&");
        Response::new(Bytes::from(format!("{{\"NextToken\": {query:?}}}")))
    };
    let socket = Socket::handling(query).await.unwrap();
    let client = client(&socket.url());
    let request = client
        .list_associated_contacts()
        .instance_id("instance")
        .contact_id("contact");
    let page = request.clone().send().await.unwrap();
    assert_eq!(page.next_token(), Some("contactId=contact"));
    assert_eq!(page.total_count(), None);
    let page = request.channel(Channel::from("SMS")).send().await.unwrap();
    assert_eq!(page.next_token(), Some("channel=SMS&contactId=contact"));
}

#[tokio::test]
async fn yesterdays_client_reads_todays_responses() {
    let socket = Socket::handling(|_| {
        let body = br#"{"ContactSummaryList": [{"Channel": "SMS"}], "TotalCount": 1}"#;
        Response::new(Bytes::from_static(body))
    });
    let socket = socket.await.unwrap();
    let client = connect_tests::client::client(&socket.url(), any_credentials());
    let request = connect_tests::client::large_tree(&client);
    let page = request.send().await.unwrap();
    let channel = page.contact_summary_list()[0].channel().unwrap();
    assert_eq!(channel.as_str(), "SMS");
}
