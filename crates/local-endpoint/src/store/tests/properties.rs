//! What holds for all records.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::*;
use super::fixture::*;

prop_compose! {
    fn any_record()(
        id in 0..14_u8, start in prop::option::weighted(0.9, 0..6_u32), updated in 0..4_u32,
        references in prop::array::uniform3(prop::option::weighted(0.35, 0..18_u8)), event in any::<bool>(),
        sparse in any::<bool>(), channel in prop::sample::select(vec!["VOICE", "CHAT"]),
    ) -> Record {
        let references = references.map(|id| id.map(|id| format!("c{id}")));
        Record { instance: INSTANCE, id: format!("c{id}"), start, updated, references, channel, event, sparse }
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
    fn what_was_pruned_leaves_true_trees_and_comes_back_with_its_records(
        records in prop::collection::vec(any_record(), 1..25), id in 0..18_u8, minute in 0..7_i64,
    ) {
        let store = store(&records);
        let before = all_trees(&store);
        let id = format!("c{id}");
        let midnight = 1_773_446_400;
        let limit = aws_smithy_types::DateTime::from_secs(midnight + 60 * minute);
        for what in [Prune::Contact { instance: None, id: id.clone() }, Prune::Before(limit)] {
            let expected = store.prunable(&what).ok();
            let pruned = store.prune(&what, || ()).ok();
            check_trees(&store);
            prop_assert_eq!(&pruned, &expected);
            let after = all_trees(&store);
            prop_assert_eq!(pruned.map_or(0, |pruned| pruned.contacts as usize), before.len() - after.len());
            for contact in after.values().flatten() {
                if let Prune::Before(limit) = what {
                    prop_assert!(contact.initiation_time.is_none_or(|time| time >= limit));
                    continue;
                }
                prop_assert_ne!(&contact.contact_id, &id);
                let references = [&contact.previous_contact_id, &contact.initial_contact_id, &contact.related_contact_id];
                prop_assert!(!references.contains(&&Some(id.clone())));
            }
            import(&store, &records);
            prop_assert_eq!(&all_trees(&store), &before);
        }
    }

    #[test]
    fn hostile_tokens_are_rejected(token in "\\PC{0,80}|[A-Za-z0-9_-]{0,80}") {
        let store = store(&[record("a", 1)]);
        prop_assert!(matches!(store.page(INSTANCE, "a", limit(1), Some(&token)), Err(PageError::BadToken)));
    }
}

proptest! {
    #[test]
    fn tokens_are_good_for_their_contact_and_instance_as_they_are(
        place in any::<prop::sample::Index>(), character in "[A-Za-z0-9_=+/-]", how in 0..3,
    ) {
        let tree = [record("a", 1), record("b", 2).after("a"), record("c", 3).after("b")];
        let others = tree.clone().map(|record| Record { instance: "other", ..record });
        let store = store(&[tree, others].concat());
        let given = store.page(INSTANCE, "a", limit(1), None).unwrap().next_token.unwrap();
        prop_assert_eq!(store.page(INSTANCE, "a", limit(9), Some(&given)).unwrap().contacts.len(), 2);
        let mut mutated = given.clone();
        let place = place.index(given.len());
        match how {
            0 => mutated.insert_str(place, &character),
            1 => mutated.replace_range(place..=place, &character),
            _ => mutated.truncate(place),
        }
        for (instance, contact, token) in [(INSTANCE, "b", &given), ("other", "a", &given), (INSTANCE, "a", &mutated)] {
            let page = store.page(instance, contact, limit(1), Some(token));
            let is_right = (instance, contact, token) == (INSTANCE, "a", &given);
            prop_assert!(is_right || matches!(page, Err(PageError::BadToken)), "{} {} {:?}", instance, contact, page);
        }
        // A search's token is good for that search.
        let search = search::Search {
            range: (search::Key::Initiated, i64::MIN, i64::MAX), criteria: Vec::new(), order: search::Key::Initiated,
            is_descending: false,
        };
        let found = |instance, what, token| store.search(instance, &search, what, 1, token);
        let of_search = found(INSTANCE, "a", None).unwrap().next_token.unwrap();
        prop_assert!(found(INSTANCE, "a", Some(&of_search)).is_ok());
        for (instance, what, token) in [(INSTANCE, "b", &of_search), ("other", "a", &of_search), (INSTANCE, "{}", &given)] {
            let found = found(instance, what, Some(token));
            prop_assert!(matches!(found, Err(PageError::BadToken)), "{} {} {:?}", instance, what, found);
        }
    }
}
