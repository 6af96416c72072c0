//! How references become branches, and what happens to references that cannot.

use std::time::Duration;

use contact_tree::{AnomalyKind, Contact, Elapsed, Forest, Link, Timestamp};

/// A contact that lasts from `start` to ten seconds later.
fn contact(id: &str, start: i64) -> Contact {
    Contact {
        id: id.to_owned(),
        initiation_time: Some(Timestamp::from_secs(start)),
        disconnect_time: Some(Timestamp::from_secs(start + 10)),
        ..Contact::default()
    }
}

fn after(previous: &str, contact: Contact) -> Contact {
    Contact {
        previous_contact_id: Some(previous.to_owned()),
        ..contact
    }
}

fn begun_by(initial: &str, contact: Contact) -> Contact {
    Contact {
        initial_contact_id: Some(initial.to_owned()),
        ..contact
    }
}

fn related_to(related: &str, contact: Contact) -> Contact {
    Contact {
        related_contact_id: Some(related.to_owned()),
        ..contact
    }
}

/// Each contact as `parent>id`, in depth-first order.
fn shape(forest: &Forest) -> Vec<String> {
    let parent = |node: contact_tree::Node<'_>| {
        node.parent()
            .map_or(String::new(), |parent| parent.contact().id.clone())
    };
    forest
        .depth_first()
        .map(|node| format!("{}>{}", parent(node), node.contact().id))
        .collect()
}

fn kinds(forest: &Forest) -> Vec<(&str, &AnomalyKind)> {
    forest
        .anomalies()
        .iter()
        .map(|anomaly| (anomaly.contact_id.as_str(), &anomaly.kind))
        .collect()
}

#[test]
fn the_previous_contact_beats_the_initial_and_both_beat_the_related() {
    let forest = Forest::new([
        contact("a", 0),
        after("a", begun_by("a", contact("b", 20))),
        after("b", begun_by("a", related_to("x", contact("c", 30)))),
        begun_by("a", related_to("x", contact("d", 40))),
        related_to("a", begun_by("e", contact("e", 50))),
        contact("x", 60),
    ]);
    assert_eq!(shape(&forest), [">a", "a>b", "b>c", "a>d", "a>e", ">x"]);
    let links = forest
        .iter()
        .map(contact_tree::Node::link)
        .collect::<Vec<_>>();
    let expected = [
        None,
        Some(Link::Previous),
        Some(Link::Previous),
        Some(Link::Initial),
        Some(Link::Related),
        None,
    ];
    assert_eq!(links, expected);
    assert_eq!(forest.anomalies(), []);
}

#[test]
fn a_related_contact_in_another_branch_is_remembered() {
    let forest = Forest::new([
        contact("a", 0),
        contact("x", 5),
        after("a", related_to("x", contact("b", 20))),
        after("a", related_to("a", contact("c", 30))),
    ]);
    let related = |id| {
        forest
            .get(id)
            .and_then(contact_tree::Node::also_related)
            .map(|node| node.contact().id.as_str())
    };
    assert_eq!(related("b"), Some("x"));
    assert_eq!(related("c"), None, "its parent already says so");
}

#[test]
fn siblings_stand_by_time_then_id_and_timeless_ones_last() {
    let timeless = Contact {
        initiation_time: None,
        ..contact("0", 0)
    };
    let forest = Forest::new([
        after("r", timeless),
        after("r", contact("d", 20)),
        after("r", contact("b", 30)),
        after("r", contact("c", 20)),
        contact("r", 0),
    ]);
    assert_eq!(shape(&forest), [">r", "r>c", "r>d", "r>b", "r>0"]);
}

#[test]
fn breadth_first_goes_level_by_level_and_both_walks_start_anywhere() {
    let forest = Forest::new([
        contact("a", 0),
        after("a", contact("b", 1)),
        after("b", contact("c", 2)),
        after("a", contact("d", 3)),
        contact("e", 4),
    ]);
    let ids = |nodes: Vec<contact_tree::Node<'_>>| {
        nodes
            .iter()
            .map(|node| node.contact().id.clone())
            .collect::<String>()
    };
    assert_eq!(ids(forest.depth_first().collect()), "abcde");
    assert_eq!(ids(forest.breadth_first().collect()), "aebdc");
    let a = forest.get("a").unwrap();
    assert_eq!(ids(a.depth_first().collect()), "abcd");
    assert_eq!(ids(a.breadth_first().collect()), "abdc");
    assert_eq!(
        forest
            .breadth_first()
            .map(contact_tree::Node::depth)
            .collect::<Vec<_>>(),
        [0, 0, 1, 1, 2]
    );
}

