//! Where credentials come from: the environment, the profile's keys, a process that the profile names.
//!
//! Sign-in (IAM Identity Center), roles, containers and instances need clients of further services, which take longer to
//! build than all the rest. They are behind the feature `aws-config`, whose chain looks where nothing else was found.

use connect_sdk::config::{Environment, Region, SharedCredentialsProvider};
use connect_transport::sender::HttpSender;

use crate::failure::Failure;
use crate::profile::Section;

/// The provider of credentials. A profile named on the command line, `explicit`, goes before the environment;
/// `missing_files` ends the message that there are none.
///
/// # Errors
///
/// There are none, half of a pair, or some that this build cannot get. With the feature `aws-config` it is the call that
/// fails.
pub(crate) fn provider(
    environment: &Environment,
    profile: Option<&Section>,
    explicit: Option<&str>,
    region: &Region,
    sender: &HttpSender,
    missing_files: &str,
) -> Result<SharedCredentialsProvider, Failure> {
    if let Some(found) = plain::provider(environment, profile, explicit.is_some())? {
        return Ok(found);
    }
    #[cfg(feature = "aws-config")]
    {
        let _ = missing_files;
        let chain = chain::Chain::new(explicit, region, sender);
        Ok(SharedCredentialsProvider::new(chain))
    }
    #[cfg(not(feature = "aws-config"))]
    {
        let _ = (region, sender);
        Err(plain::none(profile, missing_files))
    }
}

#[cfg(feature = "aws-config")]
mod chain {
    use aws_credential_types::provider::{self, ProvideCredentials, future};
    use connect_sdk::config::{Region, SharedCredentialsProvider};
    use connect_transport::aws_config::default_provider::credentials::DefaultCredentialsChain;
    use connect_transport::aws_config::profile::ProfileFileCredentialsProvider;
    use connect_transport::aws_config::provider_config::ProviderConfig;
    use connect_transport::sender::HttpSender;
    use tokio::sync::OnceCell;

    /// The chain of `aws-config`, set up when credentials are first wanted: that reads files.
    #[derive(Debug)]
    pub(super) struct Chain {
        profile: Option<String>,
        region: Region,
        sender: HttpSender,
        chain: OnceCell<SharedCredentialsProvider>,
    }

    impl Chain {
        pub(super) fn new(profile: Option<&str>, region: &Region, sender: &HttpSender) -> Self {
            Self {
                profile: profile.map(str::to_owned),
                region: region.clone(),
                sender: sender.clone(),
                chain: OnceCell::new(),
            }
        }

        async fn chain(&self) -> SharedCredentialsProvider {
            let config = ProviderConfig::default()
                .with_http_client(self.sender.clone())
                .with_region(Some(self.region.clone()));
            match &self.profile {
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

        async fn credentials(&self) -> provider::Result {
            let chain = self.chain.get_or_init(|| self.chain()).await;
            chain.provide_credentials().await
        }
    }

    impl ProvideCredentials for Chain {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::new(self.credentials())
        }
    }
}

mod plain {
    use std::process::Command;
    use std::time::{Duration, SystemTime};

    use aws_credential_types::provider::error::CredentialsError;
    use aws_credential_types::provider::future;
    use connect_sdk::config::{
        Credentials, Environment, ProvideCredentials, SharedCredentialsProvider,
    };
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

    /// Keys that say, where there are no credentials of other kinds, what was meant.
    #[cfg(not(feature = "aws-config"))]
    const HINTS: [&str; 7] = [
        "login_session",
        "sso_session",
        "sso_start_url",
        "sso_account_id",
        "sso_role_name",
        "credential_source",
        "source_profile",
    ];

    /// The credentials that need no other service, if there are any.
    pub(super) fn provider(
        environment: &Environment,
        profile: Option<&Section>,
        profile_first: bool,
    ) -> Result<Option<SharedCredentialsProvider>, Failure> {
        let from_environment = if profile_first {
            None
        } else {
            self::environment(environment)?
        };
        match (from_environment, profile) {
            (None, Some(profile)) => self::profile(profile),
            (found, _) => Ok(found),
        }
    }

    /// Says that there are none, or whose they would be.
    #[cfg(not(feature = "aws-config"))]
    pub(super) fn none(profile: Option<&Section>, missing_files: &str) -> Failure {
        let place = |key| Some((key, profile?.place(key)?));
        let mut keys = OTHER_SERVICES.iter().map(|keys| keys[0]).chain(HINTS);
        Failure::Configuration(match keys.find_map(place) {
            Some((key, place)) => format!(
                "{place}: The profile gets its credentials from another service ({key}), which needs a build with \
                 `--features aws-config`."
            ),
            None => format!(
                "Unable to locate credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile's keys or \
                 credential_process. Those of containers and instances need a build with `--features aws-config`.\
                 {missing_files}"
            ),
        })
    }

