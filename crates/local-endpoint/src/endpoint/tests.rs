mod gate;
mod tls;

use std::collections::HashSet;
use std::io::Write as _;

use serde_json::Value;
use tokio::net::TcpStream;

use super::*;
use crate::auth::testing::{self, Signer, header, send};
use crate::{OnRejection, samples};

async fn start() -> LocalEndpoint {
    builder().samples().start().await.unwrap()
}

fn builder() -> Builder {
    LocalEndpoint::builder()
        .credentials(testing::credentials())
        .clock(testing::now)
}

/// Status, error type and body.
async fn call(
    endpoint: &LocalEndpoint,
    signer: &Signer,
    method: &str,
    uri: &str,
) -> (u16, String, Value) {
    let request = signer.last_text(method, uri, "");
    let response = send(endpoint.local_addr(), &request).await;
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert_eq!(header(head, "content-type"), "application/json");
    assert_eq!(header(head, "x-amzn-requestid").len(), 36, "{response}");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let code = header(head, "x-amzn-errortype").to_owned();
    (status, code, serde_json::from_str(body).unwrap())
}

async fn get(endpoint: &LocalEndpoint, uri: &str) -> (u16, String, Value) {
    call(endpoint, &Signer::default(), "GET", uri).await
}

/// Asserts that a request is rejected with this status and code; the message.
async fn rejected(endpoint: &LocalEndpoint, uri: &str, status: u16, code: &str) -> String {
    let (got_status, got_code, body) = get(endpoint, uri).await;
    assert_eq!((got_status, got_code.as_str()), (status, code), "{uri}");
    body["Message"].as_str().unwrap_or_default().to_owned()
}

fn of(contact: &str) -> String {
    format!(
        "/contact/associated/{}?contactId={contact}",
        samples::INSTANCE_ID
    )
}

#[tokio::test]
async fn pages_of_25_make_up_the_tree() {
    let endpoint = start().await;
    let uri = of(samples::CONTACT_ID);
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let (status, _, body) = get(&endpoint, &format!("{uri}{token}")).await;
        assert_eq!(status, 200, "{body}");
        let contacts = body["ContactSummaryList"].as_array().unwrap();
        assert!(contacts.len() == 25 || body["NextToken"].is_null());
        seen.extend(
            contacts
                .iter()
                .map(|contact| contact["ContactId"].as_str().unwrap().to_owned()),
        );
        let Some(next) = body["NextToken"].as_str() else {
            break;
        };
        token = format!("&nextToken={next}");
    }
    assert!(seen.len() >= 120);
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), seen.len());
}

#[tokio::test]
async fn a_contact_has_all_its_members() {
    let endpoint = start().await;
    let (_, _, body) = get(
        &endpoint,
        &format!("{}&maxResults=2", of(samples::CONTACT_ID)),
    )
    .await;
    let contacts = body["ContactSummaryList"].as_array().unwrap();
    assert_eq!(contacts.len(), 2);
    let arn = format!("{}/contact/{}", samples::INSTANCE_ARN, samples::CONTACT_ID);
    let first = serde_json::json!({
        "ContactId": samples::CONTACT_ID, "ContactArn": arn, "InitiationTimestamp": 1_773_466_867,
        "DisconnectTimestamp": 1_773_467_081, "InitiationMethod": "INBOUND", "Channel": "VOICE",
    });
    assert_eq!(contacts[0], first);
    assert_eq!(contacts[1]["PreviousContactId"], samples::CONTACT_ID);
    assert_eq!(contacts[1]["InitialContactId"], samples::CONTACT_ID);
}

#[tokio::test]
async fn an_instance_goes_by_its_arn_too() {
    let endpoint = start().await;
    let arn = samples::INSTANCE_ARN
        .replace(':', "%3A")
        .replace('/', "%2F");
    let uri = format!(
        "/contact/associated/{arn}?contactId={}",
        samples::SINGLE_CONTACT_ID
    );
    let (status, _, body) = get(&endpoint, &uri).await;
    assert_eq!(
        (status, body["ContactSummaryList"].as_array().map(Vec::len)),
        (200, Some(1))
    );
}

