//! Contacts over time.

use std::time::Duration;

use base64_simd::STANDARD;
use contact_tree::{Bar, Contact, Facts, Forest, Link, PartKind, Timestamp, Zone};
use sha2::{Digest, Sha256};

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
        hold: Some(Duration::from_secs(50)),
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

fn closed() -> Forest {
    let mut contacts = forest().into_contacts();
    contacts[1].disconnect_time = time(900);
    Forest::new(contacts)
}

#[test]
fn bars_and_parts_lie_where_their_times_are() {
    let forest = closed();
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
        (PartKind::Hold, bar(0.45, 0.5)),
        (PartKind::AfterContact, bar(0.5, 1.0)),
    ];
    assert!(parts.eq(expected), "{timeline:?}");
    assert_eq!(timeline.rows[1].bar, Some(bar(0.25, 0.9)));
    assert_eq!(timeline.rows[1].parent, Some(0));
    let arrow = timeline.arrows[0];
    assert_eq!(
        (arrow.from, arrow.to, arrow.at, arrow.link, arrow.gap),
        (0, 1, 0.25, Link::Previous, None)
    );
}

#[test]
fn open_contacts_reach_beyond_the_last_known_time() {
    let forest = forest();
    let timeline = forest.timeline(Zone::Utc);
    let open = timeline.rows[1].bar.unwrap();
    assert!(open.open && open.end == 1.0);
    let worked = timeline.rows[0].parts.last().unwrap().bar;
    assert!(worked.end < 0.95, "{worked:?}");
}

#[test]
fn a_gap_is_from_an_end_to_the_next_beginning() {
    let mut contacts = closed().into_contacts();
    contacts[1].initiation_time = time(600);
    let related = Contact {
        id: "c".to_owned(),
        previous_contact_id: Some("b\"]]><x>".to_owned()),
        related_contact_id: Some("a".to_owned()),
        initiation_time: time(700),
        disconnect_time: time(800),
        ..Contact::default()
    };
    contacts.push(related);
    let forest = Forest::new(contacts);
    let timeline = forest.timeline(Zone::Utc);
    let arrows = timeline.arrows.iter();
    let arrows: Vec<_> = arrows
        .map(|arrow| (arrow.from, arrow.to, arrow.link, arrow.gap))
        .collect();
    let expected = [
        (0, 1, Link::Previous, Some(0.5)),
        (1, 2, Link::Previous, None),
        (0, 2, Link::Related, Some(0.5)),
    ];
    assert_eq!(arrows, expected);
}

#[test]
fn ticks_are_round_in_the_zone() {
    let forest = closed();
    let labels = |zone| {
        let ticks = forest.timeline(zone).ticks;
        ticks.into_iter().map(|tick| tick.label).collect::<Vec<_>>()
    };
    let first = "08:00 08:02 08:04 08:06 08:08 08:10 08:12 08:14 08:16";
    assert_eq!(labels(Zone::Utc).join(" "), first);
    assert_eq!(labels(Zone::Fixed(16 * 3_600))[0], "2026-03-15");
    assert_eq!(labels(Zone::Fixed(60))[0], "08:02");
    assert_eq!(labels(Zone::Fixed(7))[0], "08:02");
}

#[test]
fn no_list_breaks_it() {
    let at = |seconds| Some(Timestamp::from_secs(seconds));
    for times in [
        (None, None),
        (at(i64::MIN), at(i64::MAX)),
        (at(i64::MAX), None),
        (at(5), at(1)),
        (at(1), at(1)),
    ] {
        let contact = Contact {
            initiation_time: times.0,
            disconnect_time: times.1,
            ..Contact::default()
        };
        let forest = Forest::new([contact]);
        let timeline = forest.timeline(Zone::Fixed(i32::MAX));
        let [svg, html] = [timeline.svg(None), timeline.html(None)];
        assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN"), "{svg}");
        let data = &html[html.find("<table").unwrap()..html.find("<script").unwrap()];
        assert!(!data.contains("NaN") && !data.contains("inf"), "{data}");
        assert!(!timeline.perfetto().is_empty());
    }
    let none = Forest::default();
    let timeline = none.timeline(Zone::Utc);
    assert!(timeline.rows.is_empty());
    assert!(timeline.html(Some("a")).contains("No contacts"));
}

