//! How references become branches, and what happens to references that cannot.

use std::time::Duration;

use contact_tree::{AnomalyKind, Contact, Elapsed, Forest, Link, Node, Span, Style, Timestamp};

/// A contact that lasts from `start` to ten seconds later.
fn contact(id: &str, start: i64) -> Contact {
    Contact {
        id: id.to_owned(),
        initiation_time: Some(Timestamp::from_secs(start)),
        disconnect_time: Some(Timestamp::from_secs(start + 10)),
        ..Contact::default()
    }
}

/// A contact that has not ended.
fn open(id: &str, start: i64) -> Contact {
    let disconnect_time = None;
    Contact {
        disconnect_time,
        ..contact(id, start)
    }
}

/// A contact whose beginning is not known.
fn timeless(id: &str) -> Contact {
    let initiation_time = None;
    Contact {
        initiation_time,
        ..contact(id, 0)
    }
}

fn after(previous: &str, mut contact: Contact) -> Contact {
    contact.previous_contact_id = Some(previous.to_owned());
    contact
}

fn begun_by(initial: &str, mut contact: Contact) -> Contact {
    contact.initial_contact_id = Some(initial.to_owned());
    contact
}

fn related_to(related: &str, mut contact: Contact) -> Contact {
    contact.related_contact_id = Some(related.to_owned());
    contact
}

fn id<'a>(node: Node<'a>) -> &'a str {
    &node.contact().id
}

/// Builds a forest, and checks it against each contact as `parent>id`, in depth-first order, and against what is wrong.
#[track_caller]
fn forest<const N: usize>(
    contacts: [Contact; N],
    expected: &str,
    anomalies: &[(&str, AnomalyKind)],
) -> Forest {
    let forest = Forest::new(contacts);
    let place = |node: Node<'_>| format!("{}>{}", node.parent().map_or("", id), id(node));
    let shape: Vec<_> = forest.depth_first().map(place).collect();
    assert_eq!(shape.join(" "), expected);
    let found = forest.anomalies().iter();
    let found: Vec<_> = found
        .map(|anomaly| (anomaly.contact_id.as_str(), anomaly.kind.clone()))
        .collect();
    assert_eq!(found, anomalies);
    forest
}

/// That a contact's `PreviousContactId` is not in the list.
fn previous_is_gone() -> AnomalyKind {
    AnomalyKind::MissingParent {
        link: Link::Previous,
        missing: "gone".to_owned(),
    }
}

#[test]
fn the_previous_contact_beats_the_initial_and_both_beat_the_related() {
    let contacts = [
        contact("a", 0),
        after("a", begun_by("a", contact("b", 20))),
        after("b", begun_by("a", related_to("x", contact("c", 30)))),
        begun_by("a", related_to("x", contact("d", 40))),
        related_to("a", begun_by("e", contact("e", 50))),
        contact("x", 60),
    ];
    let forest = forest(contacts, ">a a>b b>c a>d a>e >x", &[]);
    let links: Vec<_> = forest.iter().map(Node::link).collect();
    let expected = [
        None,
        Some(Link::Previous),
        Some(Link::Previous),
        Some(Link::Initial),
        Some(Link::Related),
        None,
    ];
    assert_eq!(links, expected);
}

#[test]
fn a_related_contact_in_another_branch_is_remembered() {
    let contacts = [
        contact("a", 0),
        contact("x", 5),
        after("a", related_to("x", contact("b", 20))),
        after("a", related_to("a", contact("c", 30))),
    ];
    let forest = forest(contacts, ">a a>b a>c >x", &[]);
    let related = |id: &str| forest.get(id).unwrap().also_related();
    assert_eq!(related("b"), forest.get("x"));
    assert_eq!(related("c"), None, "its parent already says so");
}

