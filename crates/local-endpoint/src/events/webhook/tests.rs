use std::sync::atomic::Ordering;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::tests::{HIDDEN, backlog};
use super::*;
use crate::EventSink;

/// Requests that a server got, each its head and body.
type Got = Vec<(String, String)>;

/// Takes as many requests as there are statuses, and responds with these, 0 being the end of the connection.
async fn receiver(statuses: &'static [u16]) -> (u16, JoinHandle<Got>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (mut got, mut kept) = (Vec::new(), None);
        for status in statuses {
            let mut stream = match kept.take() {
                Some(stream) => stream,
                None => listener.accept().await.unwrap().0,
            };
            got.push(request(&mut stream).await);
            if *status > 0 {
                let response = format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\n\r\nok");
                stream.write_all(response.as_bytes()).await.unwrap();
                kept = Some(stream);
            }
        }
        got
    });
    (port, task)
}

async fn request(stream: &mut TcpStream) -> (String, String) {
    let mut text = String::new();
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).unwrap();
            if length.lines().next() == Some(&body.len().to_string()) {
                return (head.to_owned(), body.to_owned());
            }
        }
        let mut bytes = [0; 1024];
        let count = stream.read(&mut bytes).await.unwrap();
        assert!(count > 0, "the request ends early: {text}");
        text += std::str::from_utf8(&bytes[..count]).unwrap();
    }
}

/// Delivers without pauses.
fn webhook(url: &str, size: usize) -> (Webhook, Arc<Backlog>) {
    let backlog = backlog(url.parse::<EventSink>().unwrap());
    let target = Arc::new(Target::read(url).unwrap());
    let webhook = Webhook::with(&target, Arc::clone(&backlog), size, Duration::ZERO);
    (webhook.unwrap(), backlog)
}

#[tokio::test]
async fn events_are_posted_in_order_until_they_are_taken_or_lost() {
    // What becomes of two events that are sent one after the other, and how often each comes.
    for (statuses, attempts, lost) in [
        (&[200, 204][..], [1, 1], 0),
        (&[500, 429, 503, 0, 200, 202], [5, 1], 0),
        (&[404, 200], [1, 1], 1),
        (&[301, 200], [1, 1], 1),
        (&[500, 500, 502, 503, 429, 200], [5, 1], 1),
        (&[0, 201, 400], [2, 1], 1),
    ] {
        let (port, server) = receiver(statuses).await;
        let (mut webhook, backlog) = webhook(&format!("http://127.0.0.1:{port}/a?b=c"), 10);
        for event in [json!({"number": 0}), json!({"number": 1})] {
            webhook.send(&event);
        }
        webhook.end().await.unwrap();
        let bodies = server.await.unwrap().into_iter().map(|(head, body)| {
            assert!(head.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{head}");
            assert!(head.contains("content-type: application/json"), "{head}");
            body
        });
        let first = std::iter::repeat_n("{\"number\":0}", attempts[0]);
        let expected = first.chain(std::iter::repeat_n("{\"number\":1}", attempts[1]));
        assert!(bodies.eq(expected), "{statuses:?}");
        assert_eq!(backlog.lacks.load(Ordering::Relaxed), lost, "{statuses:?}");
    }
}

#[tokio::test]
async fn a_user_in_the_url_is_sent_as_basic_authentication_only() {
    for (user, expected) in [
        (
            "us%C3%A9r:hid%3Aden@",
            "authorization: Basic dXPDqXI6aGlkOmRlbg==",
        ),
        ("hidden@", "authorization: Basic aGlkZGVuOg=="),
        ("", "host: "),
    ] {
        let (port, server) = receiver(&[200]).await;
        let (mut webhook, _) = webhook(&format!("http://{user}127.0.0.1:{port}"), 10);
        webhook.send(&json!(1));
        webhook.end().await.unwrap();
        let (head, _) = server.await.unwrap().remove(0);
        assert!(head.contains(expected), "{head}");
        assert_eq!(head.contains("authorization"), !user.is_empty(), "{head}");
        assert!(head.contains(&format!("host: 127.0.0.1:{port}")) && !head.contains(HIDDEN));
    }
}

#[tokio::test]
async fn a_webhook_that_does_not_respond_holds_nobody_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (mut webhook, backlog) = webhook(&format!("http://127.0.0.1:{port}"), 3);
    // Nothing runs between these: none is delivered, and what the queue cannot hold is lost.
    for number in 0..10 {
        webhook.send(&json!(number));
    }
    assert_eq!(backlog.lacks.load(Ordering::Relaxed), 10);
    let server = tokio::spawn(async move {
        let mut stream = listener.accept().await.unwrap().0;
        for _ in 0..3 {
            request(&mut stream).await;
            let response = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(response.as_bytes()).await.unwrap();
        }
    });
    webhook.end().await.unwrap();
    server.await.unwrap();
    assert_eq!(backlog.lacks.load(Ordering::Relaxed), 7);
}

#[tokio::test]
async fn a_webhook_that_is_not_there_loses_events() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for scheme in ["http", "https"] {
        let (mut webhook, backlog) = webhook(&format!("{scheme}://127.0.0.1:{port}"), 10);
        webhook.send(&json!(1));
        webhook.end().await.unwrap();
        assert_eq!(backlog.lacks.load(Ordering::Relaxed), 1);
    }
}
