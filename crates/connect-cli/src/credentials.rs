//! Where credentials come from: the environment, the profile's keys, a process that the profile names.
//!
//! Sign-in (IAM Identity Center), roles, containers and instances need clients of further services, which take longer to
//! build than all the rest. They are behind the feature `aws-config`, whose chain looks where nothing else was found.

use std::process::{Command, Stdio};

use aws_credential_types::credential_fn::provide_credentials_fn;
use aws_credential_types::provider::error::CredentialsError;
use connect_sdk::config::{Credentials, Environment, Region, SharedCredentialsProvider};
use connect_transport::sender::HttpSender;
use jiff::Timestamp;
use serde_json::Value;

use crate::failure::Failure;
use crate::profile::Section;

/// Keys of a profile that together stand for credentials of another service, and go before keys and processes.
const OTHER_SERVICES: [&[&str]; 4] = [
    &["role_arn"],
    &["web_identity_token_file"],
    &["sso_session", "sso_account_id", "sso_role_name"],
    &["sso_start_url", "sso_account_id", "sso_role_name"],
];

/// The provider of credentials. A profile named on the command line, `explicit`, goes before the environment;
/// `missing_files` ends the message that there are none.
///
/// # Errors
///
/// There are none, half of a pair, or some that this build cannot get. With the feature `aws-config` it is the call that
/// fails.
pub(crate) async fn provider(
    environment: &Environment,
    profile: Option<&Section>,
    explicit: Option<&str>,
    region: &Region,
    sender: &HttpSender,
    missing_files: &str,
) -> Result<SharedCredentialsProvider, Failure> {
    if explicit.is_none()
        && let Some(keys) = of_environment(environment)?
    {
        return Ok(SharedCredentialsProvider::new(keys));
    }
    if let Some(profile) = profile
        && let Some(found) = of_profile(profile)?
    {
        return Ok(found);
    }
    #[cfg(feature = "aws-config")]
    {
        let _ = missing_files;
        Ok(chain(explicit, region, sender).await)
    }
    #[cfg(not(feature = "aws-config"))]
    {
        let _ = (region, sender);
        Err(none(profile, missing_files))
    }
}

/// The kind of credentials that [`provider`] takes, and where it finds them.
///
/// # Errors
///
/// As [`provider`].
pub(crate) fn origin(
    environment: &Environment,
    profile: Option<&Section>,
    explicit: Option<&str>,
    missing_files: &str,
) -> Result<(&'static str, String), Failure> {
    if explicit.is_none() && of_environment(environment)?.is_some() {
        return Ok((
            "a key pair",
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned(),
        ));
    }
    if let Some(profile) = profile
        && of_profile(profile)?.is_some()
    {
        let keys = [
            ("a key pair", "aws_secret_access_key"),
            ("a process", "credential_process"),
        ];
        let mut found = keys.into_iter().filter_map(|(kind, key)| {
            let place = profile.place(key).filter(|_| profile.get(key).is_some())?;
            Some((kind, format!("{place}: {key}")))
        });
        return Ok(found.next().unwrap_or_default());
    }
    #[cfg(feature = "aws-config")]
    {
        let _ = missing_files;
        Ok((
            "found at the first call",
            "the chain of aws-config".to_owned(),
        ))
    }
    #[cfg(not(feature = "aws-config"))]
    Err(none(profile, missing_files))
}

/// The chain of `aws-config`.
#[cfg(feature = "aws-config")]
async fn chain(
    profile: Option<&str>,
    region: &Region,
    sender: &HttpSender,
) -> SharedCredentialsProvider {
    use connect_transport::aws_config::default_provider::credentials::DefaultCredentialsChain;
    use connect_transport::aws_config::profile::ProfileFileCredentialsProvider;
    use connect_transport::aws_config::provider_config::ProviderConfig;

    let config = ProviderConfig::default()
        .with_http_client(sender.clone())
        .with_region(Some(region.clone()));
    match profile {
        Some(name) => {
            let profile = ProfileFileCredentialsProvider::builder().configure(&config);
            SharedCredentialsProvider::new(profile.profile_name(name).build())
        }
        None => {
            let chain = DefaultCredentialsChain::builder().configure(config);
            SharedCredentialsProvider::new(chain.build().await)
        }
    }
}

