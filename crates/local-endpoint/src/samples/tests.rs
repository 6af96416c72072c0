mod centre;

use std::collections::HashSet;
use std::num::NonZeroUsize;

use super::*;
use crate::{OnRejection, Store};

fn store() -> Store {
    let store = Store::in_memory().unwrap();
    let report = store
        .import("samples", records().as_bytes(), OnRejection::Abort)
        .unwrap();
    assert_eq!(
        (report.added as usize, report.stale),
        (DAY.len() + OTHERS.len(), 0)
    );
    store
}

fn tree(contact: &str) -> Vec<crate::ContactSummary> {
    store()
        .page(INSTANCE_ID, contact, NonZeroUsize::new(1000).unwrap(), None)
        .unwrap()
        .contacts
}

#[test]
fn one_tree_is_large_enough_for_pages() {
    let tree = tree(CONTACT_ID);
    assert_eq!(tree.len(), DAY.len());
    assert!(tree.len() >= 120, "{}", tree.len());
    assert_eq!(tree[0].contact_id, CONTACT_ID);
    assert_eq!(
        tree[0].contact_arn,
        format!("{INSTANCE_ARN}/contact/{CONTACT_ID}")
    );
}

#[test]
fn preset_ids_never_change() {
    assert_eq!(contact_id("hotline"), CONTACT_ID);
    assert_eq!(contact_id("passport question"), SINGLE_CONTACT_ID);
    assert_eq!(contact_id("lost bag"), OPEN_CONTACT_ID);
    assert_eq!(tree(SINGLE_CONTACT_ID).len(), 1);
    let open = tree(OPEN_CONTACT_ID);
    assert_eq!((open.len(), open[0].disconnect_time), (1, None));
}

#[test]
fn the_story_has_everything() {
    let tree = tree(CONTACT_ID);
    let methods: HashSet<_> = tree
        .iter()
        .filter_map(|contact| contact.initiation_method.as_deref())
        .collect();
    let all = [
        "INBOUND",
        "OUTBOUND",
        "TRANSFER",
        "QUEUE_TRANSFER",
        "CALLBACK",
        "API",
        "DISCONNECT",
        "MONITOR",
        "EXTERNAL_OUTBOUND",
        "WEBRTC_API",
        "AGENT_REPLY",
        "FLOW",
    ];
    assert_eq!(methods, all.into_iter().collect());
    let channels: HashSet<_> = tree
        .iter()
        .filter_map(|contact| contact.channel.as_deref())
        .collect();
    assert_eq!(
        channels,
        ["VOICE", "CHAT", "TASK", "EMAIL"].into_iter().collect()
    );
    assert!(tree.iter().any(|contact| contact.disconnect_time.is_none()));
    let first = tree
        .iter()
        .filter(|contact| contact.initial_contact_id.is_none());
    assert!(first.count() > 20, "chains of their own");
}

#[test]
fn times_and_references_make_sense() {
    let names: HashSet<_> = DAY.iter().chain(OTHERS).map(|row| row.0).collect();
    assert_eq!(names.len(), DAY.len() + OTHERS.len());
    let ids: HashSet<_> = names
        .iter()
        .map(|name| contact_id(name)[..8].to_owned())
        .collect();
    assert_eq!(
        ids.len(),
        names.len(),
        "IDs differ in what is shown of them"
    );
    for rows in [DAY, OTHERS] {
        for (place, Row(name, link, _, _, start, _)) in rows.iter().enumerate() {
            let (Link::After(parent) | Link::Related(parent)) = link else {
                continue;
            };
            let parent = rows[..place].iter().find(|row| row.0 == *parent);
            let parent = parent.unwrap_or_else(|| panic!("{name} hangs under nothing before it"));
            assert!(*start >= parent.4, "{name} starts before {}", parent.0);
        }
    }
}
