use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

use super::*;
use crate::Refusal;

const INSTANCE: &str = "8f0d";

fn arn(instance: &str) -> String {
    format!("arn:aws:connect:eu-central-1:111122223333:instance/{instance}")
}

/// A contact record in the making. Times are minutes of one day.
#[derive(Clone, Debug)]
struct Record {
    instance: &'static str,
    id: String,
    start: Option<u32>,
    updated: u32,
    references: [Option<String>; 3],
    channel: &'static str,
    event: bool,
}

fn record(id: &str, start: u32) -> Record {
    Record {
        instance: INSTANCE,
        id: id.to_owned(),
        start: Some(start),
        updated: 0,
        references: [None, None, None],
        channel: "VOICE",
        event: false,
    }
}

impl Record {
    fn after(mut self, id: &str) -> Self {
        self.references[0] = Some(id.to_owned());
        self
    }

    fn begun_by(mut self, id: &str) -> Self {
        self.references[1] = Some(id.to_owned());
        self
    }

    fn related_to(mut self, id: &str) -> Self {
        self.references[2] = Some(id.to_owned());
        self
    }

    fn updated(mut self, updated: u32, channel: &'static str) -> Self {
        self.updated = updated;
        self.channel = channel;
        self
    }

    fn event(mut self) -> Self {
        self.event = true;
        self
    }

    fn json(&self) -> String {
        let time = |minute: u32| format!("2026-03-14T{:02}:{:02}:00Z", minute / 60, minute % 60);
        let [previous, initial, related] = &self.references;
        let names: [&str; 8] = if self.event {
            [
                "instanceArn",
                "contactId",
                "initiationTimestamp",
                "",
                "previousContactId",
                "initialContactId",
                "relatedContactId",
                "channel",
            ]
        } else {
            [
                "InstanceARN",
                "ContactId",
                "InitiationTimestamp",
                "LastUpdateTimestamp",
                "PreviousContactId",
                "InitialContactId",
                "RelatedContactId",
                "Channel",
            ]
        };
        let mut fields = serde_json::Map::new();
        let values = [
            Some(arn(self.instance)),
            Some(self.id.clone()),
            self.start.map(time),
            Some(time(self.updated)),
            previous.clone(),
            initial.clone(),
            related.clone(),
            Some(self.channel.to_owned()),
        ];
        for (name, value) in names.into_iter().zip(values) {
            fields.insert(name.to_owned(), value.into());
        }
        if self.event {
            serde_json::json!({
                "detail-type": "Amazon Connect Contact Event", "time": time(self.updated), "detail": fields,
            })
            .to_string()
        } else {
            serde_json::Value::Object(fields).to_string()
        }
    }
}

fn import(store: &Store, records: &[Record]) -> Report {
    let file = records.iter().map(Record::json).collect::<String>();
    let report = store
        .import("test", file.as_bytes(), OnRefusal::Abort)
        .unwrap();
    check_trees(store);
    report
}

fn store(records: &[Record]) -> Store {
    let store = Store::in_memory().unwrap();
    import(&store, records);
    store
}

fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).unwrap()
}

/// All pages of a contact's tree.
fn pages(store: &Store, contact: &str, size: usize) -> Vec<Vec<ContactSummary>> {
    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let page = store
            .page(INSTANCE, contact, limit(size), token.as_deref())
            .unwrap();
        pages.push(page.contacts);
        token = page.next_token;
        if token.is_none() {
            return pages;
        }
    }
}

fn tree(store: &Store, contact: &str) -> Vec<String> {
    pages(store, contact, 100)
        .concat()
        .into_iter()
        .map(|contact| contact.contact_id)
        .collect()
}

