//! What the command line, the environment and the profile come to, in this order.

use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;
use connect_sdk::config::timeout::TimeoutConfig;
use connect_sdk::config::{Builder, Environment, Region, from_env};
use connect_transport::sender::HttpSender;

use crate::cli::Globals;
use crate::credentials;
use crate::failure::Failure;
use crate::output::{Format, Pager, Printer, Sink};
use crate::profile::{Files, Section};
use crate::query::Query;

/// The settings of one command.
#[derive(Debug)]
pub(crate) struct Settings {
    globals: Globals,
    environment: Environment,
    files: Files,
    profile: String,
}

impl Settings {
    /// Reads the profile that the command line or the environment names. With `--local` none is needed, so none can be wrong.
    ///
    /// # Errors
    ///
    /// A profile that was named and is not there, a file that cannot be understood.
    pub(crate) fn load(globals: Globals, environment: Environment) -> Result<Self, Failure> {
        if globals.local {
            return Ok(Self {
                globals,
                environment,
                files: Files::default(),
                profile: String::new(),
            });
        }
        let files = Files::load(|name| environment.get(name))?;
        let named = globals
            .profile
            .clone()
            .or_else(|| environment.get("AWS_PROFILE"))
            .or_else(|| environment.get("AWS_DEFAULT_PROFILE"));
        if let Some(name) = named
            .as_deref()
            .filter(|name| files.profile(name).is_none())
        {
            return Err(Failure::Configuration(format!(
                "The config profile ({name}) could not be found"
            )));
        }
        Ok(Self {
            profile: named.unwrap_or_else(|| "default".to_owned()),
            globals,
            environment,
            files,
        })
    }

    /// The global options as they were given.
    pub(crate) fn globals(&self) -> &Globals {
        &self.globals
    }

    fn profile(&self) -> Option<&Section> {
        self.files.profile(&self.profile)
    }

    fn of_profile(&self, key: &str) -> Option<&str> {
        self.profile()?.get(key)
    }

    /// The format of results.
    ///
    /// # Errors
    ///
    /// A format that is none, in the environment or the profile.
    pub(crate) fn format(&self) -> Result<Format, Failure> {
        if let Some(format) = self.globals.output {
            return Ok(format);
        }
        let named = self.environment.get("AWS_DEFAULT_OUTPUT");
        match named.as_deref().or_else(|| self.of_profile("output")) {
            Some(name) => Format::from_str(name, false)
                .map_err(|_| Failure::Configuration(format!("Unknown output type: {name}"))),
            None => Ok(Format::Json),
        }
    }

    /// What `--query` says.
    ///
    /// # Errors
    ///
    /// A query that cannot be understood.
    pub(crate) fn query(&self) -> Result<Option<Query>, Failure> {
        self.globals
            .query
            .as_deref()
            .map(Query::compile)
            .transpose()
    }

    /// Standard output, through a pager if a person reads it and wants one.
    pub(crate) fn sink(&self) -> Sink {
        if self.globals.no_cli_pager {
            return Sink::new(Pager::None);
        }
        // Empty means no pager, so it has to be told from unset.
        let chosen = std::env::var("AWS_PAGER")
            .ok()
            .or_else(|| Some(self.profile()?.raw("cli_pager")?.to_owned()))
            .or_else(|| std::env::var("PAGER").ok());
        Sink::new(chosen.map_or(Pager::Usual, Pager::Chosen))
    }

    /// What prints results.
    ///
    /// # Errors
    ///
    /// A format or query that is wrong.
    pub(crate) fn printer(&self) -> Result<Printer, Failure> {
        Ok(Printer {
            format: self.format()?,
            query: self.query()?,
            color: self.globals.color.on_stdout(),
            out: self.sink(),
        })
    }

    /// The client's configuration.
    ///
    /// # Errors
    ///
    /// A region or credentials that are missing, a setting that cannot be understood.
    pub(crate) fn client_config(&self) -> Result<Builder, Failure> {
        let wrong = |error: &dyn std::error::Error| Failure::Configuration(error.to_string());
        let mut config = from_env(&self.environment).map_err(|error| wrong(&error))?;
        let Some(region) = self.region(&config) else {
            let message =
                "You must specify a region: --region, AWS_REGION, or `region` of a profile.";
            return Err(Failure::Configuration(message.to_owned()));
        };
        config = config.region(region.clone());
        if let Some(url) = self.endpoint_url() {
            config = config.endpoint_url(url);
        }
        if self.globals.no_sign_request {
            config.set_credentials_provider(None);
            config = config.allow_no_auth();
        } else {
            let profile = self
                .globals
                .profile
                .is_some()
                .then_some(self.profile.as_str());
            let provider =
                credentials::provider(&self.environment, self.profile(), profile, &region)?;
            config = config.credentials_provider(provider);
        }
        Ok(config
            .timeout_config(self.timeouts())
            .sender(self.sender()?))
    }

    fn region(&self, config: &Builder) -> Option<Region> {
        let given = self.globals.region.clone().map(Region::new);
        given
            .or_else(|| config.clone().build().region().cloned())
            .or_else(|| {
                self.of_profile("region")
                    .map(|region| Region::new(region.to_owned()))
            })
    }

    /// The URL to call, where it is not the service's own or one of the environment's, which the client reads itself.
    fn endpoint_url(&self) -> Option<&str> {
        let given = self.globals.endpoint_url.as_deref();
        given.or_else(|| {
            let named = ["AWS_ENDPOINT_URL_CONNECT", "AWS_ENDPOINT_URL"];
            let ignored = self.environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
            let ignored = ignored
                .as_deref()
                .or_else(|| self.of_profile("ignore_configured_endpoint_urls"));
            if named
                .iter()
                .any(|name| self.environment.get(name).is_some())
                || ignored.is_some_and(|ignored| ignored.eq_ignore_ascii_case("true"))
            {
                return None;
            }
            self.files.endpoint_url(self.profile()?, "connect")
        })
    }

    fn timeouts(&self) -> TimeoutConfig {
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

    fn sender(&self) -> Result<HttpSender, Failure> {
        let wrong = |error: &dyn std::error::Error| Failure::Configuration(error.to_string());
        let mut sender = HttpSender::builder()
            .environment(&self.environment)
            .map_err(|error| wrong(&error))?
            .danger_accept_invalid_certs(self.globals.no_verify_ssl);
        let bundle = self.globals.ca_bundle.as_deref();
        let bundle = bundle.or_else(|| match self.environment.get("AWS_CA_BUNDLE") {
            Some(_) => None,
            None => self.of_profile("ca_bundle").map(Path::new),
        });
        if let Some(path) = bundle {
            let unreadable = |error: &dyn std::error::Error| {
                Failure::Configuration(format!(
                    "cannot use the CA bundle {}: {error}",
                    path.display()
                ))
            };
            let pem = std::fs::read(path).map_err(|error| unreadable(&error))?;
            sender = sender.ca_bundle(&pem).map_err(|error| unreadable(&error))?;
        }
        Ok(sender.build())
    }
}
