//! A configuration from the environment, where a caller asks for it.

use aws_credential_types::Credentials;
use aws_smithy_types::retry::{RetryConfig, RetryMode};
use aws_types::app_name::AppName;
use aws_types::region::Region;
use connect_protocol::endpoint::is_valid_host_label;

use super::builder::Builder;
use super::endpoint_source::EndpointSource;
use crate::environment::Environment;
use crate::sender::HttpSender;

/// A variable that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentError {
    /// A value that the variable cannot have.
    #[error("{name}: expected {expected}")]
    Value {
        /// The variable.
        name: &'static str,
        /// What it can hold.
        expected: &'static str,
    },
}

/// A configuration from environment variables alone: no profile, no metadata service.
///
/// Read are AWS_REGION, else AWS_DEFAULT_REGION; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; the
/// service's own endpoint override (AWS_ENDPOINT_URL_CONNECT), else AWS_ENDPOINT_URL, when the client is made, neither if
/// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true;
/// AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT; AWS_RETRY_MODE and AWS_MAX_ATTEMPTS; AWS_SDK_UA_APP_ID;
/// AWS_CA_BUNDLE, HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.
///
/// # Errors
///
/// A variable that is set to something it cannot hold is an error that names it.
pub fn from_env(environment: &Environment) -> Result<Builder, EnvironmentError> {
    let get = |name| environment.get(name);
    let mut builder = Builder::new();
    let mut regions = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter();
    if let Some((name, region)) = regions.find_map(|name| Some((name, get(name)?))) {
        if !is_valid_host_label(&region, false) {
            let expected = "a region: letters, digits and hyphens, at most 63";
            return Err(EnvironmentError::Value { name, expected });
        }
        builder.set_region(Some(Region::new(region)));
    }
    if let (Some(key), Some(secret)) = (get("AWS_ACCESS_KEY_ID"), get("AWS_SECRET_ACCESS_KEY")) {
        let token = get("AWS_SESSION_TOKEN");
        builder =
            builder.credentials_provider(Credentials::new(key, secret, token, None, "Environment"));
    }
    if flag(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")? != Some(true) {
        builder.endpoint_source = Some(EndpointSource::Environment(environment.clone()));
    }
    builder.set_use_fips(flag(environment, "AWS_USE_FIPS_ENDPOINT")?);
    builder.set_use_dual_stack(flag(environment, "AWS_USE_DUALSTACK_ENDPOINT")?);
    builder.set_retry_config(retries(environment)?);
    if let Some(name) = get("AWS_SDK_UA_APP_ID") {
        let name = AppName::new(name).map_err(|_| EnvironmentError::Value {
            name: "AWS_SDK_UA_APP_ID",
            expected: "letters, digits and !#$%&'*+-.^_`|~",
        })?;
        builder.set_app_name(Some(name));
    }
    builder = builder.sender(HttpSender::builder().environment(environment).build());
    Ok(builder.environment(environment.clone()))
}

fn flag(environment: &Environment, name: &'static str) -> Result<Option<bool>, EnvironmentError> {
    match environment.get(name) {
        None => Ok(None),
        Some(value) if value.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(value) if value.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(EnvironmentError::Value {
            name,
            expected: "true or false",
        }),
    }
}

fn retries(environment: &Environment) -> Result<Option<RetryConfig>, EnvironmentError> {
    let mode = environment.get("AWS_RETRY_MODE");
    let attempts = environment.get("AWS_MAX_ATTEMPTS");
    if mode.is_none() && attempts.is_none() {
        return Ok(None);
    }
    let mut config = RetryConfig::standard();
    if let Some(mode) = mode {
        let mode = mode.parse::<RetryMode>();
        let mode = mode.map_err(|_| EnvironmentError::Value {
            name: "AWS_RETRY_MODE",
            expected: "standard or adaptive",
        })?;
        config = config.with_retry_mode(mode);
    }
    if let Some(attempts) = attempts {
        match attempts.parse() {
            Ok(attempts) if attempts > 0 => config = config.with_max_attempts(attempts),
            _ => {
                return Err(EnvironmentError::Value {
                    name: "AWS_MAX_ATTEMPTS",
                    expected: "a positive number",
                });
            }
        }
    }
    Ok(Some(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Builder, EnvironmentError> {
        from_env(&Environment::from_pairs(pairs.iter().copied()))
    }

    #[test]
    fn the_more_specific_variable_wins() {
        let config = read(&[
            ("AWS_REGION", "eu-central-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL", "http://general"),
            ("AWS_ENDPOINT_URL_CONNECT", "http://connect"),
            ("AWS_MAX_ATTEMPTS", "5"),
            ("AWS_RETRY_MODE", "adaptive"),
            ("AWS_USE_FIPS_ENDPOINT", "True"),
        ])
        .unwrap()
        .build();
        assert_eq!(config.region().map(Region::as_ref), Some("eu-central-1"));
        let endpoint = config.fields.endpoint_source.as_ref().unwrap();
        let endpoint = endpoint.endpoint_url("Connect");
        assert_eq!(endpoint.as_deref(), Some("http://connect"));
        let retries = config.retry_config().unwrap();
        let expected = (5, RetryMode::Adaptive);
        assert_eq!((retries.max_attempts(), retries.mode()), expected);
        assert_eq!(config.fields.use_fips, Some(true));
    }

    #[test]
    fn a_region_that_would_be_another_host_is_rejected_by_name() {
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            let regions = "evil.test/;evil.test#;evil.test:443/x;a b;a\r\n";
            for region in regions.split(';') {
                let error = read(&[(name, region)]).unwrap_err().to_string();
                let expected = format!("{name}: expected a region");
                assert!(error.starts_with(&expected), "{error}");
            }
        }
    }

    #[test]
    fn configured_endpoints_can_be_ignored() {
        let config = read(&[
            ("AWS_ENDPOINT_URL", "http://general"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ]);
        assert!(config.unwrap().endpoint_source.is_none());
    }

    #[test]
    fn a_variable_that_makes_no_sense_is_named() {
        for (name, value, expected) in [
            ("AWS_MAX_ATTEMPTS", "0", "a positive number"),
            ("AWS_USE_FIPS_ENDPOINT", "yes", "true or false"),
        ] {
            let error = read(&[(name, value)]).unwrap_err().to_string();
            assert_eq!(error, format!("{name}: expected {expected}"));
        }
    }
}
