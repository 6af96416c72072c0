//! Settings: from the command line, else from the environment, else from the profile.

mod origins;

use std::collections::HashMap;
use std::fmt::Display;
use std::fs;
use std::time::Duration;

use clap::ValueEnum;
use connect_sdk::config::timeout::TimeoutConfig;
use connect_sdk::config::{Builder, Environment, Region, from_env};
use connect_transport::config::check_endpoint_url;
use connect_transport::sender::{HttpSender, HttpSenderBuilder};
use jiff::tz::TimeZone;

pub(crate) use self::origins::Origin;
use crate::binary::BinaryFormat;
use crate::credentials;
use crate::failure::Failure;
use crate::globals::Globals;
use crate::output::{Format, Pager, Printer, Sink};
use crate::profile::{Files, Section};
use crate::query::Query;
use crate::time::Times;

/// Settings of a profile, and the variables that go before each. The first of them stands for the setting.
const OF_PROFILE: [(&str, &[&str]); 9] = [
    ("region", &["AWS_REGION", "AWS_DEFAULT_REGION"]),
    ("output", &["AWS_DEFAULT_OUTPUT"]),
    ("ca_bundle", &["AWS_CA_BUNDLE"]),
    ("max_attempts", &["AWS_MAX_ATTEMPTS"]),
    ("retry_mode", &["AWS_RETRY_MODE"]),
    ("sdk_ua_app_id", &["AWS_SDK_UA_APP_ID"]),
    ("use_fips_endpoint", &["AWS_USE_FIPS_ENDPOINT"]),
    ("use_dualstack_endpoint", &["AWS_USE_DUALSTACK_ENDPOINT"]),
    (
        "ignore_configured_endpoint_urls",
        &["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"],
    ),
];

/// The service's own variable for its endpoint, and the one for all services.
const ENDPOINT_URLS: [&str; 2] = ["AWS_ENDPOINT_URL_CONNECT", "AWS_ENDPOINT_URL"];

/// The settings of one command.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The global options as they were given.
    pub(crate) globals: Globals,
    files: Files,
    profile: String,
    /// What names the profile; `None` if nothing does.
    named_by: Option<&'static str>,
    /// The environment, with the profile's settings under the names of variables that are not set.
    environment: Environment,
    pager: Pager,
    /// The variables that were not set and have a value now, each with the place and key of the value.
    filled: Vec<(&'static str, String)>,
}

