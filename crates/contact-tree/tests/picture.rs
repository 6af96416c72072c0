//! What the pictures look like.

use std::time::Duration;

use contact_tree::{Contact, Facts, Forest, Style, Timestamp, Zone};

/// 2026-03-14T08:00:00Z
const MORNING: i64 = 1_773_475_200;

/// A contact whose ID is eight digits in UUID shape; seconds are counted from [`MORNING`].
fn contact(number: u32, channel: &str, method: &str, start: i64, end: Option<i64>) -> Contact {
    Contact {
        id: id(number),
        channel: Some(channel.to_owned()),
        initiation_method: Some(method.to_owned()),
        initiation_time: Some(Timestamp::from_secs(MORNING + start)),
        disconnect_time: end.map(|end| Timestamp::from_secs(MORNING + end)),
        ..Contact::default()
    }
}

fn id(number: u32) -> String {
    format!("{number:08}-8b1e-4c5a-9d3f-0123456789ab")
}

fn after(previous: u32, mut contact: Contact) -> Contact {
    contact.previous_contact_id = Some(id(previous));
    contact
}

fn related_to(related: u32, mut contact: Contact) -> Contact {
    contact.related_contact_id = Some(id(related));
    contact
}

fn picture(contacts: impl IntoIterator<Item = Contact>, style: &Style) -> String {
    Forest::new(contacts).picture(style).to_string()
}

#[track_caller]
fn contains(picture: &str, part: &str) {
    assert!(picture.contains(part), "no {part:?} in\n{picture}");
}

fn day() -> [Contact; 8] {
    let [a, b, c, d] = [11_111_111, 22_222_222, 33_333_333, 44_444_444];
    let [e, f, g, h] = [55_555_555, 66_666_666, 77_777_777, 88_888_888];
    let (voice, task) = ("VOICE", "TASK");
    [
        contact(a, voice, "INBOUND", 131, Some(320)),
        after(a, contact(b, voice, "TRANSFER", 320, Some(1_075))),
        after(b, contact(c, voice, "QUEUE_TRANSFER", 1_075, Some(5_000))),
        after(a, contact(d, voice, "DISCONNECT", 321, Some(350))),
        related_to(b, contact(e, task, "API", 1_000, None)),
        after(e, contact(f, task, "TRANSFER", 2_000, None)),
        after(99_999_999, contact(g, "CHAT", "API", 3_000, Some(2_990))),
        after(
            a,
            related_to(c, contact(h, "EMAIL", "INBOUND", 9_000, Some(9_001))),
        ),
    ]
}

#[test]
fn a_day_in_unicode() {
    let expected = "\
8 contacts in 2 trees · 2026-03-14 08:02:11 to 10:30:01 UTC (2h 27m 50s) · 2 still open · 2 notes

CONTACT                                  START       DURATION  CONTACT ID
VOICE  INBOUND                           08:02:11      3m 09s  11111111-8b1e-4c5a-9d3f-0123456789ab
├─ VOICE  TRANSFER                       08:05:20     12m 35s  22222222-8b1e-4c5a-9d3f-0123456789ab
│  ├┄ TASK   API · related               08:16:40  still open  55555555-8b1e-4c5a-9d3f-0123456789ab
│  │  └─ TASK   TRANSFER                 08:33:20  still open  66666666-8b1e-4c5a-9d3f-0123456789ab
│  └─ VOICE  QUEUE_TRANSFER              08:17:55  1h 05m 25s  33333333-8b1e-4c5a-9d3f-0123456789ab
├─ VOICE  DISCONNECT                     08:05:21         29s  44444444-8b1e-4c5a-9d3f-0123456789ab
└─ EMAIL  INBOUND · related to 33333333  10:30:00          1s  88888888-8b1e-4c5a-9d3f-0123456789ab
CHAT   API [1] [2]                       08:50:00        -10s  77777777-8b1e-4c5a-9d3f-0123456789ab

NOTES
[1] 77777777-8b1e-4c5a-9d3f-0123456789ab: its previous contact 99999999-8b1e-4c5a-9d3f-0123456789ab is not in the list
[2] 77777777-8b1e-4c5a-9d3f-0123456789ab: ends 10s before it starts
";
    assert_eq!(picture(day(), &Style::default()), expected);
}

