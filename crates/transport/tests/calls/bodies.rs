//! Requests with bodies: which are sent again.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Mutex, mpsc};
use std::task::{Context, Poll};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use connect_protocol::http::Request;
use connect_transport::config::Builder;
use connect_transport::config::retry::RetryConfig;
use connect_transport::test_util::Answer;
use http::Method;
use http_body::{Body, Frame};

use crate::service::{config, greet_with, handle, request};
use crate::{client_with, good, only, serve_once};

/// A body of one frame that cannot be replayed.
struct Once(Option<Bytes>);

impl Body for Once {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }
}

fn post(body: SdkBody) -> Request {
    let mut request = request();
    request.method = Method::POST;
    request.body = body.into();
    request
}

fn soon(config: Builder) -> Builder {
    let retries = RetryConfig::standard();
    config.retry_config(retries.with_initial_backoff(std::time::Duration::from_micros(1)))
}

#[tokio::test]
async fn a_body_that_can_be_sent_once_is_sent_once() {
    let (client, sender) = client_with([Answer::json(503, ""), good()], soon);
    let once = || post(SdkBody::from_body_1_x(Once(Some("streamed".into()))));
    let error = greet_with(&client, once(), None).await.unwrap_err();
    let end = "(HTTP 503, 1 attempt, not retried: the request's body can be sent only once)";
    assert!(error.to_string().ends_with(end), "{error}");
    let next = greet_with(&client, once(), None).await;
    assert!(next.is_ok(), "the next call");
    assert_eq!(sender.requests().len(), 2);
}

#[tokio::test]
async fn a_body_in_memory_is_sent_again() {
    let (client, sender) = client_with([Answer::json(503, ""), good()], soon);
    let request = post(SdkBody::from("in memory"));
    assert!(greet_with(&client, request, None).await.is_ok());
    let requests = sender.requests();
    let bodies: Vec<_> = requests.iter().map(|request| &request.body[..]).collect();
    assert_eq!(bodies, [b"in memory", b"in memory"]);
}

/// A body that goes on when the server has responded and closed, and no sooner.
struct Late {
    polls: usize,
    closed: Mutex<mpsc::Receiver<()>>,
}

impl Body for Late {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.polls += 1;
        match self.polls {
            // So that what there is so far is sent.
            2 => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            // The connection is written to before it is read again.
            3 => self.closed.lock().unwrap().recv().unwrap(),
            100.. => return Poll::Ready(None),
            _ => {}
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 1 << 16])))))
    }
}

/// A server that responds as soon as it has the head, never reads the body, and closes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_response_that_comes_before_the_body_is_sent_is_the_calls() {
    for late in [false, true] {
        let (closing, closed) = mpsc::channel();
        let response =
            b"HTTP/1.1 413 Too Large\r\nx-amzn-errortype: TooLarge\r\ncontent-length: 0\r\n\r\n";
        // What was not read makes this a reset.
        let url = serve_once(response, false, closing).await;
        let client = handle(config(&url).retry_config(RetryConfig::disabled()));
        let closed = Mutex::new(closed);
        let body = if late {
            SdkBody::from_body_1_x(Late { polls: 0, closed })
        } else {
            SdkBody::from(vec![b'x'; 32 << 20])
        };
        let error = greet_with(&client, post(body), None).await.unwrap_err();
        assert_eq!(error.to_string(), "Greet: TooLarge (HTTP 413, 1 attempt)");
    }
}

#[tokio::test]
async fn a_method_that_means_a_body_says_that_there_is_none() {
    for (method, body, expected) in [
        (Method::POST, "", Some("0")),
        (Method::PUT, "", Some("0")),
        (Method::PATCH, "", Some("0")),
        // hyper adds the length of what there is.
        (Method::POST, "x", None),
        (Method::GET, "", None),
        (Method::DELETE, "", None),
    ] {
        let (client, sender) = client_with([good()], soon);
        let mut sent = post(SdkBody::from(body));
        sent.method = method;
        greet_with(&client, sent, None).await.unwrap();
        let request = only(&sender);
        assert_eq!(request.header("content-length"), expected);
        assert_eq!(request.header("accept"), Some("application/json"));
    }
}