impl Settings {
    /// Reads the profile that the command line or the environment names. Where contacts are on this machine, none is needed, so none can be
    /// wrong.
    ///
    /// # Errors
    ///
    /// A profile that was named and is not there, a file that cannot be understood.
    pub(crate) fn load(
        mut globals: Globals,
        mut variables: HashMap<String, String>,
    ) -> Result<Self, Failure> {
        // Empty means no pager. To all other variables it means that they are not set.
        let [pager, usual_pager] = ["AWS_PAGER", "PAGER"].map(|name| variables.remove(name));
        let mut filled = Vec::new();
        // As if the variable held it, so that it is validated in the same way.
        if let Some(region) = &globals.region {
            variables.insert("AWS_REGION".to_owned(), region.clone());
            filled.push(("AWS_REGION", "--region".to_owned()));
        }
        variables.retain(|_, value| !value.is_empty());
        globals.profile = globals.profile.filter(|name| !name.is_empty());
        let (mut files, mut named) = (Files::default(), None);
        if !globals.is_local() {
            files = Files::load(|name| variables.get(name).cloned())?;
            let by_flag = globals.profile.as_ref().map(|name| (name, "--profile"));
            let by_variable = |by| Some((variables.get(by)?, by));
            named = by_flag
                .or_else(|| by_variable("AWS_PROFILE"))
                .or_else(|| by_variable("AWS_DEFAULT_PROFILE"));
        }
        if let Some((name, by)) = named
            && files.profile(name).is_none()
        {
            return Err(Failure::Configuration(format!(
                "The config profile ({name}) could not be found: {by} names it{}",
                files.missing
            )));
        }
        let named_by = named.map(|(_, by)| by);
        let name = named.map_or("default", |(name, _)| name).to_owned();
        if let Some(profile) = files.profile(&name) {
            let of_profile = OF_PROFILE.iter().map(|(key, names)| {
                let set = Some((profile.get(key)?, profile.place(key)?));
                set.map(|(value, place)| (*key, *names, value, place))
            });
            let url = files.endpoint_url(profile, "connect");
            let url = url.map(|(url, place)| ("endpoint_url", &ENDPOINT_URLS[..], url, place));
            for (key, names, value, place) in of_profile.chain([url]).flatten() {
                if !names.iter().any(|name| variables.contains_key(*name)) {
                    variables.insert(names[0].to_owned(), value.to_owned());
                    filled.push((names[0], format!("{place}: {key}")));
                }
            }
        }
        // The AWS CLI's oldest retry mode, which the standard one replaces.
        if let Some(mode) = variables.get_mut("AWS_RETRY_MODE")
            && mode.eq_ignore_ascii_case("legacy")
        {
            *mode = "standard".to_owned();
        }
        if globals.ca_bundle.is_some() {
            variables.remove("AWS_CA_BUNDLE");
        }
        let of_profile = || files.profile(&name)?.raw("cli_pager").map(str::to_owned);
        let pager = match pager.or_else(of_profile).or(usual_pager) {
            _ if globals.no_cli_pager => Pager::None,
            // A dumb terminal cannot page.
            _ if variables.get("TERM").is_some_and(|term| term == "dumb") => Pager::None,
            Some(line) => Pager::Chosen(line),
            None => Pager::Usual,
        };
        let pairs = variables.iter();
        let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
        Ok(Self {
            environment: Environment::from_pairs(pairs),
            globals,
            files,
            profile: name,
            named_by,
            pager,
            filled,
        })
    }

    fn profile(&self) -> Option<&Section> {
        self.files.profile(&self.profile)
    }

    /// Standard output, through a pager if a person reads it and wants one.
    pub(crate) fn sink(&self) -> Sink {
        Sink::new(self.pager.clone())
    }

    /// What prints results.
    ///
    /// # Errors
    ///
    /// A format or query that is wrong.
    pub(crate) fn printer(&self) -> Result<Printer, Failure> {
        let query = self.globals.query.as_deref();
        Ok(Printer {
            format: self.format()?,
            query: query.map(Query::compile).transpose()?,
            color: self.globals.color.on_stdout(),
            out: self.sink(),
        })
    }

    /// The same for a command that prints for people, unless a format or query is asked for.
    ///
    /// # Errors
    ///
    /// As [`Settings::printer`].
    pub(crate) fn data_printer(&self) -> Result<Option<Printer>, Failure> {
        let is_data = self.globals.output.is_some() || self.globals.query.is_some();
        is_data.then(|| self.printer()).transpose()
    }

