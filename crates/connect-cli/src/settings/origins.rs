//! Where settings come from.

use connect_transport::config::check_endpoint_url;

use super::{ENDPOINT_URLS, OF_PROFILE, Settings};
use crate::credentials;
use crate::failure::Failure;

/// A setting, and where it comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// What it is called in profiles.
    pub(crate) name: &'static str,
    /// What it is set to, without secrets.
    pub(crate) value: String,
    /// The flag, variable, or file and line that sets it.
    pub(crate) place: String,
}

impl Settings {
    /// The settings that are set and what a call needs, and where each comes from.
    pub(crate) fn origins(&self) -> Vec<Origin> {
        let origin = |name, value: &str, place: &str| Origin {
            name,
            value: value.to_owned(),
            place: place.to_owned(),
        };
        let by = self.named_by.unwrap_or("default");
        let mut origins = vec![origin("profile", &self.profile, by)];
        let urls = [("endpoint_url", &ENDPOINT_URLS[..])];
        for (key, names) in OF_PROFILE.into_iter().chain(urls) {
            let flag = match key {
                "endpoint_url" => self.globals.endpoint_url.as_deref(),
                "ca_bundle" => self.globals.ca_bundle.as_deref(),
                _ => None,
            };
            let variable = |name: &&'static str| Some((*name, self.environment.get(name)?));
            let found = names.iter().find_map(variable);
            let mut filled = self.filled.iter();
            origins.push(match (flag, found) {
                (Some(value), _) => origin(
                    key,
                    &without_secrets(key, value),
                    &format!("--{}", key.replace('_', "-")),
                ),
                (None, Some((name, value))) => {
                    let place = filled.find(|(filled, _)| *filled == name);
                    let place = place.map_or(name, |(_, place)| place.as_str());
                    origin(key, &without_secrets(key, &value), place)
                }
                (None, None) if ["region", "endpoint_url"].contains(&key) => origin(
                    key,
                    "-",
                    if key == "region" {
                        "nowhere"
                    } else {
                        "the region"
                    },
                ),
                (None, None) => continue,
            });
        }
        let credentials = self.credentials();
        let (kind, place) = credentials.unwrap_or(("-", "nowhere".to_owned()));
        origins.push(origin("credentials", kind, &place));
        origins
    }

    /// Checks what a call needs, without one.
    ///
    /// # Errors
    ///
    /// A region or credentials that are missing, a setting that cannot be understood.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        self.region(&self.base_config()?)?;
        self.credentials()?;
        self.format().map(|_| ())
    }

    /// The kind of credentials that a call would take, and where they come from.
    fn credentials(&self) -> Result<(&'static str, String), Failure> {
        if self.globals.no_sign_request {
            return Ok(("none", "--no-sign-request".to_owned()));
        }
        credentials::origin(
            &self.environment,
            self.profile(),
            self.globals.profile.as_deref(),
            &self.files.missing,
        )
    }
}

/// A setting's value as it can be shown. What a URL that cannot be used holds may be a password.
fn without_secrets(key: &str, value: &str) -> String {
    if key == "endpoint_url" && check_endpoint_url(value).is_err() {
        return "a URL that cannot be used".to_owned();
    }
    value.to_owned()
}
