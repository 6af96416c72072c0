//! What a request consists of.

use aws_credential_types::provider::{ProvideCredentials, future};
use aws_credential_types::{Credentials, Token};
use aws_smithy_types::body::SdkBody;
use connect_protocol::endpoint::{Endpoint, EndpointError, Value};
use connect_protocol::http::Request;
use connect_protocol::operation::{Auth, Operation, Service};
use connect_transport::Handle;
use connect_transport::config::auth::AuthSchemeId;
use connect_transport::config::{AppName, Builder, Environment, FrameworkMetadata, Region};
use connect_transport::error::{InputError, SdkError};
use connect_transport::test_util::{Answer, RecordedRequest, TestSender};

use crate::service::{GREET, SERVICE, call, greet, greet_with, request};
use crate::{client, client_with, good, only};

/// The request of a call under this configuration.
async fn sent(adjust: impl FnOnce(Builder) -> Builder) -> RecordedRequest {
    let (client, sender) = client_with([good()], adjust);
    greet(&client).await.unwrap();
    only(&sender)
}

#[tokio::test]
async fn a_request_is_addressed_signed_and_labelled() {
    let request = sent(|config| config).await;
    assert_eq!(
        request.uri,
        "https://faults.us-east-1.example.com/greeting?name=w%20orld"
    );
    for (name, expected) in [
        ("host", Some("faults.us-east-1.example.com")),
        ("amz-sdk-request", Some("attempt=1; max=3")),
        ("x-amz-date", Some("20090213T233130Z")),
        ("x-amz-security-token", Some("notarealsessiontoken")),
        ("x-amzn-trace-id", None),
        ("x-amz-user-agent", request.header("user-agent")),
    ] {
        assert_eq!(request.header(name), expected, "{name}");
    }
    let agent = request.header("user-agent").unwrap();
    let api = " ua/2.1 api/faults#2026-11-22 os/";
    assert!(agent.contains(api), "{agent}");
    let id = request.header("amz-sdk-invocation-id").unwrap();
    assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
    let authorization = request.header("authorization").unwrap();
    let expected = "AWS4-HMAC-SHA256 Credential=ANOTREAL/20090213/us-east-1/faults/aws4_request, \
        SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;host;x-amz-date;x-amz-security-token;x-amz-user-agent, Signature=";
    assert!(authorization.starts_with(expected), "{authorization}");
}

#[tokio::test]
async fn an_application_and_its_framework_are_named() {
    let request = sent(|config| {
        config
            .app_name(AppName::new("desk").unwrap())
            .framework_metadata(FrameworkMetadata::new("frame", Some("1.2")).unwrap())
    });
    let request = request.await;
    let agent = request.header("user-agent").unwrap();
    assert!(agent.ends_with(" m/E lib/frame#1.2 app/desk"), "{agent}");
}

#[tokio::test]
async fn the_trace_of_aws_lambda_is_passed_on() {
    let (function, id) = (
        ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ("_X_AMZN_TRACE_ID", "Root=1-5759e988;Sampled=1"),
    );
    for (pairs, expected) in [
        (&[function, id][..], Some(id.1)),
        (&[id], None),
        (&[function], None),
    ] {
        let environment = Environment::from_pairs(pairs.iter().copied());
        let request = sent(|config| config.environment(environment)).await;
        // It may be changed on the way, so it is not signed.
        let authorization = request.header("authorization").unwrap();
        assert!(!authorization.contains("trace-id"), "{authorization}");
        assert_eq!(request.header("x-amzn-trace-id"), expected);
    }
}

/// The error of a call that is not sent.
async fn unsent(
    adjust: impl FnOnce(Builder) -> Builder,
    request: Result<Request, InputError>,
) -> String {
    let (client, sender) = client_with([], adjust);
    let error = call(&client, &GREET, request).await.unwrap_err();
    assert!(matches!(error, SdkError::ConstructionFailure(_)), "{error}");
    assert_eq!(sender.requests().len(), 0);
    error.to_string()
}

async fn rejected(adjust: impl FnOnce(Builder) -> Builder) -> String {
    unsent(adjust, Ok(request())).await
}

#[tokio::test]
async fn an_input_that_cannot_be_encoded_is_not_sent() {
    let input = Err(InputError::new("InstanceId", "required"));
    assert_eq!(
        unsent(|config| config, input).await,
        "Greet: the request could not be made: InstanceId: required"
    );
}

