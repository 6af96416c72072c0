//! What goes and what is left of it.

use std::fs;

use aws_smithy_types::DateTime;
use rusqlite::Connection;

use super::super::*;
use super::fixture::*;

fn minute(minute: i64) -> DateTime {
    DateTime::from_secs(1_773_446_400 + 60 * minute)
}

fn contact(id: &str) -> Prune {
    Prune::Contact {
        instance: None,
        id: id.to_owned(),
    }
}

fn prune(store: &Store, what: &Prune) -> Pruned {
    let expected = store.prunable(what).unwrap();
    let pruned = store.prune(what, || ()).unwrap();
    check_trees(store);
    assert_eq!(pruned, expected);
    pruned
}

#[test]
fn old_contacts_go_and_still_tie_together_those_that_refer_to_them() {
    let store = store(&[
        record("a", 1),
        record("b", 2).after("a"),
        record("c", 9).after("b"),
        record("d", 9).after("b"),
        record("alone", 3),
    ]);
    let mut timeless = record("timeless", 0).updated(4, "VOICE");
    timeless.start = None;
    import(&store, &[timeless]);
    let expected = Pruned {
        contacts: 4,
        first: Some(minute(1)),
        last: Some(minute(3)),
        ..Pruned::default()
    };
    assert_eq!(prune(&store, &Prune::Before(minute(5))), expected);
    assert_eq!(tree(&store, "c"), ["c", "d"]);
    let first = &pages(&store, "c", 1)[0][0];
    assert_eq!(first.previous_contact_id.as_deref(), Some("b"));
    assert_eq!(prune(&store, &Prune::Before(minute(5))), Pruned::default());
}

#[test]
fn a_contact_goes_with_all_references_to_it() {
    let store = store(&[
        record("a", 1).begun_by("a"),
        record("b", 2).after("a").begun_by("a"),
        record("c", 3).related_to("b"),
        record("d", 4).related_to("b"),
        record("known", 4).after("unknown"),
    ]);
    let expected = Pruned {
        contacts: 1,
        references: 2,
        relatives: 3,
        first: Some(minute(2)),
        last: Some(minute(2)),
    };
    assert_eq!(prune(&store, &contact("b")), expected);
    for id in ["a", "c", "d"] {
        assert_eq!(tree(&store, id), [id]);
    }
    // An ID of which no record was imported can be forgotten, too.
    let pruned = prune(&store, &contact("unknown"));
    assert_eq!((pruned.contacts, pruned.references), (0, 1));
    let gone = store.prune(&contact("b"), || ());
    assert!(matches!(gone, Err(PruneError::UnknownContact)));
}

#[test]
fn an_id_of_several_instances_needs_its_instance() {
    let other = |id| Record {
        instance: "other",
        ..record(id, 1)
    };
    let store = store(&[record("a", 1), other("a")]);
    let of = |instance: &str| Prune::Contact {
        instance: Some(instance.to_owned()),
        id: "a".to_owned(),
    };
    let several = store.prune(&contact("a"), || ());
    assert!(matches!(several, Err(PruneError::SeveralInstances)));
    let nowhere = store.prune(&of("nowhere"), || ());
    assert!(matches!(nowhere, Err(PruneError::UnknownInstance)));
    assert_eq!(prune(&store, &of("other")).contacts, 1);
    assert_eq!(tree(&store, "a"), ["a"]);
    assert_eq!(prune(&store, &contact("a")).contacts, 1);
    let stats = store.stats(10).unwrap();
    assert_eq!((stats.contacts, stats.trees), (0, 0));
}

/// The files of a folder in which a text occurs.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let has_text = |file: &fs::DirEntry| {
        let bytes = fs::read(file.path()).unwrap();
        let mut parts = bytes.windows(text.len());
        parts.any(|part| part == text.as_bytes())
    };
    files
        .filter(has_text)
        .map(|file| file.file_name().into_string().unwrap())
        .collect()
}

