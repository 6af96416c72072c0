//! What holds for every list of contacts, however broken.

use std::collections::HashSet;
use std::time::Duration;

use contact_tree::{AnomalyKind, Contact, Facts, Forest, Link, Node, Style, Timestamp, Zone};
use proptest::prelude::*;

fn id() -> impl Strategy<Value = String> {
    // Few IDs, so that references hit, cycles close and copies meet; one of them empty, one hostile.
    (0..12_u8).prop_map(|n| match n {
        0 => String::new(),
        1 => "\u{1b}[31m\nx\u{7}\u{202e}".to_owned(),
        n => format!("contact-{n}"),
    })
}

fn time() -> impl Strategy<Value = Option<Timestamp>> {
    prop_oneof![
        1 => Just(None),
        8 => (0..50_i64).prop_map(|seconds| Some(Timestamp::from_secs(1_700_000_000 + seconds))),
        1 => (any::<i64>(), any::<u32>()).prop_map(|(seconds, nanos)| Some(Timestamp::new(seconds, nanos))),
    ]
}

prop_compose! {
    fn facts()(
        agent in prop::option::of("\\PC{0,3}|\u{1b}\\[2J"),
        queue in prop::option::of("Support|\u{202e}"),
        enqueue_time in time(),
        dequeue_time in time(),
        agent_time in time(),
        after_contact_start in time(),
        after_contact_end in time(),
        transfer_time in time(),
        seconds in prop::option::of(any::<u64>()),
    ) -> Box<Facts> {
        let talk = seconds.map(Duration::from_secs);
        Box::new(Facts {
            agent, queue, enqueue_time, dequeue_time, agent_time, talk, hold: talk, after_contact_start, after_contact_end,
            transfer_time, ..Facts::default()
        })
    }
}

prop_compose! {
    fn contact()(
        id in id(),
        initial_contact_id in prop::option::of(id()),
        previous_contact_id in prop::option::of(id()),
        related_contact_id in prop::option::of(id()),
        channel in prop::option::of("VOICE|CHAT|\\PC{0,3}|\u{1b}\\[2J"),
        initiation_method in prop::option::of("INBOUND|TRANSFER|\u{7f}"),
        initiation_time in time(),
        disconnect_time in time(),
        facts in prop::option::of(facts()),
    ) -> Contact {
        Contact {
            id, arn: None, initial_contact_id, previous_contact_id, related_contact_id, channel, initiation_method,
            initiation_time, disconnect_time, facts,
        }
    }
}

fn contacts() -> impl Strategy<Value = Vec<Contact>> {
    prop::collection::vec(contact(), 0..40).prop_flat_map(|contacts| {
        // Some of them twice.
        let copies = prop::collection::vec(prop::bool::weighted(0.2), contacts.len());
        (Just(contacts), copies).prop_map(|(contacts, copies)| {
            let again = contacts
                .iter()
                .zip(copies)
                .filter(|(_, copy)| *copy)
                .map(|(contact, _)| contact.clone());
            contacts.iter().cloned().chain(again).collect()
        })
    })
}

fn merged(forest: &Forest) -> usize {
    let merged = forest.anomalies().iter().map(|anomaly| match anomaly.kind {
        AnomalyKind::Duplicate { merged, .. } => merged,
        _ => 0,
    });
    merged.sum()
}

proptest! {
    #[test]
    fn every_contact_comes_out(contacts in contacts()) {
        let forest = Forest::new(contacts.clone());
        let kept = forest.iter().map(Node::contact).collect::<HashSet<_>>();
        prop_assert!(contacts.iter().all(|contact| kept.contains(contact)));
        // What is missing in number are equal copies, and that is reported.
        prop_assert_eq!(forest.len() + merged(&forest), contacts.len());
        // Both walks meet every place exactly once.
        let depth_first = forest.depth_first().map(Node::id).collect::<HashSet<_>>();
        let breadth_first = forest.breadth_first().map(Node::id).collect::<HashSet<_>>();
        prop_assert_eq!(depth_first.len(), forest.len());
        prop_assert_eq!(breadth_first.len(), forest.len());
        prop_assert_eq!(forest.depth_first().count(), forest.len());
        prop_assert_eq!(forest.breadth_first().count(), forest.len());
    }

    #[test]
    fn order_of_the_input_does_not_matter(
        (contacts, shuffled) in contacts().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        prop_assert_eq!(Forest::new(contacts), Forest::new(shuffled));
    }

    #[test]
    fn a_branch_is_a_reference_of_the_contact(contacts in contacts()) {
        let forest = Forest::new(contacts);
        for node in forest.iter() {
            let contact = node.contact();
            let Some(parent) = node.parent() else {
                prop_assert!(forest.roots().any(|root| root == node));
                prop_assert_eq!(node.depth(), 0);
                continue;
            };
            let reference = match node.link() {
                Some(Link::Previous) => &contact.previous_contact_id,
                Some(Link::Initial) => &contact.initial_contact_id,
                Some(Link::Related) => &contact.related_contact_id,
                None => &None,
            };
            prop_assert_eq!(reference.as_ref(), Some(&parent.contact().id));
            prop_assert_eq!(node.depth(), parent.depth() + 1);
            prop_assert!(parent.children().any(|child| child == node));
        }
    }

    #[test]
    fn a_root_with_references_says_why(contacts in contacts()) {
        let forest = Forest::new(contacts);
        for root in forest.roots() {
            let contact = root.contact();
            let refers = [&contact.previous_contact_id, &contact.initial_contact_id, &contact.related_contact_id]
                .into_iter()
                .flatten()
                .any(|id| !id.is_empty() && *id != contact.id);
            let reported = root.anomalies().iter().any(|anomaly| {
                matches!(anomaly.kind, AnomalyKind::MissingParent { .. } | AnomalyKind::Cycle { .. })
            });
            prop_assert_eq!(refers, reported);
        }
    }

    #[test]
    fn pictures_have_a_row_per_contact_and_no_control_characters(
        contacts in contacts(), ascii in any::<bool>(), width in prop::option::of(0..200_usize), zone in any::<i32>(),
    ) {
        let forest = Forest::new(contacts);
        let zone = Zone::Fixed(zone);
        let style = Style { ascii, width, zone, ..Style::default() };
        let picture = forest.picture(&style).to_string();
        prop_assert!(picture.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{picture:?}");
        prop_assert!(!ascii || picture.is_ascii());
        let notes = forest.anomalies().len();
        let frame = if forest.is_empty() { 0 } else { 2 } + if notes == 0 { 0 } else { 2 };
        let below_summary = picture.lines().skip_while(|line| !line.is_empty());
        prop_assert_eq!(below_summary.count(), frame + forest.len() + notes);
    }
}