#[tokio::test]
async fn endpoints_that_cannot_be_used_are_rejected() {
    let start = "Greet: the request could not be made: ";
    assert_eq!(
        rejected(|config| config.region(None)).await,
        format!("{start}no endpoint: a region is required")
    );
    for (url, problem) in [
        ("ftp://h", "neither http nor https"),
        ("not a url", "is no URL"),
        // What stands before the host can be a password, and is not shown.
        (
            "https://me:p4ss@example.com",
            "the endpoint \"https://**@example.com\" has a user name",
        ),
        ("http://127.0.0.1:99999", "a port that is no number"),
        ("http://127.0.0.1:abc", "a port that is no number"),
        ("http://127.0.0.1:", "a port that is no number"),
        ("http://127.0.0.1:$PORT", "a port that is no number"),
        ("http://127.0.0.1#80", "has a fragment"),
        ("http://127.0.0.1:+80", "a port that is no number"),
        ("http://:80", "or no host"),
        ("http://127.0.0.1/a/../b", "a segment . or .."),
        ("http://127.0.0.1/a/.%2E/b", "a segment . or .."),
        ("https://example.com/?x=1", "has a query"),
    ] {
        let error = rejected(|config| config.endpoint_url(url)).await;
        assert!(error.contains(problem), "{url}: {error}");
    }
    for region in [
        "evil.test/",
        "evil.test#",
        "evil.test:443/x",
        "u@evil",
        "eu-central-1\r\n",
        "",
    ] {
        for url in [None, Some("http://127.0.0.1".to_owned())] {
            let error = rejected(|mut config| {
                config.set_endpoint_url(url);
                config.region(Region::new(region))
            });
            let expected = format!("{start}region: {region:?} is no region");
            assert!(error.await.starts_with(&expected), "{region}");
        }
    }
}

/// A provider may call a token service of the region: it is not asked.
#[tokio::test]
async fn a_region_that_is_none_is_rejected_before_credentials_are_asked_for() {
    let error = rejected(|config| {
        let config = config.credentials_provider(NeverAsked);
        config.region(Region::new("evil.test/"))
    });
    assert!(error.await.contains("\"evil.test/\" is no region"));
}

#[derive(Debug)]
struct NeverAsked;

impl ProvideCredentials for NeverAsked {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        panic!("the provider was asked")
    }
}

#[tokio::test]
async fn only_an_explicit_endpoint_may_be_plaintext() {
    static PLAINTEXT: Service = Service {
        endpoint: |_| Ok(Endpoint::new("http://rules.example.com")),
        ..SERVICE
    };
    static CALL: Operation = Operation {
        service: &PLAINTEXT,
        ..GREET
    };
    let sender = TestSender::new([good()]);
    let config = Builder::new().with_test_defaults().sender(sender.clone());
    let client = Handle::new(&PLAINTEXT, config.clone().build());
    let error = call(&client, &CALL, Ok(request())).await.unwrap_err();
    let expected = "plaintext, which only an explicit `endpoint_url` may be";
    assert!(error.to_string().contains(expected), "{error}");
    let config = config.endpoint_url("http://explicit.example.com");
    let client = Handle::new(&PLAINTEXT, config.build());
    call(&client, &CALL, Ok(request())).await.unwrap();
}

fn prefixed(prefix: &str) -> Request {
    let mut request = request();
    request.host_prefix = Some(prefix.to_owned());
    request
}

#[tokio::test]
async fn a_base_path_and_a_host_prefix_are_put_before_but_where_there_is_one_name() {
    for (url, disable, expected) in [
        (
            "https://example.com/base/",
            false,
            "https://data.example.com/base",
        ),
        ("http://127.0.0.1:8787", false, "http://127.0.0.1:8787"),
        ("http://[::1]:8787", false, "http://[::1]:8787"),
        ("http://localhost:8787", true, "http://localhost:8787"),
    ] {
        let (client, sender) = client_with([good()], |config| {
            config.endpoint_url(url).disable_host_prefix(disable)
        });
        greet_with(&client, prefixed("data."), None).await.unwrap();
        let request = only(&sender);
        let expected = format!("{expected}/greeting?name=w%20orld");
        assert_eq!(request.uri, expected.as_str());
        let authority = request.uri.authority().unwrap().as_str();
        assert_eq!(request.header("host"), Some(authority));
    }
}

#[tokio::test]
async fn a_host_prefix_from_input_cannot_leave_its_place() {
    for prefix in ["evil.com/", "a b.", "..", "x@", "-\u{e9}."] {
        let error = unsent(|config| config, Ok(prefixed(prefix))).await;
        assert!(error.contains("fits no host name"), "{prefix}: {error}");
    }
}