#[test]
fn an_orphan_is_a_root_marked_with_the_missing_id() {
    let forest = Forest::new([
        after("gone", begun_by("gone", contact("a", 0))),
        after("a", contact("b", 1)),
    ]);
    assert_eq!(shape(&forest), [">a", "a>b"]);
    let missing = AnomalyKind::MissingParent {
        link: Link::Previous,
        missing: "gone".to_owned(),
    };
    assert_eq!(kinds(&forest), [("a", &missing)]);
    assert_eq!(forest.get("a").unwrap().anomalies().len(), 1);
    assert!(forest.get("b").unwrap().anomalies().is_empty());
}

#[test]
fn an_orphan_falls_back_to_the_first_contact_of_its_chain() {
    let forest = Forest::new([
        contact("a", 0),
        after("gone", begun_by("a", contact("b", 1))),
    ]);
    assert_eq!(shape(&forest), [">a", "a>b"]);
    assert_eq!(forest.get("b").unwrap().link(), Some(Link::Initial));
    let missing = AnomalyKind::MissingParent {
        link: Link::Previous,
        missing: "gone".to_owned(),
    };
    assert_eq!(kinds(&forest), [("b", &missing)]);
}

#[test]
fn an_empty_reference_is_no_reference() {
    let forest = Forest::new([after("", begun_by("", related_to("", contact("a", 0))))]);
    assert_eq!(shape(&forest), [">a"]);
    assert_eq!(forest.anomalies(), []);
}

#[test]
fn a_cycle_is_cut_above_its_earliest_contact() {
    let forest = Forest::new([
        after("b", contact("c", 30)),
        after("a", contact("b", 20)),
        after("c", contact("a", 10)),
        after("c", contact("tail", 40)),
    ]);
    assert_eq!(shape(&forest), [">a", "a>b", "b>c", "c>tail"]);
    let cycle = AnomalyKind::Cycle {
        contact_ids: ["a", "c", "b"].map(String::from).to_vec(),
    };
    assert_eq!(kinds(&forest), [("a", &cycle)]);
}

#[test]
fn a_reference_to_itself_is_passed_over() {
    let forest = Forest::new([
        after("a", contact("a", 0)),
        after("b", begun_by("a", contact("b", 1))),
        related_to("c", contact("c", 2)),
    ]);
    assert_eq!(shape(&forest), [">a", "a>b", ">c"]);
    let previous = AnomalyKind::SelfReference {
        link: Link::Previous,
    };
    let related = AnomalyKind::SelfReference {
        link: Link::Related,
    };
    assert_eq!(
        kinds(&forest),
        [("a", &previous), ("b", &previous), ("c", &related)]
    );
}

#[test]
fn equal_copies_become_one() {
    let forest = Forest::new([
        contact("a", 0),
        contact("a", 0),
        contact("a", 0),
        after("a", contact("b", 1)),
    ]);
    assert_eq!(shape(&forest), [">a", "a>b"]);
    assert_eq!(
        kinds(&forest),
        [("a", &AnomalyKind::Duplicate { merged: 2, kept: 1 })]
    );
}

#[test]
fn copies_that_differ_are_all_kept() {
    let open = Contact {
        disconnect_time: None,
        ..contact("a", 0)
    };
    let late = contact("a", 5);
    let forest = Forest::new([
        open.clone(),
        late.clone(),
        contact("a", 0),
        after("a", contact("b", 9)),
        late.clone(),
    ]);
    assert_eq!(
        forest
            .iter()
            .map(|node| node.contact().clone())
            .collect::<Vec<_>>()[..3],
        [contact("a", 0), open, late]
    );
    let b = forest.get("b").unwrap();
    assert_eq!(b.parent(), forest.get("a"));
    assert_eq!(
        b.parent().map(contact_tree::Node::contact),
        Some(&contact("a", 0)),
        "the finished one comes first"
    );
    assert_eq!(
        kinds(&forest),
        [("a", &AnomalyKind::Duplicate { merged: 1, kept: 3 })]
    );
}