/// The failure: there are no credentials, or a build with `aws-config` could get them.
#[cfg(not(feature = "aws-config"))]
fn none(profile: Option<&Section>, missing_files: &str) -> Failure {
    // Keys that alone do not stand for credentials, but say what was meant.
    let hints = [
        "login_session",
        "sso_session",
        "sso_start_url",
        "sso_account_id",
        "sso_role_name",
        "credential_source",
        "source_profile",
    ];
    let place = |key| Some((key, profile?.place(key)?));
    let mut keys = OTHER_SERVICES.iter().map(|keys| keys[0]).chain(hints);
    Failure::Configuration(match keys.find_map(place) {
        Some((key, place)) => format!(
            "{place}: The profile gets its credentials from another service ({key}), which needs a build with \
             `--features aws-config`."
        ),
        None => format!(
            "Unable to locate credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile's keys or \
             credential_process; `connect configure check` shows what is set. Those of containers and instances need a build with `--features aws-config`.\
             {missing_files}"
        ),
    })
}

/// The keys in the environment, if there are any.
///
/// # Errors
///
/// Half of a pair.
pub(crate) fn of_environment(environment: &Environment) -> Result<Option<Credentials>, Failure> {
    let names = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ];
    let values = names.map(|name| environment.get(name));
    keys(names, values, "env", "Environment")
}

fn of_profile(profile: &Section) -> Result<Option<SharedCredentialsProvider>, Failure> {
    let set = |key: &&str| profile.get(key).is_some();
    let place = |key| profile.place(key).unwrap_or_default();
    if OTHER_SERVICES.iter().any(|keys| keys.iter().all(set)) {
        return Ok(None);
    }
    let names = [
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
    ];
    let values = names.map(|name| profile.get(name).map(str::to_owned));
    let half = names[..2].iter().copied().find(set).map(place);
    if let Some(keys) = keys(names, values, half.unwrap_or_default(), "Profile")? {
        return Ok(Some(SharedCredentialsProvider::new(keys)));
    }
    let line = profile.get("credential_process");
    Ok(line.map(|line| process(line, place("credential_process"))))
}

/// Credentials from the values of a key's ID, its secret and a token; none where there is neither ID nor secret.
fn keys(
    names: [&str; 3],
    values: [Option<String>; 3],
    place: &str,
    source: &'static str,
) -> Result<Option<Credentials>, Failure> {
    let missing = match values {
        [Some(key), Some(secret), token] => {
            return Ok(Some(Credentials::new(key, secret, token, None, source)));
        }
        [None, None, _] => return Ok(None),
        [None, Some(_), _] => names[0],
        [Some(_), None, _] => names[1],
    };
    Err(Failure::Configuration(format!(
        "Partial credentials found in {place}, missing: {missing}"
    )))
}

/// The credentials that a command prints: `credential_process`. Its line is not shown: people put secrets there.
fn process(line: &str, place: &str) -> SharedCredentialsProvider {
    let (line, place) = (line.to_owned(), place.to_owned());
    SharedCredentialsProvider::new(provide_credentials_fn(move || {
        let (line, place) = (line.clone(), place.clone());
        async move {
            let ran = tokio::task::spawn_blocking(move || run(&line)).await;
            ran.map_err(CredentialsError::provider_error)?
                .map_err(|error| CredentialsError::provider_error(format!("{place}: {error}")))
        }
    }))
}

fn run(line: &str) -> Result<Credentials, String> {
    let [shell, flag] = if cfg!(windows) {
        ["cmd", "/C"]
    } else {
        ["sh", "-c"]
    };
    let output = Command::new(shell)
        .args([flag, line])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run credential_process: {error}"))?;
    if !output.status.success() {
        return Err(format!("credential_process failed: {}", output.status));
    }
    read(&output.stdout)
        .ok_or_else(|| "credential_process printed no credentials of version 1".to_owned())
}

/// Reads what a credential process prints. What is wrong with it is not said: the text holds secrets.
fn read(json: &[u8]) -> Option<Credentials> {
    let printed: Value = serde_json::from_slice(json).ok()?;
    let text = |name: &str| printed.get(name)?.as_str().map(str::to_owned);
    if printed.get("Version") != Some(&Value::from(1)) {
        return None;
    }
    let expiry = match text("Expiration") {
        Some(time) => Some(time.parse::<Timestamp>().ok()?.into()),
        None => None,
    };
    let (key, secret) = (text("AccessKeyId")?, text("SecretAccessKey")?);
    let token = text("SessionToken");
    Some(Credentials::new(key, secret, token, expiry, "Process"))
}
