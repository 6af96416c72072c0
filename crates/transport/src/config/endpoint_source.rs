//! Where a service's endpoint override comes from.

use std::sync::Arc;

use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use crate::environment::Environment;

/// Where a service's endpoint override comes from, if none was set on the client: it depends on the service's name, which
/// the client knows and its configuration does not.
#[derive(Clone)]
pub(crate) enum EndpointSource {
    SdkConfig(Arc<SdkConfig>),
    Environment(Environment),
}

impl EndpointSource {
    /// The override for a service: its own variable or profile setting before the general one.
    pub(crate) fn endpoint_url(&self, sdk_id: &str) -> Option<String> {
        match self {
            Self::SdkConfig(config) => {
                let key = ServiceConfigKey::builder()
                    .service_id(sdk_id)
                    .env("AWS_ENDPOINT_URL")
                    .profile("endpoint_url")
                    .build();
                let own = config
                    .service_config()
                    .and_then(|service| service.load_config(key.ok()?));
                own.or_else(|| config.endpoint_url().map(str::to_owned))
            }
            Self::Environment(environment) => {
                let name = sdk_id.to_ascii_uppercase().replace([' ', '-'], "_");
                let own = environment.get(&format!("AWS_ENDPOINT_URL_{name}"));
                own.or_else(|| environment.get("AWS_ENDPOINT_URL"))
            }
        }
    }
}
