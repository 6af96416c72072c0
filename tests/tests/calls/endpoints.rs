//! Where calls go: the model's rules with what members, operations, clients and regions set.

use connect_transport::error::DisplayErrorContext;
use connect_transport::test_util::{RecordedRequest, TestResponse};

use crate::config::{Builder, Region, ServiceSettings};
use crate::{Client, config_with};

/// The request of a call by a client with these settings.
macro_rules! sent {
    ($adjust:expr, $($call:tt)*) => {{
        let (config, sender) = config_with([TestResponse::json(200, "{}")]);
        let adjust: fn(Builder) -> Builder = $adjust;
        let client = Client::from_conf(adjust(config).build());
        let outcome = client.$($call)*.send().await;
        match outcome {
            Ok(_) => Ok(sender.requests().remove(0)),
            Err(error) => Err(DisplayErrorContext(error).to_string()),
        }
    }};
}

#[track_caller]
fn assert_uri(request: Result<RecordedRequest, String>, uri: &str) -> RecordedRequest {
    let request = request.unwrap();
    assert_eq!(request.uri.to_string(), uri);
    request
}

#[tokio::test]
async fn the_region_and_its_partition_choose() {
    let request = sent!(|it| it, open());
    assert_uri(request, "https://calls.us-east-1.amazonaws.com/open");
    let request = sent!(|it| it.region(Region::new("cn-north-1")), open());
    assert_uri(request, "https://calls.cn-north-1.amazonaws.com.cn/open");
    let request = sent!(|it| it.use_fips(true), open());
    assert_uri(request, "https://calls-fips.us-east-1.amazonaws.com/open");
}

#[tokio::test]
async fn a_member_chooses() {
    let request = sent!(|it| it, store().bucket("mine"));
    let request = assert_uri(
        request,
        "https://mine.calls.us-east-1.amazonaws.com/store/mine",
    );
    assert_eq!(request.header("x-bucket-start"), Some("mi"));
    let request = sent!(|it| it, store().bucket("x y"));
    let request = assert_uri(
        request,
        "https://calls.us-east-1.amazonaws.com/x%20y/store/x%20y",
    );
    assert_eq!(request.header("x-bucket-start"), None);
}

#[tokio::test]
async fn an_operation_chooses_and_says_how_to_sign() {
    let request = sent!(|it| it, hurry());
    let request = assert_uri(request, "https://fast.calls.us-east-1.amazonaws.com/hurry");
    let authorization = request.header("authorization").unwrap();
    assert!(
        authorization.contains("/us-west-2/calls-fast/aws4_request"),
        "{authorization}"
    );
    let request = sent!(|it| it, sign()).unwrap();
    let authorization = request.header("authorization").unwrap();
    assert!(
        authorization.contains("/us-east-1/calls/aws4_request"),
        "{authorization}"
    );
}

#[tokio::test]
async fn a_client_chooses() {
    let request = sent!(|it| it.accelerate(true), hurry());
    assert_uri(request, "https://calls.accelerate.amazonaws.com/hurry");
    let request = sent!(|it| it.zone("z1"), open());
    assert_uri(request, "https://z1.calls.us-east-1.amazonaws.com/open");
    let request = sent!(|it| it.accelerate(false), open());
    assert_uri(request, "https://calls.us-east-1.amazonaws.com/open");
}

#[tokio::test]
async fn a_custom_endpoint_wins_and_keeps_its_path() {
    let request = sent!(|it| it.endpoint_url("http://localhost:8000/base"), open());
    assert_uri(request, "http://localhost:8000/base/open");
}

#[tokio::test]
async fn what_the_rules_reject_is_not_sent() {
    let rejected = sent!(|it| it.region(None), open()).unwrap_err();
    assert!(rejected.contains("Missing Region"), "{rejected}");
    let rejected = sent!(
        |it| it.use_fips(true).endpoint_url("https://example.org"),
        open()
    );
    let rejected = rejected.unwrap_err();
    assert!(
        rejected.contains("FIPS and a custom endpoint"),
        "{rejected}"
    );
}