#[test]
fn narrow_ascii_with_a_focus_in_another_zone() {
    let style = Style {
        ascii: true,
        width: Some(80),
        zone: Zone::Fixed(-3 * 3600),
        focus: Some(id(44_444_444)),
        ..Style::default()
    };
    let expected = "\
8 contacts in 2 trees - 2026-03-14 05:02:11 to 07:30:01 -03:00 (2h 27m 50s)
2 still open - 2 notes

CONTACT                                  START       DURATION  CONTACT ID
VOICE  INBOUND                           05:02:11      3m 09s  11111111
";
    let picture = picture(day(), &style);
    assert!(picture.starts_with(expected), "{picture}");
    contains(&picture, "|- VOICE  DISCONNECT <");
    contains(&picture, "|  |~ TASK   API - related");
    assert!(picture.is_ascii());
    let mut rows = picture.lines().take(12);
    assert!(rows.all(|row| row.len() <= 80), "{picture}");
}

/// A chain of transfers, numbered from `first`.
fn chain(first: u32, last: u32) -> impl Iterator<Item = Contact> {
    (first..=last).map(move |number| {
        let contact = contact(number, "VOICE", "TRANSFER", number.into(), None);
        if number == first {
            return contact;
        }
        after(number - 1, contact)
    })
}

#[test]
fn deep_levels_are_folded_before_ids_are_shortened() {
    for (width, last) in [
        (
            None,
            "   └─ VOICE  TRANSFER  08:00:12  still open  00000012-8b1e-4c5a-9d3f-0123456789ab",
        ),
        (
            Some(100),
            "+6                   └─ VOICE  TRANSFER  08:00:12  still open  00000012-8b1e-4c5a-9d3f-0123456789ab",
        ),
        (
            Some(80),
            "└─ VOICE  TRANSFER  08:00:12  still open  00000012",
        ),
    ] {
        let style = Style {
            width,
            ..Style::default()
        };
        let picture = picture(chain(1, 12), &style);
        assert!(picture.trim_end().ends_with(last), "{picture}");
        let fits = |line: &str| width.is_none_or(|width| line.chars().count() <= width);
        assert!(picture.lines().all(fits), "{picture}");
    }
}

#[test]
fn deep_levels_are_folded() {
    let picture = picture(chain(0, 39), &Style::default());
    let indent = |line: &str| line.chars().position(|c| c == '└');
    let rows = picture.lines().skip(4).collect::<Vec<_>>();
    assert_eq!((indent(rows[0]), indent(rows[23])), (Some(0), Some(69)));
    assert_eq!(indent(rows[24]), Some(69));
    assert!(rows[24].starts_with("+4   "), "{}", rows[24]);
    assert!(rows[38].starts_with("+18  "), "{}", rows[38]);
}

#[test]
fn ids_are_shortened_to_what_makes_them_differ() {
    let contacts = ["11111111-aaaa-1", "11111111-aaab-2", "2"].map(|id| Contact {
        id: id.to_owned(),
        ..contact(0, "VOICE", "INBOUND", 0, None)
    });
    let style = Style {
        width: Some(10),
        ..Style::default()
    };
    let picture = picture(contacts, &style);
    let rows = picture.lines();
    let rows = rows
        .skip_while(|line| !line.starts_with("CONTACT "))
        .skip(1);
    let ids: Vec<_> = rows.filter_map(|line| line.rsplit(' ').next()).collect();
    assert_eq!(ids, ["11111111-aaaa", "11111111-aaab", "2"]);
}

#[test]
fn dates_appear_when_contacts_began_on_different_days() {
    let contacts = [
        contact(11_111_111, "EMAIL", "INBOUND", 0, Some(60)),
        contact(22_222_222, "EMAIL", "AGENT_REPLY", 86_400, Some(86_460)),
    ];
    let picture = picture(contacts, &Style::default());
    let summary = "2 contacts in 2 trees · 2026-03-14 08:00:00 to 2026-03-15 08:01:00 UTC";
    assert!(picture.starts_with(summary), "{picture}");
    contains(&picture, "  2026-03-15 08:00:00    1m 00s  2222");
}

