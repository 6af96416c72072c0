//! Every field of `SdkConfig`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::provider::token::SharedTokenProvider;
use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_types::origin::Origin;
use aws_types::sdk_config::Builder as SdkConfigBuilder;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use connect_transport::config::retry::RetryConfig;
use connect_transport::config::timeout::TimeoutConfig;
use connect_transport::config::{
    AccountIdEndpointMode, AppName, AsyncSleep, BehaviorVersion, Builder, Config,
    FrameworkMetadata, Region, Sleep, StalledStreamProtectionConfig,
};
use connect_transport::sender::HttpSender;
use connect_transport::test_util::{Answer, RecordedRequest, TestSender};
use connect_transport::{Handle, SdkConfig};

use crate::service::{GREET, SERVICE, call, greet, greet_with, request};
use crate::{client_from, good, only};

pub(crate) fn shared() -> SdkConfigBuilder {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-2"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "AKID", "secret", None, None, "test",
        )))
        .time_source(StaticTimeSource::from_secs(1_700_000_000))
}

/// Makes a call under this configuration, with a sender of ours in place of the configuration's; the request.
async fn sent(config: &SdkConfig) -> RecordedRequest {
    let (client, sender) = client_from(config, [good()]);
    greet(&client).await.unwrap();
    only(&sender)
}

#[tokio::test]
async fn region_credentials_clock_and_names() {
    let config = shared()
        .app_name(AppName::new("desk").unwrap())
        .framework_metadata(FrameworkMetadata::new("frame", None::<String>).unwrap())
        .build();
    let request = sent(&config).await;
    assert_eq!(request.uri.host(), Some("faults.eu-west-2.example.com"));
    assert_eq!(request.header("x-amz-date"), Some("20231114T221320Z"));
    let authorization = request.header("authorization").unwrap();
    assert!(authorization.contains("Credential=AKID/20231114/eu-west-2/"));
    let agent = request.header("user-agent").unwrap();
    assert!(agent.ends_with(" lib/frame app/desk"), "{agent}");
    let config = Config::new(&config);
    assert_eq!(config.region().map(Region::as_ref), Some("eu-west-2"));
    assert_eq!(config.app_name().map(AppName::as_ref), Some("desk"));
}

/// A service's own endpoint in the environment or profile, as `aws_config` reads it.
#[derive(Debug)]
struct OwnEndpoint;

impl LoadServiceConfig for OwnEndpoint {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let name = format!("{}_{}", key.env(), key.service_id().to_uppercase());
        (name == "AWS_ENDPOINT_URL_FAULTS").then(|| "https://own.example.com".to_owned())
    }
}

#[tokio::test]
async fn the_services_own_endpoint_beats_the_general_one_unless_that_was_set_in_code() {
    let with_endpoint = |url: &str, origin| {
        let mut config = shared().endpoint_url(url);
        config.insert_origin("endpoint_url", origin);
        config
    };
    let environment = Origin::shared_environment_variable();
    let general = || with_endpoint("https://general.example.com", environment);
    let in_code = with_endpoint("https://code.example.com", Origin::shared_config());
    for (config, expected) in [
        (general(), "general.example.com"),
        (general().service_config(OwnEndpoint), "own.example.com"),
        (in_code.service_config(OwnEndpoint), "code.example.com"),
    ] {
        let request = sent(&config.build()).await;
        assert_eq!(request.uri.host(), Some(expected));
    }
}

#[tokio::test]
async fn what_is_set_on_the_client_beats_everything() {
    let config = shared().service_config(OwnEndpoint);
    let sender = TestSender::new([good()]);
    let config = Builder::from(&config.build())
        .sender(sender.clone())
        .endpoint_url("https://client.example.com");
    greet(&Handle::new(&SERVICE, config.build())).await.unwrap();
    assert_eq!(only(&sender).uri.host(), Some("client.example.com"));
}

#[tokio::test]
async fn retries_and_limits() {
    let limits = TimeoutConfig::builder().operation_timeout(Duration::from_secs(9));
    let config = shared()
        .retry_config(RetryConfig::adaptive().with_max_attempts(7))
        .timeout_config(limits.build())
        .build();
    let request = sent(&config).await;
    assert_eq!(request.header("amz-sdk-request"), Some("attempt=1; max=7"));
    assert!(request.header("user-agent").unwrap().contains(" m/F"));
    let limits = Config::new(&config).timeout_config().unwrap().clone();
    assert_eq!(limits.operation_timeout(), Some(Duration::from_secs(9)));
}

