//! What a request consists of.

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_smithy_types::body::SdkBody;
use connect_protocol::endpoint::{Endpoint, EndpointError, Value};
use connect_protocol::operation::{Auth, Operation, Service};
use connect_transport::Handle;
use connect_transport::config::auth::AuthSchemeId;
use connect_transport::config::{AppName, Builder, Environment, FrameworkMetadata, Region};
use connect_transport::error::{InputError, SdkError};
use connect_transport::test_util::{Answer, TestSender};

use crate::service::{GREET, SERVICE, greet, greet_with, read_error, read_greeting, request};
use crate::{client, client_with, good};

#[tokio::test]
async fn a_request_is_addressed_signed_and_labelled() {
    let (client, sender) = client([good()]);
    greet(&client).await.unwrap();
    let request = &sender.requests()[0];
    assert_eq!(
        request.uri,
        "https://faults.us-east-1.example.com/greeting?name=w%20orld"
    );
    assert_eq!(request.header("host"), Some("faults.us-east-1.example.com"));
    assert_eq!(request.header("amz-sdk-request"), Some("attempt=1; max=3"));
    assert_eq!(request.header("x-amz-date"), Some("20090213T233130Z"));
    assert_eq!(
        request.header("x-amz-security-token"),
        Some("notarealsessiontoken")
    );
    assert_eq!(request.header("x-amzn-trace-id"), None);
    let agent = request.header("user-agent").unwrap();
    assert!(
        agent.contains(" ua/2.1 api/faults#2026-11-22 os/"),
        "{agent}"
    );
    assert_eq!(request.header("x-amz-user-agent"), Some(agent));
    let id = request.header("amz-sdk-invocation-id").unwrap();
    assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
    let authorization = request.header("authorization").unwrap();
    let expected = "AWS4-HMAC-SHA256 Credential=ANOTREAL/20090213/us-east-1/faults/aws4_request, \
        SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;host;x-amz-date;x-amz-security-token;x-amz-user-agent, Signature=";
    assert!(authorization.starts_with(expected), "{authorization}");
}

#[tokio::test]
async fn an_application_and_its_framework_are_named() {
    let (client, sender) = client_with([good()], |config| {
        config
            .app_name(AppName::new("desk").unwrap())
            .framework_metadata(FrameworkMetadata::new("frame", Some("1.2")).unwrap())
    });
    greet(&client).await.unwrap();
    let requests = sender.requests();
    let agent = requests[0].header("user-agent").unwrap();
    assert!(agent.ends_with(" m/E lib/frame#1.2 app/desk"), "{agent}");
}

#[tokio::test]
async fn the_trace_of_aws_lambda_is_passed_on() {
    let trace = |pairs: &[(&'static str, &'static str)]| {
        let environment = Environment::from_pairs(pairs.iter().copied());
        let (client, sender) = client_with([good()], |config| config.environment(environment));
        async move {
            greet(&client).await.unwrap();
            let request = &sender.requests()[0];
            // It may be changed on the way, so it is not signed.
            let authorization = request.header("authorization").unwrap();
            assert!(!authorization.contains("trace-id"), "{authorization}");
            request.header("x-amzn-trace-id").map(str::to_owned)
        }
    };
    let (function, id) = (
        ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ("_X_AMZN_TRACE_ID", "Root=1-5759e988;Sampled=1"),
    );
    assert_eq!(
        trace(&[function, id]).await.as_deref(),
        Some("Root=1-5759e988;Sampled=1")
    );
    assert_eq!(trace(&[id]).await, None);
    assert_eq!(trace(&[function]).await, None);
}

#[tokio::test]
async fn an_input_that_cannot_be_encoded_is_not_sent() {
    let (client, sender) = client([]);
    let refused = Err(InputError::new("InstanceId", "required"));
    let error = client
        .send(&GREET, refused, None, read_greeting, read_error)
        .await
        .unwrap_err();
    assert!(matches!(error, SdkError::ConstructionFailure(_)));
    assert_eq!(
        error.to_string(),
        "Greet: the request could not be made: InstanceId: required"
    );
    assert_eq!(sender.requests().len(), 0);
}

async fn refused(adjust: impl FnOnce(Builder) -> Builder) -> String {
    let (client, sender) = client_with([], adjust);
    let error = greet(&client).await.unwrap_err();
    assert!(matches!(error, SdkError::ConstructionFailure(_)), "{error}");
    assert_eq!(sender.requests().len(), 0);
    error.to_string()
}

