//! Quotas, faults and what is logged of requests, over a socket.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, advance, timeout};

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

async fn with(rules: &[&str]) -> LocalEndpoint {
    let faults = rules.iter().map(|rule| rule.parse().unwrap());
    let builder = faults.fold(builder().samples(), Builder::fault);
    builder.start().await.unwrap()
}

fn describe() -> String {
    format!("/contacts/{}/{}", samples::INSTANCE_ID, samples::CONTACT_ID)
}

/// Sets an attribute that has this name.
fn set(name: &str) -> String {
    let body = serde_json::json!({
        "InstanceId": samples::INSTANCE_ID,
        "InitialContactId": samples::CONTACT_ID,
        "Attributes": { name: "set" },
    });
    let request = Signer::default().last_text("POST", "/contact/attributes", &body.to_string());
    request.replacen("\r\n\r\n", "\r\ncontent-type: application/json\r\n\r\n", 1)
}

/// A request's connection.
async fn sent(endpoint: &LocalEndpoint, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(endpoint.local_addr()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// What comes within an hour, and how it ends: not at all, where the time runs out.
async fn received(stream: &mut TcpStream) -> (String, Option<io::Result<usize>>) {
    let mut response = Vec::new();
    let ended = timeout(HOUR, stream.read_to_end(&mut response)).await;
    (String::from_utf8(response).unwrap(), ended.ok())
}

#[tokio::test(start_paused = true)]
async fn calls_beyond_a_quota_are_throttled() {
    let begun = Instant::now();
    let builder = builder()
        .samples()
        .clock(move || testing::now() + begun.elapsed());
    let quotas = ["2/5", "DescribeContact=1/1"].map(|quota| quota.parse().unwrap());
    let endpoint = quotas.into_iter().fold(builder, Builder::quota);
    let endpoint = endpoint.start().await.unwrap();
    let list = of(samples::CONTACT_ID);
    let invalid = format!("{list}&maxResults=0");
    for (uri, milliseconds, expected) in [
        (&list, 0, 200),
        (&list, 0, 200),
        (&list, 0, 200),
        (&invalid, 0, 400),
        (&invalid, 0, 400),
        (&invalid, 0, 429),
        (&list, 0, 429),
        (&describe(), 0, 200),
        (&describe(), 0, 429),
        (&list, 501, 200),
        (&list, 0, 429),
        (&describe(), 500, 200),
    ] {
        advance(Duration::from_millis(milliseconds)).await;
        let (status, code, body) = get(&endpoint, uri).await;
        assert_eq!(
            status,
            expected,
            "{uri} after {:?}: {body}",
            begun.elapsed()
        );
        if status == 429 {
            assert_eq!(
                (code.as_str(), &body["Message"]),
                ("ThrottlingException", &"Rate exceeded".into())
            );
        }
    }
}

#[tokio::test]
async fn a_rule_for_an_operation_that_is_not_there_is_an_error() {
    for builder in [
        builder().quota("StopContacts=2/5".parse().unwrap()),
        builder().fault("StopContacts:reset".parse().unwrap()),
    ] {
        let error = builder.start().await.unwrap_err().to_string();
        assert!(
            error.starts_with("there is no operation \"StopContacts\": "),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn injected_errors_come_late_and_in_place_of_the_operation() {
    let endpoint = with(&[
        "latency=3s",
        "ListAssociatedContacts:error=ThrottlingException",
        "UpdateContactAttributes:error=Strange/418",
    ])
    .await;
    let begun = Instant::now();
    rejected(
        &endpoint,
        &of(samples::CONTACT_ID),
        429,
        "ThrottlingException",
    )
    .await;
    assert_eq!(begun.elapsed().as_secs(), 3);
    let response = send(endpoint.local_addr(), &set("late")).await;
    assert!(response.starts_with("HTTP/1.1 418 "), "{response}");
    assert_eq!(header(&response, "x-amzn-errortype"), "Strange");
    let (status, _, body) = get(&endpoint, &describe()).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["Contact"]["Attributes"]["late"], Value::Null);
    assert_eq!(begun.elapsed().as_secs(), 9);
    let injected = endpoint.injected();
    let counts: Vec<_> = injected.counts().map(|(_, count)| count).collect();
    assert_eq!(counts, [3, 1, 1]);
}

#[tokio::test]
async fn resets_come_before_and_after_the_operation_the_same_for_a_seed() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let endpoint = with(&["UpdateContactAttributes:reset"]).await;
        for number in 0..20 {
            let mut stream = sent(&endpoint, &set(&format!("number-{number}"))).await;
            let (response, ended) = received(&mut stream).await;
            let ended = ended.unwrap().map_err(|error| error.kind());
            assert_eq!(
                (response.as_str(), ended),
                ("", Err(io::ErrorKind::ConnectionReset))
            );
        }
        let (_, _, body) = get(&endpoint, &describe()).await;
        let attributes = body["Contact"]["Attributes"].as_object().unwrap();
        let set = attributes.keys().filter(|name| name.starts_with("number-"));
        runs.push(set.cloned().collect::<Vec<_>>());
    }
    assert!((1..20).contains(&runs[0].len()), "{runs:?}");
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test(start_paused = true)]
async fn stalls_last_until_the_endpoint_stops() {
    let endpoint = with(&["ListAssociatedContacts:stall"]).await;
    let request = Signer::default().text("GET", &of(samples::CONTACT_ID), "");
    let (mut stalled, mut halves) = (Vec::new(), 0);
    for _ in 0..10 {
        let mut stream = sent(&endpoint, &request).await;
        let (response, ended) = received(&mut stream).await;
        assert!(ended.is_none(), "{ended:?}: {response}");
        if let Some((head, body)) = response.split_once("\r\n\r\n") {
            assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
            let length: usize = header(head, "content-length").parse().unwrap();
            assert_eq!(body.len(), length / 2);
            halves += 1;
        }
        stalled.push(stream);
    }
    assert!((1..10).contains(&halves), "{halves}");
    let begun = Instant::now();
    endpoint.shutdown().await;
    for stream in &mut stalled {
        assert!(matches!(received(stream).await, (rest, Some(_)) if rest.is_empty()));
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn each_request_is_logged_once_however_it_ends() {
    let (sender, mut log) = tokio::sync::mpsc::unbounded_channel();
    let faults = [
        "DescribeContact:stall",
        "GetContactAttributes:reset",
        "latency=1s",
    ];
    let faults = faults.map(|fault| fault.parse().unwrap());
    let builder = faults.into_iter().fold(builder().samples(), Builder::fault);
    let builder = builder.access_log(move |access| sender.send(access.clone()).unwrap());
    let endpoint = builder.start().await.unwrap();
    let address = endpoint.local_addr();
    let attributes = format!("/contact/attributes/{}/x", samples::INSTANCE_ID);
    let instance = Some(samples::INSTANCE_ID);
    let list = of(samples::CONTACT_ID);
    let forged = "/contact/associated/a%0Ab?contactId=c".to_owned();
    let unknown = Credentials::new("AKIDUNKNOWN", "secret", None, None, "test");
    let known = Some(testing::ID);
    for (signer, uri, operation, instance, status, seconds) in [
        (
            Signer::default(),
            &list,
            Some("ListAssociatedContacts"),
            instance,
            Some(200),
            1,
        ),
        (
            Signer::default(),
            &forged,
            Some("ListAssociatedContacts"),
            Some("a\nb"),
            Some(404),
            1,
        ),
        (
            Signer::default(),
            &attributes,
            Some("GetContactAttributes"),
            instance,
            None,
            0,
        ),
        (
            Signer::default(),
            &"/nowhere".to_owned(),
            None,
            None,
            Some(404),
            0,
        ),
        (Signer::of(unknown), &list, None, None, Some(403), 0),
    ] {
        let known = known.filter(|_| status != Some(403));
        let mut stream = sent(&endpoint, &signer.last_text("GET", uri, "")).await;
        let (response, _) = received(&mut stream).await;
        let access = log.recv().await.unwrap();
        assert_eq!(access.access_key_id.as_deref(), known, "{access}");
        assert_eq!(
            (access.operation, access.instance.as_deref()),
            (operation, instance),
            "{access}"
        );
        assert_eq!(
            (access.status, access.duration.as_secs()),
            (status, seconds),
            "{access}"
        );
        assert_eq!(
            (access.method.as_str(), access.time),
            ("GET", testing::now())
        );
        let body = response.split_once("\r\n\r\n").unwrap_or_default().1;
        assert_eq!(access.bytes, body.len());
        assert_eq!(
            access.code.as_deref().unwrap_or_default(),
            header(&response, "x-amzn-errortype")
        );
        if status.is_some() {
            assert_eq!(access.request_id, header(&response, "x-amzn-requestid"));
        }
    }
    // Of stalled calls, some are over when half of the body has gone out, and some when the caller leaves.
    let request = Signer::default().text("GET", &describe(), "");
    let mut left = 0;
    for _ in 0..10 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let (response, _) = received(&mut stream).await;
        drop(stream);
        let access = log.recv().await.unwrap();
        assert_eq!(access.status.is_none(), response.is_empty(), "{access}");
        if access.status.is_none() {
            assert_eq!((access.duration, access.bytes), (HOUR, 0));
            left += 1;
        }
    }
    assert!((1..10).contains(&left), "{left}");
    endpoint.shutdown().await;
    assert!(log.recv().await.is_none());
}
