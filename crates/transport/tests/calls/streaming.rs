//! Outputs that are streams.

use std::pin::Pin;
use std::sync::mpsc;
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use connect_protocol::http::HttpResponse;
use connect_protocol::json::ReadError;
use connect_transport::Handle;
use connect_transport::config::StalledStreamProtectionConfig;
use connect_transport::error::{LimitExceeded, SdkError};
use connect_transport::test_util::Answer;
use http_body::Body;

use crate::service::{DOWNLOAD, Outcome, config, handle, read_error, request};
use crate::{client, serve_once};

fn take(response: &mut HttpResponse) -> Result<SdkBody, ReadError> {
    Ok(response.take_body())
}

async fn download(client: &Handle) -> Outcome<SdkBody> {
    client
        .send(&DOWNLOAD, Ok(request()), None, take, read_error)
        .await
}

/// All of a body, or what it broke off with.
async fn read(mut body: SdkBody) -> (Vec<u8>, Option<String>) {
    let mut bytes = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        match frame {
            Ok(frame) => bytes.extend_from_slice(&frame.into_data().unwrap()),
            Err(error) => {
                let limit = error.downcast_ref::<LimitExceeded>();
                let reason = limit.map_or("broken off".to_owned(), ToString::to_string);
                return (bytes, Some(reason));
            }
        }
    }
    (bytes, None)
}

#[tokio::test]
async fn a_body_is_handed_over_and_its_error_is_read() {
    let (client, _) = client([
        Answer::json(200, "bytes"),
        Answer::json(404, r#"{"message":"gone"}"#),
    ]);
    let body = download(&client).await.unwrap();
    assert!(body.bytes().is_none(), "not in memory");
    assert_eq!(read(body).await, (b"bytes".to_vec(), None));
    let error = download(&client).await.unwrap_err();
    assert!(
        matches!(&error, SdkError::ServiceError(context) if context.raw().bytes() == br#"{"message":"gone"}"#)
    );
}

#[tokio::test]
async fn a_stream_that_stalls_or_breaks_off_says_so() {
    let grace = |milliseconds| {
        let stall = StalledStreamProtectionConfig::enabled();
        let stall = stall.grace_period(Duration::from_millis(milliseconds));
        Some(stall.build())
    };
    for (stalls, grace, expected) in [
        (true, None, "the read time limit of 250ms ran out"),
        (true, grace(50), "the read time limit of 50ms ran out"),
        (false, None, "broken off"),
    ] {
        // Ten of a hundred bytes.
        let start = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789";
        let url = serve_once(start, stalls, mpsc::channel().0).await;
        let mut config = config(&url);
        config.set_stalled_stream_protection(grace);
        let body = download(&handle(config)).await.unwrap();
        let expected = Some(expected.to_owned());
        assert_eq!(read(body).await, (b"0123456789".to_vec(), expected));
    }
}