#[test]
fn siblings_stand_by_time_then_id_and_timeless_ones_last() {
    let contacts = [
        after("r", timeless("0")),
        after("r", contact("d", 20)),
        after("r", contact("b", 30)),
        after("r", contact("c", 20)),
        contact("r", 0),
    ];
    forest(contacts, ">r r>c r>d r>b r>0", &[]);
}

#[test]
fn breadth_first_goes_level_by_level_and_both_walks_start_anywhere() {
    let contacts = [
        contact("a", 0),
        after("a", contact("b", 1)),
        after("b", contact("c", 2)),
        after("a", contact("d", 3)),
        contact("e", 4),
    ];
    let forest = forest(contacts, ">a a>b b>c a>d >e", &[]);
    assert_eq!(forest.depth_first().map(id).collect::<String>(), "abcde");
    assert_eq!(forest.breadth_first().map(id).collect::<String>(), "aebdc");
    let a = forest.get("a").unwrap();
    assert_eq!(a.depth_first().map(id).collect::<String>(), "abcd");
    assert_eq!(a.breadth_first().map(id).collect::<String>(), "abdc");
    let depths: Vec<_> = forest.breadth_first().map(Node::depth).collect();
    assert_eq!(depths, [0, 0, 1, 1, 2]);
}

#[test]
fn an_orphan_is_a_root_marked_with_the_missing_id() {
    let contacts = [
        after("gone", begun_by("gone", contact("a", 0))),
        after("a", contact("b", 1)),
    ];
    let forest = forest(contacts, ">a a>b", &[("a", previous_is_gone())]);
    assert_eq!(forest.get("a").unwrap().anomalies().len(), 1);
    assert!(forest.get("b").unwrap().anomalies().is_empty());
}

#[test]
fn an_orphan_falls_back_to_the_first_contact_of_its_chain() {
    let b = after("gone", begun_by("a", contact("b", 1)));
    let forest = forest([contact("a", 0), b], ">a a>b", &[("b", previous_is_gone())]);
    assert_eq!(forest.get("b").unwrap().link(), Some(Link::Initial));
}

#[test]
fn an_empty_reference_is_no_reference() {
    let a = after("", begun_by("", related_to("", contact("a", 0))));
    forest([a], ">a", &[]);
}

#[test]
fn a_cycle_is_cut_above_its_earliest_contact() {
    let contacts = [
        after("b", contact("c", 30)),
        after("a", contact("b", 20)),
        after("c", contact("a", 10)),
        after("c", contact("tail", 40)),
    ];
    let contact_ids = ["a", "c", "b"].map(String::from).to_vec();
    let cycle = AnomalyKind::Cycle { contact_ids };
    forest(contacts, ">a a>b b>c c>tail", &[("a", cycle)]);
}

#[test]
fn a_reference_to_itself_is_passed_over() {
    let contacts = [
        after("a", contact("a", 0)),
        after("b", begun_by("a", contact("b", 1))),
        related_to("c", contact("c", 2)),
    ];
    let itself = |link| AnomalyKind::SelfReference { link };
    let anomalies = [
        ("a", itself(Link::Previous)),
        ("b", itself(Link::Previous)),
        ("c", itself(Link::Related)),
    ];
    forest(contacts, ">a a>b >c", &anomalies);
}

#[test]
fn equal_copies_become_one() {
    let contacts = [
        contact("a", 0),
        contact("a", 0),
        contact("a", 0),
        after("a", contact("b", 1)),
    ];
    let copies = AnomalyKind::Duplicate { merged: 2, kept: 1 };
    forest(contacts, ">a a>b", &[("a", copies)]);
}

