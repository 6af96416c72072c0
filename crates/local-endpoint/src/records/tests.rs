mod properties;

use std::io::{self, Read, Write};

use super::*;
use crate::contact::{Field, Origin, Value, Version, Versioned};

const INSTANCE: &str = "arn:aws:connect:eu-central-1:111122223333:instance/8f0d";

/// A record as Connect exports it, shortened to what is needed and some of what is not.
fn record(id: &str) -> String {
    format!(
        r#"{{"AWSAccountId":"111122223333","AWSContactTraceRecordFormatVersion":"2017-03-10","Agent":null,
        "Attributes":{{"note":"a \"brace\" }} and {{ more"}},"Channel":"VOICE","ContactId":"{id}",
        "DisconnectTimestamp":"2026-03-14T08:05:20Z","InitialContactId":null,
        "InitiationMethod":"INBOUND","InitiationTimestamp":"2026-03-14T08:02:11Z","InstanceARN":"{INSTANCE}",
        "LastUpdateTimestamp":"2026-03-14T08:10:00Z","NextContactId":null,"PreviousContactId":null,
        "Recordings":[{{"Type":"AUDIO"}}],"RelatedContactId":null}}"#
    )
}

fn one_line(id: &str) -> String {
    record(id).replace('\n', "")
}

/// Hands out a few bytes at a time.
struct Pieces<'a>(&'a [u8]);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = buffer.len().min(7);
        self.0.read(&mut buffer[..end])
    }
}

fn read_all(bytes: &[u8]) -> Vec<Item> {
    fn all(mut records: Records<'_>) -> Vec<Item> {
        std::iter::from_fn(|| records.next().unwrap()).collect()
    }
    let items = all(Records::new("calls.json", bytes));
    // Records that do not come in one piece are read in another way.
    assert_eq!(items, all(Records::new("calls.json", Pieces(bytes))));
    items
}

/// Contact IDs, and for rejected records what is printed.
fn outcomes(bytes: &[u8]) -> Vec<String> {
    read_all(bytes)
        .into_iter()
        .map(|item| match item {
            Item::Contact(record) => record.contact_id,
            Item::OtherEvent => "other".to_owned(),
            Item::Rejected(rejection) => rejection.to_string(),
        })
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn only(bytes: &str) -> ContactRecord {
    match read_all(bytes.as_bytes()).pop() {
        Some(Item::Contact(record)) => *record,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_record_is_understood() {
    const NANOS: i64 = 1_000_000_000;
    let version = Version {
        time: 1_773_475_800 * NANOS,
        origin: Origin::Record,
    };
    let record = only(&record("a"));
    assert_eq!(
        (record.instance_arn.as_str(), record.contact_id.as_str()),
        (INSTANCE, "a")
    );
    let expected = [
        Some(Value::Time(1_773_475_520 * NANOS)),
        Some(Value::Time(1_773_475_331 * NANOS)),
        None,
        None,
        None,
        Some(Value::Text("INBOUND".into())),
        Some(Value::Text("VOICE".into())),
    ];
    for (field, value) in record.state.0.iter().zip(expected) {
        assert_eq!(*field, Versioned { version, value });
    }
    let attributes = &record.state[Field::Attributes];
    assert_eq!(attributes.version, version);
    let json = r#"{"note":"a \"brace\" } and { more"}"#;
    assert_eq!(attributes.text(), Some(json));
    // A detail that is left out, and one that is `null`.
    assert_eq!(record.state[Field::Tags], Versioned::default());
    assert_eq!(record.state[Field::Agent], Versioned::default());
}

#[test]
fn an_event_is_understood() {
    let event = format!(
        r#"{{"version":"0","detail-type":"Amazon Connect Contact Event","source":"aws.connect",
        "time":"2026-03-14T08:05:21Z","detail":{{"eventType":"DISCONNECTED","contactId":"b","initialContactId":"a",
        "previousContactId":"a","relatedContactId":"","channel":"CHAT","instanceArn":"{INSTANCE}",
        "initiationMethod":"TRANSFER","initiationTimestamp":"2026-03-14T08:02:11.250Z",
        "disconnectTimestamp":"2026-03-14T10:05:20+02:00","queueInfo":{{"queueArn":"x"}}}}}}"#
    );
    let event = only(&event);
    let state = event.state;
    assert_eq!(state[Field::Previous].version.origin, Origin::Event);
    assert_eq!(state[Field::Previous].text(), Some("a"));
    assert_eq!(
        state[Field::Related],
        Versioned::default(),
        "an empty ID is none"
    );
    let time = |field: Field| state[field].value.clone();
    assert_eq!(
        time(Field::Initiated),
        Some(Value::Time(1_773_475_331_250_000_000))
    );
    assert_eq!(
        time(Field::Disconnected),
        Some(Value::Time(1_773_475_520_000_000_000))
    );
}

/// Both are forms in which AWS documents events.
#[test]
fn the_forms_of_published_samples_are_understood() {
    let event = |detail: &str| {
        only(&format!(
            r#"{{"detail-type":"Amazon Connect Contact Event","time":"2026-03-14T06:02:11Z","detail":{detail}}}"#
        ))
    };
    let odd = event(
        r#"{"contactId":"e","channel":"Voice","initiationMethod":"OUTBOUND",
        "instanceArn":"arn:aws::connect:eu-central-1:111122223333:instance/8f0d"}"#,
    );
    let pascal = event(&format!(
        r#"{{"ContactId":"e","Channel":"VOICE","InitiationMethod":"OUTBOUND","InstanceArn":"{INSTANCE}"}}"#
    ));
    assert_eq!(odd, pascal);
    assert_eq!(odd.instance_arn, INSTANCE);
    assert_eq!(odd.state[Field::Channel].text(), Some("VOICE"));
    assert_eq!(odd.state[Field::Method].text(), Some("OUTBOUND"));
    assert_eq!(odd.state[Field::Initiated], Versioned::default());
}