#[test]
fn contacts_without_an_id_are_listed_and_never_joined() {
    let forest = Forest::new([contact("", 0), contact("", 0), after("", contact("a", 1))]);
    assert_eq!(forest.len(), 3);
    assert_eq!(forest.roots().len(), 3);
    assert_eq!(
        kinds(&forest),
        [("", &AnomalyKind::NoId), ("", &AnomalyKind::NoId)]
    );
    assert_eq!(forest.get(""), None);
}

#[test]
fn time_that_runs_backwards_is_told() {
    let reversed = Contact {
        disconnect_time: Some(Timestamp::from_secs(70)),
        ..contact("a", 100)
    };
    let forest = Forest::new([reversed, after("a", contact("b", 40))]);
    let early = AnomalyKind::StartsBeforeParent {
        parent: "a".to_owned(),
        by: Duration::from_secs(60),
    };
    let ends = AnomalyKind::EndsBeforeStart {
        by: Duration::from_secs(30),
    };
    assert_eq!(kinds(&forest), [("b", &early), ("a", &ends)]);
    let a = forest.get("a").unwrap().contact();
    assert_eq!(
        (a.duration(), a.elapsed()),
        (None, Elapsed::Backwards(Duration::from_secs(30)))
    );
}

#[test]
fn durations_are_known_only_between_two_times() {
    assert_eq!(contact("a", 0).duration(), Some(Duration::from_secs(10)));
    assert_eq!(
        Contact {
            disconnect_time: None,
            ..contact("a", 0)
        }
        .elapsed(),
        Elapsed::Open
    );
    assert_eq!(
        Contact {
            initiation_time: None,
            ..contact("a", 0)
        }
        .elapsed(),
        Elapsed::Unknown
    );
}

#[test]
fn a_span_covers_what_hangs_below() {
    let open = Contact {
        disconnect_time: None,
        ..contact("c", 50)
    };
    let forest = Forest::new([
        contact("a", 0),
        after("a", contact("b", 20)),
        after("b", open),
        contact("z", 99),
    ]);
    let span = forest.get("b").unwrap().span();
    assert_eq!(span.start, Some(Timestamp::from_secs(20)));
    assert_eq!(span.end, Some(Timestamp::from_secs(50)));
    assert_eq!(span.open, 1);
    assert_eq!(forest.span().end, Some(Timestamp::from_secs(109)));
    assert_eq!(Forest::default().span(), contact_tree::Span::default());
}

#[test]
fn a_chain_of_a_hundred_thousand_fits_a_small_stack() {
    const LENGTH: i64 = 100_000;
    let chain = |start: &str| {
        let mut contacts = vec![contact("0", 0)];
        contacts
            .extend((1..LENGTH).map(|n| after(&(n - 1).to_string(), contact(&n.to_string(), n))));
        contacts[0].previous_contact_id = Some(start.to_owned());
        contacts
    };
    let work = move || {
        // Once as a chain under a missing contact, once as one great cycle.
        for start in ["gone", "99999"] {
            let forest = Forest::new(chain(start));
            assert_eq!(forest.len(), LENGTH as usize);
            assert_eq!(forest.anomalies().len(), 1);
            assert_eq!(
                forest.depth_first().last().map(contact_tree::Node::depth),
                Some(LENGTH as usize - 1)
            );
            assert_eq!(forest.breadth_first().count(), LENGTH as usize);
            assert_eq!(forest.clone(), forest);
            let picture = forest.picture(&contact_tree::Style::default()).to_string();
            assert!(picture.lines().count() > LENGTH as usize);
            assert!(
                picture.lines().all(|line| line.len() < 300),
                "depth does not widen rows without end"
            );
        }
    };
    std::thread::Builder::new()
        .stack_size(128 * 1024)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap();
}
