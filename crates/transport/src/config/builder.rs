//! What a configuration is set up with.

use std::fmt;

use aws_credential_types::provider::token::{ProvideToken, SharedTokenProvider};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use aws_smithy_runtime_api::client::auth::AuthSchemePreference;
use connect_protocol::endpoint::Value;

use super::retry::RetryConfig;
use super::timeout::TimeoutConfig;
use super::{
    AccountIdEndpointMode, AppName, AsyncSleep, BehaviorVersion, Config, EndpointSource,
    Environment, FrameworkMetadata, HttpClient, IdempotencyTokenProvider, IntoShared,
    ProvideCredentials, Random, RateLimit, Region, RequestChange, ResolveCachedIdentity,
    SharedAsyncSleep, SharedCredentialsProvider, SharedHttpClient, SharedIdentityCache,
    SharedRandom, StalledStreamProtectionConfig,
};
use crate::endpoint::without_user;
use crate::sender::SharedSender;

/// Sets up a [`Config`]. Nothing is read from the environment; what is not set has the default that its method names.
#[derive(Clone, Default)]
pub struct Builder {
    pub(crate) region: Option<Region>,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) use_fips: Option<bool>,
    pub(crate) use_dual_stack: Option<bool>,
    pub(crate) account_id_endpoint_mode: Option<AccountIdEndpointMode>,
    pub(crate) endpoint_params: Option<Vec<(&'static str, Value)>>,
    pub(crate) credentials_provider: Option<SharedCredentialsProvider>,
    pub(crate) token_provider: Option<SharedTokenProvider>,
    pub(crate) identity_cache: Option<SharedIdentityCache>,
    pub(crate) auth_scheme_preference: Option<AuthSchemePreference>,
    pub(crate) allow_no_auth: Option<bool>,
    pub(crate) retry_config: Option<RetryConfig>,
    pub(crate) timeout_config: Option<TimeoutConfig>,
    pub(crate) stalled_stream_protection: Option<StalledStreamProtectionConfig>,
    pub(crate) sleep_impl: Option<SharedAsyncSleep>,
    pub(crate) time_source: Option<SharedTimeSource>,
    pub(crate) random: Option<SharedRandom>,
    pub(crate) idempotency_token_provider: Option<IdempotencyTokenProvider>,
    pub(crate) http_client: Option<SharedHttpClient>,
    pub(crate) sender: Option<SharedSender>,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) max_response_body_bytes: Option<usize>,
    pub(crate) disable_host_prefix: Option<bool>,
    pub(crate) disable_request_compression: Option<bool>,
    pub(crate) request_min_compression_size_bytes: Option<u32>,
    pub(crate) disable_clock_skew_correction: Option<bool>,
    pub(crate) app_name: Option<AppName>,
    pub(crate) framework_metadata: Option<Vec<FrameworkMetadata>>,
    pub(crate) behavior_version: Option<BehaviorVersion>,
    pub(crate) environment: Option<Environment>,
    pub(crate) request_changes: Option<Vec<RequestChange>>,
    pub(crate) endpoint_source: Option<EndpointSource>,
    pub(crate) refused: Option<Refused>,
}

/// A setting that this client cannot honour. The first call reports it, as building a configuration cannot fail.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

