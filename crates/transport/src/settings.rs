//! What a client sends with: its configuration with every default filled in, and the state that its calls share.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::auth::AuthSchemePreference;
use aws_smithy_types::retry::{RetryConfig, RetryMode};
use aws_smithy_types::timeout::TimeoutConfig;
use connect_protocol::operation::{Auth, Service};
use http::HeaderValue;

use crate::config::{
    self, ConfigError, IdempotencyTokenProvider, RateLimit, RequestChange,
    StalledStreamProtectionConfig,
};
use crate::endpoint::{EndpointSettings, check_region};
use crate::environment::Environment;
use crate::identity::{Identities, Provider, Times};
use crate::retry::{AdaptiveLimiter, RetryPolicy, RetryQuota};
use crate::sender::{HttpSender, SendSettings, SharedSender};
use crate::sign::Stamp;
use crate::skew::ClockSkew;
use crate::user_agent::user_agent;

const CONNECT_LIMIT: Duration = Duration::from_millis(3_100);
const READ_LIMIT: Duration = Duration::from_secs(60);
const MAX_RESPONSE_BODY_BYTES: usize = 64 << 20;
#[cfg(feature = "compression")]
const MIN_COMPRESSED_BYTES: u32 = 10_240;

/// Everything a call needs to know.
pub(crate) struct Settings {
    pub(crate) error: Option<ConfigError>,
    pub(crate) endpoint: EndpointSettings,

    pub(crate) credentials: Option<Arc<Identities>>,
    pub(crate) tokens: Option<Arc<Identities>>,
    pub(crate) auth_preference: Vec<Auth>,
    pub(crate) allow_no_auth: bool,

    pub(crate) retry: RetryPolicy,
    pub(crate) retry_quota: Arc<RetryQuota>,
    pub(crate) adaptive: Option<Arc<AdaptiveLimiter>>,
    pub(crate) rate_limit: Option<RateLimit>,

    pub(crate) attempt_limit: Option<Duration>,
    pub(crate) operation_limit: Option<Duration>,
    pub(crate) body_limit: Option<Duration>,
    pub(crate) max_response_body_bytes: usize,

    pub(crate) times: Times,
    /// `None` where the clock is to be left alone.
    pub(crate) skew: Option<Arc<ClockSkew>>,

    pub(crate) sender: SharedSender,
    pub(crate) send: SendSettings,
    pub(crate) user_agent: HeaderValue,
    /// `amz-sdk-request` of a first attempt.
    pub(crate) first_attempt: HeaderValue,
    /// Where AWS Lambda puts the trace of its current invocation, if this runs there.
    pub(crate) lambda: Option<Environment>,
    #[cfg(feature = "compression")]
    pub(crate) min_compressed_bytes: Option<u32>,
    pub(crate) idempotency_tokens: IdempotencyTokenProvider,
    pub(crate) request_changes: Vec<RequestChange>,
}

/// The client's settings, which a call overrides.
pub(crate) struct Base<'a> {
    settings: &'a Settings,
    new_credentials: bool,
    new_tokens: bool,
}

impl<'a> Base<'a> {
    pub(crate) fn new(settings: &'a Settings, overrides: &config::Builder) -> Self {
        let new_cache = overrides.identity_cache.is_some();
        Self {
            settings,
            new_credentials: new_cache || overrides.credentials_provider.is_some(),
            new_tokens: new_cache || overrides.token_provider.is_some(),
        }
    }
}