#[tokio::test]
async fn endpoints_that_cannot_be_used_are_refused() {
    let start = "Greet: the request could not be made: ";
    assert_eq!(
        refused(|config| config.region(None)).await,
        format!("{start}no endpoint: a region is required")
    );
    assert!(
        refused(|config| config.endpoint_url("ftp://h"))
            .await
            .contains("neither http nor https")
    );
    assert!(
        refused(|config| config.endpoint_url("not a url"))
            .await
            .contains("is no URL")
    );
    // What stands before the host can be a password, and is not shown.
    let with_password = refused(|config| config.endpoint_url("https://me:p4ss@example.com")).await;
    let expected = "the endpoint \"https://**@example.com\" has a user name";
    assert!(with_password.contains(expected), "{with_password}");
    for (url, problem) in [
        ("http://127.0.0.1:99999", "a port that is no number"),
        ("http://127.0.0.1:abc", "a port that is no number"),
        ("http://127.0.0.1:", "a port that is no number"),
        ("http://127.0.0.1:$PORT", "a port that is no number"),
        ("http://127.0.0.1#80", "has a fragment"),
        ("http://127.0.0.1:+80", "a port that is no number"),
        ("http://:80", "or no host"),
        ("http://127.0.0.1/a/../b", "a segment . or .."),
        ("http://127.0.0.1/a/.%2E/b", "a segment . or .."),
    ] {
        let error = refused(|config| config.endpoint_url(url)).await;
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
            let error = refused(|mut config| {
                config.set_endpoint_url(url);
                config.region(Region::new(region))
            });
            let expected = format!("{start}region: {region:?} is no region");
            assert!(error.await.starts_with(&expected), "{region}");
        }
    }
    let with_query = refused(|config| config.endpoint_url("https://example.com/?x=1")).await;
    assert!(with_query.contains("has a query"), "{with_query}");
}