/// `x(value)` and `set_x(Option<value>)` for the fields whose setters take the field's own type.
macro_rules! setters {
    ($($(#[$doc:meta])* $field:ident, $set:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }

        $(#[$doc])*
        pub fn $set(&mut self, $field: Option<$type>) -> &mut Self {
            self.$field = $field;
            self
        }
    )*};
}

impl Builder {
    /// A builder in which nothing is set.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        /// How often and how soon to retry. Default: [`RetryConfig::standard`], three attempts.
        retry_config, set_retry_config: RetryConfig;
        /// The time limits. Default: 3.1 s to connect, 60 s without a byte read; none for attempts and operations. A limit
        /// that is not set keeps its default; `disable_*` of its builder switches it off.
        timeout_config, set_timeout_config: TimeoutConfig;
        /// How long a body may make no progress, if that is less than the read limit. Default: the read limit alone.
        stalled_stream_protection, set_stalled_stream_protection: StalledStreamProtectionConfig;
        /// The application's name in the user agent, at most 50 characters.
        app_name, set_app_name: AppName;
        /// Which endpoint to use where it depends on the account: [`AccountIdEndpointMode::Preferred`] by default.
        account_id_endpoint_mode, set_account_id_endpoint_mode: AccountIdEndpointMode;
        /// Accepted for compatibility: this client has one behaviour.
        behavior_version, set_behavior_version: BehaviorVersion;
        /// Slows this client and its clones down to a rate. Default: no limit. See [`RateLimit::connect`].
        rate_limit, set_rate_limit: RateLimit;
        /// The largest response body that is read into memory, in bytes. Default: 64 MiB. Streamed outputs are not limited.
        max_response_body_bytes, set_max_response_body_bytes: usize;
        /// Leave out what an operation puts before the host's name, for an endpoint that serves all operations under one
        /// name. One that is given as an IP address never gets it. Default: `false`.
        disable_host_prefix, set_disable_host_prefix: bool;
        /// Never compress request bodies. Default: `false`.
        disable_request_compression, set_disable_request_compression: bool;
        /// The smallest request body that is compressed, in bytes, where an operation allows it. Default: 10240.
        request_min_compression_size_bytes, set_request_min_compression_size_bytes: u32;
        /// Where environment variables are read at the time of a call: only AWS Lambda's two, for the trace header.
        /// Default: the process's environment.
        environment, set_environment: Environment;
    }

    /// The region. Default: none, which is an error unless the endpoint rules need none.
    pub fn region(mut self, region: impl Into<Option<Region>>) -> Self {
        self.region = region.into();
        self
    }

    /// The region. Default: none, which is an error unless the endpoint rules need none.
    pub fn set_region(&mut self, region: Option<Region>) -> &mut Self {
        self.region = region;
        self
    }

    /// A URL that overrides the endpoint rules. Only here may the scheme be `http`.
    pub fn endpoint_url(mut self, endpoint_url: impl Into<String>) -> Self {
        self.endpoint_url = Some(endpoint_url.into());
        self
    }

    /// A URL that overrides the endpoint rules. Only here may the scheme be `http`.
    pub fn set_endpoint_url(&mut self, endpoint_url: Option<String>) -> &mut Self {
        self.endpoint_url = endpoint_url;
        self
    }

    /// Use the endpoint whose cryptography is FIPS 140 validated. Default: `false`.
    pub fn use_fips(mut self, use_fips: impl Into<bool>) -> Self {
        self.use_fips = Some(use_fips.into());
        self
    }

    /// Use the endpoint whose cryptography is FIPS 140 validated. Default: `false`.
    pub fn set_use_fips(&mut self, use_fips: Option<bool>) -> &mut Self {
        self.use_fips = use_fips;
        self
    }

    /// Use the endpoint with IPv4 and IPv6 addresses. Default: `false`.
    pub fn use_dual_stack(mut self, use_dual_stack: impl Into<bool>) -> Self {
        self.use_dual_stack = Some(use_dual_stack.into());
        self
    }

    /// Use the endpoint with IPv4 and IPv6 addresses. Default: `false`.
    pub fn set_use_dual_stack(&mut self, use_dual_stack: Option<bool>) -> &mut Self {
        self.use_dual_stack = use_dual_stack;
        self
    }

    /// Where credentials come from. They are cached and refreshed ahead of their expiry.
    pub fn credentials_provider(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.credentials_provider = Some(SharedCredentialsProvider::new(provider));
        self
    }

    /// Where credentials come from. They are cached and refreshed ahead of their expiry.
    pub fn set_credentials_provider(
        &mut self,
        provider: Option<SharedCredentialsProvider>,
    ) -> &mut Self {
        self.credentials_provider = provider;
        self
    }

    /// Where bearer tokens come from. They are cached and refreshed ahead of their expiry.
    pub fn token_provider(mut self, provider: impl ProvideToken + 'static) -> Self {
        self.token_provider = Some(SharedTokenProvider::new(provider));
        self
    }

    /// Where bearer tokens come from. They are cached and refreshed ahead of their expiry.
    pub fn set_token_provider(&mut self, provider: Option<SharedTokenProvider>) -> &mut Self {
        self.token_provider = provider;
        self
    }

    /// A cache for credentials and tokens that replaces the built-in one.
    pub fn identity_cache(mut self, cache: impl ResolveCachedIdentity + 'static) -> Self {
        self.set_identity_cache(cache);
        self
    }

    /// A cache for credentials and tokens that replaces the built-in one.
    pub fn set_identity_cache(&mut self, cache: impl ResolveCachedIdentity + 'static) -> &mut Self {
        self.identity_cache = Some(cache.into_shared());
        self
    }

    /// The preferred order of authentication schemes, by ID (`sigv4`, `httpBearerAuth`, `noAuth`). Those that an operation
    /// does not have are ignored. Default: the model's order.
    pub fn auth_scheme_preference(mut self, preference: impl Into<AuthSchemePreference>) -> Self {
        self.auth_scheme_preference = Some(preference.into());
        self
    }

    /// The preferred order of authentication schemes. Default: the model's order.
    pub fn set_auth_scheme_preference(
        &mut self,
        preference: Option<AuthSchemePreference>,
    ) -> &mut Self {
        self.auth_scheme_preference = preference;
        self
    }

    /// Send requests unsigned where there is nothing to sign them with. Default: that is an error.
    pub fn allow_no_auth(mut self) -> Self {
        self.set_allow_no_auth();
        self
    }

    /// Send requests unsigned where there is nothing to sign them with. Default: that is an error.
    pub fn set_allow_no_auth(&mut self) -> &mut Self {
        self.allow_no_auth = Some(true);
        self
    }

    /// How to sleep. Default: tokio's timer.
    pub fn sleep_impl(mut self, sleep: impl AsyncSleep + 'static) -> Self {
        self.sleep_impl = Some(SharedAsyncSleep::new(sleep));
        self
    }

    /// How to sleep. Default: tokio's timer.
    pub fn set_sleep_impl(&mut self, sleep: Option<SharedAsyncSleep>) -> &mut Self {
        self.sleep_impl = sleep;
        self
    }

    /// The clock. Default: the system's.
    pub fn time_source(mut self, time_source: impl TimeSource + 'static) -> Self {
        self.time_source = Some(SharedTimeSource::new(time_source));
        self
    }

    /// The clock. Default: the system's.
    pub fn set_time_source(&mut self, time_source: Option<SharedTimeSource>) -> &mut Self {
        self.time_source = time_source;
        self
    }

    /// Where jitter and IDs come from. Default: a thread-local generator.
    pub fn random(mut self, random: impl Random + 'static) -> Self {
        self.random = Some(SharedRandom::new(random));
        self
    }

    /// Where jitter and IDs come from. Default: a thread-local generator.
    pub fn set_random(&mut self, random: Option<SharedRandom>) -> &mut Self {
        self.random = random;
        self
    }

    /// Where idempotency tokens come from. Default: random UUIDs.
    pub fn idempotency_token_provider(
        mut self,
        provider: impl Into<IdempotencyTokenProvider>,
    ) -> Self {
        self.idempotency_token_provider = Some(provider.into());
        self
    }

    /// Where idempotency tokens come from. Default: random UUIDs.
    pub fn set_idempotency_token_provider(
        &mut self,
        provider: Option<IdempotencyTokenProvider>,
    ) -> &mut Self {
        self.idempotency_token_provider = provider;
        self
    }

    /// An HTTP client of the AWS SDK's kind that replaces the built-in sender.
    pub fn http_client(mut self, http_client: impl HttpClient + 'static) -> Self {
        self.set_http_client(Some(http_client.into_shared()));
        self
    }

    /// An HTTP client of the AWS SDK's kind that replaces the built-in sender.
    pub fn set_http_client(&mut self, http_client: Option<SharedHttpClient>) -> &mut Self {
        self.sender = http_client.clone().map(SharedSender::from);
        self.http_client = http_client;
        self
    }

    /// What sends the requests: an [`HttpSender`](crate::sender::HttpSender) with settings of its own, one that several
    /// clients share, or any [`Sender`](crate::sender::Sender). Default: an `HttpSender` for this client alone.
    pub fn sender(mut self, sender: impl Into<SharedSender>) -> Self {
        self.set_sender(Some(sender.into()));
        self
    }

    /// What sends the requests.
    pub fn set_sender(&mut self, sender: Option<SharedSender>) -> &mut Self {
        self.http_client = None;
        self.sender = sender;
        self
    }

    /// Adds a framework to the user agent.
    pub fn framework_metadata(mut self, metadata: FrameworkMetadata) -> Self {
        self.push_framework_metadata(metadata);
        self
    }

    /// Adds a framework to the user agent.
    pub fn push_framework_metadata(&mut self, metadata: FrameworkMetadata) -> &mut Self {
        self.framework_metadata
            .get_or_insert_default()
            .push(metadata);
        self
    }

    /// Sign with the local clock as it is, and do not retry errors that a wrong clock explains. Default: `false`.
    pub fn disable_clock_skew_correction(mut self, disable: impl Into<Option<bool>>) -> Self {
        self.disable_clock_skew_correction = disable.into();
        self
    }

    /// Sign with the local clock as it is, and do not retry errors that a wrong clock explains. Default: `false`.
    pub fn set_disable_clock_skew_correction(&mut self, disable: Option<bool>) -> &mut Self {
        self.disable_clock_skew_correction = disable;
        self
    }

    /// Accepted for compatibility: this client has one behaviour.
    pub fn behavior_version_latest(self) -> Self {
        self.behavior_version(BehaviorVersion::latest())
    }

    /// Fixed credentials, region, clock, randomness and idempotency tokens, so that the same call always makes the same
    /// request.
    #[cfg(any(test, feature = "test-util"))]
    pub fn apply_test_defaults(&mut self) -> &mut Self {
        use aws_credential_types::Credentials;
        use aws_smithy_async::time::StaticTimeSource;
        self.credentials_provider = Some(SharedCredentialsProvider::new(Credentials::new(
            "ANOTREAL",
            "notrealrnrELgWzOk3IfjzDKtFBhDby",
            Some("notarealsessiontoken".into()),
            None,
            "test",
        )));
        self.region = Some(Region::from_static("us-east-1"));
        self.time_source = Some(SharedTimeSource::new(StaticTimeSource::from_secs(
            1_234_567_890,
        )));
        self.random = Some(SharedRandom::new(crate::test_util::SeededRandom::new(0)));
        self.idempotency_token_provider = Some("00000000-0000-4000-8000-000000000000".into());
        self
    }

    /// Fixed credentials, region, clock, randomness and idempotency tokens, so that the same call always makes the same
    /// request.
    #[cfg(any(test, feature = "test-util"))]
    pub fn with_test_defaults(mut self) -> Self {
        self.apply_test_defaults();
        self
    }

    /// Sets a service's own endpoint rule parameter (`clientContextParams`); for generated code.
    #[doc(hidden)]
    pub fn endpoint_param(mut self, name: &'static str, value: Value) -> Self {
        self.endpoint_params
            .get_or_insert_default()
            .push((name, value));
        self
    }

    pub(crate) fn push_request_change(&mut self, change: RequestChange) {
        self.request_changes.get_or_insert_default().push(change);
    }

    pub(crate) fn refuse(&mut self, field: &str, reason: &str) {
        let reason = format!("the configuration's `{field}` cannot be honoured: {reason}");
        self.refused = Some(Refused(reason));
    }

    /// The configuration. What is wrong with it, the first call says.
    pub fn build(self) -> Config {
        Config { fields: self }
    }

    /// This, with what is not set taken from `base`.
    pub(crate) fn over(self, base: &Self) -> Self {
        let (sender, http_client) = match self.sender {
            Some(sender) => (Some(sender), self.http_client),
            None => (base.sender.clone(), base.http_client.clone()),
        };
        let timeout_config = match (self.timeout_config, &base.timeout_config) {
            (Some(mut limits), Some(base)) => {
                limits.take_defaults_from(base);
                Some(limits)
            }
            (limits, base) => limits.or_else(|| base.clone()),
        };
        macro_rules! merge {
            ($($field:ident),*) => {
                Self { sender, http_client, timeout_config, $($field: self.$field.or_else(|| base.$field.clone())),* }
            };
        }
        merge!(
            region,
            endpoint_url,
            use_fips,
            use_dual_stack,
            account_id_endpoint_mode,
            endpoint_params,
            credentials_provider,
            token_provider,
            identity_cache,
            auth_scheme_preference,
            allow_no_auth,
            retry_config,
            stalled_stream_protection,
            sleep_impl,
            time_source,
            random,
            idempotency_token_provider,
            rate_limit,
            max_response_body_bytes,
            disable_host_prefix,
            disable_request_compression,
            request_min_compression_size_bytes,
            disable_clock_skew_correction,
            app_name,
            framework_metadata,
            behavior_version,
            environment,
            request_changes,
            endpoint_source,
            refused
        )
    }
}

/// Region, endpoint and retry settings only: providers and closures have nothing to show.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("region", &self.region)
            .field(
                "endpoint_url",
                &self.endpoint_url.as_deref().map(without_user),
            )
            .field("use_fips", &self.use_fips)
            .field("use_dual_stack", &self.use_dual_stack)
            .field("retry_config", &self.retry_config)
            .field("timeout_config", &self.timeout_config)
            .field("app_name", &self.app_name)
            .finish_non_exhaustive()
    }
}

impl From<Config> for Builder {
    fn from(config: Config) -> Self {
        config.fields
    }
}
