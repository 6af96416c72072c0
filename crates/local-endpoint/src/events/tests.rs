use std::fs;

use serde_json::json;

use super::*;
use crate::contact::{Field, Value as Stored};
use crate::{LocalEndpoint, OnRejection, StartError, Store, StoreError};

pub(super) const HIDDEN: &str = "hidden";
const ARN: &str = "arn:aws:connect:eu-central-1:111122223333:instance/i";
/// 2026-03-14T08:02:11.250999999Z.
const NOW: i64 = 1_773_475_331_250_999_999;

pub(super) fn backlog(sink: EventSink) -> Arc<Backlog> {
    Arc::new(Backlog {
        sink,
        lacks: AtomicU64::new(0),
    })
}

fn lacks(outlets: &Outlets) -> Vec<u64> {
    let undelivered = outlets.undelivered();
    undelivered.counts().map(|(_, lacks)| lacks).collect()
}

#[test]
fn sinks_are_paths_or_urls_and_show_no_secrets() {
    for (text, shown, is_exposed) in [
        ("events.jsonl", "events.jsonl", false),
        ("https:/events", "https:/events", false),
        ("http://localhost/hidden", "http://localhost", false),
        ("http://[::1]:80", "http://[::1]:80", false),
        (
            "http://127.1.2.3:8080/?t=hidden",
            "http://127.1.2.3:8080",
            false,
        ),
        ("http://localhost.example", "http://localhost.example", true),
        ("HTTP://us%20er:hidden@host:1/x", "http://host:1", true),
        (
            "https://hidden@example.com/hidden?hidden#hidden",
            "https://example.com",
            false,
        ),
    ] {
        let sink: EventSink = text.parse().unwrap();
        assert_eq!(sink.to_string(), shown);
        assert_eq!(sink.is_exposed(), is_exposed, "{text}");
        assert!(!format!("{sink:?}").contains(HIDDEN), "{sink:?}");
    }
    for text in [
        "",
        "ftp://hidden",
        "http://",
        "http:///hidden",
        "https://hid den",
        "http://hidden:",
        "http://hidden:70000",
        "http://user:hidden@",
        "://hidden",
    ] {
        let error = text.parse::<EventSink>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains(HIDDEN), "{text}");
    }
}

fn text(text: &str) -> Option<Stored> {
    Some(Stored::Text(text.into()))
}

/// The events of one change after another, each setting fields of the contact `c`.
fn events(changes: &[&[(Field, Option<Stored>)]]) -> Vec<Value> {
    let store = Store::in_memory().unwrap();
    let events = changes.iter().flat_map(|fields| {
        let made = store.change(|change| {
            change.set(ARN, "c", NOW, fields.iter().cloned())?;
            event::of(change, NOW)
        });
        made.unwrap()
    });
    events.collect()
}

/// Their types, with the updated properties after a space.
fn types(events: &[Value]) -> Vec<String> {
    let each = events.iter().map(|event| {
        let updated = event["detail"]["updatedProperties"].as_array();
        let updated = updated.into_iter().flatten().filter_map(Value::as_str);
        let words = event["detail"]["eventType"].as_str().into_iter();
        words.chain(updated).collect::<Vec<_>>().join(" ")
    });
    each.collect()
}

