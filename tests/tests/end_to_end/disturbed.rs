//! What the client makes of an endpoint's quotas, faults, rights and TLS.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use connect_local_endpoint::{Credentials, Key, LocalEndpoint, Tls, samples};
use connect_sdk::Client;
use connect_sdk::error::ProvideErrorMetadata;
use connect_sdk::operation::list_associated_contacts::ListAssociatedContactsError;
use connect_sdk::operation::stop_contact::StopContactError;
use connect_sdk::sender::HttpSender;
use connect_tests::client::{client, config, large_tree};
use rcgen::{CertifiedKey, generate_simple_self_signed};

#[tokio::test]
async fn throttling_is_retried_whether_the_operation_models_it_or_not() {
    let throttled = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&throttled);
    let endpoint = LocalEndpoint::builder()
        .samples()
        .quota("0.001/1".parse().unwrap())
        .access_log(move |access| {
            counted.fetch_add(u32::from(access.status == Some(429)), Ordering::Relaxed);
        });
    let endpoint = endpoint.start().await.unwrap();
    let client = client(&endpoint.url(), endpoint.credentials().clone());
    large_tree(&client).send().await.unwrap();
    let error = large_tree(&client).send().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains(": ThrottlingException: Rate exceeded (HTTP 429"),
        "{error}"
    );
    assert_eq!(throttled.swap(0, Ordering::Relaxed), 3);
    let ListAssociatedContactsError::ThrottlingException(error) = error.into_service_error() else {
        panic!("it is modelled");
    };
    assert_eq!(error.message(), Some("Rate exceeded"));

    let stop = || {
        let stop = client.stop_contact().instance_id(samples::INSTANCE_ID);
        stop.contact_id("nobody").send()
    };
    stop().await.unwrap_err();
    let error = stop().await.unwrap_err().into_service_error();
    assert!(matches!(error, StopContactError::Unhandled(_)), "{error:?}");
    assert_eq!(
        (error.code(), error.message()),
        (Some("ThrottlingException"), Some("Rate exceeded"))
    );
    assert_eq!(throttled.load(Ordering::Relaxed), 3);
}

/// Time stands still while there is something to do: a stalled response takes as long as the client's read limit.
#[tokio::test(start_paused = true)]
async fn no_acknowledged_update_is_lost_whatever_goes_wrong() {
    let faults = [
        "UpdateContactAttributes:latency=1ms..2s@0.5",
        "UpdateContactAttributes:error=InternalServiceException@0.1",
        "UpdateContactAttributes:error=ThrottlingException@0.1",
        "UpdateContactAttributes:reset@0.1",
        "UpdateContactAttributes:stall@0.1",
    ];
    let builder = faults
        .into_iter()
        .fold(LocalEndpoint::builder().samples(), |builder, fault| {
            builder.fault(fault.parse().unwrap())
        });
    let endpoint = builder.fault_seed(7).start().await.unwrap();
    let client = client(&endpoint.url(), endpoint.credentials().clone());
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..8 {
        callers.spawn(update(client.clone(), caller));
    }
    let acknowledged = callers.join_all().await.concat();
    assert!(acknowledged.len() > 100, "{} of 160", acknowledged.len());
    let contact = client.describe_contact().instance_id(samples::INSTANCE_ID);
    let contact = contact
        .contact_id(samples::CONTACT_ID)
        .send()
        .await
        .unwrap();
    let contact = contact.contact.unwrap();
    let attributes = contact.attributes().unwrap();
    for name in acknowledged {
        assert!(attributes.contains_key(&name), "{name} is lost");
    }
    for (fault, count) in endpoint.injected().counts() {
        assert!(count > 0, "{fault} has not struck");
    }
}

/// Sets 20 attributes, one by one, and returns those that the service has acknowledged.
async fn update(client: Client, caller: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0..20 {
        let name = format!("attribute-{caller}-{number}");
        let update = client
            .update_contact_attributes()
            .instance_id(samples::INSTANCE_ID);
        let update = update.initial_contact_id(samples::CONTACT_ID);
        if update.attributes(&name, "set").send().await.is_ok() {
            acknowledged.push(name);
        }
    }
    acknowledged
}

#[tokio::test]
async fn a_caller_meets_its_rights_over_tls() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let tls = Tls::from_pem(
        cert.pem().as_bytes(),
        signing_key.serialize_pem().as_bytes(),
    )
    .unwrap();
    let credentials = Credentials::new("AKIDREADER", "secret", Some("token".into()), None, "test");
    let key = Key::new(credentials.clone()).operations(["ListAssociatedContacts"]);
    let endpoint = LocalEndpoint::builder().samples().tls(tls).key(key);
    let endpoint = endpoint.start().await.unwrap();
    let sender = HttpSender::builder().system_roots(false);
    let sender = sender.ca_bundle(cert.pem().as_bytes()).unwrap().build();
    let client = Client::from_conf(config(&endpoint.url(), credentials).sender(sender).build());
    large_tree(&client).send().await.unwrap();
    let contact = client.describe_contact().instance_id(samples::INSTANCE_ID);
    let error = contact
        .contact_id(samples::CONTACT_ID)
        .send()
        .await
        .unwrap_err();
    let expected = format!(
        "User: arn:aws:iam::000000000000:user/AKIDREADER is not authorized to perform: connect:DescribeContact on \
         resource: {}",
        samples::INSTANCE_ID
    );
    assert_eq!(
        (error.code(), error.message()),
        (Some("AccessDeniedException"), Some(expected.as_str()))
    );
}
