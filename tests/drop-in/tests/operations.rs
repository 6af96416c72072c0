//! Every operation of the model as programs written for `aws-sdk-connect` call it: what goes over the wire, and what they get.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

use std::sync::{Arc, Mutex};

use aws_sdk_connect::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_connect::error::ProvideErrorMetadata;
use aws_sdk_connect::operation::stop_contact::StopContactError;
use aws_sdk_connect::primitives::DateTime;
use aws_sdk_connect::types::{
    AnswerMachineDetectionConfig, Channel, ChatMessage, ContactInitiationMethod, DisconnectReason,
    ParticipantDetails, PersistentChat, Reference, ReferenceSummary, ReferenceType,
    RehydrationType, SearchContactsMatchType, SearchContactsTimeRange, SearchContactsTimeRangeType,
    SearchCriteria, SearchableContactAttributes, SearchableContactAttributesCriteria,
    SegmentAttributeValue, Sort, SortOrder, SortableFieldName, TrafficType,
};
use aws_sdk_connect::{Client, Config};
use bytes::Bytes;
use connect_tests::socket::Socket;
use http::{Request, Response};
use serde_json::{Value, json};

/// A server, and what came to it.
struct Server {
    client: Client,
    seen: Arc<Mutex<Vec<Request<Bytes>>>>,
    _socket: Socket,
}

impl Server {
    /// Sends one response after the other, each a status and a body. The last one again and again.
    async fn with(responses: impl Into<Vec<(u16, Value)>>) -> Self {
        let responses = responses.into();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        let socket = Socket::handling(move |request: Request<Bytes>| {
            let mut seen = record.lock().unwrap();
            let (status, body) = &responses[seen.len().min(responses.len() - 1)];
            seen.push(request);
            let response = Response::builder().status(*status);
            response.body(body.to_string().into()).unwrap()
        })
        .await
        .unwrap();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new(
                "AKIDEXAMPLE",
                "secret",
                None,
                None,
                "test",
            ))
            .endpoint_url(socket.url());
        Self {
            client: Client::from_conf(config.build()),
            seen,
            _socket: socket,
        }
    }

    /// Method and URI of the requests.
    fn lines(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let line = |request: &Request<Bytes>| format!("{} {}", request.method(), request.uri());
        seen.iter().map(line).collect()
    }

    /// The bodies of the requests.
    fn bodies(&self) -> Vec<Value> {
        let seen = self.seen.lock().unwrap();
        let body = |request: &Request<Bytes>| serde_json::from_slice(request.body()).unwrap();
        seen.iter().map(body).collect()
    }
}

#[tokio::test]
async fn a_contact_is_described() {
    let server = Server::with([(
        200,
        json!({"Contact": {
            "Id": "c", "InitiationMethod": "QUEUE_TRANSFER", "Channel": "VOICE", "PreviousContactId": "b",
            "InitiationTimestamp": 1_773_466_867.25, "QueuePriority": 5, "Name": "Mind the gap",
            "AgentInfo": {"Id": "agent", "AgentInitiatedHoldDuration": 12, "HierarchyGroups": {"Level1": {"Arn": "arn"}}},
            "QueueInfo": {"Id": "queue", "EnqueueTimestamp": 1_773_466_868},
            "Tags": {"team": "sales"}, "Attributes": {"k": "v"},
            "SegmentAttributes": {"connect:Subtype": {"ValueString": "connect:Telephony"}},
            "Recordings": [{"StorageType": "S3", "Location": "bucket/key", "Status": "AVAILABLE"}],
            "QualityMetrics": {"Agent": {"Audio": {"QualityScore": 4.25}}},
            "OfTomorrow": [{}],
        }}),
    )])
    .await;
    let call = server.client.describe_contact();
    let output = call.instance_id("i").contact_id("c/d").send().await;
    let contact = output.unwrap().contact.unwrap();
    assert_eq!(server.lines(), ["GET /contacts/i/c%2Fd"]);
    assert_eq!(
        contact.initiation_method(),
        Some(&ContactInitiationMethod::QueueTransfer)
    );
    let began = contact.initiation_timestamp().unwrap();
    assert_eq!(began.as_secs_f64(), 1_773_466_867.25);
    let agent = contact.agent_info().unwrap();
    assert_eq!(agent.agent_initiated_hold_duration(), Some(12));
    let group = agent.hierarchy_groups().unwrap().level1().unwrap();
    assert_eq!(group.arn(), Some("arn"));
    assert_eq!(contact.queue_info().unwrap().id(), Some("queue"));
    assert_eq!(contact.tags().unwrap()["team"], "sales");
    assert_eq!(contact.attributes().unwrap()["k"], "v");
    let segment = &contact.segment_attributes().unwrap()["connect:Subtype"];
    assert_eq!(segment.value_string(), Some("connect:Telephony"));
    assert_eq!(contact.recordings()[0].location(), Some("bucket/key"));
    let quality = contact.quality_metrics().unwrap().agent().unwrap();
    assert_eq!(quality.audio().unwrap().quality_score(), 4.25);
    assert!(!format!("{contact:?}").contains("Mind the gap"));
}