#[test]
fn an_event_has_the_form_that_eventbridge_gives_it() {
    let events = events(&[&[
        (Field::Initiated, Some(Stored::Time(NOW - 2_000_000_000))),
        (Field::Disconnected, Some(Stored::Time(1_000_000))),
        (Field::Previous, text("p")),
        (Field::Initial, text("f")),
        (Field::Related, text("r")),
        (Field::Method, text("API")),
        (Field::Channel, text("TASK")),
        (
            Field::Agent,
            text(r#"{"ARN":"a","ConnectedToAgentTimestamp":null,"AfterContactWorkDuration":3}"#),
        ),
        (Field::Queue, text(r#"{"ARN":"q","Name":"Support"}"#)),
        (Field::Attributes, text(r#"{"tier":"gold"}"#)),
        (Field::Tags, text(r#"{"Team":"Travel"}"#)),
        (
            Field::SegmentAttributes,
            text(r#"{"connect:Subtype":{"ValueString":"connect:Task"},"é":{"é":{}},"x":1}"#),
        ),
        (Field::DisconnectReason, text(r#""API""#)),
    ]]);
    assert_eq!(
        types(&events),
        [
            "INITIATED",
            "QUEUED",
            "CONNECTED_TO_AGENT",
            "DISCONNECTED",
            "COMPLETED"
        ]
    );
    let mut event = events[0].clone();
    assert_eq!(event["id"].take().as_str().unwrap().len(), 36);
    assert_ne!(events[0]["id"], events[1]["id"]);
    let expected = json!({
        "version": "0", "id": null, "detail-type": "Amazon Connect Contact Event", "source": "aws.connect",
        "account": "111122223333", "region": "eu-central-1", "time": "2026-03-14T08:02:11Z",
        "resources": [format!("{ARN}/contact/c"), ARN],
        "detail": {
            "eventType": "INITIATED", "contactId": "c", "instanceArn": ARN, "channel": "TASK",
            "initiationMethod": "API", "initialContactId": "f", "previousContactId": "p", "relatedContactId": "r",
            "initiationTimestamp": "2026-03-14T08:02:09.250Z", "disconnectTimestamp": "1970-01-01T00:00:00.001Z",
            "disconnectReason": "API", "agentInfo": {"agentArn": "a", "afterContactWorkDuration": 3},
            "queueInfo": {"queueArn": "q"}, "tags": {"Team": "Travel"},
            "segmentAttributes": {"connect:Subtype": {"valueString": "connect:Task"}, "é": {"é": {}}, "x": 1},
        },
    });
    assert_eq!(event, expected);
}

#[test]
fn only_what_changes_makes_events() {
    let name = (Field::Name, text("\"a\""));
    let queue = (Field::Queue, text("{}"));
    let attributes = (Field::Attributes, text("{}"));
    let reason = (Field::DisconnectReason, text("\"API\""));
    let changes: [&[_]; 6] = [
        &[],
        &[name.clone(), queue.clone()],
        &[name.clone(), queue.clone(), attributes.clone()],
        &[name.clone(), attributes],
        &[(Field::Name, text("\"b\"")), queue],
        &[(Field::Disconnected, Some(Stored::Time(1))), reason],
    ];
    let expected = [
        "INITIATED",
        "CONTACT_DATA_UPDATED Name",
        "QUEUED",
        "CONTACT_DATA_UPDATED UserDefinedAttributes",
        "CONTACT_DATA_UPDATED Name",
        "DISCONNECTED",
        "COMPLETED",
    ];
    assert_eq!(types(&events(&changes)), expected);
}

#[tokio::test]
async fn every_outlet_gets_the_events_of_what_came_about_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    fs::write(&path, "before\n").unwrap();
    let outlets = Outlets::open(vec![EventSink::file(&path)]).unwrap();
    let (mut first, gone) = (outlets.subscribe(), outlets.subscribe());
    drop(gone);
    for events in [vec![json!(1), json!("two\nlines")], vec![], vec![json!(3)]] {
        let changed = outlets.publish(|is_heard| Ok::<_, StoreError>((is_heard, events)));
        assert!(changed.unwrap());
    }
    let failed = outlets.publish(|_| Err::<((), Vec<Value>), _>(StoreError::Foreign));
    assert!(failed.is_err());
    outlets.close().await;
    let unheard = outlets.publish(|is_heard| Ok::<_, StoreError>((is_heard, vec![json!(4)])));
    assert!(!unheard.unwrap());
    for expected in [
        Some(json!(1)),
        Some(json!("two\nlines")),
        Some(json!(3)),
        None,
    ] {
        assert_eq!(first.recv().await, expected);
    }
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(written, "before\n1\n\"two\\nlines\"\n3\n");
    assert_eq!(lacks(&outlets), [0]);
}

#[test]
fn a_line_that_was_cut_off_does_not_spoil_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    fs::write(&path, "{\"cut").unwrap();
    let mut lines = Lines::open(&path, backlog(EventSink::file(&path))).unwrap();
    lines.is_torn = true;
    lines.write(&[json!(1)]);
    lines.write(&[json!(2)]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"cut\n1\n2\n");
}

#[cfg(unix)]
#[test]
fn a_new_file_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    Lines::open(&path, backlog(EventSink::file(&path))).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

/// Its every write fails as that to a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_events_and_no_changes() {
    let outlets = Outlets::open(vec![EventSink::file("/dev/full")]).unwrap();
    for _ in 0..2 {
        let events = vec![json!(1), json!(2)];
        let changed = outlets.publish(|_| Ok::<_, StoreError>(("changed", events)));
        assert_eq!(changed.unwrap(), "changed");
    }
    assert_eq!(lacks(&outlets), [4]);
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let builder = LocalEndpoint::builder().events(path.parse().unwrap());
    let error = builder.start().await.unwrap_err();
    assert!(matches!(error, StartError::Events { .. }), "{error:?}");
    let expected = format!("cannot deliver events to {path}: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[tokio::test]
async fn neither_import_nor_reset_makes_events() {
    let endpoint = LocalEndpoint::builder().samples().start().await.unwrap();
    let mut events = endpoint.events();
    let record = format!(r#"{{"InstanceARN":"{ARN}","ContactId":"c"}}"#);
    let store = endpoint.store();
    let import = store.import("x", record.as_bytes(), OnRejection::Abort);
    assert_eq!(import.unwrap().added, 1);
    endpoint.reset().await.unwrap();
    endpoint.shutdown().await;
    assert_eq!(events.recv().await, None);
}