impl Settings {
    /// From a configuration. An overriding one shares with the client's own what it does not change: connections,
    /// credentials, retry quota, clock skew.
    pub(crate) fn new(
        service: &'static Service,
        fields: &config::Builder,
        base: Option<&Base<'_>>,
    ) -> Self {
        let sleep = fields.sleep_impl.clone();
        let random = fields.random.clone().unwrap_or_default();
        let times = Times {
            clock: fields.time_source.clone().unwrap_or_default(),
            sleep: sleep.unwrap_or_else(|| SharedAsyncSleep::new(TokioSleep::new())),
            random: random.clone(),
        };
        let retry = RetryPolicy::new(
            fields
                .retry_config
                .as_ref()
                .unwrap_or(&RetryConfig::standard()),
        );
        let limits = time_limits(fields);
        let stall = fields
            .stalled_stream_protection
            .as_ref()
            .filter(|stall| stall.download_enabled());
        let body_limits = [
            limits.read_timeout(),
            stall.map(StalledStreamProtectionConfig::grace_period),
        ];
        let endpoint_url = fields.endpoint_url.clone();
        let endpoint_url = endpoint_url.or_else(|| {
            fields
                .endpoint_source
                .as_ref()?
                .endpoint_url(service.sdk_id)
        });
        let user_agent = user_agent(
            service,
            retry.mode,
            endpoint_url.is_some(),
            fields.framework_metadata.as_deref().unwrap_or_default(),
            fields.app_name.as_ref(),
        );
        let environment = fields.environment.clone().unwrap_or_default();
        let shared = base.map(|base| base.settings);
        let adaptive = (retry.mode == RetryMode::Adaptive).then(|| {
            let shared = shared.and_then(|settings| settings.adaptive.clone());
            shared.unwrap_or_else(|| Arc::new(AdaptiveLimiter::new(times.clock.now())))
        });
        Self {
            // Before credentials are asked for: their provider may call a host that is named after the region, too.
            error: fields.error.clone().or_else(|| {
                let problem = check_region(fields.region.as_ref().map(AsRef::as_ref)).err()?;
                Some(ConfigError(problem.to_string()))
            }),
            endpoint: EndpointSettings {
                service,
                region: fields.region.clone(),
                use_fips: fields.use_fips.unwrap_or_default(),
                use_dual_stack: fields.use_dual_stack.unwrap_or_default(),
                disable_host_prefix: fields.disable_host_prefix.unwrap_or_default(),
                account_id_mode: fields.account_id_endpoint_mode.clone().unwrap_or_default(),
                params: fields.endpoint_params.clone().unwrap_or_default(),
                url: endpoint_url,
                known: OnceLock::new(),
            },
            credentials: match base {
                Some(base) if !base.new_credentials => base.settings.credentials.clone(),
                _ => fields.credentials_provider.clone().map(|provider| {
                    let cache = fields.identity_cache.clone();
                    Identities::new(Provider::Credentials(provider), cache, &times)
                }),
            },
            tokens: match base {
                Some(base) if !base.new_tokens => base.settings.tokens.clone(),
                _ => fields.token_provider.clone().map(|provider| {
                    let cache = fields.identity_cache.clone();
                    Identities::new(Provider::Token(provider), cache, &times)
                }),
            },
            auth_preference: fields
                .auth_scheme_preference
                .as_ref()
                .map(preference)
                .unwrap_or_default(),
            allow_no_auth: fields.allow_no_auth.unwrap_or_default(),
            retry_quota: shared
                .map(|settings| settings.retry_quota.clone())
                .unwrap_or_default(),
            adaptive,
            rate_limit: fields.rate_limit.clone(),
            attempt_limit: limits.operation_attempt_timeout(),
            operation_limit: limits.operation_timeout(),
            body_limit: body_limits.into_iter().flatten().min(),
            max_response_body_bytes: fields
                .max_response_body_bytes
                .unwrap_or(MAX_RESPONSE_BODY_BYTES),
            skew: (fields.disable_clock_skew_correction != Some(true)).then(|| {
                let shared = shared.and_then(|settings| settings.skew.clone());
                shared.unwrap_or_default()
            }),
            sender: match (&fields.sender, shared) {
                (Some(sender), _) => sender.clone(),
                (None, Some(settings)) => settings.sender.clone(),
                (None, None) => HttpSender::default().into(),
            },
            send: SendSettings {
                connect_timeout: limits.connect_timeout(),
                read_timeout: limits.read_timeout(),
                sleep: times.sleep.clone(),
                fresh_connection: false,
            },
            user_agent,
            first_attempt: request_info(1, retry.max_attempts, None),
            lambda: environment
                .get("AWS_LAMBDA_FUNCTION_NAME")
                .map(|_| environment),
            #[cfg(feature = "compression")]
            min_compressed_bytes: (fields.disable_request_compression != Some(true)).then(|| {
                fields
                    .request_min_compression_size_bytes
                    .unwrap_or(MIN_COMPRESSED_BYTES)
            }),
            idempotency_tokens: fields
                .idempotency_token_provider
                .clone()
                .unwrap_or_else(|| IdempotencyTokenProvider::from(random)),
            request_changes: fields.request_changes.clone().unwrap_or_default(),
            retry,
            times,
        }
    }
}

fn time_limits(fields: &config::Builder) -> TimeoutConfig {
    let defaults = TimeoutConfig::builder()
        .connect_timeout(CONNECT_LIMIT)
        .read_timeout(READ_LIMIT)
        .build();
    let mut limits = fields
        .timeout_config
        .clone()
        .unwrap_or_else(|| TimeoutConfig::builder().build());
    limits.take_defaults_from(&defaults);
    limits
}

/// The value of `amz-sdk-request`. `ttl` is when the client stops waiting for the response, by the service's clock.
pub(crate) fn request_info(attempt: u32, max: u32, ttl: Option<SystemTime>) -> HeaderValue {
    let mut text = format!("attempt={attempt}; max={max}");
    if let Some(ttl) = ttl {
        text.insert_str(0, &format!("ttl={}; ", Stamp::new(ttl).text()));
    }
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("attempt=1"))
}

/// The ways that a preference names; others are not known here.
fn preference(preference: &AuthSchemePreference) -> Vec<Auth> {
    let known = |id: &str| match id.rsplit('#').next() {
        Some("sigv4") => Some(Auth::SigV4),
        Some("httpBearerAuth") => Some(Auth::Bearer),
        Some("noAuth" | "no_auth") => Some(Auth::Anonymous),
        _ => None,
    };
    let ids = preference.clone().into_iter();
    ids.filter_map(|id| known(id.inner())).collect()
}
