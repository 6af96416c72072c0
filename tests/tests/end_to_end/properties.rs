//! What holds for every forest.

use std::collections::{BTreeMap, BTreeSet};

use connect_sdk::error::SdkError;
use connect_tests::record::Record;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::World;

const CONTACTS: usize = 24;

/// When a contact began, and which three it names. Some name contacts that have no record, or themselves.
type Draft = (u32, [Option<usize>; 3]);

fn forest() -> impl Strategy<Value = Vec<Draft>> {
    let links = prop::array::uniform3(prop::option::weighted(0.3, 0..CONTACTS + 4));
    prop::collection::vec((0..50_u32, links), 1..CONTACTS)
}

/// IDs sort as numbers do.
fn id(number: usize) -> String {
    format!("contact-{number:02}")
}

fn record(number: usize, (second, links): &Draft) -> Record {
    let fields = ["PreviousContactId", "InitialContactId", "RelatedContactId"];
    let record = Record::new("forest", &id(number), *second);
    fields
        .into_iter()
        .zip(links)
        .fold(record, |record, (field, link)| match link {
            Some(link) => record.with(field, id(*link)),
            None => record,
        })
}

/// The trees that the links make, each in the order of initiation time and ID. What has no record joins and is not listed.
fn trees(forest: &[Draft]) -> Vec<Vec<String>> {
    let mut tree_of: BTreeMap<usize, usize> = (0..CONTACTS + 4).map(|n| (n, n)).collect();
    for (number, (_, links)) in forest.iter().enumerate() {
        for link in links.iter().flatten() {
            let (from, to) = (tree_of[&number], tree_of[link]);
            for tree in tree_of.values_mut().filter(|tree| **tree == from) {
                *tree = to;
            }
        }
    }
    let mut members: BTreeMap<usize, BTreeSet<(u32, String)>> = BTreeMap::new();
    for (number, (second, _)) in forest.iter().enumerate() {
        let tree = members.entry(tree_of[&number]).or_default();
        tree.insert((*second, id(number)));
    }
    let listed = |tree: BTreeSet<(u32, String)>| tree.into_iter().map(|(_, id)| id).collect();
    members.into_values().map(listed).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn pages_through_the_client_make_up_the_trees(forest in forest(), page_size in 1..8_i32, asked in any::<prop::sample::Index>()) {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let records: Vec<Record> = forest.iter().enumerate().map(|(number, draft)| record(number, draft)).collect();
            let world = World::with_records(&records).await;
            for tree in trees(&forest) {
                let contact = asked.get(&tree);
                let request = world.client.list_associated_contacts().instance_id("forest").contact_id(contact);
                let mut pages = request.into_paginator().page_size(page_size).send();
                let mut found = Vec::new();
                while let Some(page) = pages.next().await {
                    let page = page.map_err(|error: SdkError<_>| TestCaseError::fail(error.to_string()))?;
                    let size = page.contact_summary_list().len();
                    prop_assert!(size > 0 && (page.next_token().is_none() || size == page_size as usize));
                    found.extend(page.contact_summary_list.unwrap_or_default().into_iter().filter_map(|contact| contact.contact_id));
                }
                prop_assert_eq!(found, tree);
            }
            Ok(())
        })?;
    }
}