#[tokio::test]
async fn attributes_are_read_and_set() {
    let server = Server::with([(200, json!({"Attributes": {"language": "de"}}))]).await;
    let call = server.client.get_contact_attributes().instance_id("i");
    let output = call.initial_contact_id("c").send().await.unwrap();
    assert_eq!(output.attributes().unwrap()["language"], "de");
    let call = server.client.update_contact_attributes().instance_id("i");
    let call = call.initial_contact_id("c").attributes("language", "");
    call.attributes("mood", "good").send().await.unwrap();
    let lines = ["GET /contact/attributes/i/c", "POST /contact/attributes"];
    assert_eq!(server.lines(), lines);
    let body = server.seen.lock().unwrap()[1].body().clone();
    assert_eq!(
        serde_json::from_slice::<Value>(&body).unwrap(),
        json!({"InitialContactId": "c", "InstanceId": "i", "Attributes": {"language": "", "mood": "good"}})
    );
}

#[tokio::test]
async fn a_search_has_all_its_criteria_and_pages() {
    let found = |id: &str| json!({"Id": id, "AgentInfo": {"Id": "agent"}});
    let server = Server::with([
        (
            200,
            json!({"Contacts": [found("a"), found("b")], "NextToken": "2", "TotalCount": 3}),
        ),
        (200, json!({"Contacts": [found("c")], "TotalCount": 3})),
    ])
    .await;
    let mood = SearchableContactAttributesCriteria::builder()
        .key("mood")
        .values("good")
        .values("fair")
        .build()
        .unwrap();
    let attributes = SearchableContactAttributes::builder()
        .criteria(mood)
        .match_type(SearchContactsMatchType::MatchAny)
        .build()
        .unwrap();
    let criteria = SearchCriteria::builder()
        .agent_ids("agent")
        .channels(Channel::Voice)
        .channels(Channel::Chat)
        .initiation_methods(ContactInitiationMethod::Inbound)
        .queue_ids("queue")
        .searchable_contact_attributes(attributes)
        .build();
    let range = SearchContactsTimeRange::builder()
        .r#type(SearchContactsTimeRangeType::InitiationTimestamp)
        .start_time(DateTime::from_secs(1_773_446_400))
        .end_time(DateTime::from_millis(1_773_532_799_500))
        .build()
        .unwrap();
    let sort = Sort::builder()
        .field_name(SortableFieldName::InitiationTimestamp)
        .order(SortOrder::Descending)
        .build()
        .unwrap();
    let contacts = server
        .client
        .search_contacts()
        .instance_id("i")
        .time_range(range)
        .search_criteria(criteria)
        .sort(sort)
        .into_paginator()
        .page_size(2)
        .items()
        .send();
    let contacts: Vec<_> = contacts.collect::<Result<_, _>>().await.unwrap();
    let ids: Vec<_> = contacts.iter().filter_map(|found| found.id()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(server.lines(), ["POST /search-contacts"; 2]);
    let mut expected = json!({
        "InstanceId": "i",
        "TimeRange": {"Type": "INITIATION_TIMESTAMP", "StartTime": 1_773_446_400, "EndTime": 1_773_532_799.5},
        "SearchCriteria": {
            "AgentIds": ["agent"], "Channels": ["VOICE", "CHAT"], "InitiationMethods": ["INBOUND"], "QueueIds": ["queue"],
            "SearchableContactAttributes": {
                "Criteria": [{"Key": "mood", "Values": ["good", "fair"]}], "MatchType": "MATCH_ANY",
            },
        },
        "MaxResults": 2,
        "Sort": {"FieldName": "INITIATION_TIMESTAMP", "Order": "DESCENDING"},
    });
    let bodies = server.bodies();
    assert_eq!(bodies[0], expected);
    expected["NextToken"] = "2".into();
    assert_eq!(bodies[1], expected);
}

#[tokio::test]
async fn references_are_listed_by_type() {
    let server = Server::with([
        (
            200,
            json!({"ReferenceSummaryList": [{"Url": {"Name": "site", "Value": "https://example.com"}}], "NextToken": "n"}),
        ),
        (
            200,
            json!({"ReferenceSummaryList": [{"Email": {"Name": "to"}}, {"Parcel": {"Weight": 1}}]}),
        ),
    ])
    .await;
    let call = server.client.list_contact_references().instance_id("i");
    let call = call.contact_id("c").reference_types(ReferenceType::Url);
    let call = call.reference_types(ReferenceType::Email);
    let references = call.into_paginator().items().send();
    let references: Vec<_> = references.collect::<Result<_, _>>().await.unwrap();
    assert_eq!(
        references[0].as_url().unwrap().value(),
        Some("https://example.com")
    );
    assert!(matches!(&references[1], ReferenceSummary::Email(email) if email.name() == Some("to")));
    assert!(references[2].is_unknown());
    let first = "GET /contact/references/i/c?referenceTypes=URL&referenceTypes=EMAIL";
    assert_eq!(server.lines(), [first, &format!("{first}&nextToken=n")]);
}

#[tokio::test]
async fn a_chat_that_is_begun_again_has_the_same_token() {
    let chat = json!({"ContactId": "c", "ParticipantId": "p", "ParticipantToken": "token", "ContinuedFromContactId": "old"});
    let server = Server::with([(500, json!({"message": "Later"})), (200, chat)]).await;
    let customer = ParticipantDetails::builder().display_name("Ada").build();
    let hello = ChatMessage::builder()
        .content_type("text/plain")
        .content("Hello")
        .build()
        .unwrap();
    let earlier = PersistentChat::builder()
        .source_contact_id("old")
        .rehydration_type(RehydrationType::FromSegment)
        .build();
    let output = server
        .client
        .start_chat_contact()
        .instance_id("i")
        .contact_flow_id("f")
        .participant_details(customer.unwrap())
        .initial_message(hello)
        .chat_duration_in_minutes(60)
        .supported_messaging_content_types("text/plain")
        .persistent_chat(earlier)
        .send()
        .await
        .unwrap();
    assert_eq!(output.participant_token(), Some("token"));
    assert_eq!(output.continued_from_contact_id(), Some("old"));
    assert_eq!(server.lines(), ["PUT /contact/chat"; 2]);
    let mut bodies = server.bodies();
    assert_eq!(bodies[0], bodies[1]);
    let token = bodies[0].as_object_mut().unwrap().remove("ClientToken");
    assert_eq!(token.unwrap().as_str().map(str::len), Some(36));
    assert_eq!(
        bodies[0],
        json!({
            "InstanceId": "i", "ContactFlowId": "f", "ParticipantDetails": {"DisplayName": "Ada"},
            "InitialMessage": {"ContentType": "text/plain", "Content": "Hello"}, "ChatDurationInMinutes": 60,
            "SupportedMessagingContentTypes": ["text/plain"],
            "PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": "old"},
        })
    );
}