/// The invariants of the tables: sizes are right, and trees are exactly what references connect.
fn check_trees(store: &Store) {
    let connection = store.write();
    let mut statement = connection
        .prepare("SELECT instance || ':' || id, tree, listed, instance || ':' || previous, instance || ':' || initial, instance || ':' || related FROM contact")
        .unwrap();
    let rows = statement
        .query_map([], |row| {
            let references: [Option<String>; 3] = [row.get(3)?, row.get(4)?, row.get(5)?];
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, bool>(2)?,
                references,
            ))
        })
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let mut expected: BTreeMap<String, BTreeSet<String>> = rows
        .iter()
        .map(|(id, ..)| (id.clone(), BTreeSet::from([id.clone()])))
        .collect();
    for (id, _, _, references) in &rows {
        for reference in references.iter().flatten() {
            let joined = expected[id]
                .union(&expected[reference])
                .cloned()
                .collect::<BTreeSet<_>>();
            for member in &joined {
                expected.insert(member.clone(), joined.clone());
            }
        }
    }
    let mut actual: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for (id, tree, ..) in &rows {
        actual.entry(*tree).or_default().insert(id.clone());
    }
    let expected: BTreeSet<_> = expected.into_values().collect();
    assert_eq!(actual.values().cloned().collect::<BTreeSet<_>>(), expected);
    let mut sizes = connection.prepare("SELECT key, size FROM tree").unwrap();
    let sizes = sizes
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as usize)))
        .unwrap()
        .collect::<Result<BTreeMap<i64, usize>, _>>()
        .unwrap();
    assert_eq!(
        sizes,
        actual
            .iter()
            .map(|(tree, members)| (*tree, members.len()))
            .collect()
    );
    for members in expected {
        let listed = |member: &String| {
            rows.iter()
                .any(|(id, _, listed, _)| id == member && *listed)
        };
        assert!(
            members.iter().any(listed),
            "an ID that nobody refers to was kept"
        );
    }
}

#[test]
fn a_contact_comes_out_with_all_that_went_in() {
    let file = format!(
        r#"{{"InstanceARN":"{}","ContactId":"c","PreviousContactId":"b","InitialContactId":"a","RelatedContactId":"z",
        "InitiationTimestamp":"2026-03-14T08:02:11.5Z","DisconnectTimestamp":"2026-03-14T08:03:00Z",
        "InitiationMethod":"TRANSFER","Channel":"FAX"}}"#,
        arn(INSTANCE)
    );
    let store = Store::in_memory().unwrap();
    store
        .import("test", file.as_bytes(), OnRefusal::Abort)
        .unwrap();
    let expected = ContactSummary {
        contact_id: "c".into(),
        contact_arn: format!("{}/contact/c", arn(INSTANCE)),
        initiation_time: Some(aws_smithy_types::DateTime::from_millis(1_773_475_331_500)),
        disconnect_time: Some(aws_smithy_types::DateTime::from_secs(1_773_475_380)),
        initial_contact_id: Some("a".into()),
        previous_contact_id: Some("b".into()),
        related_contact_id: Some("z".into()),
        initiation_method: Some("TRANSFER".into()),
        channel: Some("FAX".into()),
    };
    let page = store.page(INSTANCE, "c", limit(1), None).unwrap();
    assert_eq!(
        page,
        Page {
            contacts: vec![expected],
            next_token: None
        }
    );
}

#[test]
fn all_three_references_make_one_tree_for_every_member() {
    let store = store(&[
        record("a", 1).begun_by("a"),
        record("b", 2).after("a"),
        record("c", 3).begun_by("b"),
        record("d", 4).related_to("c"),
        record("other", 5),
    ]);
    for contact in ["a", "b", "c", "d"] {
        assert_eq!(tree(&store, contact), ["a", "b", "c", "d"]);
    }
    assert_eq!(tree(&store, "other"), ["other"]);
}

#[test]
fn an_id_that_is_only_referred_to_joins_and_is_not_listed() {
    let store = store(&[record("a", 1).after("x"), record("b", 2).related_to("x")]);
    assert_eq!(tree(&store, "b"), ["a", "b"]);
    assert!(matches!(
        store.page(INSTANCE, "x", limit(1), None),
        Err(PageError::UnknownContact)
    ));
    import(&store, &[record("x", 0)]);
    assert_eq!(tree(&store, "x"), ["x", "a", "b"]);
}

#[test]
fn contacts_are_ordered_by_time_then_id_and_timeless_ones_come_last() {
    let timeless = Record {
        start: None,
        ..record("0", 0)
    };
    let store = store(&[
        record("b", 7).after("r"),
        record("c", 3).after("r"),
        timeless.after("r"),
        record("a", 7).after("r"),
        record("r", 5),
    ]);
    assert_eq!(tree(&store, "r"), ["c", "r", "a", "b", "0"]);
    assert_eq!(
        pages(&store, "0", 2)
            .iter()
            .map(Vec::len)
            .collect::<Vec<_>>(),
        [2, 2, 1]
    );
    assert_eq!(
        pages(&store, "0", 5).len(),
        1,
        "a full last page has no token"
    );
}