#[tokio::test]
async fn rules_see_parameters_and_may_choose_headers_region_and_name() {
    static RULED: Service = Service {
        endpoint: |params| {
            let Some(bucket) = params.string("Bucket") else {
                return Err(EndpointError::new("no bucket"));
            };
            let mut endpoint = Endpoint::new(format!("https://{bucket}.example.com"));
            let header = ("x-ruled".to_owned(), "yes".to_owned());
            endpoint.headers.push(header);
            endpoint.signing_region = Some("elsewhere".to_owned());
            endpoint.signing_name = Some("other".to_owned());
            Ok(endpoint)
        },
        ..SERVICE
    };
    static CALL: Operation = Operation {
        service: &RULED,
        endpoint_params: &[(
            "Bucket",
            Value::String(std::borrow::Cow::Borrowed("static")),
        )],
        ..GREET
    };
    let sender = TestSender::new([good(), good()]);
    let config = Builder::new().with_test_defaults().sender(sender.clone());
    let client = Handle::new(&RULED, config.build());
    let mut own = request();
    own.endpoint_params
        .push(("Bucket", Value::String("own".into())));
    for request in [request(), own] {
        call(&client, &CALL, Ok(request)).await.unwrap();
    }
    let requests = sender.requests();
    for (request, host) in requests.iter().zip(["static", "own"]) {
        let expected = format!("{host}.example.com");
        assert_eq!(request.uri.host(), Some(expected.as_str()));
    }
    assert_eq!(requests[0].header("x-ruled"), Some("yes"));
    let authorization = requests[0].header("authorization").unwrap();
    assert!(authorization.contains("/elsewhere/other/aws4_request"));
}

#[tokio::test]
async fn the_preferred_way_to_authenticate_is_taken() {
    static EITHER: Operation = Operation {
        auth: &[Auth::SigV4, Auth::Bearer],
        ..GREET
    };
    static OPEN: Operation = Operation { auth: &[], ..GREET };
    let with_token = |config: Builder| config.token_provider(Token::new("t0k3n", None));
    let preferred = |config: Builder| {
        let bearer = [AuthSchemeId::new("httpBearerAuth")];
        with_token(config).auth_scheme_preference(bearer)
    };
    let only_token = |mut config: Builder| {
        config.set_credentials_provider(None);
        with_token(config)
    };
    let adjustments: [(&'static Operation, &dyn Fn(Builder) -> Builder, _); 4] = [
        (&EITHER, &with_token, Some("AWS4-HMAC-SHA256")),
        (&EITHER, &preferred, Some("Bearer t0k3n")),
        (&EITHER, &only_token, Some("Bearer t0k3n")),
        (&OPEN, &|config| config, None),
    ];
    for (operation, adjust, expected) in adjustments {
        let (client, sender) = client_with([good()], adjust);
        call(&client, operation, Ok(request())).await.unwrap();
        let request = only(&sender);
        let authorization = request.header("authorization");
        // Of a signature, the algorithm.
        let shown = authorization.map(|text| text.split(" Credential").next().unwrap());
        assert_eq!(shown, expected);
    }
}

#[tokio::test]
async fn a_large_body_is_compressed_where_the_operation_allows_it() {
    let body = "all work and no play ".repeat(1000);
    let post = |body: &str| {
        let mut request = request();
        request.method = http::Method::POST;
        request.body = SdkBody::from(body).into();
        request
    };
    let (client, sender) = client([good(), good(), good()]);
    let never = Builder::new().disable_request_compression(true);
    for (body, overrides) in [(&*body, None), ("short", None), (&body, Some(never))] {
        greet_with(&client, post(body), overrides).await.unwrap();
    }
    let requests = sender.requests();
    let encoding =
        |request: &RecordedRequest| request.header("content-encoding").map(str::to_owned);
    let encodings: Vec<_> = requests.iter().map(encoding).collect();
    assert_eq!(encodings, [Some("gzip".to_owned()), None, None]);
    let mut unpacked = String::new();
    let mut decoder = flate2::read::GzDecoder::new(requests[0].body.as_ref());
    std::io::Read::read_to_string(&mut decoder, &mut unpacked).unwrap();
    assert_eq!(unpacked, body);
    assert_eq!(requests[2].body, body);
}

#[tokio::test]
async fn the_region_can_be_changed_for_one_call() {
    let (client, sender) = client([good(), good()]);
    let elsewhere = Builder::new().region(Region::new("eu-west-2"));
    let changed = greet_with(&client, request(), Some(elsewhere));
    changed.await.unwrap();
    greet(&client).await.unwrap();
    for (request, region) in sender.requests().iter().zip(["eu-west-2", "us-east-1"]) {
        let host = format!("faults.{region}.example.com");
        assert_eq!(request.uri.host(), Some(host.as_str()));
        let authorization = request.header("authorization").unwrap();
        assert!(authorization.contains(&format!("/{region}/")));
    }
}

#[tokio::test]
async fn an_empty_session_token_is_none() {
    let forbidden = Answer::json(403, r#"{"message":"not you"}"#);
    let (client, sender) = client_with([forbidden], |config| {
        let token = Some(String::new());
        config.credentials_provider(Credentials::new("AKID", "secret", token, None, "test"))
    });
    let error = greet(&client).await.unwrap_err().to_string();
    assert!(error.contains(": not you (HTTP 403"), "{error}");
    let request = only(&sender);
    assert_eq!(request.header("x-amz-security-token"), None);
    let signed = request.header("authorization").unwrap();
    assert!(!signed.contains("x-amz-security-token"), "{signed}");
}