#[tokio::test]
async fn what_is_unknown_is_not_found() {
    let endpoint = start().await;
    for (uri, what) in [
        (of("nobody"), "Contact"),
        (
            "/contact/associated/none?contactId=x".to_owned(),
            "Instance",
        ),
    ] {
        let message = rejected(&endpoint, &uri, 404, "ResourceNotFoundException").await;
        assert_eq!(message, format!("{what} not found."));
    }
}

#[tokio::test]
async fn a_broken_constraint_names_its_member() {
    let endpoint = start().await;
    let instance = format!("/contact/associated/{}", samples::INSTANCE_ID);
    let (long, long_instance) = ("x".repeat(257), "i".repeat(101));
    for (uri, member) in [
        (instance.clone(), "ContactId"),
        (format!("{instance}?contactId="), "ContactId"),
        (format!("{instance}?contactId={long}"), "ContactId"),
        (format!("{}&maxResults=0", of("x")), "MaxResults"),
        (format!("{}&maxResults=101", of("x")), "MaxResults"),
        (
            format!("/contact/associated/{long_instance}?contactId=x"),
            "InstanceId",
        ),
    ] {
        let message = rejected(&endpoint, &uri, 400, "InvalidParameterException").await;
        assert!(message.contains(member), "{message}");
    }
}

#[tokio::test]
async fn a_broken_token_and_one_of_another_contact_are_invalid() {
    let endpoint = start().await;
    let (_, _, body) = get(&endpoint, &of(samples::CONTACT_ID)).await;
    let token = body["NextToken"].as_str().unwrap();
    for uri in [
        format!("{}&nextToken=broken", of(samples::CONTACT_ID)),
        format!("{}&nextToken={token}", of(samples::SINGLE_CONTACT_ID)),
        format!("{}&nextToken={token}A", of(samples::CONTACT_ID)),
    ] {
        rejected(&endpoint, &uri, 400, "InvalidRequestException").await;
    }
}

#[tokio::test]
async fn other_routes_and_methods_are_unknown() {
    let endpoint = start().await;
    let (status, code, _) = get(&endpoint, "/somewhere").await;
    assert_eq!((status, code.as_str()), (404, "UnknownOperationException"));
    let (status, ..) = call(&endpoint, &Signer::default(), "DELETE", &of("x")).await;
    assert_eq!(status, 405);
}

#[tokio::test]
async fn a_failing_database_is_an_internal_error_without_details() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    drop(Store::open(&path).unwrap());
    let endpoint = builder()
        .store(Store::open(&path).unwrap())
        .start()
        .await
        .unwrap();
    // What readers find from now on is no database.
    std::fs::OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(&path)
        .unwrap()
        .write_all(&[7; 8192])
        .unwrap();
    let message = rejected(&endpoint, &of("x"), 500, "InternalServiceException").await;
    assert_eq!(message, "The service failed.");
}

#[tokio::test]
async fn only_the_right_key_is_served() {
    let denied = Credentials::new("AKIDDENIED", "denied", None, None, "test");
    let endpoint = builder()
        .samples()
        .deny(denied.clone())
        .start()
        .await
        .unwrap();
    let wrong = Credentials::new(testing::ID, "wrong", None, None, "test");
    let unknown = Credentials::new("AKIDUNKNOWN", "wrong", None, None, "test");
    for (credentials, expected) in [
        (wrong, "InvalidSignatureException"),
        (unknown, "UnrecognizedClientException"),
        (denied, "AccessDeniedException"),
    ] {
        let signer = Signer::of(credentials);
        let (status, code, _) = call(&endpoint, &signer, "GET", &of(samples::CONTACT_ID)).await;
        assert_eq!((status, code.as_str()), (403, expected));
    }
}

fn key(id: &str) -> Key {
    Key::new(Credentials::new(id, "secret", None, None, "test"))
}