#[test]
fn of_a_field_that_comes_twice_the_last_value_holds() {
    let twice = record("b").replace(
        r#""Agent":null"#,
        r#""ContactId":17,"contactid":"x","Agent":null"#,
    );
    assert_eq!(only(&twice), only(&record("b")));
    let event = format!(
        r#"{{"detail-type":"x","detail-type":"Amazon Connect Contact Event","detail":{{"contactId":"x"}},
        "detail":{{"contactId":"y","contactId":"z","instanceArn":"{INSTANCE}"}}}}"#
    );
    assert_eq!(only(&event).contact_id, "z");
}

#[test]
fn events_about_something_else_are_passed_over() {
    let event = br#"{"detail-type":"Contact Lens Rule Matched","detail":{"x":1}}"#;
    assert_eq!(outcomes(event), ["other"]);
}

#[test]
fn records_stand_one_after_another_or_on_lines_or_in_an_array() {
    let (a, b) = (record("a"), record("b"));
    let files = [
        format!("{a}{b}"),
        format!("{a}\n{b}\n"),
        format!("\u{feff}{a}\r\n\r\n{b}"),
        format!("[{a},\n {b}]"),
        format!("[{a}]\n[{b}]"),
    ];
    for file in files {
        assert_eq!(outcomes(file.as_bytes()), ["a", "b"]);
        assert_eq!(outcomes(&gzip(file.as_bytes())), ["a", "b"]);
    }
    assert_eq!(outcomes(b""), [""; 0]);
    assert_eq!(outcomes(b" \n"), [""; 0]);
}