#[tokio::test]
async fn tokens_and_the_preference_for_them() {
    use connect_protocol::operation::{Auth, Operation};
    use connect_transport::config::auth::{AuthSchemeId, AuthSchemePreference};
    static EITHER: Operation = Operation {
        auth: &[Auth::SigV4, Auth::Bearer],
        ..GREET
    };
    let token = SharedTokenProvider::new(aws_credential_types::Token::new("t0k3n", None));
    let mut config = shared().token_provider(token);
    let bearer = AuthSchemeId::new("httpBearerAuth");
    config.set_auth_scheme_preference(Some(AuthSchemePreference::from([bearer])));
    let (client, sender) = client_from(&config.build(), [good()]);
    call(&client, &EITHER, Ok(request())).await.unwrap();
    assert_eq!(only(&sender).header("authorization"), Some("Bearer t0k3n"));
}

/// An HTTP client of the AWS SDK's kind.
#[derive(Debug, Clone)]
struct Theirs;

impl HttpClient for Theirs {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        assert_eq!(
            settings.connect_timeout(),
            Some(Duration::from_millis(3100))
        );
        assert_eq!(settings.read_timeout(), Some(Duration::from_secs(60)));
        SharedHttpConnector::new(Self)
    }
}

impl HttpConnector for Theirs {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request.uri().contains("unreachable") {
            return HttpConnectorFuture::ready(Err(ConnectorError::io("no route".into())));
        }
        assert!(request.headers().get("authorization").is_some());
        let body = SdkBody::from(r#"{"Text":"theirs"}"#);
        HttpConnectorFuture::ready(Ok(HttpResponse::new(200.try_into().unwrap(), body)))
    }
}

#[tokio::test]
async fn an_http_client_is_used() {
    let config = shared().http_client(Theirs).build();
    assert!(Config::new(&config).http_client().is_some());
    let client = Handle::new(&SERVICE, Config::new(&config));
    assert_eq!(greet(&client).await.unwrap(), "theirs");
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_micros(1));
    let unreachable = Builder::from(&config)
        .endpoint_url("https://unreachable")
        .retry_config(retries);
    let client = Handle::new(&SERVICE, unreachable.build());
    let error = greet(&client).await.unwrap_err();
    assert_eq!(error.to_string(), "Greet: no route (3 attempts)");
}

#[test]
fn our_sender_as_their_http_client_is_recognised() {
    let ours = shared().http_client(HttpSender::default());
    for (config, expected) in [
        (ours, "HttpSender"),
        (shared().http_client(Theirs), "Theirs"),
    ] {
        let config = Config::new(&config.build());
        let sender = format!("{:?}", config.sender());
        assert!(sender.contains(expected), "{sender}");
    }
}