    /// Prints text for people.
    ///
    /// # Errors
    ///
    /// An output that cannot be written.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = self.sink();
        out.open()?
            .write_all(text.as_bytes())
            .map_err(Failure::Output)?;
        out.close()
    }

    fn format(&self) -> Result<Format, Failure> {
        let variable = "AWS_DEFAULT_OUTPUT";
        match (self.globals.output, self.environment.get(variable)) {
            (Some(format), _) => Ok(format),
            (None, Some(name)) => Format::from_str(&name, false)
                .map_err(|_| self.wrong(&format_args!("{variable}: Unknown output type: {name}"))),
            (None, None) => Ok(Format::Json),
        }
    }

    /// How blobs stand in the input, where no flag says so.
    ///
    /// # Errors
    ///
    /// A `cli_binary_format` that does not exist.
    pub(crate) fn binary_format(&self) -> Result<BinaryFormat, Failure> {
        let key = "cli_binary_format";
        let of_profile = |profile: &Section| {
            Some((profile.get(key)?.to_owned(), profile.place(key)?.to_owned()))
        };
        let Some((name, place)) = self.profile().and_then(of_profile) else {
            return Ok(BinaryFormat::default());
        };
        BinaryFormat::from_str(&name, false).map_err(|_| {
            Failure::Configuration(format!(
                "{place}: Unknown {key} value: {name}, valid values are \"base64\" or \"raw-in-base64-out\""
            ))
        })
    }

    /// The client's configuration without region and credentials.
    fn base_config(&self) -> Result<Builder, Failure> {
        let mut config = from_env(&self.environment).map_err(|error| self.wrong(&error))?;
        self.check_endpoint()?;
        if let Some(url) = &self.globals.endpoint_url {
            config = config.endpoint_url(url);
        }
        Ok(config)
    }

    fn region(&self, config: &Builder) -> Result<Region, Failure> {
        config.clone().build().region().cloned().ok_or_else(|| {
            Failure::Configuration(format!(
                "You must specify a region: --region, AWS_REGION, or `region` of a profile; `connect configure check` shows what is set.{}",
                self.files.missing
            ))
        })
    }

    /// The client's configuration.
    ///
    /// # Errors
    ///
    /// A region or credentials that are missing, a setting that cannot be understood.
    pub(crate) async fn client_config(&self) -> Result<Builder, Failure> {
        let mut config = self.base_config()?;
        let region = self.region(&config)?;
        let mut builder = HttpSender::builder().environment(&self.environment);
        if let Some(path) = &self.globals.ca_bundle {
            builder = trust(builder, path)?;
        }
        let mut filled = self.filled.iter();
        if let Some((name, place)) = filled.find(|(name, _)| *name == "AWS_CA_BUNDLE")
            && let Some(path) = self.environment.get(name)
        {
            builder = builder.ca_bundle_file(place, path);
        }
        // Calls that get credentials are not the command's own: their certificates are always verified.
        let verified = builder.clone().build();
        let sender = if self.globals.no_verify_ssl {
            builder.danger_accept_invalid_certs(true).build()
        } else {
            verified.clone()
        };
        if self.globals.no_sign_request {
            config.set_credentials_provider(None);
            config = config.allow_no_auth();
        } else {
            // One that the command line names goes before the environment's keys.
            let explicit = self.globals.profile.as_deref();
            let provider = credentials::provider(
                &self.environment,
                self.profile(),
                explicit,
                &region,
                &verified,
                &self.files.missing,
            )
            .await?;
            config = config.credentials_provider(provider);
        }
        Ok(config.timeout_config(self.timeouts()).sender(sender))
    }

    /// A setting that is wrong. One that the profile set under the name of a variable is named as it stands there.
    fn wrong(&self, error: &dyn Display) -> Failure {
        let mut text = error.to_string();
        for (variable, place) in &self.filled {
            text = text.replace(variable, place);
        }
        Failure::Configuration(text)
    }

    /// Checks the endpoint's URL here, where it is known which setting holds it.
    fn check_endpoint(&self) -> Result<(), Failure> {
        let variable = |name: &'static str| Some((name, self.environment.get(name)?));
        let ignored = variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
            .is_some_and(|(_, value)| value.eq_ignore_ascii_case("true"));
        let flag = self.globals.endpoint_url.clone();
        let given = flag.map(|url| ("--endpoint-url", url)).or_else(|| {
            let mut names = ENDPOINT_URLS.into_iter().filter(|_| !ignored);
            names.find_map(variable)
        });
        let Some((name, url)) = given else {
            return Ok(());
        };
        check_endpoint_url(&url).map_err(|error| self.wrong(&format_args!("{name}: {error}")))
    }

    /// How times in results are written: in the zone of the reader, or as the service sends them.
    ///
    /// # Errors
    ///
    /// A `cli_timestamp_format` that does not exist.
    pub(crate) fn times(&self) -> Result<Times, Failure> {
        let key = "cli_timestamp_format";
        let profile = self.profile();
        match profile.and_then(|profile| profile.get(key)) {
            None | Some("iso8601") => Ok(Times::Iso8601(TimeZone::system())),
            Some("wire") => Ok(Times::Wire),
            Some(other) => Err(Failure::Configuration(format!(
                "{}: Unknown {key} value: {other}, valid values are \"wire\" or \"iso8601\"",
                profile
                    .and_then(|profile| profile.place(key))
                    .unwrap_or_default()
            ))),
        }
    }

    /// The time limits that the command line sets.
    pub(crate) fn timeouts(&self) -> TimeoutConfig {
        let mut limits = TimeoutConfig::builder();
        match self.globals.cli_connect_timeout {
            Some(0.0) => limits = limits.disable_connect_timeout(),
            Some(seconds) => limits = limits.connect_timeout(Duration::from_secs_f64(seconds)),
            None => {}
        }
        match self.globals.cli_read_timeout {
            Some(0.0) => limits = limits.disable_read_timeout(),
            Some(seconds) => limits = limits.read_timeout(Duration::from_secs_f64(seconds)),
            None => {}
        }
        limits.build()
    }
}

