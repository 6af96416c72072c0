//! A configuration, and what it is set up with.

use std::fmt;
use std::sync::Arc;

use aws_credential_types::provider::token::{ProvideToken, SharedTokenProvider};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use aws_smithy_runtime_api::client::auth::AuthSchemePreference;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{HttpClient, SharedHttpClient};
use aws_smithy_runtime_api::client::identity::{ResolveCachedIdentity, SharedIdentityCache};
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_runtime_api::shared::IntoShared;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::app_name::AppName;
use aws_types::endpoint_config::AccountIdEndpointMode;
use aws_types::region::Region;
use aws_types::sdk_ua_metadata::FrameworkMetadata;
use connect_protocol::endpoint::Value;
use connect_protocol::http::MessageBody;

use super::endpoint_source::EndpointSource;
use crate::endpoint::without_user;
use crate::environment::Environment;
use crate::error::BoxError;
use crate::random::{IdempotencyTokenProvider, Random, SharedRandom};
use crate::rate_limit::RateLimit;
use crate::sender::SharedSender;

type Request = http::Request<MessageBody>;
pub(crate) type RequestChange = Arc<dyn Fn(Request) -> Result<Request, BoxError> + Send + Sync>;

/// A client's configuration. Made by [`Config::builder`], which reads no environment, or from an `SdkConfig`.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) fields: Builder,
}