/// Markup, script, text that turns its surroundings round, and what XML does not allow, in every field.
const HOSTILE: &str = "</script></style></title><script>alert(1)</script><img src=x onerror=alert(1)>\
    \"'`--><![CDATA[]]>&amp;\u{202e}\u{2066}\u{0}\u{b}\u{1b}\u{ffff}\u{fffe}";

fn hostile() -> Forest {
    let text = || Some(HOSTILE.to_owned());
    let facts = Facts {
        agent: text(),
        queue: text(),
        ..Facts::default()
    };
    let contact = |id: String, previous| Contact {
        id,
        arn: text(),
        initial_contact_id: text(),
        previous_contact_id: previous,
        related_contact_id: text(),
        channel: text(),
        initiation_method: text(),
        initiation_time: time(0),
        disconnect_time: time(-5),
        facts: Some(Box::new(facts.clone())),
    };
    Forest::new([
        contact(HOSTILE.to_owned(), text()),
        contact(format!("{HOSTILE}2"), text()),
        contact("3".to_owned(), Some("gone".to_owned() + HOSTILE)),
    ])
}

fn assert_inert(what: &str, text: &str) {
    let invisible = |character: char| {
        matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}'..='\u{ffff}')
            || character.is_control() && character != '\n'
    };
    assert!(!text.contains(invisible), "{what}: {text}");
    for markup in ["<script>alert", "<img", "<![CDATA", "]]>"] {
        assert!(!text.contains(markup), "{what}: {markup}: {text}");
    }
    // What is kept of it is its letters.
    assert!(text.contains("&lt;/script&gt;"), "{what}: {text}");
}

#[test]
fn text_from_outside_is_no_markup() {
    let forest = hostile();
    let timeline = forest.timeline(Zone::Utc);
    let svg = timeline.svg(Some(HOSTILE));
    assert_inert("svg", &svg);
    assert!(!svg.contains("<script") && !svg.contains("href"));
    let html = timeline.html(Some(HOSTILE));
    assert_inert("html", &html);
    for once in ["<script", "</script>", "<style", "</style>", "<title"] {
        assert_eq!(html.matches(once).count(), 1, "{once}");
    }
    // Every attribute of data is in double quotes, out of which nothing leads.
    let quoted = html.replace("&quot;", "");
    assert!(
        quoted.contains("data-beside=\"-5s \u{b7} &lt;/script&gt;"),
        "{html}"
    );
}

#[test]
fn the_page_allows_its_own_script_and_style_and_nothing_else() {
    let forest = forest();
    let timeline = forest.timeline(Zone::Utc);
    let html = timeline.html(None);
    let between = |begin: &str, end: &str| {
        let (_, rest) = html.split_once(begin).expect(begin);
        rest.split_once(end).expect(end).0.to_owned()
    };
    let policy = between("Content-Security-Policy\" content=\"", "\"");
    let allowed = |text: &str| {
        format!(
            "'sha256-{}'",
            STANDARD.encode_to_string(Sha256::digest(text))
        )
    };
    let style = allowed(&between("<style>", "</style>"));
    let script = allowed(&between("<script>", "</script>"));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'"
        )
    );
    for outside in ["http:", "https:", "src=", "@import", "style="] {
        let namespace = "http://www.w3.org/2000/svg";
        assert!(!html.replace(namespace, "").contains(outside), "{outside}");
    }
    assert!(!html.contains("innerHTML"));
}

#[test]
fn a_trace_has_a_track_and_a_slice_for_each_contact() {
    let forest = forest();
    let trace = forest.timeline(Zone::Utc).perfetto();
    // Each packet is a member 1 of the trace, with its length behind it.
    let (mut rest, mut packets) = (trace.as_slice(), Vec::new());
    while let [0x0a, after @ ..] = rest {
        let digits = after.iter().take_while(|byte| **byte > 0x7f).count() + 1;
        let length = after[..digits].iter().rev();
        let length = length.fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
        packets.push(&after[digits..digits + length]);
        rest = &after[digits + length..];
    }
    assert!(rest.is_empty());
    // Clocks; two tracks; of the first contact the slices of itself, of its queue, its agent and the work after it, each with
    // an end; the open one's beginning.
    assert_eq!(packets.len(), 1 + 2 + 2 * 4 + 1);
    let named = |text: &str| {
        let mut packets = packets.iter();
        packets.any(|packet| String::from_utf8_lossy(packet).contains(text))
    };
    assert!(named("with agent") && named("Contact ID") && !named("\u{202e}"));
}