#[tokio::test]
async fn a_task_and_a_call_are_begun() {
    let server = Server::with([(200, json!({"ContactId": "new"}))]).await;
    let order = Reference::builder().r#type(ReferenceType::Url);
    let order = order.value("https://example.com/7").build().unwrap();
    let minutes = SegmentAttributeValue::builder().value_integer(90).build();
    let expiry = SegmentAttributeValue::builder();
    let expiry = expiry.value_map("ExpiryDuration", minutes).build();
    let task = server
        .client
        .start_task_contact()
        .instance_id("i")
        .contact_flow_id("f")
        .previous_contact_id("before")
        .name("Call back")
        .references("order", order)
        .segment_attributes("connect:ContactExpiry", expiry)
        .scheduled_time(DateTime::from_secs(1_773_446_400))
        .client_token("mine")
        .send();
    assert_eq!(task.await.unwrap().contact_id(), Some("new"));
    let detection = AnswerMachineDetectionConfig::builder()
        .enable_answer_machine_detection(true)
        .build();
    let call = server
        .client
        .start_outbound_voice_contact()
        .instance_id("i")
        .contact_flow_id("f")
        .destination_phone_number("+12025550123")
        .traffic_type(TrafficType::Campaign)
        .answer_machine_detection_config(detection)
        .client_token("mine")
        .send();
    assert_eq!(call.await.unwrap().contact_id(), Some("new"));
    let lines = ["PUT /contact/task", "PUT /contact/outbound-voice"];
    assert_eq!(server.lines(), lines);
    assert_eq!(
        server.bodies(),
        [
            json!({
                "InstanceId": "i", "ContactFlowId": "f", "PreviousContactId": "before", "Name": "Call back",
                "References": {"order": {"Value": "https://example.com/7", "Type": "URL"}},
                "SegmentAttributes": {
                    "connect:ContactExpiry": {"ValueMap": {"ExpiryDuration": {"ValueInteger": 90}}},
                },
                "ScheduledTime": 1_773_446_400, "ClientToken": "mine",
            }),
            json!({
                "InstanceId": "i", "ContactFlowId": "f", "DestinationPhoneNumber": "+12025550123",
                "TrafficType": "CAMPAIGN", "AnswerMachineDetectionConfig": {
                    "EnableAnswerMachineDetection": true, "AwaitAnswerMachinePrompt": false,
                },
                "ClientToken": "mine",
            }),
        ]
    );
}