#[test]
fn nothing_of_what_went_is_left_in_the_files() {
    let record = |id: &str, day: u32, text: &str| {
        format!(
            r#"{{"InstanceARN":"{}","ContactId":"{id}","RelatedContactId":"hub","Attributes":{{"note":"{}"}},
            "InitiationTimestamp":"2026-03-{day:02}T00:00:00Z","LastUpdateTimestamp":"2026-04-{day:02}T00:00:00Z"}}"#,
            arn(INSTANCE),
            text.repeat(30)
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    let import = |file: &str| {
        let imported = store.import("x", file.as_bytes(), OnRejection::Abort);
        imported.unwrap();
    };
    for round in 0..3 {
        let file: String = (0..200)
            .map(|n| {
                record(
                    &format!("contact-{n}"),
                    10 + round,
                    &format!("value-{n}-{round};"),
                )
            })
            .collect();
        import(&file);
        import(&record("contact-old", 1 + round, &format!("aged-{round};")));
    }
    // A server holds connections to the file.
    let server = Store::open(&path).unwrap();
    assert_eq!(
        server.contact_ids(INSTANCE, "contact-77", 9).unwrap().len(),
        1
    );
    let day = DateTime::from_secs(1_773_446_400 - 6 * 86_400);
    for (what, texts) in [
        (
            contact("contact-77"),
            ["contact-77", "value-77-0;", "value-77-1;", "value-77-2;"],
        ),
        (
            Prune::Before(day),
            ["contact-old", "aged-0;", "aged-1;", "aged-2;"],
        ),
    ] {
        // What is updated may be overwritten by chance; the newest is there.
        for text in [texts[0], texts[3]] {
            assert_ne!(files_with(folder.path(), text), [""; 0], "{text}");
        }
        assert_eq!(store.prune(&what, || ()).unwrap().contacts, 1);
        for text in texts {
            assert_eq!(files_with(folder.path(), text), [""; 0], "{text}");
        }
    }
    assert_ne!(files_with(folder.path(), "value-78-2;"), [""; 0]);
    check_trees(&server);
    assert_eq!(server.stats(1).unwrap().largest_trees[0].contacts, 199);
}

#[test]
fn pruning_waits_for_a_reader_that_holds_the_log() {
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    static WAITED: AtomicBool = AtomicBool::new(false);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    import(&store, &[record("a-contact-that-goes", 1), record("b", 2)]);
    let reader = Connection::open(&path).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM contact")
        .unwrap();
    std::thread::scope(|scope| {
        let what = contact("a-contact-that-goes");
        let pruned = scope.spawn(|| {
            let what = what;
            store.prune(&what, || WAITED.store(true, SeqCst))
        });
        while !WAITED.load(SeqCst) && !pruned.is_finished() {
            std::thread::yield_now();
        }
        assert!(WAITED.load(SeqCst), "{:?}", pruned.join());
        reader.execute_batch("COMMIT").unwrap();
        assert_eq!(pruned.join().unwrap().unwrap().contacts, 1);
    });
    assert_eq!(files_with(folder.path(), "a-contact-that-goes"), [""; 0]);
}

#[test]
fn stats_count_what_is_there() {
    let other = Record {
        instance: "other",
        ..record("x", 5)
    };
    let mut timeless = record("timeless", 0);
    timeless.start = None;
    let store = store(&[
        record("a", 3),
        record("b", 2).after("a"),
        record("c", 7).after("unknown"),
        timeless,
        other,
    ]);
    let stats = store.stats(2).unwrap();
    assert_eq!(
        (stats.contacts, stats.trees, stats.without_record),
        (5, 4, 1)
    );
    assert!(stats.bytes > 0);
    let instance = |id: &str, contacts, first, last| InstanceStats {
        arn: arn(id),
        contacts,
        first: Some(minute(first)),
        last: Some(minute(last)),
    };
    let expected = [instance(INSTANCE, 4, 2, 7), instance("other", 1, 5, 5)];
    assert_eq!(stats.instances, expected);
    let tree = |id: &str, contacts| TreeStats {
        instance_arn: arn(INSTANCE),
        contact_id: id.to_owned(),
        contacts,
    };
    assert_eq!(stats.largest_trees, [tree("b", 2), tree("c", 1)]);
    let empty = empty().stats(3).unwrap();
    assert_eq!((empty.contacts, empty.largest_trees.len()), (0, 0));
}

#[test]
fn trees_are_counted_of_the_contacts_that_are_known() {
    let store = empty();
    let records = [
        record("a", 1),
        record("b", 2).after("a"),
        record("c", 3).related_to("b"),
        record("d", 4),
        record("e", 5).after("no record"),
    ];
    import(&store, &records);
    let ids = ["c", "nobody", "e", "b", "no record", "c"].map(str::to_owned);
    let mut trees = store.trees(INSTANCE, &ids).unwrap();
    trees.sort_by(|(a, _), (b, _)| a.contact_id.cmp(&b.contact_id));
    let trees = trees.iter();
    let trees: Vec<_> = trees
        .map(|(tree, given)| (tree.contact_id.as_str(), tree.contacts, *given))
        .collect();
    assert_eq!(trees, [("a", 3, 2), ("e", 1, 1)]);
    assert_eq!(store.trees(INSTANCE, &[]).unwrap(), []);
    let unknown = store.trees("nowhere", &ids);
    assert!(matches!(unknown, Err(PageError::UnknownInstance)));
}
