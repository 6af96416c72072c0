//! Requests and records, and what is done to them.

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

const LAB: &str = "arn:aws:connect:eu-central-1:111122223333:instance/lab";

/// A record with all that an operation returns.
pub(super) fn full_record(id: &str) -> Value {
    let time = "2026-03-14T05:41:07Z";
    json!({
        "InstanceARN": LAB, "ContactId": id, "Channel": "VOICE", "InitiationMethod": "INBOUND",
        "InitiationTimestamp": time, "DisconnectTimestamp": time, "LastUpdateTimestamp": time,
        "InitialContactId": null, "PreviousContactId": null, "RelatedContactId": null,
        "Agent": {"ARN": format!("{LAB}/agent/ada"), "ConnectedToAgentTimestamp": time, "AfterContactWorkDuration": 4,
            "HierarchyGroups": {"Level1": {"ARN": format!("{LAB}/agent-group/g"), "GroupName": "North"}}},
        "Attributes": {"tier": "gold"}, "Campaign": {"CampaignId": "c"}, "CustomerId": "x", "Description": "d",
        "CustomerEndpoint": {"Address": "+49", "Type": "TELEPHONE_NUMBER"}, "DisconnectReason": "AGENT_DISCONNECT",
        "Name": "n", "Queue": {"ARN": format!("{LAB}/queue/q"), "EnqueueTimestamp": time, "Name": "Support"},
        "References": [{"Name": "case", "Type": "URL", "Value": "https://example.com"}], "ScheduledTimestamp": time,
        "SegmentAttributes": {"connect:Subtype": {"ValueString": "connect:VoIP"}},
        "SystemEndpoint": {"Address": "+49", "Type": "TELEPHONE_NUMBER"}, "Tags": {"team": "travel"},
        "ConnectedToSystemTimestamp": time, "QueuePriority": 5, "TotalPauseCount": 0,
        "Recordings": [{"StorageType": "S3", "Location": "b/k", "StartTimestamp": time, "Status": "AVAILABLE"}],
        "QualityMetrics": {"Agent": {"Audio": {"QualityScore": 4.5, "PotentialQualityIssues": ["x"]}}},
        "ContactDetails": {"n": "m"}, "DisconnectDetails": {"PotentialDisconnectIssue": "p"},
    })
}

/// Every operation, about a contact of [`LAB`].
pub(super) fn calls(id: &str) -> Vec<(Method, String, Value)> {
    let id = &utf8_percent_encode(id, NON_ALPHANUMERIC).to_string();
    let lab = "lab";
    let get = |uri: String| (Method::GET, uri, Value::Null);
    vec![
        get(format!("/contacts/{lab}/{id}")),
        get(format!("/contact/attributes/{lab}/{id}")),
        get(format!(
            "/contact/associated/{lab}?contactId={id}&maxResults=3"
        )),
        get(format!(
            "/contact/references/{lab}/{id}?referenceTypes=URL&referenceTypes=STRING"
        )),
        (
            Method::POST,
            "/search-contacts".to_owned(),
            json!({
                "InstanceId": lab, "MaxResults": 5,
                "TimeRange": {"Type": "INITIATION_TIMESTAMP", "StartTime": 1_773_466_000, "EndTime": 1_773_475_331.5},
                "SearchCriteria": {"Channels": ["VOICE", "TASK"], "AgentIds": ["ada"], "QueueIds": ["q"],
                    "InitiationMethods": ["INBOUND"], "SearchableContactAttributes": {"MatchType": "MATCH_ANY",
                    "Criteria": [{"Key": "tier", "Values": ["gold"]}]}},
                "Sort": {"FieldName": "SCHEDULED_TIMESTAMP", "Order": "ASCENDING"},
            }),
        ),
        (
            Method::PUT,
            "/contact/chat".to_owned(),
            json!({
                "InstanceId": lab, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ada"},
                "InitialMessage": {"ContentType": "text/plain", "Content": "hello"}, "ChatDurationInMinutes": 60,
                "PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": id}, "CustomerId": "x",
                "SegmentAttributes": {"a": {"ValueMap": {"b": {"ValueInteger": 1}}}}, "Attributes": {"a": "b"},
            }),
        ),
        (
            Method::PUT,
            "/contact/outbound-voice".to_owned(),
            json!({
                "InstanceId": lab, "ContactFlowId": "flow", "DestinationPhoneNumber": "+491234", "QueueId": "q",
                "SourcePhoneNumber": "+495678", "ClientToken": "t", "CampaignId": "c", "TrafficType": "GENERAL",
                "References": {"r": {"Type": "URL", "Value": "x"}}, "RelatedContactId": id,
            }),
        ),
        (
            Method::PUT,
            "/contact/task".to_owned(),
            json!({
                "InstanceId": lab, "Name": "task", "PreviousContactId": id, "ScheduledTime": 1_773_475_331,
                "References": {"r": {"Type": "STRING", "Value": "x"}}, "Attributes": {"a": "b"}, "ClientToken": "t",
            }),
        ),
        (
            Method::POST,
            "/contact/tags".to_owned(),
            json!({"InstanceId": lab, "ContactId": id, "Tags": {"a": "b"}}),
        ),
        (
            Method::DELETE,
            format!("/contact/tags/{lab}/{id}?TagKeys=a"),
            Value::Null,
        ),
        (
            Method::POST,
            "/contact/transfer".to_owned(),
            json!({"InstanceId": lab, "ContactId": id, "QueueId": "q", "ContactFlowId": "flow", "ClientToken": "t"}),
        ),
        (
            Method::POST,
            format!("/contacts/{lab}/{id}"),
            json!({
                "Name": "n", "References": {"r": {"Type": "URL", "Value": "x"}}, "QueueInfo": {"Id": "q"},
                "UserInfo": {"UserId": "ada"}, "SegmentAttributes": {"a": {"ValueString": "b"}},
                "CustomerEndpoint": {"Type": "VOIP", "Address": "x"},
            }),
        ),
        (
            Method::POST,
            "/contact/attributes".to_owned(),
            json!({"InstanceId": lab, "InitialContactId": id, "Attributes": {"a": "b"}}),
        ),
        (
            Method::POST,
            "/contact/stop".to_owned(),
            json!({"InstanceId": lab, "ContactId": id, "DisconnectReason": {"Code": "x"}}),
        ),
    ]
}

