mod files;
mod fixture;
#[cfg(feature = "postgres")]
mod postgres;
mod properties;
mod prune;
mod search;

use std::fs;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicBool, Ordering};

use self::fixture::*;
use super::*;
use rusqlite::Connection;

impl Store {
    /// SQLite itself.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.writer(),
            #[cfg(feature = "postgres")]
            Backend::Postgres(_) => panic!("not SQLite"),
        }
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
    let store = empty();
    store
        .import("test", file.as_bytes(), OnRejection::Abort)
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
    assert_eq!((page.contacts, page.next_token), (vec![expected], None));
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
    let page = store.page(INSTANCE, "x", limit(1), None);
    assert!(matches!(page, Err(PageError::UnknownContact)));
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
    let sizes = |size| {
        pages(&store, "0", size)
            .iter()
            .map(Vec::len)
            .collect::<Vec<_>>()
    };
    assert_eq!(sizes(2), [2, 2, 1]);
    assert_eq!(sizes(5), [5], "a full last page has no token");
}

#[test]
fn ids_are_found_by_their_beginning() {
    let store = store(&[
        record("ab", 1),
        record("a%", 2),
        record("b", 3).after("abc"),
    ]);
    let found = |prefix, limit| store.contact_ids(INSTANCE, prefix, limit).unwrap();
    assert_eq!(found("a", 9), ["a%", "ab"]);
    assert_eq!(found("ab", 9), ["ab"]);
    assert_eq!(found("", 2), ["a%", "ab"]);
    assert!(found("c", 9).is_empty() && found("%", 9).is_empty());
    assert!(store.contact_ids("none", "a", 9).is_err());
}

#[test]
fn ids_are_looked_for_between_bounds() {
    let store = Store::in_memory().unwrap();
    let explain = format!("EXPLAIN QUERY PLAN {}", sqlite::CONTACT_IDS);
    let plan = store
        .writer()
        .query_row(&explain, (1, "a", 9), |row| row.get(3));
    let plan: String = plan.unwrap();
    assert!(plan.contains("id>? AND id<?"), "reads to the end: {plan}");
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
    let by_arn = store.page(&arn("other"), "a", limit(9), None).unwrap();
    assert_eq!(by_arn, page);
    let wrong = arn("other").replace("1111", "9999");
    for (instance, contact) in [(wrong.as_str(), "a"), ("none", "a"), ("", "")] {
        let page = store.page(instance, contact, limit(9), None);
        assert!(
            matches!(page, Err(PageError::UnknownInstance)),
            "{instance}"
        );
    }
    let page = store.page(INSTANCE, "", limit(9), None);
    assert!(matches!(page, Err(PageError::UnknownContact)));
}