#[test]
fn copies_that_differ_are_all_kept() {
    let contacts = [
        open("a", 0),
        contact("a", 5),
        contact("a", 0),
        after("a", contact("b", 9)),
        contact("a", 5),
    ];
    let copies = AnomalyKind::Duplicate { merged: 1, kept: 3 };
    let forest = forest(contacts, ">a a>b >a >a", &[("a", copies)]);
    let kept: Vec<_> = forest.iter().map(Node::contact).collect();
    let expected = [&contact("a", 0), &open("a", 0), &contact("a", 5)];
    assert_eq!(kept[..3], expected, "the finished one comes first");
    let b = forest.get("b").unwrap();
    assert_eq!(b.parent(), forest.get("a"));
    assert_eq!(b.parent().map(Node::contact), Some(&contact("a", 0)));
}

#[test]
fn contacts_without_an_id_are_listed_and_never_joined() {
    let contacts = [contact("", 0), contact("", 0), after("", contact("a", 1))];
    let anomalies = [("", AnomalyKind::NoId), ("", AnomalyKind::NoId)];
    let forest = forest(contacts, "> > >a", &anomalies);
    assert_eq!((forest.len(), forest.roots().len()), (3, 3));
    assert_eq!(forest.get(""), None);
}

#[test]
fn time_that_runs_backwards_is_reported() {
    let mut reversed = contact("a", 100);
    reversed.disconnect_time = Some(Timestamp::from_secs(70));
    let early = AnomalyKind::StartsBeforeParent {
        parent: "a".to_owned(),
        by: Duration::from_secs(60),
    };
    let by = Duration::from_secs(30);
    let anomalies = [("b", early), ("a", AnomalyKind::EndsBeforeStart { by })];
    let contacts = [reversed, after("a", contact("b", 40))];
    let forest = forest(contacts, ">a a>b", &anomalies);
    let a = forest.get("a").unwrap().contact();
    assert_eq!((a.duration(), a.elapsed()), (None, Elapsed::Backwards(by)));
}

#[test]
fn durations_are_known_only_between_two_times() {
    assert_eq!(contact("a", 0).duration(), Some(Duration::from_secs(10)));
    assert_eq!(open("a", 0).elapsed(), Elapsed::Open);
    assert_eq!(timeless("a").elapsed(), Elapsed::Unknown);
}

#[test]
fn a_span_covers_what_hangs_below() {
    let contacts = [
        contact("a", 0),
        after("a", contact("b", 20)),
        after("b", open("c", 50)),
        contact("z", 99),
    ];
    let forest = forest(contacts, ">a a>b b>c >z", &[]);
    let span = forest.get("b").unwrap().span();
    assert_eq!(span.start, Some(Timestamp::from_secs(20)));
    assert_eq!(span.end, Some(Timestamp::from_secs(50)));
    assert_eq!(span.open, 1);
    assert_eq!(forest.span().end, Some(Timestamp::from_secs(109)));
    assert_eq!(Forest::default().span(), Span::default());
}

#[test]
fn a_chain_of_a_hundred_thousand_fits_a_small_stack() {
    const LENGTH: i64 = 100_000;
    let link = |n: i64| after(&(n - 1).to_string(), contact(&n.to_string(), n));
    let work = move || {
        // Once as a chain under a missing contact, once as one great cycle.
        for start in ["gone", "99999"] {
            let first = after(start, contact("0", 0));
            let forest = Forest::new([first].into_iter().chain((1..LENGTH).map(link)));
            assert_eq!(forest.len(), LENGTH as usize);
            assert_eq!(forest.anomalies().len(), 1);
            let deepest = forest.depth_first().last().map(Node::depth);
            assert_eq!(deepest, Some(LENGTH as usize - 1));
            assert_eq!(forest.breadth_first().count(), LENGTH as usize);
            assert_eq!(forest.clone(), forest);
            let picture = forest.picture(&Style::default()).to_string();
            assert!(picture.lines().count() > LENGTH as usize);
            let narrow = picture.lines().all(|line| line.len() < 300);
            assert!(narrow, "depth does not widen rows without end");
        }
    };
    let thread = std::thread::Builder::new().stack_size(128 * 1024);
    thread.spawn(work).unwrap().join().unwrap();
}