/// Any JSON, above all what a careless reader stumbles over.
pub(super) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        select(vec![
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(1.5),
            json!(1e300),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(""),
            json!("\u{0}"),
            json!("\u{10ffff}'\"\\"),
            json!("x".repeat(2_000)),
            json!({}),
            json!([]),
            json!("VOICE"),
            json!("2026-03-14T05:41:07Z"),
            json!("9999-12-31T23:59:59.999999999Z"),
            json!("full"),
        ]),
        "\\PC{0,12}".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(
                "[A-Za-z$.\\[]{0,6}|Type|ValueString|ARN|Name",
                inner,
                0..4
            )
            .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The places of all values in a document, as JSON pointers.
fn places(value: &Value, path: &str, places: &mut Vec<String>) {
    places.push(path.to_owned());
    let mut go = |name: &str, value| {
        let name = name.replace('~', "~0").replace('/', "~1");
        self::places(value, &format!("{path}/{name}"), places);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| go(name, value)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(n, value)| go(&n.to_string(), value)),
        _ => {}
    }
}

/// Puts other values into some places of a document.
pub(super) fn replace(value: &mut Value, edits: &[(Index, Value)]) {
    for (place, new) in edits {
        let mut all = Vec::new();
        places(value, "", &mut all);
        if let Some(value) = value.pointer_mut(place.get::<String>(&all)) {
            value.clone_from(new);
        }
    }
}

/// Puts texts into some places of a text, over what is there or before it.
pub(super) fn splice(text: &str, edits: &[(Index, usize, String)]) -> String {
    let mut text = text.to_owned();
    for (place, over, new) in edits {
        let characters = text.chars().collect::<Vec<_>>();
        let place = place.index(characters.len() + 1);
        let rest = characters.iter().skip(place + over);
        text = characters[..place]
            .iter()
            .chain(new.chars().collect::<Vec<_>>().iter())
            .chain(rest)
            .collect();
    }
    text
}

pub(super) fn pieces(most: usize) -> impl Strategy<Value = Vec<(Index, usize, String)>> {
    let piece = prop_oneof![
        select(vec![
            "/",
            "//",
            "%",
            "%2F",
            "%00",
            "%ff",
            "%C3%28",
            "%zz",
            "..",
            "?",
            "&",
            "=",
            "+",
            "#",
            ";",
            "{",
            "}",
            "\"",
            ",",
            "[",
            "null",
            "contactId=x",
            "maxResults=-1",
            "maxResults=99999999999999999999",
            "nextToken=",
            "\\u0000",
            "\\ud800",
            "\r\n",
            "\r\n\r\n",
            "\0",
            " ",
            ":",
            "HTTP/1.1",
            "é",
        ])
        .prop_map(str::to_owned),
        "\\PC{1,4}",
        (1..300_usize).prop_map(|depth| "[".repeat(depth)),
    ];
    prop::collection::vec((any::<Index>(), 0..4_usize, piece), 0..most)
}