#[test]
fn the_newest_version_wins_and_a_record_beats_an_event_of_its_time() {
    let versions = [
        record("a", 1).updated(1, "FIRST").event(),
        record("a", 1).updated(2, "SECOND").event(),
        record("a", 1).updated(2, "THIRD"),
        record("a", 1).updated(3, "FOURTH").event(),
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
fn what_a_later_version_leaves_out_stays() {
    let whole = record("b", 2).after("a").begun_by("a").related_to("r");
    let others = [record("a", 1), record("r", 1)];
    let silent = Record {
        start: None,
        ..record("b", 0).updated(5, "CHAT")
    };
    for late in [
        silent.clone().sparse(),
        silent.clone().sparse().event(),
        silent.clone().event(),
    ] {
        let mut records = [&others[..], &[whole.clone(), late]].concat();
        for _ in 0..2 {
            let store = store(&records);
            assert_eq!(tree(&store, "r"), ["a", "r", "b"]);
            let page = store.page(INSTANCE, "b", limit(9), None).unwrap();
            let contact = &page.contacts[2];
            assert_eq!(contact.previous_contact_id.as_deref(), Some("a"));
            assert!(contact.initiation_time.is_some());
            assert_eq!(contact.channel.as_deref(), Some("CHAT"));
            records.reverse();
        }
    }
    let store = store(&[&others[..], &[whole, silent]].concat());
    assert_eq!(tree(&store, "b"), ["b"], "a record's null erases");
}

#[test]
fn a_report_counts_what_happened() {
    let store = empty();
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
        .import("calls.json", file.as_bytes(), OnRejection::Continue)
        .unwrap();
    assert_eq!(
        (third.ignored, third.rejected, third.rejections.len()),
        (1, 2, 2)
    );
    assert_eq!(third.rejections[0].line, 2);
    let mut all = first;
    all.merge(second);
    all.merge(third);
    assert_eq!(
        (all.added, all.updated, all.stale, all.ignored, all.rejected),
        (3, 1, 2, 1, 2)
    );
}

#[test]
fn rejections_are_counted_on_but_not_kept_without_end() {
    let store = empty();
    let report = store
        .import("test", "{}\n".repeat(250).as_bytes(), OnRejection::Continue)
        .unwrap();
    assert_eq!((report.rejected, report.rejections.len()), (250, 100));
}

#[test]
fn an_aborted_import_leaves_nothing_behind() {
    let store = empty();
    let file = format!("{}\n{{\"ContactId\":5}}\n", record("a", 1).json());
    let rejection = match store.import("calls.json", file.as_bytes(), OnRejection::Abort) {
        Err(ImportError::Rejected(rejection)) => rejection,
        other => panic!("{other:?}"),
    };
    assert_eq!((rejection.line, rejection.field), (2, Some("InstanceARN")));
    let page = store.page(INSTANCE, "a", limit(1), None);
    assert!(matches!(page, Err(PageError::UnknownInstance)));
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
    let follow = |store: &Store, instance: &str, contact: &str, token: &str| match store.page(
        instance,
        contact,
        limit(1),
        Some(token),
    ) {
        Err(PageError::BadToken) => "bad".to_owned(),
        page => page.unwrap().contacts[0].contact_id.clone(),
    };
    assert_eq!(follow(&store, INSTANCE, "a", &token), "b");
    assert_eq!(follow(&store, &arn(INSTANCE), "a", &token), "b");
    assert_eq!(follow(&store, INSTANCE, "b", &token), "bad");
    assert_eq!(follow(&store, "other", "a", &token), "bad");
    let another = self::store(&contacts);
    assert_eq!(follow(&another, INSTANCE, "a", &token), "bad");
    let changed = (0..token.len()).map(|place| {
        let mut broken = token.clone().into_bytes();
        broken[place] = if broken[place] == b'A' { b'B' } else { b'A' };
        String::from_utf8(broken).unwrap()
    });
    let (shorter, longer) = (&token[..token.len() - 1], format!("{token}AA"));
    let others = ["", "x", "%%%", &token[1..], shorter, &longer].map(str::to_owned);
    for broken in changed.chain(others) {
        assert_eq!(follow(&store, INSTANCE, "a", &broken), "bad", "{broken}");
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
    let files = fs::read_dir(folder.path()).unwrap();
    assert_eq!(files.count(), 1, "the write-ahead log is left behind");
    let store = Store::open(&path).unwrap();
    let page = store
        .page(INSTANCE, "a", limit(1), token.as_deref())
        .unwrap();
    assert_eq!(page.contacts[0].contact_id, "b");
}

#[test]
fn secrets_do_not_show() {
    let store = empty();
    assert!(!format!("{store:?}").contains(&format!("{:?}", store.token_key.0)));
}

#[test]
fn a_page_is_one_range_of_one_index() {
    let store = Store::in_memory().unwrap();
    let plan: String = store
        .writer()
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
fn attributes_are_looked_for_in_the_tree_alone() {
    let store = Store::in_memory().unwrap();
    let connection = store.writer();
    let plan = format!("EXPLAIN QUERY PLAN {}", sqlite::CHAIN_ATTRIBUTES);
    let mut statement = connection.prepare(&plan).unwrap();
    let steps = statement.query_map((1, "a"), |row| row.get(3)).unwrap();
    let steps: Vec<String> = steps.map(Result::unwrap).collect();
    let of_tree = |step: &String| step.ends_with("contact_page (tree=?)");
    assert!(steps.iter().any(of_tree), "{steps:?}");
    assert!(!steps.iter().any(|step| step.ends_with("(instance=?)")));
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
                let far = self::record(&format!("far-{n}"), n * 17).after(&record.id);
                let file = far.begun_by("old-00").json() + &record.json();
                theirs
                    .import("test", file.as_bytes(), OnRejection::Abort)
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
