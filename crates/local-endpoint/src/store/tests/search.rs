//! What searches find.

use super::super::search::{Criterion, Key, Search};
use super::fixture::*;
use super::*;

fn contacts() -> Store {
    let store = empty();
    for (n, (id, more)) in [
        ("a", r#""Attributes":{"tier":"gold","nul":"x"}"#),
        ("b", r#""Attributes":{"tier":5},"Agent":{"ARN":"arn:x/agent/7","ConnectedToAgentTimestamp":"2026-03-14T08:00:02Z"}"#),
        ("c", r#""Attributes":{"tier":"tin"},"SegmentAttributes":{"kind":{"ValueString":"big"}},"ScheduledTimestamp":"no time""#),
        ("d", r#""Agent":{"ARN":"arn:x/agent/17"},"Channel":"CHAT","ScheduledTimestamp":"2026-03-14T08:00:04Z""#),
    ]
    .into_iter()
    .enumerate()
    {
        let json = format!(
            r#"{{"InstanceARN":"{}","ContactId":"{id}","InitiationTimestamp":"2026-03-14T08:00:0{n}Z","InitiationMethod":"API",{more}}}"#,
            arn(INSTANCE)
        );
        store
            .import("test", json.as_bytes(), OnRejection::Abort)
            .unwrap();
    }
    store
}

/// What is found, page by page of two.
fn found(store: &Store, criteria: &[Criterion], order: Key, is_descending: bool) -> String {
    let search = Search {
        range: (Key::Initiated, i64::MIN, i64::MAX),
        criteria: criteria.to_vec(),
        order,
        is_descending,
    };
    let (mut ids, mut token) = (String::new(), None);
    loop {
        let page = store
            .search(INSTANCE, &search, "what", 2, token.as_deref())
            .unwrap();
        ids.extend(page.contacts.into_iter().map(|(it, _)| it.contact_id));
        token = page.next_token;
        if token.is_none() {
            assert_eq!(usize::try_from(page.total).unwrap(), ids.len());
            return ids;
        }
    }
}

#[test]
fn criteria_find_what_fits_them() {
    let store = contacts();
    let list = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let attribute = |name: &str, values: &[&str]| Criterion::Attribute(name.into(), list(values));
    let segment = Criterion::SegmentAttribute("kind".into(), list(&["big"]));
    let any = Criterion::Any(vec![attribute("nul", &["x"]), segment.clone()]);
    for (criteria, expected) in [
        (vec![], "abcd"),
        (vec![Criterion::Channels(list(&["CHAT", "VOICE"]))], "d"),
        (vec![Criterion::Methods(list(&["API"]))], "abcd"),
        (vec![Criterion::Methods(vec![])], ""),
        (vec![Criterion::Arns("$.Agent.ARN", list(&["7", "x"]))], "b"),
        (
            vec![Criterion::Arns("$.Agent.ARN", list(&["arn:x/agent/17"]))],
            "d",
        ),
        (vec![attribute("tier", &["gold", "tin"])], "ac"),
        (vec![attribute("tier", &["' OR TRUE --"])], ""),
        (vec![segment], "c"),
        (vec![any, attribute("tier", &["gold"])], "a"),
    ] {
        let name = format!("{criteria:?}");
        assert_eq!(
            found(&store, &criteria, Key::Initiated, false),
            expected,
            "{name}"
        );
    }
}

#[test]
fn every_order_has_a_place_for_each() {
    let store = contacts();
    for (order, expected) in [
        (Key::Initiated, "abcd"),
        (Key::Disconnected, "abcd"),
        (Key::Scheduled, "dabc"),
        (Key::ConnectedToAgent, "bacd"),
        (Key::Method, "abcd"),
        (Key::Channel, "abcd"),
    ] {
        assert_eq!(found(&store, &[], order, false), expected, "{order:?}");
        let backwards: String = expected.chars().rev().collect();
        assert_eq!(found(&store, &[], order, true), backwards, "{order:?}");
    }
}