#[test]
fn instances_do_not_mix() {
    let theirs = Record {
        instance: "other",
        ..record("a", 1).after("b")
    };
    let store = store(&[
        record("a", 1),
        theirs,
        Record {
            instance: "other",
            ..record("b", 2)
        },
        record("b", 3),
    ]);
    assert_eq!(tree(&store, "a"), ["a"]);
    let page = store.page("other", "a", limit(9), None).unwrap();
    assert_eq!(page.contacts.len(), 2);
    assert_eq!(
        store.page(&arn("other"), "a", limit(9), None).unwrap(),
        page,
        "an ARN will do"
    );
    let wrong = arn("other").replace("1111", "9999");
    assert!(matches!(
        store.page(&wrong, "a", limit(9), None),
        Err(PageError::UnknownInstance)
    ));
    assert!(matches!(
        store.page("none", "a", limit(9), None),
        Err(PageError::UnknownInstance)
    ));
    assert!(matches!(
        store.page("", "", limit(9), None),
        Err(PageError::UnknownInstance)
    ));
    assert!(matches!(
        store.page(INSTANCE, "", limit(9), None),
        Err(PageError::UnknownContact)
    ));
}

#[test]
fn the_newest_version_wins_and_a_record_beats_an_event_of_its_time() {
    let versions = [
        record("a", 1).updated(1, "first").event(),
        record("a", 1).updated(2, "second").event(),
        record("a", 1).updated(2, "third"),
        record("a", 1).updated(3, "fourth").event(),
    ];
    for upto in 1..=versions.len() {
        let expected = versions[upto - 1].channel;
        let mut forwards = versions[..upto].to_vec();
        for _ in 0..2 {
            let store = store(&forwards);
            let page = store.page(INSTANCE, "a", limit(1), None).unwrap();
            assert_eq!(page.contacts[0].channel.as_deref(), Some(expected));
            forwards.reverse();
        }
    }
}

#[test]
fn a_report_counts_what_happened() {
    let store = Store::in_memory().unwrap();
    let first = import(
        &store,
        &[
            record("a", 1),
            record("a", 1),
            record("b", 1).updated(1, "CHAT"),
        ],
    );
    assert_eq!((first.added, first.updated, first.stale), (2, 0, 1));
    let second = import(
        &store,
        &[
            record("a", 1).updated(5, "CHAT"),
            record("b", 1),
            record("c", 1),
        ],
    );
    assert_eq!((second.added, second.updated, second.stale), (1, 1, 1));
    let file = format!(
        "{}\n{}\nnonsense\n",
        r#"{"detail-type":"x"}"#, r#"{"ContactId":5}"#
    );
    let third = store
        .import("calls.json", file.as_bytes(), OnRefusal::Continue)
        .unwrap();
    assert_eq!(
        (third.ignored, third.refused, third.refusals.len()),
        (1, 2, 2)
    );
    assert_eq!(third.refusals[0].line, 2);
    let mut all = first;
    all.merge(second);
    all.merge(third);
    assert_eq!(
        (all.added, all.updated, all.stale, all.ignored, all.refused),
        (3, 1, 2, 1, 2)
    );
}

#[test]
fn refusals_are_counted_on_but_not_kept_without_end() {
    let store = Store::in_memory().unwrap();
    let report = store
        .import("test", "{}\n".repeat(250).as_bytes(), OnRefusal::Continue)
        .unwrap();
    assert_eq!((report.refused, report.refusals.len()), (250, 100));
}