macro_rules! getters {
    ($($(#[$doc:meta])* $field:ident: $type:ty => $get:ident;)*) => {$(
        $(#[$doc])*
        pub fn $field(&self) -> $type {
            self.fields.$field.$get()
        }
    )*};
}

impl Config {
    /// A configuration from what `aws_config` loaded.
    ///
    /// Every field of `SdkConfig` is honoured or adapted; a `protocol` other than restJson1 is the error
    /// of the client's first call.
    pub fn new(config: &aws_types::SdkConfig) -> Self {
        Self::from(config)
    }

    /// A builder in which nothing is set.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A builder with everything that is set here.
    pub fn to_builder(&self) -> Builder {
        self.fields.clone()
    }

    getters! {
        /// The region.
        region: Option<&Region> => as_ref;
        /// The URL that overrides the endpoint rules.
        endpoint_url: Option<&str> => as_deref;
        /// The credentials provider.
        credentials_provider: Option<SharedCredentialsProvider> => clone;
        /// The bearer token provider.
        token_provider: Option<SharedTokenProvider> => clone;
        /// The identity cache that replaces the built-in one.
        identity_cache: Option<SharedIdentityCache> => clone;
        /// The preferred order of authentication schemes.
        auth_scheme_preference: Option<&AuthSchemePreference> => as_ref;
        /// How often and how soon to retry.
        retry_config: Option<&RetryConfig> => as_ref;
        /// The time limits.
        timeout_config: Option<&TimeoutConfig> => as_ref;
        /// How long a body may make no progress.
        stalled_stream_protection: Option<&StalledStreamProtectionConfig> => as_ref;
        /// How to sleep.
        sleep_impl: Option<SharedAsyncSleep> => clone;
        /// The clock.
        time_source: Option<SharedTimeSource> => clone;
        /// The HTTP client that replaces the built-in one.
        http_client: Option<SharedHttpClient> => clone;
        /// What sends the requests, if that was set; an HTTP client of the AWS SDK's kind is adapted to it.
        sender: Option<&SharedSender> => as_ref;
        /// The application's name.
        app_name: Option<&AppName> => as_ref;
        /// Whether requests are signed with the local clock as it is.
        disable_clock_skew_correction: Option<bool> => clone;
    }

    /// The frameworks named in the user agent.
    pub fn framework_metadata(&self) -> Vec<&FrameworkMetadata> {
        self.fields.framework_metadata.iter().flatten().collect()
    }
}

macro_rules! builder {
    ($($field:ident: $type:ty,)*) => {
        /// Sets up a [`Config`]. Nothing is read from the environment; what is not set has the default that its method names.
        #[derive(Clone, Default)]
        pub struct Builder {
            $(pub(crate) $field: Option<$type>,)*
        }

        impl Builder {
            fn or(self, base: &Self) -> Self {
                Self { $($field: self.$field.or_else(|| base.$field.clone()),)* }
            }
        }
    };
}

builder! {
    region: Region,
    endpoint_url: String,
    use_fips: bool,
    use_dual_stack: bool,
    account_id_endpoint_mode: AccountIdEndpointMode,
    endpoint_params: Vec<(&'static str, Value)>,
    credentials_provider: SharedCredentialsProvider,
    token_provider: SharedTokenProvider,
    identity_cache: SharedIdentityCache,
    auth_scheme_preference: AuthSchemePreference,
    allow_no_auth: bool,
    retry_config: RetryConfig,
    timeout_config: TimeoutConfig,
    stalled_stream_protection: StalledStreamProtectionConfig,
    sleep_impl: SharedAsyncSleep,
    time_source: SharedTimeSource,
    random: SharedRandom,
    idempotency_token_provider: IdempotencyTokenProvider,
    http_client: SharedHttpClient,
    sender: SharedSender,
    rate_limit: RateLimit,
    max_response_body_bytes: usize,
    disable_host_prefix: bool,
    disable_request_compression: bool,
    request_min_compression_size_bytes: u32,
    disable_clock_skew_correction: bool,
    app_name: AppName,
    framework_metadata: Vec<FrameworkMetadata>,
    behavior_version: BehaviorVersion,
    environment: Environment,
    request_changes: Vec<RequestChange>,
    endpoint_source: EndpointSource,
    error: ConfigError,
}

/// A setting that this client cannot honour. The first call reports it, as building a configuration cannot fail.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ConfigError(pub(crate) String);

/// `x(value)` and `set_x(Option<value>)`, for fields whose setters take the field's own type or something that becomes it.
macro_rules! setters {
    ($($(#[$doc:meta])* $field:ident, $set:ident: $type:ty;)*) => {
        setters! { $($(#[$doc])* $field: $type => Some($field), $set: $type;)* }
    };
    ($($(#[$doc:meta])* $field:ident: $input:ty => $value:expr, $set:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        pub fn $field(mut self, $field: $input) -> Self {
            self.$field = $value;
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

    setters! {
        /// The region. Default: none, which is an error unless the endpoint rules need none.
        region: impl Into<Option<Region>> => region.into(), set_region: Region;
        /// A URL that overrides the endpoint rules. Only here may the scheme be `http`.
        endpoint_url: impl Into<String> => Some(endpoint_url.into()), set_endpoint_url: String;
        /// Use the endpoint whose cryptography is FIPS 140 validated. Default: `false`.
        use_fips: impl Into<bool> => Some(use_fips.into()), set_use_fips: bool;
        /// Use the endpoint with IPv4 and IPv6 addresses. Default: `false`.
        use_dual_stack: impl Into<bool> => Some(use_dual_stack.into()), set_use_dual_stack: bool;
        /// Where credentials come from. They are cached and refreshed ahead of their expiry.
        credentials_provider: impl ProvideCredentials + 'static =>
            Some(SharedCredentialsProvider::new(credentials_provider)),
            set_credentials_provider: SharedCredentialsProvider;
        /// Where bearer tokens come from. They are cached and refreshed ahead of their expiry.
        token_provider: impl ProvideToken + 'static =>
            Some(SharedTokenProvider::new(token_provider)), set_token_provider: SharedTokenProvider;
        /// The preferred order of authentication schemes, by ID (`sigv4`, `httpBearerAuth`, `noAuth`). Those that an operation
        /// does not have are ignored. Default: the model's order.
        auth_scheme_preference: impl Into<AuthSchemePreference> =>
            Some(auth_scheme_preference.into()), set_auth_scheme_preference: AuthSchemePreference;
        /// How to sleep. Default: tokio's timer.
        sleep_impl: impl AsyncSleep + 'static => Some(SharedAsyncSleep::new(sleep_impl)),
            set_sleep_impl: SharedAsyncSleep;
        /// The clock. Default: the system's.
        time_source: impl TimeSource + 'static => Some(SharedTimeSource::new(time_source)),
            set_time_source: SharedTimeSource;
        /// Where jitter and IDs come from. Default: a thread-local generator.
        random: impl Random + 'static => Some(SharedRandom::new(random)), set_random: SharedRandom;
        /// Where idempotency tokens come from. Default: random UUIDs.
        idempotency_token_provider: impl Into<IdempotencyTokenProvider> =>
            Some(idempotency_token_provider.into()),
            set_idempotency_token_provider: IdempotencyTokenProvider;
        /// Sign with the local clock as it is, and do not retry errors that a wrong clock explains. Default: `false`.
        disable_clock_skew_correction: impl Into<Option<bool>> =>
            disable_clock_skew_correction.into(), set_disable_clock_skew_correction: bool;
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
        self.random = Some(SharedRandom::new(crate::random::SeededRandom::new(0)));
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

    pub(crate) fn reject(&mut self, field: &str, reason: &str) {
        let reason = format!("the configuration's `{field}` cannot be honoured: {reason}");
        self.error = Some(ConfigError(reason));
    }

    /// The configuration. What is wrong with it is the first call's error.
    pub fn build(self) -> Config {
        Config { fields: self }
    }

    /// This, with what is not set taken from `base`.
    pub(crate) fn over(mut self, base: &Self) -> Self {
        if let (Some(limits), Some(base)) = (&mut self.timeout_config, &base.timeout_config) {
            limits.take_defaults_from(base);
        }
        // A sender comes with the HTTP client that it was made from, if there is one.
        let own_client = self.sender.is_some().then(|| self.http_client.clone());
        let mut merged = self.or(base);
        merged.http_client = own_client.unwrap_or(merged.http_client);
        merged
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