#[tokio::test]
async fn a_caller_is_served_as_far_as_its_rights_go() {
    let reader = key("AKIDREADER").operations(["ListAssociatedContacts", "StopContact"]);
    let (none, elsewhere) = (key("AKIDELSEWHERE"), key("AKIDWRITER"));
    let keys = [
        reader.instances([samples::INSTANCE_ID]),
        none.instances(["elsewhere"]),
        elsewhere.operations(["StopContact"]),
    ];
    let endpoint = keys.into_iter().fold(builder().samples(), Builder::key);
    let endpoint = endpoint.start().await.unwrap();
    let list = of(samples::CONTACT_ID);
    let invalid = format!("{list}&maxResults=0");
    let describe = format!("/contacts/{}/{}", samples::INSTANCE_ID, samples::CONTACT_ID);
    for (id, uri, expected) in [
        (testing::ID, &describe, 200),
        ("AKIDREADER", &list, 200),
        ("AKIDREADER", &describe, 403),
        ("AKIDREADER", &invalid, 400),
        ("AKIDELSEWHERE", &list, 403),
        ("AKIDWRITER", &invalid, 403),
    ] {
        let credentials = match id {
            testing::ID => testing::credentials(),
            id => key(id).credentials,
        };
        let (status, code, body) = call(&endpoint, &Signer::of(credentials), "GET", uri).await;
        assert_eq!(status, expected, "{id} {uri}: {body}");
        if status == 403 {
            assert_eq!(code, "AccessDeniedException");
            let message = body["Message"].as_str().unwrap();
            assert!(message.contains(&format!("user/{id} is not authorized to perform: connect:")));
        }
    }
    let credentials = key("AKIDREADER").credentials;
    let (.., body) = call(&endpoint, &Signer::of(credentials), "GET", &describe).await;
    let expected = format!(
        "User: arn:aws:iam::000000000000:user/AKIDREADER is not authorized to perform: connect:DescribeContact on \
         resource: {}",
        samples::INSTANCE_ID
    );
    assert_eq!(body["Message"], expected);
}

#[tokio::test]
async fn keys_are_checked_at_the_start() {
    let endpoint = LocalEndpoint::builder().key(key("AKIDONE"));
    let endpoint = endpoint.start().await.unwrap();
    assert_eq!(endpoint.credentials().access_key_id(), "AKIDONE");
    for (builder, expected) in [
        (
            builder().key(key(testing::ID)),
            "there are two keys with the ID AKIDEXAMPLE",
        ),
        (
            builder().key(key("AKIDONE").operations(["StopContacts"])),
            "there is no operation \"StopContacts\": there are DescribeContact, GetContactAttributes, ",
        ),
    ] {
        let error = builder.start().await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[tokio::test]
async fn contacts_can_be_imported_while_it_runs() {
    let endpoint = builder().start().await.unwrap();
    assert_eq!(get(&endpoint, &of(samples::CONTACT_ID)).await.0, 404);
    let store = Arc::clone(endpoint.store());
    let import = move || store.import("samples", samples::records().as_bytes(), OnRejection::Abort);
    spawn_blocking(import).await.unwrap().unwrap();
    assert_eq!(get(&endpoint, &of(samples::CONTACT_ID)).await.0, 200);
}

#[tokio::test]
async fn key_pairs_that_are_made_up_look_real_differ_and_stay_secret() {
    let one = LocalEndpoint::builder().start().await.unwrap();
    let other = LocalEndpoint::builder().start().await.unwrap();
    let key = one.credentials();
    assert!(key.access_key_id().starts_with("AKIA"));
    assert_eq!(
        (key.access_key_id().len(), key.secret_access_key().len()),
        (20, 40)
    );
    assert_ne!(key.access_key_id(), other.credentials().access_key_id());
    assert_ne!(
        key.secret_access_key(),
        other.credentials().secret_access_key()
    );
    assert!(!format!("{one:?}").contains(key.secret_access_key()));
    assert!(one.url().starts_with("http://127.0.0.1:") && one.url() != other.url());
}

#[tokio::test]
async fn an_address_in_use_is_an_error_that_names_it() {
    let one = LocalEndpoint::builder().start().await.unwrap();
    let error = LocalEndpoint::builder()
        .listen(one.local_addr())
        .start()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with(&format!("cannot listen on {}: ", one.local_addr())),
        "{error}"
    );
}

#[tokio::test]
async fn shutdown_frees_the_address() {
    let endpoint = start().await;
    let address = endpoint.local_addr();
    assert!(TcpStream::connect(address).await.is_ok());
    endpoint.shutdown().await;
    assert!(TcpStream::connect(address).await.is_err());
}