#[test]
fn an_aborted_import_leaves_nothing_behind() {
    let store = Store::in_memory().unwrap();
    let file = format!("{}\n{{\"ContactId\":5}}\n", record("a", 1).json());
    let refusal = match store.import("calls.json", file.as_bytes(), OnRefusal::Abort) {
        Err(ImportError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    assert!(
        matches!(
            &refusal,
            Refusal {
                line: 2,
                field: Some("InstanceARN"),
                ..
            }
        ),
        "{refusal}"
    );
    assert!(matches!(
        store.page(INSTANCE, "a", limit(1), None),
        Err(PageError::UnknownInstance)
    ));
}

#[test]
fn a_tree_comes_apart_when_a_newer_version_drops_a_reference() {
    let store = store(&[
        record("a", 1),
        record("b", 2).after("a").related_to("gone"),
        record("c", 3).after("b"),
        record("d", 4).after("c"),
    ]);
    import(&store, &[record("b", 2).updated(1, "VOICE")]);
    assert_eq!(tree(&store, "a"), ["a"]);
    assert_eq!(tree(&store, "d"), ["b", "c", "d"]);
    import(&store, &[record("b", 2).updated(2, "VOICE").begun_by("a")]);
    assert_eq!(tree(&store, "d"), ["a", "b", "c", "d"]);
}

#[test]
fn a_token_is_good_for_its_contact_in_its_database_only() {
    let contacts = [
        record("a", 1),
        record("b", 2).after("a"),
        record("c", 3).after("a"),
    ];
    let theirs = contacts.clone().map(|record| Record {
        instance: "other",
        ..record
    });
    let store = store(&[contacts.clone(), theirs].concat());
    let token = store
        .page(INSTANCE, "a", limit(1), None)
        .unwrap()
        .next_token
        .unwrap();
    let follow = |store: &Store, instance: &str, contact: &str, token: &str| {
        store
            .page(instance, contact, limit(1), Some(token))
            .map(|page| page.contacts[0].contact_id.clone())
    };
    assert_eq!(follow(&store, INSTANCE, "a", &token).unwrap(), "b");
    assert_eq!(follow(&store, &arn(INSTANCE), "a", &token).unwrap(), "b");
    assert!(matches!(
        follow(&store, INSTANCE, "b", &token),
        Err(PageError::BadToken)
    ));
    assert!(matches!(
        follow(&store, "other", "a", &token),
        Err(PageError::BadToken)
    ));
    let another = self::store(&contacts);
    assert!(matches!(
        follow(&another, INSTANCE, "a", &token),
        Err(PageError::BadToken)
    ));
    for place in 0..token.len() {
        let mut broken = token.clone().into_bytes();
        broken[place] = if broken[place] == b'A' { b'B' } else { b'A' };
        let broken = String::from_utf8(broken).unwrap();
        assert!(
            matches!(
                follow(&store, INSTANCE, "a", &broken),
                Err(PageError::BadToken)
            ),
            "{place}"
        );
    }
    for broken in [
        "",
        "x",
        "%%%",
        &token[1..],
        &token[..token.len() - 1],
        &format!("{token}AA"),
    ] {
        assert!(
            matches!(
                follow(&store, INSTANCE, "a", broken),
                Err(PageError::BadToken)
            ),
            "{broken}"
        );
    }
}

#[test]
fn a_file_keeps_contacts_and_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let token = {
        let store = Store::open(&path).unwrap();
        import(&store, &[record("a", 1), record("b", 2).after("a")]);
        store
            .page(INSTANCE, "a", limit(1), None)
            .unwrap()
            .next_token
    };
    let store = Store::open(&path).unwrap();
    let page = store
        .page(INSTANCE, "a", limit(1), token.as_deref())
        .unwrap();
    assert_eq!(page.contacts[0].contact_id, "b");
}

#[test]
fn foreign_and_newer_files_are_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE precious (x)")
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Foreign)));
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let path = folder.path().join("text.db");
    std::fs::write(&path, "no database, but long enough to look at".repeat(50)).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Sqlite(_))));

    let path = folder.path().join("newer.db");
    Store::open(&path)
        .unwrap()
        .write()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    assert!(matches!(
        Store::open(&path),
        Err(StoreError::TooNew {
            found: 99,
            known: 1
        })
    ));
}

#[test]
fn secrets_do_not_show() {
    let store = Store::in_memory().unwrap();
    assert!(!format!("{store:?}").contains(&format!("{:?}", store.token_key)));
    assert!(!format!("{store:?}").contains("token_key"));
}

