//! Contacts over time.

use contact_tree::{Bar, Contact, Facts, Forest, Link, PartKind, Timestamp, Zone};

fn time(seconds: i64) -> Option<Timestamp> {
    // 2026-03-14T08:00:00Z
    Some(Timestamp::from_secs(1_773_475_200 + seconds))
}

fn forest() -> Forest {
    let facts = Facts {
        agent: Some("<script>\u{202e}&".to_owned()),
        enqueue_time: time(100),
        dequeue_time: time(200),
        agent_time: time(200),
        after_contact_start: time(500),
        after_contact_end: time(1_000),
        ..Facts::default()
    };
    Forest::new([
        Contact {
            id: "a".to_owned(),
            channel: Some("VOICE".to_owned()),
            initiation_time: time(0),
            disconnect_time: time(500),
            facts: Some(Box::new(facts)),
            ..Contact::default()
        },
        Contact {
            id: "b\"]]><x>".to_owned(),
            previous_contact_id: Some("a".to_owned()),
            initiation_time: time(250),
            ..Contact::default()
        },
    ])
}

#[test]
fn bars_and_parts_lie_where_their_times_are() {
    let forest = forest();
    let timeline = forest.timeline(Zone::Utc);
    let bar = |start, end| Bar {
        start,
        end,
        open: false,
    };
    assert_eq!(timeline.rows[0].bar, Some(bar(0.0, 0.5)));
    let parts = timeline.rows[0]
        .parts
        .iter()
        .map(|part| (part.kind, part.bar));
    let expected = [
        (PartKind::Queue, bar(0.1, 0.2)),
        (PartKind::Agent, bar(0.2, 0.5)),
        (PartKind::AfterContact, bar(0.5, 1.0)),
    ];
    assert!(parts.eq(expected));
    let open = Bar {
        start: 0.25,
        end: 1.0,
        open: true,
    };
    assert_eq!(timeline.rows[1].bar, Some(open));
    let arrow = timeline.arrows[0];
    assert_eq!(
        (arrow.from, arrow.to, arrow.at, arrow.link),
        (0, 1, 0.25, Link::Previous)
    );
}

#[test]
fn ticks_are_round_in_the_zone() {
    let forest = forest();
    let labels = |zone| {
        let ticks = forest.timeline(zone).ticks;
        ticks.into_iter().map(|tick| tick.label).collect::<Vec<_>>()
    };
    let first = "08:00:00 08:02:00 08:04:00 08:06:00 08:08:00 08:10:00 08:12:00 08:14:00 08:16:00";
    assert_eq!(labels(Zone::Utc).join(" "), first);
    assert_eq!(labels(Zone::Fixed(16 * 3_600))[0], "2026-03-15");
    assert_eq!(labels(Zone::Fixed(60))[0], "08:02:00");
}

#[test]
fn no_list_breaks_it() {
    let at = |seconds| Some(Timestamp::from_secs(seconds));
    for times in [
        (None, None),
        (at(i64::MIN), at(i64::MAX)),
        (at(5), at(1)),
        (at(1), at(1)),
    ] {
        let contact = Contact {
            initiation_time: times.0,
            disconnect_time: times.1,
            ..Contact::default()
        };
        let forest = Forest::new([contact]);
        let svg = forest.timeline(Zone::Fixed(i32::MAX)).svg(None);
        assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN"), "{svg}");
    }
    assert!(Forest::default().timeline(Zone::Utc).rows.is_empty());
}

#[test]
fn text_from_outside_is_no_markup() {
    let forest = forest();
    let svg = forest.timeline(Zone::Utc).svg(Some("a"));
    assert!(
        svg.contains("<title>a, agent &lt;script&gt;\\u{202e}&amp;</title>"),
        "{svg}"
    );
    assert!(svg.contains("<title>b\"]]&gt;&lt;x&gt;</title>"), "{svg}");
    assert!(
        svg.contains("class=\"focus\"") && svg.contains("class=\"other open\""),
        "{svg}"
    );
    assert!(!svg.contains("<script") && !svg.contains("href"));
}
