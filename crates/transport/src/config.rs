//! Configuration of a client.
//!
//! Paths, names and signatures are those of `aws_sdk_connect::config` wherever both have a thing.

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

pub use builder::{Builder, Config};
pub(crate) use builder::{ConfigError, RequestChange};

pub use crate::endpoint::check_endpoint_url;
pub use crate::environment::Environment;
pub use crate::random::{IdempotencyTokenProvider, Random, SharedRandom};
pub use crate::rate_limit::RateLimit;
pub use environment::{EnvironmentError, from_env};
#[cfg(feature = "aws-config")]
pub use sdk_config::aws_config_loader;

mod builder;
mod endpoint_source;
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