/// Adds the certificates of the file that `--ca-bundle` names.
fn trust(sender: HttpSenderBuilder, path: &str) -> Result<HttpSenderBuilder, Failure> {
    let unusable =
        |error: &dyn Display| Failure::Configuration(format!("--ca-bundle: {path}: {error}"));
    let pem = fs::read(path).map_err(|error| unusable(&error))?;
    sender.ca_bundle(&pem).map_err(|error| unusable(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(globals: Globals, variables: &[(&str, &str)]) -> Result<Settings, Failure> {
        let nowhere = [
            ("AWS_CONFIG_FILE", "/nonexistent"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
        ];
        let pairs = nowhere.iter().chain(variables);
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Settings::load(globals, pairs.map(owned).collect())
    }

    #[test]
    fn an_empty_pager_is_none_and_an_unset_one_the_usual() {
        for (no_cli_pager, variables, expected) in [
            (false, &[][..], Pager::Usual),
            (
                false,
                &[("PAGER", "more")],
                Pager::Chosen("more".to_owned()),
            ),
            (
                false,
                &[("PAGER", "more"), ("AWS_PAGER", "")],
                Pager::Chosen(String::new()),
            ),
            (false, &[("TERM", "dumb"), ("PAGER", "more")], Pager::None),
            (true, &[("AWS_PAGER", "more")], Pager::None),
        ] {
            let globals = Globals {
                no_cli_pager,
                ..Globals::default()
            };
            assert_eq!(load(globals, variables).unwrap().pager, expected);
        }
    }

    #[tokio::test]
    async fn flags_go_before_variables() {
        let variables = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL_CONNECT", "http://variable"),
            ("AWS_DEFAULT_OUTPUT", "table"),
        ];
        let none = Globals {
            no_sign_request: true,
            ..Globals::default()
        };
        let all = Globals {
            region: Some("eu-west-1".to_owned()),
            endpoint_url: Some("http://flag".to_owned()),
            output: Some(Format::Text),
            no_sign_request: true,
            ..Globals::default()
        };
        for (globals, format, region, url) in [
            (none, Format::Table, "us-east-1", None),
            (all, Format::Text, "eu-west-1", Some("http://flag")),
        ] {
            let settings = load(globals, &variables).unwrap();
            assert_eq!(settings.format().unwrap(), format);
            let config = settings.client_config().await.unwrap().build();
            assert_eq!(config.region().map(Region::as_ref), Some(region));
            assert_eq!(config.endpoint_url(), url);
        }
    }
}
