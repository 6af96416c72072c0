//! Bodies that operations take compressed.

use std::io::Read;

use connect_transport::test_util::TestResponse;
use flate2::read::GzDecoder;

#[tokio::test]
async fn a_large_body_is_sent_as_gzip_and_holds_what_was_written() {
    let (client, sender) = crate::calling([TestResponse::json(200, "{}")]);
    let text = "chalk and cheese, ".repeat(1000);
    client.shrink().text(&text).send().await.unwrap();
    let request = &sender.requests()[0];
    assert_eq!(request.header("content-encoding"), Some("gzip"));
    assert!(request.body.len() < text.len() / 10);
    let mut body = String::new();
    GzDecoder::new(&request.body[..])
        .read_to_string(&mut body)
        .unwrap();
    assert_eq!(body, format!("{{\"text\":\"{text}\"}}"));
}

#[tokio::test]
async fn compression_can_be_declined() {
    let (config, sender) = crate::config_with([TestResponse::json(200, "{}")]);
    let config = config.disable_request_compression(true).build();
    let text = "chalk and cheese, ".repeat(1000);
    let client = crate::Client::from_conf(config);
    client.shrink().text(&text).send().await.unwrap();
    let request = &sender.requests()[0];
    assert_eq!(request.header("content-encoding"), None);
    assert_eq!(request.body, format!("{{\"text\":\"{text}\"}}"));
}
