//! Operations with nested, listed and mapped input: from flags, shorthand and skeletons to what is sent.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};

use crate::connect::{call, connect, run};

/// Takes one request, responds with a body, and returns its first line and its body.
fn server(response: &'static str) -> (SocketAddr, JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let request = thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a connection");
        let mut text = String::new();
        let (head, body) = loop {
            let mut buffer = [0; 4096];
            let read = socket.read(&mut buffer).expect("a request");
            text += str::from_utf8(&buffer[..read]).expect("UTF-8");
            let length = |head: &str| -> Option<usize> {
                let head = head.to_lowercase();
                let (_, length) = head.split_once("content-length: ")?;
                length.lines().next()?.parse().ok()
            };
            match text.split_once("\r\n\r\n") {
                Some((head, body)) if body.len() >= length(head).unwrap_or_default() => {
                    break (head, body);
                }
                _ => assert!(read > 0, "the request ends early: {text}"),
            }
        };
        let length = response.len();
        let head_line = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length";
        let sent = write!(socket, "{head_line}: {length}\r\n\r\n{response}");
        sent.expect("the response is taken");
        let line = head.lines().next().unwrap_or_default();
        (
            line.trim_end_matches(" HTTP/1.1").to_owned(),
            body.to_owned(),
        )
    });
    (address, request)
}

/// What a command line prints, and the request that it sends.
fn sent(line: &str, response: &'static str) -> (Value, String, Value) {
    let (address, request) = server(response);
    let call = call(
        &format!("http://{address}"),
        &format!("{line} --instance-id i"),
    );
    let printed = run(call).ok();
    let (line, body) = request.join().expect("one request");
    let json = |text: &str| match text {
        "" => Value::Null,
        text => serde_json::from_str(text).expect("JSON"),
    };
    (json(&printed), line, json(&body))
}

#[test]
fn shorthand_is_of_any_depth() {
    let line = "search-contacts --time-range Type=INITIATION_TIMESTAMP,StartTime=2026-03-14,EndTime=2026-03-15T12:00:00Z \
                --search-criteria 'Channels=VOICE,CHAT,SearchableContactAttributes={Criteria=[{Key=mood,Values=[good,fair]}],MatchType=MATCH_ANY}' \
                --sort FieldName=CHANNEL,Order=DESCENDING --no-paginate";
    let response = r#"{"Contacts": [{"Id": "c", "AgentInfo": {"Id": "a"}}], "TotalCount": 1}"#;
    let (printed, line, body) = sent(line, response);
    let contacts = json!([{"Id": "c", "AgentInfo": {"Id": "a"}}]);
    assert_eq!(printed, json!({"Contacts": contacts, "TotalCount": 1}));
    assert_eq!(line, "POST /search-contacts");
    assert_eq!(
        body,
        json!({
            "InstanceId": "i",
            "TimeRange": {"Type": "INITIATION_TIMESTAMP", "StartTime": 1_773_446_400, "EndTime": 1_773_576_000},
            "SearchCriteria": {
                "Channels": ["VOICE", "CHAT"],
                "SearchableContactAttributes": {
                    "Criteria": [{"Key": "mood", "Values": ["good", "fair"]}], "MatchType": "MATCH_ANY",
                },
            },
            "Sort": {"FieldName": "CHANNEL", "Order": "DESCENDING"},
        })
    );
}

#[test]
fn maps_go_into_the_body_and_lists_into_the_query() {
    let (printed, line, body) = sent("tag-contact --contact-id c --tags team=sales,x=", "{}");
    assert_eq!(
        (printed, line.as_str()),
        (Value::Null, "POST /contact/tags")
    );
    let tags = json!({"team": "sales", "x": ""});
    assert_eq!(
        body,
        json!({"InstanceId": "i", "ContactId": "c", "Tags": tags})
    );
    let (_, line, body) = sent("untag-contact --contact-id c/d --tag-keys team a:b", "{}");
    let expected = "DELETE /contact/tags/i/c%2Fd?TagKeys=team&TagKeys=a%3Ab";
    assert_eq!((line.as_str(), body), (expected, Value::Null));
}

#[test]
fn structures_in_maps_come_as_json_or_shorthand() {
    let line = r#"start-task-contact --name n --contact-flow-id f --client-token mine
                  --references 'order={Type=URL,Value=https://example.com}'
                  --segment-attributes '{"connect:ContactExpiry": {"ValueMap": {"ExpiryDuration": {"ValueInteger": 9}}}}'"#;
    let (printed, line, body) = sent(line, r#"{"ContactId": "new"}"#);
    assert_eq!(printed, json!({"ContactId": "new"}));
    assert_eq!(line, "PUT /contact/task");
    assert_eq!(
        body,
        json!({
            "InstanceId": "i", "Name": "n", "ContactFlowId": "f", "ClientToken": "mine",
            "References": {"order": {"Type": "URL", "Value": "https://example.com"}},
            "SegmentAttributes": {
                "connect:ContactExpiry": {"ValueMap": {"ExpiryDuration": {"ValueInteger": 9}}},
            },
        })
    );
}

#[test]
fn what_is_missing_inside_is_named_with_its_place() {
    let line = "search-contacts --instance-id i --time-range Type=DISCONNECT_TIMESTAMP";
    let stderr = connect(line).failed(252);
    assert_eq!(
        stderr,
        "Parameter validation failed:\n\
         Missing required parameter in TimeRange: \"StartTime\"\n\
         Missing required parameter in TimeRange: \"EndTime\""
    );
}

#[test]
fn a_skeleton_has_each_member_once_though_shapes_hold_themselves() {
    let skeleton = connect("start-task-contact --generate-cli-skeleton").json();
    assert_eq!(
        skeleton["SegmentAttributes"]["KeyName"]["ValueMap"],
        json!({"KeyName": {}})
    );
    assert_eq!(skeleton["References"]["KeyName"]["Type"], "URL");
}
