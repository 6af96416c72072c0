//! What the pictures look like.

use contact_tree::{Contact, Forest, Style, Timestamp, Zone};

/// 2026-03-14T08:00:00Z
const MORNING: i64 = 1_773_475_200;

struct Row<'a>(&'a str, &'a str, &'a str, i64, Option<i64>);

/// A contact whose ID is `name` in UUID shape; seconds are counted from [`MORNING`].
fn contact(Row(name, channel, method, start, end): Row<'_>) -> Contact {
    Contact {
        id: id(name),
        channel: Some(channel.to_owned()),
        initiation_method: Some(method.to_owned()),
        initiation_time: Some(Timestamp::from_secs(MORNING + start)),
        disconnect_time: end.map(|end| Timestamp::from_secs(MORNING + end)),
        ..Contact::default()
    }
}

fn id(name: &str) -> String {
    format!("{name}-8b1e-4c5a-9d3f-0123456789ab")
}

fn day() -> Vec<Contact> {
    let after = |name: &str, row| Contact {
        previous_contact_id: Some(id(name)),
        ..contact(row)
    };
    let related = |name: &str, row| Contact {
        related_contact_id: Some(id(name)),
        ..contact(row)
    };
    vec![
        contact(Row("11111111", "VOICE", "INBOUND", 131, Some(320))),
        after(
            "11111111",
            Row("22222222", "VOICE", "TRANSFER", 320, Some(1_075)),
        ),
        after(
            "22222222",
            Row("33333333", "VOICE", "QUEUE_TRANSFER", 1_075, Some(5_000)),
        ),
        after(
            "11111111",
            Row("44444444", "VOICE", "DISCONNECT", 321, Some(350)),
        ),
        related("22222222", Row("55555555", "TASK", "API", 1_000, None)),
        after("55555555", Row("66666666", "TASK", "TRANSFER", 2_000, None)),
        after(
            "99999999",
            Row("77777777", "CHAT", "API", 3_000, Some(2_990)),
        ),
        Contact {
            related_contact_id: Some(id("33333333")),
            ..after(
                "11111111",
                Row("88888888", "EMAIL", "INBOUND", 9_000, Some(9_001)),
            )
        },
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
    assert_eq!(
        Forest::new(day()).picture(&Style::default()).to_string(),
        expected
    );
}

#[test]
fn narrow_ascii_with_a_focus_in_another_zone() {
    let style = Style {
        ascii: true,
        width: Some(80),
        zone: Zone::Fixed(-3 * 3600),
        focus: Some(id("44444444")),
        ..Style::default()
    };
    let expected = "\
8 contacts in 2 trees - 2026-03-14 05:02:11 to 07:30:01 -03:00 (2h 27m 50s)
2 still open - 2 notes

CONTACT                                  START       DURATION  CONTACT ID
VOICE  INBOUND                           05:02:11      3m 09s  11111111
";
    let picture = Forest::new(day()).picture(&style).to_string();
    assert!(picture.starts_with(expected), "{picture}");
    assert!(picture.contains("|- VOICE  DISCONNECT <"), "{picture}");
    assert!(picture.contains("|  |~ TASK   API - related"), "{picture}");
    assert!(picture.is_ascii());
    let mut rows = picture.lines().take(12);
    assert!(rows.all(|row| row.len() <= 80), "{picture}");
}

#[test]
fn deep_levels_are_folded_before_ids_are_shortened() {
    let contacts: Vec<Contact> = (1..=12_u32)
        .map(|number| Contact {
            previous_contact_id: (number > 1).then(|| id(&format!("{:08}", number - 1))),
            ..contact(Row(
                &format!("{number:08}"),
                "VOICE",
                "TRANSFER",
                number.into(),
                None,
            ))
        })
        .collect();
    let forest = Forest::new(contacts);
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
        let picture = forest.picture(&style).to_string();
        assert!(picture.trim_end().ends_with(last), "{picture}");
        let fits = |line: &str| width.is_none_or(|width| line.chars().count() <= width);
        assert!(picture.lines().all(fits), "{picture}");
    }
}

