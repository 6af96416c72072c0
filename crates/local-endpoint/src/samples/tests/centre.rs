//! The synthetic contact centre.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;

fn centre(contacts: u64, seed: u64) -> String {
    let mut bytes = Vec::new();
    write_centre(contacts, seed, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_same_seed_makes_the_same_bytes() {
    assert_eq!(centre(500, 7), centre(500, 7));
    assert_ne!(centre(500, 7), centre(500, 8));
    assert_eq!(centre(0, 7), "");
    // It is a format that others keep files of.
    let digest = Sha256::digest(centre(500, 7)).0;
    assert_eq!(digest[..4], [92, 160, 99, 12]);
}

#[test]
fn all_is_there_as_promised() {
    let contacts = 20_000;
    let text = centre(contacts, 1);
    let lines: Vec<&str> = text.lines().collect();
    let distinct = lines.iter().collect::<BTreeSet<_>>().len();
    let copies = lines.len() - distinct;
    assert!(
        (distinct / 125..distinct / 80).contains(&copies),
        "{copies} of {distinct}"
    );
    let average = text.len() / lines.len();
    assert!((1_400..1_700).contains(&average), "{average} bytes");

    let mut channels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    let mut updated = Vec::new();
    for line in &lines {
        let record: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| record[name].as_str().unwrap().to_owned();
        channels
            .entry(text("Channel"))
            .or_default()
            .insert(text("InitiationMethod"));
        ids.insert(text("ContactId"));
        updated.push(text("LastUpdateTimestamp"));
        for (pointer, form) in [
            ("/Agent/ARN", "/agent/"),
            ("/Queue/ARN", "/queue/"),
            ("/References/0/Value", "https"),
        ] {
            assert!(
                record
                    .pointer(pointer)
                    .unwrap()
                    .as_str()
                    .unwrap()
                    .contains(form)
            );
        }
        assert!(!record["Attributes"].as_object().unwrap().is_empty());
        assert!(!record["Tags"].as_object().unwrap().is_empty());
    }
    assert_eq!(ids.len() as u64, contacts);
    assert_eq!(
        channels.keys().collect::<Vec<_>>(),
        ["CHAT", "EMAIL", "TASK", "VOICE"]
    );
    let methods = channels.values().flatten().collect::<BTreeSet<_>>();
    assert_eq!(methods.len(), 12);
    assert!(text.contains("\"Recordings\":[{"));
    let unordered = updated.windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!(unordered <= copies, "{unordered}");
}

#[test]
fn trees_have_a_tail_and_all_is_imported() {
    let store = Store::in_memory().unwrap();
    let text = centre(20_000, 3);
    let report = store
        .import("x", text.as_bytes(), OnRejection::Abort)
        .unwrap();
    assert_eq!(
        (report.added, report.rejected, report.ignored),
        (20_000, 0, 0)
    );
    assert!(report.updated > 5_000 && report.stale > 200, "{report:?}");
    let mut ids = store
        .contact_ids(INSTANCE_ID, "", u32::MAX)
        .unwrap()
        .into_iter()
        .collect::<BTreeSet<_>>();
    let mut sizes = Vec::new();
    while let Some(id) = ids.pop_first() {
        let limit = NonZeroUsize::new(9_999).unwrap();
        let page = store.page(INSTANCE_ID, &id, limit, None).unwrap();
        for contact in &page.contacts {
            ids.remove(&contact.contact_id);
        }
        sizes.push(page.contacts.len());
    }
    sizes.sort_unstable();
    assert_eq!(sizes.iter().sum::<usize>(), 20_000);
    assert!(sizes[sizes.len() / 2] <= 2);
    assert!(
        sizes.iter().filter(|size| **size > 50).count() > 5,
        "{sizes:?}"
    );
    assert!(
        sizes.iter().filter(|size| **size >= 900).count() >= 1,
        "{sizes:?}"
    );
}