#[tokio::test]
async fn another_protocol_is_rejected_by_name() {
    use aws_smithy_json::protocol::aws_json_rpc::AwsJsonRpcProtocol;
    use aws_smithy_json::protocol::aws_rest_json_1::AwsRestJsonProtocol;
    sent(&shared().protocol(AwsRestJsonProtocol::new()).build()).await;
    let other = shared().protocol(AwsJsonRpcProtocol::aws_json_1_1());
    let client = Handle::new(&SERVICE, Config::new(&other.build()));
    let error = greet(&client).await.unwrap_err();
    let expected = "Greet: the request could not be made: the configuration's `protocol` cannot be honoured: this client speaks restJson1 only";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn fips_and_dual_stack_reach_the_endpoint_rules() {
    use connect_protocol::endpoint::Endpoint;
    use connect_protocol::operation::{Operation, Service};
    static RULED: Service = Service {
        endpoint: |params| {
            let (fips, dual) = (params.use_fips, params.use_dual_stack);
            let mode = params.account_id_endpoint_mode.unwrap_or_default();
            Ok(Endpoint::new(format!(
                "https://fips-{fips}.dual-{dual}.{mode}.example.com"
            )))
        },
        ..SERVICE
    };
    static CALL: Operation = Operation {
        service: &RULED,
        ..GREET
    };
    let config = shared()
        .use_fips(true)
        .use_dual_stack(true)
        .account_id_endpoint_mode(AccountIdEndpointMode::Required)
        .build();
    let sender = TestSender::new([good()]);
    let config = Builder::from(&config).sender(sender.clone()).build();
    let client = Handle::new(&RULED, config);
    call(&client, &CALL, Ok(request())).await.unwrap();
    let expected = "fips-true.dual-true.required.example.com";
    assert_eq!(only(&sender).uri.host(), Some(expected));
}

#[tokio::test]
async fn the_clock_correction_can_be_switched_off() {
    let config = shared().disable_clock_skew_correction(true).build();
    let early = || good().header("date", "Tue, 14 Nov 2023 23:13:20 GMT");
    let (client, sender) = client_from(&config, [early(), early()]);
    for _ in 0..2 {
        greet(&client).await.unwrap();
    }
    let last = &sender.requests()[1];
    assert_eq!(last.header("x-amz-date"), Some("20231114T221320Z"));
}

#[tokio::test]
async fn compression_is_under_the_configurations_settings() {
    let encoding = async |config: SdkConfig| {
        let (client, sender) = client_from(&config, [good()]);
        let mut request = request();
        request.body = SdkBody::from("0123456789".repeat(10)).into();
        greet_with(&client, request, None).await.unwrap();
        only(&sender).header("content-encoding").map(str::to_owned)
    };
    let from = |bytes| shared().request_min_compression_size_bytes(bytes);
    assert_eq!(encoding(shared().build()).await, None);
    assert_eq!(encoding(from(100).build()).await.as_deref(), Some("gzip"));
    assert_eq!(encoding(from(101).build()).await, None);
    let never = from(100).disable_request_compression(true);
    assert_eq!(encoding(never.build()).await, None);
}

#[tokio::test(start_paused = true)]
async fn time_limits_run_on_the_configurations_timer() {
    /// Counts how often it is asked to sleep for this long.
    #[derive(Debug, Clone, Default)]
    struct Timer(Arc<Mutex<Vec<Duration>>>);
    impl AsyncSleep for Timer {
        fn sleep(&self, duration: Duration) -> Sleep {
            self.0.lock().unwrap().push(duration);
            Sleep::new(tokio::time::sleep(duration))
        }
    }
    let timer = Timer::default();
    let grace = Duration::from_secs(7);
    let stall = StalledStreamProtectionConfig::enabled().grace_period(grace);
    let config = shared()
        .sleep_impl(timer.clone())
        .stalled_stream_protection(stall.build())
        .build();
    // What it does is shown by `streaming`.
    let stall = Config::new(&config).stalled_stream_protection().cloned();
    assert_eq!(stall.map(|stall| stall.grace_period()), Some(grace));
    let (client, _) = client_from(&config, [Answer::never(), good()]);
    greet(&client).await.unwrap();
    let slept = timer.0.lock().unwrap().clone();
    assert_eq!(
        slept[0],
        Duration::from_secs(60),
        "the read limit: {slept:?}"
    );
    assert_eq!(slept.len(), 2, "and the wait before the retry: {slept:?}");
}

/// Every field of `SdkConfig` has a test above, or says here why it needs none. A version of `aws-types` with another one
/// fails here.
#[test]
fn no_field_is_forgotten() {
    let known = [
        "app_name",
        "framework_metadata",
        "auth_scheme_preference",
        // Of operations signed with SigV4a, which are not generated.
        "sigv4a_signing_region_set",
        "identity_cache",
        "credentials_provider",
        "token_provider",
        "region",
        "account_id_endpoint_mode",
        "endpoint_url",
        "retry_config",
        "sleep_impl",
        "time_source",
        "timeout_config",
        "stalled_stream_protection_config",
        "http_client",
        "protocol",
        "use_fips",
        "use_dual_stack",
        // There is one behaviour, whatever the version.
        "behavior_version",
        "service_config",
        // Where `endpoint_url` comes from.
        "config_origins",
        "disable_request_compression",
        "disable_clock_skew_correction",
        "request_min_compression_size_bytes",
        // Of operations with the trait `httpChecksum`, which are generated without.
        "request_checksum_calculation",
        "response_checksum_validation",
    ];
    let shown = format!("{:#?}", SdkConfig::builder().build());
    let fields = shown.lines().filter_map(|line| {
        let (name, _) = line.strip_prefix("    ")?.split_once(": ")?;
        (!name.starts_with(' ')).then_some(name)
    });
    let mut fields: Vec<_> = fields.collect();
    let mut known = Vec::from(known);
    fields.sort_unstable();
    known.sort_unstable();
    assert_eq!(fields, known);
}
