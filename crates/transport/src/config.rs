//! Configuration of a client.
//!
//! Paths, names and signatures are those of `aws_sdk_connect::config` wherever both have a thing.

use std::sync::Arc;

use aws_credential_types::provider::token::SharedTokenProvider;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::auth::AuthSchemePreference;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use crate::sender::SharedSender;
use retry::RetryConfig;
use timeout::TimeoutConfig;

pub use aws_credential_types::Credentials;
pub use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
pub use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
pub use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
pub use aws_smithy_runtime_api::client::http::{HttpClient, SharedHttpClient};
pub use aws_smithy_runtime_api::client::identity::{ResolveCachedIdentity, SharedIdentityCache};
pub use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
pub use aws_smithy_runtime_api::shared::IntoShared;
pub use aws_types::app_name::AppName;
pub use aws_types::endpoint_config::AccountIdEndpointMode;
pub use aws_types::region::Region;
pub use aws_types::sdk_ua_metadata::FrameworkMetadata;

pub use builder::Builder;
pub(crate) use builder::Refused;

pub use crate::endpoint::check_endpoint_url;
pub use crate::random::{IdempotencyTokenProvider, Random, SharedRandom};
pub use crate::rate_limit::RateLimit;
pub use environment::{Environment, EnvironmentError, from_env};
pub(crate) use sdk_config::EndpointSource;
#[cfg(feature = "aws-config")]
pub use sdk_config::aws_config_loader;

mod builder;
mod environment;
mod sdk_config;

/// Authentication schemes.
pub mod auth {
    pub use aws_smithy_runtime_api::client::auth::{AuthSchemeId, AuthSchemePreference};
}

/// Requests, as callers change them with `customize().mutate_request(..)`.
pub mod http {
    pub use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    pub use connect_protocol::http::{Headers, HttpResponse};
}

/// Retries.
pub mod retry {
    pub use aws_smithy_types::retry::{ReconnectMode, RetryConfig, RetryConfigBuilder, RetryMode};
}

/// Time limits.
pub mod timeout {
    pub use aws_smithy_types::timeout::{TimeoutConfig, TimeoutConfigBuilder};
}

pub(crate) type RequestChange =
    Arc<dyn Fn(HttpRequest) -> Result<HttpRequest, crate::error::BoxError> + Send + Sync>;

/// A client's configuration. Made by [`Config::builder`], which reads no environment, or from an `SdkConfig`.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) fields: Builder,
}

impl Config {
    /// A configuration from what `aws_config` loaded.
    ///
    /// Every field of `SdkConfig` is honoured or adapted; a `protocol` other than restJson1 is refused, and the client's first
    /// call says so.
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

    /// The region.
    pub fn region(&self) -> Option<&Region> {
        self.fields.region.as_ref()
    }

    /// The URL that overrides the endpoint rules.
    pub fn endpoint_url(&self) -> Option<&str> {
        self.fields.endpoint_url.as_deref()
    }

    /// The credentials provider.
    pub fn credentials_provider(&self) -> Option<SharedCredentialsProvider> {
        self.fields.credentials_provider.clone()
    }

    /// The bearer token provider.
    pub fn token_provider(&self) -> Option<SharedTokenProvider> {
        self.fields.token_provider.clone()
    }

    /// The identity cache that replaces the built-in one.
    pub fn identity_cache(&self) -> Option<SharedIdentityCache> {
        self.fields.identity_cache.clone()
    }

    /// The preferred order of authentication schemes.
    pub fn auth_scheme_preference(&self) -> Option<&AuthSchemePreference> {
        self.fields.auth_scheme_preference.as_ref()
    }

    /// How often and how soon to retry.
    pub fn retry_config(&self) -> Option<&RetryConfig> {
        self.fields.retry_config.as_ref()
    }

    /// The time limits.
    pub fn timeout_config(&self) -> Option<&TimeoutConfig> {
        self.fields.timeout_config.as_ref()
    }

    /// How long a body may make no progress.
    pub fn stalled_stream_protection(&self) -> Option<&StalledStreamProtectionConfig> {
        self.fields.stalled_stream_protection.as_ref()
    }

    /// How to sleep.
    pub fn sleep_impl(&self) -> Option<SharedAsyncSleep> {
        self.fields.sleep_impl.clone()
    }

    /// The clock.
    pub fn time_source(&self) -> Option<SharedTimeSource> {
        self.fields.time_source.clone()
    }

    /// The HTTP client that replaces the built-in one.
    pub fn http_client(&self) -> Option<SharedHttpClient> {
        self.fields.http_client.clone()
    }

    /// What sends the requests, if that was set; an HTTP client of the AWS SDK's kind is adapted to it.
    pub fn sender(&self) -> Option<&SharedSender> {
        self.fields.sender.as_ref()
    }

    /// The application's name.
    pub fn app_name(&self) -> Option<&AppName> {
        self.fields.app_name.as_ref()
    }

    /// The frameworks named in the user agent.
    pub fn framework_metadata(&self) -> Vec<&FrameworkMetadata> {
        self.fields.framework_metadata.iter().flatten().collect()
    }

    /// Whether requests are signed with the local clock as it is.
    pub fn disable_clock_skew_correction(&self) -> Option<bool> {
        self.fields.disable_clock_skew_correction
    }
}
