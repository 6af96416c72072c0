//! Configuration from what `aws_config` loaded.

use std::sync::Arc;

use aws_types::SdkConfig;

use super::builder::{Builder, Config};
use super::endpoint_source::EndpointSource;
use crate::environment::Environment;
use crate::sender::HttpSender;

/// Every field of `SdkConfig` is honoured or adapted, but for a `protocol` other than restJson1, which the first call reports.
///
/// - `service_config`, `config_origins`: an endpoint override of the environment or profile is looked up under the
///   service's name when the client is made.
/// - `http_client`: used as it is; an [`HttpSender`] that was passed as one is used directly. Without one, the client has an
///   `HttpSender` with the proxies and the CA bundle that the process's environment names.
/// - `identity_cache`: asked for credentials and tokens in place of the built-in cache. What it last gave is used on
///   while it holds and the cache fails; a key that the service has called expired is not taken from it again.
/// - `stalled_stream_protection`: a response's body may stall no longer than the grace period, nor than the read limit.
/// - `request_checksum_calculation`, `response_checksum_validation`: concern operations with the `httpChecksum` trait,
///   which are not generated; checksums that a model requires are sent in any case.
/// - `sigv4a_signing_region_set`: concerns operations signed with SigV4a, which are not generated.
/// - `behavior_version`: accepted; this client has one behaviour.
impl From<&SdkConfig> for Builder {
    fn from(config: &SdkConfig) -> Self {
        let mut builder = Self::new();
        builder.set_region(config.region().cloned());
        if config.get_origin("endpoint_url").is_client_config() {
            builder.set_endpoint_url(config.endpoint_url().map(str::to_owned));
        } else {
            builder.endpoint_source = Some(EndpointSource::SdkConfig(Arc::new(config.clone())));
        }
        builder.set_use_fips(config.use_fips());
        builder.set_use_dual_stack(config.use_dual_stack());
        builder.set_account_id_endpoint_mode(config.account_id_endpoint_mode().cloned());
        builder.set_credentials_provider(config.credentials_provider());
        builder.set_token_provider(config.token_provider());
        builder.identity_cache = config.identity_cache();
        builder.set_auth_scheme_preference(config.auth_scheme_preference().cloned());
        builder.set_retry_config(config.retry_config().cloned());
        builder.set_timeout_config(config.timeout_config().cloned());
        builder.set_stalled_stream_protection(config.stalled_stream_protection());
        builder.set_sleep_impl(config.sleep_impl());
        builder.set_time_source(config.time_source());
        builder.set_app_name(config.app_name().cloned());
        for framework in config.framework_metadata() {
            builder.push_framework_metadata(framework.clone());
        }
        builder.set_disable_request_compression(config.disable_request_compression());
        builder.set_request_min_compression_size_bytes(config.request_min_compression_size_bytes());
        builder.set_disable_clock_skew_correction(config.disable_clock_skew_correction());
        builder.set_behavior_version(config.behavior_version());
        if let Some(protocol) = config.protocol()
            && protocol.protocol_id().as_str() != "aws.protocols#restJson1"
        {
            builder.reject("protocol", "this client speaks restJson1 only");
        }
        match config.http_client() {
            Some(client) => {
                builder.set_http_client(Some(client));
            }
            None => {
                let sender = HttpSender::builder().environment(&Environment::process());
                builder.sender = Some(sender.build().into());
            }
        }
        builder
    }
}

impl From<&SdkConfig> for Config {
    fn from(config: &SdkConfig) -> Self {
        Builder::from(config).build()
    }
}

/// A loader of `aws_config`'s chain: environment, profile, SSO, web identity, container and instance metadata. It calls
/// them through an [`HttpSender`] with the process's proxies and CA bundle, which clients made from what it loads share.
#[cfg(feature = "aws-config")]
pub fn aws_config_loader() -> aws_config::ConfigLoader {
    let sender = HttpSender::builder().environment(&Environment::process());
    let latest = aws_smithy_runtime_api::client::behavior_version::BehaviorVersion::latest();
    aws_config::defaults(latest).http_client(sender.build())
}