    fn environment(
        environment: &Environment,
    ) -> Result<Option<SharedCredentialsProvider>, Failure> {
        let [key, secret, token] = [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
        ]
        .map(|name| environment.get(name));
        let pair = pair(
            "env",
            ("AWS_ACCESS_KEY_ID", key),
            ("AWS_SECRET_ACCESS_KEY", secret),
        )?;
        Ok(pair.map(|(key, secret)| keys(key, secret, token, "Environment")))
    }

    fn profile(profile: &Section) -> Result<Option<SharedCredentialsProvider>, Failure> {
        let set = |key: &&str| profile.get(key).is_some();
        let place = |key| profile.place(key).unwrap_or_default();
        if OTHER_SERVICES.iter().any(|keys| keys.iter().all(set)) {
            return Ok(None);
        }
        let get = |key| profile.get(key).map(str::to_owned);
        let names = ["aws_access_key_id", "aws_secret_access_key"];
        let half = names.into_iter().find(set).map(place);
        let [key, secret] = names.map(|name| (name, get(name)));
        if let Some((key, secret)) = pair(half.unwrap_or_default(), key, secret)? {
            return Ok(Some(keys(key, secret, get("aws_session_token"), "Profile")));
        }
        let process = get("credential_process").map(|line| {
            let place = place("credential_process").to_owned();
            SharedCredentialsProvider::new(Process { line, place })
        });
        Ok(process)
    }

    fn keys(
        key: String,
        secret: String,
        token: Option<String>,
        source: &'static str,
    ) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(Credentials::new(key, secret, token, None, source))
    }

    type Named = (&'static str, Option<String>);

    fn pair(place: &str, key: Named, secret: Named) -> Result<Option<(String, String)>, Failure> {
        let missing = match (key, secret) {
            ((_, Some(key)), (_, Some(secret))) => return Ok(Some((key, secret))),
            ((_, None), (_, None)) => return Ok(None),
            ((name, None), _) | (_, (name, None)) => name,
        };
        Err(Failure::Configuration(format!(
            "Partial credentials found in {place}, missing: {missing}"
        )))
    }

    /// A command that prints credentials: `credential_process`.
    struct Process {
        line: String,
        place: String,
    }

    /// Nothing of the line: people put secrets there.
    impl std::fmt::Debug for Process {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.debug_struct("Process").finish_non_exhaustive()
        }
    }

    impl ProvideCredentials for Process {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let line = self.line.clone();
            future::ProvideCredentials::new(async {
                let ran = tokio::task::spawn_blocking(move || run(&line)).await;
                ran.map_err(CredentialsError::provider_error)?
                    .map_err(|error| format!("{}: {error}", self.place))
                    .map_err(CredentialsError::provider_error)
            })
        }
    }

    fn run(line: &str) -> Result<Credentials, String> {
        let (shell, flag) = if cfg!(windows) {
            ("cmd", "/C")
        } else {
            ("sh", "-c")
        };
        let output = Command::new(shell)
            .args([flag, line])
            .stderr(std::process::Stdio::inherit())
            .output()
            .map_err(|error| format!("cannot run credential_process: {error}"))?;
        if !output.status.success() {
            return Err(format!("credential_process failed: {}", output.status));
        }
        read(&output.stdout)
            .ok_or_else(|| "credential_process printed no credentials of version 1".to_owned())
    }

    /// Reads what a credential process prints. What is wrong with it is not told: the text holds secrets.
    fn read(json: &[u8]) -> Option<Credentials> {
        let answer: Value = serde_json::from_slice(json).ok()?;
        let text = |name: &str| answer.get(name)?.as_str().map(str::to_owned);
        if answer.get("Version") != Some(&Value::from(1)) {
            return None;
        }
        let expiry = match text("Expiration") {
            Some(time) => {
                let seconds = time.parse::<Timestamp>().ok()?.as_second();
                Some(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).ok()?))
            }
            None => None,
        };
        let (key, secret) = (text("AccessKeyId")?, text("SecretAccessKey")?);
        Some(Credentials::new(
            key,
            secret,
            text("SessionToken"),
            expiry,
            "Process",
        ))
    }
}