#[test]
fn marks_and_encodings_of_windows_are_read() {
    let (a, b) = (one_line("a"), one_line("b"));
    let marked = format!("\u{feff}{a}\n\u{feff}{b}");
    assert_eq!(outcomes(marked.as_bytes()), ["a", "b"]);
    // After a broken record too, whether that ended or not.
    for broken in ["nonsense", r#"{"ContactId":"x""#, r#"{"ContactId":"x","#] {
        let file = format!("\u{feff}{broken}\n\u{feff}{b}");
        assert_eq!(
            outcomes(file.as_bytes()).last().map(String::as_str),
            Some("b")
        );
    }
    let accents = marked.replace("more", &"\u{e9}\u{1f600}".repeat(40_000));
    for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        for text in [&marked, &accents] {
            let file: Vec<u8> = text.encode_utf16().flat_map(to_bytes).collect();
            // The mark is two bytes.
            for file in [&file[..], &file[2..]] {
                assert_eq!(outcomes(file), ["a", "b"]);
                assert_eq!(outcomes(&gzip(file)), ["a", "b"]);
            }
        }
    }
}

#[test]
fn half_a_character_costs_its_record_and_is_named() {
    let file: Vec<u8> = [one_line("X"), "\n".to_owned(), one_line("b")]
        .concat()
        .encode_utf16()
        .map(|unit| if unit == 0x58 { 0xd800 } else { unit })
        .flat_map(u16::to_le_bytes)
        .chain([0])
        .collect();
    let outcomes = outcomes(&file);
    assert!(
        outcomes[0].ends_with("invalid unicode code point"),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[1], "b");
    assert!(outcomes[2].ends_with("begins with a brace"), "{outcomes:?}");
}

#[test]
fn other_packings_are_named() {
    for (file, expected) in [
        (b"PK\x03\x04rest".to_vec(), "it is a zip archive"),
        (b"PK\x05\x06".to_vec(), "it is an empty zip archive"),
        (b"\x28\xb5\x2f\xfdrest".to_vec(), "it is compressed by zstd"),
        (b"\xfd7zXZ\0".to_vec(), "it is compressed by xz"),
        (b"PAR1".to_vec(), "it is in Parquet"),
        (b"\xff\xfe\0\0{\0\0\0".to_vec(), "it is in UTF-32"),
        (gzip(&gzip(b"{}")), "it is compressed twice"),
    ] {
        let mut records = Records::new("calls", file.as_slice());
        let error = records.next().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
        assert_eq!(records.next().unwrap(), None);
    }
}