#[tokio::test]
async fn a_contact_is_transferred_changed_and_stopped() {
    let gone = json!({"__type": "ContactNotFoundException", "Message": "It is over."});
    let server = Server::with([
        (200, json!({"ContactId": "new", "ContactArn": "arn"})),
        (200, json!({})),
        (200, json!({})),
        (410, gone),
    ])
    .await;
    let client = &server.client;
    let transfer = client.transfer_contact().instance_id("i").contact_id("c");
    let transfer = transfer.queue_id("q").contact_flow_id("f");
    let output = transfer.client_token("mine").send().await.unwrap();
    assert_eq!(output.contact_arn(), Some("arn"));
    let update = client.update_contact().instance_id("i").contact_id("c");
    let update = update.name("n").description("d").send().await;
    update.unwrap();
    let stop = || client.stop_contact().instance_id("i").contact_id("c");
    let reason = DisconnectReason::builder().code("DISCARDED").build();
    stop().disconnect_reason(reason).send().await.unwrap();
    let error = stop().send().await.unwrap_err().into_service_error();
    assert!(
        matches!(&error, StopContactError::ContactNotFoundException(_)),
        "{error}"
    );
    assert_eq!(error.message(), Some("It is over."));
    let [transfer, update, stop] = ["/contact/transfer", "/contacts/i/c", "/contact/stop"];
    let lines = [transfer, update, stop, stop].map(|path| format!("POST {path}"));
    assert_eq!(server.lines(), lines);
    assert_eq!(
        server.bodies()[..3],
        [
            json!({"InstanceId": "i", "ContactId": "c", "QueueId": "q", "ContactFlowId": "f", "ClientToken": "mine"}),
            json!({"Name": "n", "Description": "d"}),
            json!({"ContactId": "c", "InstanceId": "i", "DisconnectReason": {"Code": "DISCARDED"}}),
        ]
    );
}

#[tokio::test]
async fn tags_are_put_on_in_a_body_and_taken_off_in_a_query() {
    let server = Server::with([(200, json!({}))]).await;
    let tag = server.client.tag_contact().instance_id("i");
    let tag = tag.contact_id("c").tags("team", "sales").tags("a:b", "");
    tag.send().await.unwrap();
    let untag = server.client.untag_contact().instance_id("i");
    let untag = untag.contact_id("c d").tag_keys("team").tag_keys("a:b");
    untag.send().await.unwrap();
    let lines = [
        "POST /contact/tags",
        "DELETE /contact/tags/i/c%20d?TagKeys=team&TagKeys=a%3Ab",
    ];
    assert_eq!(server.lines(), lines);
    let seen = server.seen.lock().unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(seen[0].body()).unwrap(),
        json!({"ContactId": "c", "InstanceId": "i", "Tags": {"team": "sales", "a:b": ""}})
    );
    assert!(seen[1].body().is_empty());
}