#[test]
fn ids_are_shortened_to_what_tells_them_apart() {
    let base = contact(Row("11111111", "VOICE", "INBOUND", 0, None));
    let like = |id: &str| Contact {
        id: id.to_owned(),
        ..base.clone()
    };
    let forest = Forest::new([like("11111111-aaaa-1"), like("11111111-aaab-2"), like("2")]);
    let picture = forest
        .picture(&Style {
            width: Some(10),
            ..Style::default()
        })
        .to_string();
    let ids = picture
        .lines()
        .skip_while(|line| !line.starts_with("CONTACT "))
        .skip(1)
        .filter_map(|line| line.rsplit(' ').next())
        .collect::<Vec<_>>();
    assert_eq!(ids, ["11111111-aaaa", "11111111-aaab", "2"]);
}

#[test]
fn dates_appear_when_contacts_began_on_different_days() {
    let contacts = [
        contact(Row("11111111", "EMAIL", "INBOUND", 0, Some(60))),
        contact(Row(
            "22222222",
            "EMAIL",
            "AGENT_REPLY",
            86_400,
            Some(86_460),
        )),
    ];
    let picture = Forest::new(contacts).picture(&Style::default()).to_string();
    assert!(
        picture
            .starts_with("2 contacts in 2 trees · 2026-03-14 08:00:00 to 2026-03-15 08:01:00 UTC"),
        "{picture}"
    );
    assert!(
        picture.contains("  2026-03-15 08:00:00    1m 00s  2222"),
        "{picture}"
    );
}

#[test]
fn summer_time_is_asked_for_each_time() {
    let contacts = [
        contact(Row("11111111", "VOICE", "INBOUND", 0, Some(60))),
        contact(Row("22222222", "VOICE", "INBOUND", 3_600, Some(3_660))),
    ];
    let zone = Zone::Local(|time| {
        if time.secs() < MORNING + 1_800 {
            3_600
        } else {
            7_200
        }
    });
    let picture = Forest::new(contacts)
        .picture(&Style {
            zone,
            ..Style::default()
        })
        .to_string();
    assert!(
        picture.contains("09:00:00 +01:00 to 11:01:00 +02:00 (1h 01m 00s)"),
        "{picture}"
    );
    assert!(
        picture.contains(" 09:00:00 ") && picture.contains(" 11:00:00 "),
        "{picture}"
    );
}

#[test]
fn colours_change_nothing_but_colours() {
    let forest = Forest::new(day());
    let plain = forest.picture(&Style::default()).to_string();
    let colourful = forest
        .picture(&Style {
            colour: true,
            ..Style::default()
        })
        .to_string();
    assert_ne!(plain, colourful);
    let mut stripped = String::new();
    for (place, part) in colourful.split('\u{1b}').enumerate() {
        stripped += if place == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        };
    }
    assert_eq!(stripped, plain);
}

#[test]
fn deep_levels_are_folded() {
    let mut contacts = vec![contact(Row("00000000", "VOICE", "INBOUND", 0, Some(1)))];
    for n in 1..40 {
        let row = format!("{n:08}");
        let contact = contact(Row(&row, "VOICE", "TRANSFER", n, Some(n + 1)));
        contacts.push(Contact {
            previous_contact_id: Some(id(&format!("{:08}", n - 1))),
            ..contact
        });
    }
    let picture = Forest::new(contacts).picture(&Style::default()).to_string();
    let indent = |line: &str| line.chars().position(|c| c == '└');
    let rows = picture.lines().skip(4).collect::<Vec<_>>();
    assert_eq!((indent(rows[0]), indent(rows[23])), (Some(0), Some(69)));
    assert_eq!(indent(rows[24]), Some(69));
    assert!(rows[24].starts_with("+4   "), "{}", rows[24]);
    assert!(rows[38].starts_with("+18  "), "{}", rows[38]);
}

#[test]
fn nothing_is_drawn_for_no_contacts() {
    assert_eq!(
        Forest::default().picture(&Style::default()).to_string(),
        "No contacts\n"
    );
}