#[test]
fn records_in_messages_are_read() {
    let (a, b) = (one_line("a"), one_line("b"));
    let base64 = |bytes: &[u8]| base64_simd::STANDARD.encode_to_string(bytes);
    let wrapped = |bytes: &[u8]| {
        let text = base64(bytes).into_bytes();
        let lines = text.chunks(76).map(String::from_utf8_lossy);
        lines.collect::<Vec<_>>().join("\n")
    };
    let both = format!("{a}\n{b}\n");
    let notification = serde_json::json!({"Type": "Notification", "Message": &both}).to_string();
    for envelope in [
        serde_json::json!({"Records": [{"kinesis": {"data": base64(a.as_bytes())}}, {"kinesis": {"data": base64(b.as_bytes())}}]}),
        serde_json::json!({"records": [{"recordId": "1", "data": base64(&gzip(both.as_bytes()))}]}),
        serde_json::json!({"Records": [{"Data": base64(a.as_bytes())}, {"Data": base64(b.as_bytes())}]}),
        serde_json::json!({"attemptsMade": 4, "rawData": wrapped(both.as_bytes())}),
        serde_json::json!({"Records": [{"Sns": {"Message": a}}, {"Sns": {"Message": b}}]}),
        serde_json::json!({"Records": [{"body": notification}]}),
        serde_json::json!({"Messages": [{"Body": a}, {"Body": b}]}),
    ] {
        let read = outcomes(envelope.to_string().as_bytes());
        assert_eq!(read, ["a", "b"], "{envelope}");
    }
    assert_eq!(outcomes(br#"{"Records": []}"#), [""; 0]);
    // Events of Lambda have up to 6 MB.
    let large = serde_json::json!({"Records": [{"body": a, "padding": "x".repeat(6 << 20)}]});
    assert_eq!(outcomes(large.to_string().as_bytes()), ["a"]);
    let file = format!(
        "{b}\n{}\n{b}",
        serde_json::json!({"Records": [{"body": "nonsense"}, {"body": a}, {"data": "%"}, {"body": "{}"}]})
    );
    let place = format!("calls.json:2 (byte {}): ", b.len() + 1);
    let rejected = |reason: &str| format!("{place}{reason}");
    assert_eq!(
        outcomes(file.as_bytes()),
        [
            "b".to_owned(),
            rejected("expected a record, which begins with a brace"),
            "a".to_owned(),
            rejected("its content is not in base64"),
            rejected("InstanceARN: missing"),
            "b".to_owned(),
        ]
    );
    // Nobody means this, and it would take a hundred times as much memory.
    let dense = format!(r#"{{"Records":[{}0]}}"#, "0,".repeat(2_000_000));
    assert_eq!(
        outcomes(dense.as_bytes()),
        ["calls.json:1 (byte 0): InstanceARN: missing"]
    );
    // Nobody means this, and it has an end.
    let deep = (0..9).fold(a, |inner, _| serde_json::json!({"body": inner}).to_string());
    let expected = "calls.json:1 (byte 0): InstanceARN: missing";
    assert_eq!(outcomes(deep.as_bytes()), [expected]);
}

#[test]
fn compressed_streams_may_follow_each_other() {
    let file = [gzip(record("a").as_bytes()), gzip(record("b").as_bytes())].concat();
    assert_eq!(outcomes(&file), ["a", "b"]);
}

#[test]
fn a_wrong_field_is_named_with_its_place_and_without_its_value() {
    let a = one_line("a");
    let (id, began) = (r#""ContactId":"a""#, "2026-03-14T08:02:11Z");
    let (voice, agent) = (r#""Channel":"VOICE""#, r#""Agent":null"#);
    let arn = r#""InstanceARN":"arn:"#;
    let form = "expected the form arn:aws:connect:REGION:ACCOUNT:instance/ID";
    let time = "expected a time of the form 2026-03-14T08:02:11Z";
    let years = "not between the years 1678 and 2261";
    for (from, to, field, reason) in [
        (
            id,
            r#""ContactId":17"#,
            "ContactId",
            "expected a string, found a number",
        ),
        (id, r#""ContactId":null"#, "ContactId", "missing"),
        (
            id,
            r#""ContactId":["secret"]"#,
            "ContactId",
            "expected a string, found an array",
        ),
        (
            voice,
            r#""Channel":{"secret":1}"#,
            "Channel",
            "expected a string, found an object",
        ),
        (arn, r#""InstanceARN":"secret:"#, "InstanceARN", form),
        (began, "secret", "InitiationTimestamp", time),
        (began, "9026-03-14T08:02:11Z", "InitiationTimestamp", years),
        (
            agent,
            r#""detail":"secret""#,
            "detail",
            "expected an object",
        ),
    ] {
        let broken = a.replace(from, to);
        assert_ne!(broken, a);
        let [first, problem, last] = &outcomes(format!("{a}\n{broken}\n{a}").as_bytes())[..] else {
            panic!("{broken}");
        };
        assert_eq!((first.as_str(), last.as_str()), ("a", "a"));
        assert!(problem.starts_with("calls.json:2 (byte "), "{problem}");
        assert!(
            problem.ends_with(&format!("{field}: {reason}")),
            "{problem}"
        );
        assert!(!problem.contains("secret"), "{problem}");
    }
    for field in ["ContactId", "Channel"] {
        let long = a.replace(
            &format!(r#""{field}":""#),
            &format!(r#""{field}":"{}"#, "x".repeat(256)),
        );
        let expected = format!("{field}: longer than 256 bytes");
        assert!(outcomes(long.as_bytes())[0].ends_with(&expected));
    }
}

#[test]
fn a_syntax_error_is_placed_to_the_byte() {
    let [a, c] = ["a", "c"].map(one_line);
    let file = format!("{a}\n{{\"ContactId\":\"b\", \"Agent\":nul}}\n{c}");
    let byte = file.find("nul}").unwrap() + 3;
    let expected = format!("calls.json:2 (byte {byte}): expected ident");
    assert_eq!(outcomes(file.as_bytes()), ["a", &expected, "c"]);
}

/// Broken in such ways that the end of the record does not show in its brackets.
#[test]
fn the_records_around_a_broken_one_are_found() {
    for broken in [
        r#"{"ContactId":"x"#,
        r#"{"ContactId":"x","#,
        r#"{"ContactId":"x","Agent":{"a":1}"#,
        r#"{"ContactId":"x"}}"#,
        r#"{"ContactId":"x","Attributes":{"a":"b}}"#,
        r#"{"ContactId" "x"}"#,
        r#"{"ContactId":"x\"}"#,
        "nonsense",
        "\0\0\0",
        "\u{1}{",
    ] {
        let [a, b, c] = ["a", "b", "c"].map(one_line);
        let outcomes = outcomes(format!("{a}\n{broken}\n{b}\n{c}").as_bytes());
        let good: String = outcomes
            .iter()
            .filter(|outcome| outcome.len() == 1)
            .map(String::as_str)
            .collect();
        // A record that was cut behind a comma or an opening bracket takes the next one with it.
        let expected = if broken.ends_with(',') { "ac" } else { "abc" };
        assert_eq!(good, expected, "{broken}: {outcomes:?}");
        assert!(outcomes.len() > good.len(), "{broken}: not reported");
    }
}

#[test]
fn without_line_breaks_the_next_object_is_found_too() {
    let [a, b] = ["a", "b"].map(one_line);
    let file = format!(r#"{a}{{"ContactId":"x" "Agent":null}}{b}"#);
    let outcomes = outcomes(file.as_bytes());
    assert_eq!((outcomes[0].as_str(), outcomes[2].as_str()), ("a", "b"));
}

#[test]
fn a_cut_file_is_reported() {
    let whole = record("a");
    let expected = "calls.json:1 (byte 0): the file ends inside this record";
    assert_eq!(outcomes(&whole.as_bytes()[..whole.len() - 1]), [expected]);
}

#[test]
fn deep_and_long_objects_are_rejected() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    assert!(outcomes(deep.as_bytes())[0].ends_with("nested too deeply"));
    let long = format!("{{\"a\":\"{}\"}}\n{}", "x".repeat(17 << 20), one_line("b"));
    let outcomes = outcomes(long.as_bytes());
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes[0].ends_with("longer than 16 MiB"));
    assert_eq!(outcomes[1], "b");
}

/// Hands out one byte at a time and fails at the end.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some((first, rest)) = self.0.split_first() else {
            return Err(io::Error::other("unplugged"));
        };
        buffer[0] = *first;
        self.0 = rest;
        Ok(1)
    }
}

#[test]
fn what_was_read_before_a_failure_counts() {
    let file = one_line("a");
    let mut records = Records::new("calls.json", Failing(file.as_bytes()));
    assert!(matches!(records.next(), Ok(Some(Item::Contact(_)))));
    let error = records.next().unwrap_err();
    let rejection = records.reject_rest(&error).to_string();
    let place = format!("calls.json:1 (byte {})", file.len());
    assert_eq!(
        rejection,
        format!("{place}: cannot be read any further: unplugged")
    );
    assert!(matches!(records.next(), Ok(None)));
    assert!(Records::new("calls.json", Failing(b"")).next().is_err());
}

#[test]
fn a_broken_compressed_file_fails_after_what_could_be_read() {
    let mut file = gzip(record("a").as_bytes());
    let length = file.len();
    file.truncate(length - 4);
    let mut records = Records::new("calls.json", file.as_slice());
    assert!(matches!(records.next(), Ok(Some(Item::Contact(_)))));
    assert!(records.next().is_err());
}