#[test]
fn summer_time_is_asked_for_each_time() {
    let contacts = [
        contact(11_111_111, "VOICE", "INBOUND", 0, Some(60)),
        contact(22_222_222, "VOICE", "INBOUND", 3_600, Some(3_660)),
    ];
    let zone = Zone::Local(|time| match time.secs() {
        ..1_773_477_000 => 3_600,
        _ => 7_200,
    });
    let style = Style {
        zone,
        ..Style::default()
    };
    let picture = picture(contacts, &style);
    contains(&picture, "09:00:00 +01:00 to 11:01:00 +02:00 (1h 01m 00s)");
    contains(&picture, " 09:00:00 ");
    contains(&picture, " 11:00:00 ");
}

#[test]
fn colours_change_nothing_but_colours() {
    let colour = Style {
        colour: true,
        ..Style::default()
    };
    let [plain, colourful] = [&Style::default(), &colour].map(|style| picture(day(), style));
    assert_ne!(plain, colourful);
    let mut parts = colourful.split('\u{1b}');
    let mut stripped = parts.next().unwrap().to_owned();
    stripped.extend(parts.map(|part| part.split_once('m').unwrap().1));
    assert_eq!(stripped, plain);
}

#[test]
fn nothing_is_drawn_for_no_contacts() {
    assert_eq!(picture([], &Style::default()), "No contacts\n");
}

/// What records say of a call, a consult in it and its transfer.
fn call() -> [Contact; 4] {
    let [a, b, c, d] = [11_111_111, 22_222_222, 33_333_333, 44_444_444];
    let time = |seconds| Some(Timestamp::from_secs(MORNING + seconds));
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let facts = |agent: &str, facts| {
        Some(Box::new(Facts {
            agent: Some(agent.to_owned()),
            ..facts
        }))
    };
    let first = Facts {
        queue: Some("Support".to_owned()),
        enqueue_time: time(10),
        dequeue_time: time(75),
        agent_time: time(80),
        talk: seconds(200),
        hold: seconds(65),
        holds: Some(2),
        after_contact_start: time(400),
        after_contact_end: time(450),
        transfer_time: time(395),
        ..Facts::default()
    };
    let consulted = Facts {
        talk: seconds(0),
        after_contact_start: time(300),
        ..Facts::default()
    };
    let second = Facts {
        talk: seconds(90),
        after_contact_start: time(500),
        ..Facts::default()
    };
    [
        Contact {
            facts: facts("jürgen", first),
            ..contact(a, "VOICE", "INBOUND", 0, Some(400))
        },
        after(
            a,
            Contact {
                facts: facts("kim", consulted),
                ..contact(b, "VOICE", "TRANSFER", 200, Some(300))
            },
        ),
        after(
            a,
            Contact {
                facts: facts("\u{1b}[2Jlee", second),
                ..contact(c, "VOICE", "TRANSFER", 310, Some(500))
            },
        ),
        after(a, contact(d, "VOICE", "TRANSFER", 320, None)),
    ]
}

#[test]
fn facts_have_columns() {
    let expected = "\
CONTACT             START       DURATION  LEG       AGENT         QUEUE    QUEUED  TALK    HOLD       AFTER  CONTACT ID
VOICE  INBOUND      08:00:00      6m 40s  -         jürgen        Support  1m 05s  3m 20s  2x 1m 05s  50s    11111111
├─ VOICE  TRANSFER  08:03:20      1m 40s  consult   kim           -        -       0s      -          -      22222222
├─ VOICE  TRANSFER  08:05:10      3m 10s  transfer  \\u{1b}[2Jlee  -        -       1m 30s  -          -      33333333
└─ VOICE  TRANSFER  08:05:20  still open  unknown   -             -        -       -       -          -      44444444
";
    let style = Style {
        width: Some(120),
        ..Style::default()
    };
    let picture = picture(call(), &style);
    let rows = picture.split_once("\n\n").map(|(_, rows)| rows);
    assert_eq!(rows, Some(expected), "{picture}");
    let ascii = Style {
        ascii: true,
        ..style
    };
    let picture = self::picture(call(), &ascii);
    contains(&picture, "j\\u{fc}rgen");
    assert!(picture.is_ascii());
}
