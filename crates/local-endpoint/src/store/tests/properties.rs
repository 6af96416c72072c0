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
    fn hostile_tokens_are_rejected(token in "\\PC{0,80}|[A-Za-z0-9_-]{0,80}") {
        let store = store(&[record("a", 1)]);
        prop_assert!(matches!(store.page(INSTANCE, "a", limit(1), Some(&token)), Err(PageError::BadToken)));
    }
}
