//! Shapes, as programs written for `aws-sdk-connect` build, read and compare them.

use std::collections::{BTreeMap, HashSet};
use std::str::FromStr;

use aws_sdk_connect::operation::list_associated_contacts::builders::{
    ListAssociatedContactsInputBuilder, ListAssociatedContactsOutputBuilder,
};
use aws_sdk_connect::operation::list_associated_contacts::{
    ListAssociatedContactsInput, ListAssociatedContactsOutput,
};
use aws_sdk_connect::primitives::{Blob, DateTime, DateTimeFormat, Document};
use aws_sdk_connect::types::builders::AssociatedContactSummaryBuilder;
use aws_sdk_connect::types::{AssociatedContactSummary, Channel, ContactInitiationMethod};

fn contact(id: &str) -> AssociatedContactSummaryBuilder {
    AssociatedContactSummary::builder()
        .contact_id(id)
        .channel(Channel::Voice)
        .initiation_timestamp(DateTime::from_secs(1_700_000_000))
}

#[test]
fn structures_are_built_read_and_compared() {
    let call = contact("a")
        .initiation_method(ContactInitiationMethod::Inbound)
        .set_disconnect_timestamp(Some(DateTime::from_millis(1_700_000_060_500)))
        .build();
    assert_eq!(call.contact_id(), Some("a"));
    assert_eq!(call.contact_id.as_deref(), Some("a"));
    assert_eq!(call.channel(), Some(&Channel::Voice));
    assert_eq!(call.previous_contact_id(), None);
    let lasted = call.disconnect_timestamp().unwrap().as_secs_f64()
        - call.initiation_timestamp().unwrap().as_secs_f64();
    assert_eq!(lasted, 60.5);

    let transfer = AssociatedContactSummary::builder()
        .set_contact_id(Some("b".into()))
        .previous_contact_id("a")
        .initial_contact_id("a");
    assert_eq!(transfer.get_previous_contact_id().as_deref(), Some("a"));
    assert_eq!(*transfer.get_channel(), None);
    assert_ne!(transfer.build(), call);
    assert_eq!(call.clone(), call);
}

#[test]
fn lists_grow_an_item_at_a_time_or_are_set() {
    let (a, b) = (contact("a").build(), contact("b").build());
    let page = ListAssociatedContactsOutput::builder()
        .contact_summary_list(a.clone())
        .contact_summary_list(b.clone());
    let all = Some(vec![a, b]);
    assert_eq!(page.get_contact_summary_list(), &all);
    let page: ListAssociatedContactsOutput = page.build();
    let other = ListAssociatedContactsOutputBuilder::default()
        .set_contact_summary_list(all)
        .set_next_token(None);
    assert_eq!(page, other.build());
    // An absent list reads as an empty one.
    let empty = ListAssociatedContactsOutput::builder().build();
    assert!(empty.contact_summary_list().is_empty());
    assert_eq!(empty.contact_summary_list, None);
}

#[test]
fn inputs_are_built_without_a_client() {
    let builder = ListAssociatedContactsInputBuilder::default().instance_id("i");
    let input = builder.clone().contact_id("c").max_results(5).build();
    let input: ListAssociatedContactsInput = input.unwrap();
    assert_eq!(
        (input.instance_id(), input.contact_id()),
        (Some("i"), Some("c"))
    );
    assert_eq!((input.max_results(), input.next_token()), (Some(5), None));
    assert_eq!(builder.get_instance_id().as_deref(), Some("i"));
}

#[test]
fn enums_are_open() {
    for known in Channel::values() {
        let channel = Channel::from(*known);
        assert_eq!(channel.as_str(), *known);
        assert_eq!(Channel::try_parse(known).unwrap(), channel);
    }
    assert_eq!(Channel::from_str("CHAT"), Ok(Channel::Chat));
    let method: ContactInitiationMethod = "QUEUE_TRANSFER".parse().unwrap();
    assert_eq!(method, ContactInitiationMethod::QueueTransfer);

    let unknown = Channel::from("PIGEON");
    assert_eq!(unknown.as_str(), "PIGEON");
    assert_eq!(unknown.to_string(), "PIGEON");
    assert_eq!(unknown.as_ref(), "PIGEON");
    assert_eq!(unknown, Channel::from("PIGEON"));
    assert!(!Channel::values().contains(&"PIGEON"));
    assert!(Channel::try_parse("PIGEON").is_err());
    let icon = match &unknown {
        Channel::Voice => "phone",
        other if other.as_str() == "PIGEON" => "bird",
        _ => "question mark",
    };
    assert_eq!(icon, "bird");
}

#[test]
fn enums_are_keys() {
    let channels = [Channel::Voice, Channel::Chat, Channel::Voice];
    assert_eq!(channels.iter().collect::<HashSet<_>>().len(), 2);
    let mut calls = BTreeMap::new();
    for channel in channels {
        *calls.entry(channel).or_insert(0) += 1;
    }
    assert_eq!(calls[&Channel::Voice], 2);
}

#[test]
fn primitives_are_those_of_all_aws_crates() {
    let time = DateTime::from_str("2023-11-14T22:13:20.5Z", DateTimeFormat::DateTime).unwrap();
    assert_eq!(
        (time.secs(), time.subsec_nanos()),
        (1_700_000_000, 500_000_000)
    );
    assert_eq!(
        time.fmt(DateTimeFormat::EpochSeconds).unwrap(),
        "1700000000.5"
    );
    assert_eq!(Blob::new("abc").as_ref(), b"abc");
    let document = Document::from(vec![Document::from(true)]);
    assert_eq!(document.as_array().map(Vec::len), Some(1));
}