/// A provider may call a token service of the region: it is not asked.
#[tokio::test]
async fn a_region_that_is_none_is_refused_before_credentials_are_asked_for() {
    let error = refused(|config| {
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
    let error = client
        .send(&CALL, Ok(request()), None, read_greeting, read_error)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("plaintext, which only an explicit `endpoint_url` may be"),
        "{error}"
    );
    let client = Handle::new(
        &PLAINTEXT,
        config.endpoint_url("http://explicit.example.com").build(),
    );
    client
        .send(&CALL, Ok(request()), None, read_greeting, read_error)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_base_path_and_a_host_prefix_are_put_before() {
    let (client, sender) = client_with([good()], |config| {
        config.endpoint_url("https://example.com/base/")
    });
    let mut prefixed = request();
    prefixed.host_prefix = Some("data.".to_owned());
    greet_with(&client, prefixed, None).await.unwrap();
    let request = &sender.requests()[0];
    assert_eq!(
        request.uri,
        "https://data.example.com/base/greeting?name=w%20orld"
    );
    assert_eq!(request.header("host"), Some("data.example.com"));
}

#[tokio::test]
async fn endpoints_of_one_name_get_no_host_prefix() {
    for (url, disable) in [
        ("http://127.0.0.1:8787", false),
        ("http://[::1]:8787", false),
        ("http://localhost:8787", true),
    ] {
        let (client, sender) = client_with([good()], |config| {
            config.endpoint_url(url).disable_host_prefix(disable)
        });
        let mut prefixed = request();
        prefixed.host_prefix = Some("data.".to_owned());
        greet_with(&client, prefixed, None).await.unwrap();
        assert_eq!(
            sender.requests()[0].uri.to_string(),
            format!("{url}/greeting?name=w%20orld")
        );
    }
}

#[tokio::test]
async fn a_host_prefix_from_input_cannot_leave_its_place() {
    for prefix in ["evil.com/", "a b.", "..", "x@", "-\u{e9}."] {
        let (client, sender) = client([]);
        let mut prefixed = request();
        prefixed.host_prefix = Some(prefix.to_owned());
        let error = greet_with(&client, prefixed, None).await.unwrap_err();
        assert!(
            error.to_string().contains("fits no host name"),
            "{prefix}: {error}"
        );
        assert_eq!(sender.requests().len(), 0);
    }
}

#[tokio::test]
async fn rules_see_parameters_and_may_choose_headers_region_and_name() {
    static RULED: Service = Service {
        endpoint: |params| {
            let find = |wanted: &str| params.custom.iter().rev().find(|(name, _)| *name == wanted);
            let Some((_, Value::String(bucket))) = find("Bucket") else {
                return Err(EndpointError::new("no bucket"));
            };
            let mut endpoint = Endpoint::new(format!("https://{bucket}.example.com"));
            endpoint
                .headers
                .push(("x-ruled".to_owned(), "yes".to_owned()));
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
    let client = Handle::new(
        &RULED,
        Builder::new()
            .with_test_defaults()
            .sender(sender.clone())
            .build(),
    );
    let mut own = request();
    own.endpoint_params
        .push(("Bucket", Value::String("own".into())));
    for request in [request(), own] {
        client
            .send(&CALL, Ok(request), None, read_greeting, read_error)
            .await
            .unwrap();
    }
    let requests = sender.requests();
    let hosts: Vec<_> = requests
        .iter()
        .map(|request| request.uri.host().unwrap())
        .collect();
    assert_eq!(hosts, ["static.example.com", "own.example.com"]);
    assert_eq!(requests[0].header("x-ruled"), Some("yes"));
    assert!(
        requests[0]
            .header("authorization")
            .unwrap()
            .contains("/elsewhere/other/aws4_request")
    );
}

static EITHER: Operation = Operation {
    auth: &[Auth::SigV4, Auth::Bearer],
    ..GREET
};

async fn authorization(adjust: impl FnOnce(Builder) -> Builder) -> Option<String> {
    let (client, sender) = client_with([good()], adjust);
    client
        .send(&EITHER, Ok(request()), None, read_greeting, read_error)
        .await
        .unwrap();
    sender.requests()[0]
        .header("authorization")
        .map(str::to_owned)
}

#[tokio::test]
async fn the_preferred_way_to_authenticate_is_taken() {
    let token = || aws_credential_types::Token::new("t0k3n", None);
    let signed = authorization(|config| config.token_provider(token()))
        .await
        .unwrap();
    assert!(signed.starts_with("AWS4-HMAC-SHA256"), "{signed}");
    let preferred = authorization(|config| {
        config
            .token_provider(token())
            .auth_scheme_preference([AuthSchemeId::new("httpBearerAuth")])
    });
    assert_eq!(preferred.await.as_deref(), Some("Bearer t0k3n"));
    let only_token = authorization(|mut config| {
        config.set_credentials_provider(None);
        config.token_provider(token())
    });
    assert_eq!(only_token.await.as_deref(), Some("Bearer t0k3n"));
}

#[tokio::test]
async fn an_operation_without_authentication_is_not_signed() {
    static OPEN: Operation = Operation { auth: &[], ..GREET };
    let (client, sender) = client([good()]);
    client
        .send(&OPEN, Ok(request()), None, read_greeting, read_error)
        .await
        .unwrap();
    assert_eq!(sender.requests()[0].header("authorization"), None);
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
    greet_with(&client, post(&body), None).await.unwrap();
    greet_with(&client, post("short"), None).await.unwrap();
    let never = Builder::new().disable_request_compression(true);
    greet_with(&client, post(&body), Some(never)).await.unwrap();
    let requests = sender.requests();
    let encodings: Vec<_> = requests
        .iter()
        .map(|request| request.header("content-encoding"))
        .collect();
    assert_eq!(encodings, [Some("gzip"), None, None]);
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
    greet_with(&client, request(), Some(elsewhere))
        .await
        .unwrap();
    greet(&client).await.unwrap();
    let requests = sender.requests();
    let hosts: Vec<_> = requests
        .iter()
        .map(|request| request.uri.host().unwrap())
        .collect();
    assert_eq!(
        hosts,
        [
            "faults.eu-west-2.example.com",
            "faults.us-east-1.example.com"
        ]
    );
    assert!(
        requests[0]
            .header("authorization")
            .unwrap()
            .contains("/eu-west-2/")
    );
}

#[tokio::test]
async fn an_empty_session_token_is_none() {
    let refusal = Answer::json(403, r#"{"message":"not you"}"#);
    let (client, sender) = client_with([refusal], |config| {
        config.credentials_provider(Credentials::new(
            "AKID",
            "secret",
            Some(String::new()),
            None,
            "test",
        ))
    });
    let error = greet(&client).await.unwrap_err().to_string();
    assert!(error.contains(": not you (HTTP 403"), "{error}");
    let requests = sender.requests();
    assert_eq!(requests[0].header("x-amz-security-token"), None);
    let signed = requests[0].header("authorization").unwrap();
    assert!(!signed.contains("x-amz-security-token"), "{signed}");
}