#[test]
fn a_page_is_one_range_of_one_index() {
    let store = store(&[]);
    let plan: String = store
        .write()
        .query_row(
            "EXPLAIN QUERY PLAN SELECT id FROM contact WHERE tree = ?1 AND listed = 1 AND (initiated, id) > (?2, ?3)
            ORDER BY initiated, id LIMIT ?4",
            (1, 1, "", 1),
            |row| row.get(3),
        )
        .unwrap();
    assert!(
        plan.contains("contact_page (tree=? AND listed=? AND (initiated,id)>(?,?))"),
        "{plan}"
    );
}

#[test]
fn paging_goes_on_while_others_import() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let ours = Store::open(&path).unwrap();
    let there = (0..60)
        .map(|n| record(&format!("old-{n:02}"), n * 10).begun_by("old-00"))
        .collect::<Vec<_>>();
    import(&ours, &there);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let importer = scope.spawn(|| {
            // As another process would: by a connection of its own.
            let theirs = Store::open(&path).unwrap();
            for n in 0..40 {
                let record = record(&format!("new-{n:02}"), n * 17).begun_by("old-00");
                // Each moves the whole tree under a new key at times, or into a larger one.
                let far = Record {
                    id: format!("far-{n}"),
                    ..record.clone()
                }
                .after(&record.id);
                theirs
                    .import(
                        "test",
                        (far.json() + &record.json()).as_bytes(),
                        OnRefusal::Abort,
                    )
                    .unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
        let mut last = false;
        while !last {
            // Once more after the importer is done.
            last = done.load(Ordering::SeqCst);
            let seen = pages(&ours, "old-30", 7).concat();
            let order =
                |contact: &ContactSummary| (contact.initiation_time, contact.contact_id.clone());
            assert!(
                seen.windows(2)
                    .all(|pair| order(&pair[0]) < order(&pair[1])),
                "ordered, nothing twice"
            );
            let old = seen
                .iter()
                .filter(|contact| contact.contact_id.starts_with("old"))
                .count();
            assert_eq!(old, 60, "nothing that was there is missed");
        }
        importer.join().unwrap();
    });
    assert_eq!(tree(&ours, "old-00").len(), 140);
}

prop_compose! {
    fn any_record()(
        id in 0..14_u8, start in prop::option::weighted(0.9, 0..6_u32), updated in 0..4_u32,
        references in prop::array::uniform3(prop::option::weighted(0.35, 0..18_u8)), event in any::<bool>(),
        channel in prop::sample::select(vec!["VOICE", "CHAT"]),
    ) -> Record {
        let references = references.map(|id| id.map(|id| format!("c{id}")));
        Record { instance: INSTANCE, id: format!("c{id}"), start, updated, references, channel, event }
    }
}

/// All trees, each as its contacts.
fn all_trees(store: &Store) -> BTreeMap<String, Vec<ContactSummary>> {
    (0..18)
        .map(|n| format!("c{n}"))
        .filter_map(|id| {
            Some((
                id.clone(),
                store.page(INSTANCE, &id, limit(100), None).ok()?.contacts,
            ))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn pages_together_are_the_whole_tree(records in prop::collection::vec(any_record(), 1..30), size in 1..9_usize) {
        let store = store(&records);
        for (contact, whole) in all_trees(&store) {
            let pages = pages(&store, &contact, size);
            prop_assert!(pages[..pages.len() - 1].iter().all(|page| page.len() == size));
            prop_assert!(whole.iter().any(|member| member.contact_id == contact));
            prop_assert_eq!(pages.concat(), whole);
        }
    }

    #[test]
    fn the_order_of_import_does_not_matter(
        (records, shuffled) in prop::collection::vec(any_record(), 1..25)
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
        at in any::<prop::sample::Index>(),
    ) {
        let one = store(&records);
        let (first, second) = shuffled.split_at(at.index(shuffled.len()));
        let other = store(first);
        import(&other, second);
        prop_assert_eq!(all_trees(&one), all_trees(&other));
    }

    #[test]
    fn hostile_tokens_are_refused(token in "\\PC{0,80}|[A-Za-z0-9_-]{0,80}") {
        let store = store(&[record("a", 1)]);
        prop_assert!(matches!(store.page(INSTANCE, "a", limit(1), Some(&token)), Err(PageError::BadToken)));
    }
}
