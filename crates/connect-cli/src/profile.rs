//! The AWS configuration files: `~/.aws/config` and `~/.aws/credentials`.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Both files, read.
#[derive(Debug, Default)]
pub(crate) struct Files {
    profiles: HashMap<String, Section>,
    services: HashMap<String, Section>,
}

impl Files {
    /// Reads the files that `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name, or the usual ones. One that is not
    /// there is empty.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, a line that cannot be understood.
    pub(crate) fn load(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let path = |name, file: &str| match variable(name) {
            Some(path) => Some(PathBuf::from(path)),
            None => std::env::home_dir().map(|home| home.join(".aws").join(file)),
        };
        let mut files = Self::default();
        if let Some(path) = path("AWS_CONFIG_FILE", "config") {
            files.add(&path, &read(&path)?, Kind::Config)?;
        }
        // What stands in both files is taken from this one.
        if let Some(path) = path("AWS_SHARED_CREDENTIALS_FILE", "credentials") {
            files.add(&path, &read(&path)?, Kind::Credentials)?;
        }
        Ok(files)
    }

    /// A profile by its name.
    pub(crate) fn profile(&self, name: &str) -> Option<&Section> {
        self.profiles.get(name)
    }

    /// The endpoint URL that a profile sets for a service: in its `services` section, else for all services.
    pub(crate) fn endpoint_url<'a>(
        &'a self,
        profile: &'a Section,
        service: &str,
    ) -> Option<&'a str> {
        profile
            .get("services")
            .and_then(|name| self.services.get(name)?.nested(service, "endpoint_url"))
            .or_else(|| profile.get("endpoint_url"))
    }

    fn add(&mut self, path: &Path, text: &str, kind: Kind) -> Result<(), Failure> {
        let mut section: Option<&mut Section> = None;
        let mut key = String::new();
        for (index, line) in text.lines().enumerate() {
            let wrong = |what: &str| {
                let line = index + 1;
                Failure::Configuration(format!("{}, line {line}: {what}", path.display()))
            };
            let content = without_comment(line).trim();
            if content.is_empty() {
                continue;
            }
            if let Some(header) = content.strip_prefix('[') {
                let header = header
                    .strip_suffix(']')
                    .ok_or_else(|| wrong("expected ]"))?;
                section = self.section(header.trim(), kind);
                key.clear();
                continue;
            }
            let pair = content
                .split_once('=')
                .map(|(key, value)| (key.trim(), value.trim()));
            let indented = line.starts_with([' ', '\t']);
            match (pair, &mut section) {
                // A section that says nothing to us.
                (_, None) => {}
                (Some((name, value)), Some(section)) if indented && !key.is_empty() => {
                    section.set(&format!("{key}.{name}"), value);
                }
                (_, Some(section)) if indented && !key.is_empty() => section.append(&key, content),
                (Some((name, value)), Some(section)) => {
                    key = name.to_lowercase();
                    section.set(&key, value);
                }
                (None, Some(_)) => return Err(wrong("expected a key, =, and a value")),
            }
        }
        Ok(())
    }

    /// The section that a header opens, if it is of a kind that is read here.
    fn section(&mut self, header: &str, kind: Kind) -> Option<&mut Section> {
        let (sort, name) = match (kind, header.split_once([' ', '\t'])) {
            (Kind::Credentials, _) => ("profile", header),
            (Kind::Config, None) if header == "default" => ("profile", header),
            (Kind::Config, None) => return None,
            (Kind::Config, Some((sort, name))) => (sort, name.trim()),
        };
        let name = name.trim_matches(['"', '\'']).to_owned();
        match sort {
            "profile" => Some(self.profiles.entry(name).or_default()),
            "services" => Some(self.services.entry(name).or_default()),
            _ => None,
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Config,
    Credentials,
}

/// A section: keys in lower case, those of nested settings after the outer key and a dot.
#[derive(Default)]
pub(crate) struct Section(HashMap<String, String>);

impl Section {
    /// The value of a key; `None` where it is empty.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.raw(key).filter(|value| !value.is_empty())
    }

    /// The value of a key for which empty means something else than absent.
    pub(crate) fn raw(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    fn nested(&self, outer: &str, key: &str) -> Option<&str> {
        self.get(&format!("{outer}.{key}"))
    }

    fn set(&mut self, key: &str, value: &str) {
        self.0.insert(key.to_lowercase(), value.to_owned());
    }

    fn append(&mut self, key: &str, line: &str) {
        if let Some(value) = self.0.get_mut(key) {
            value.push('\n');
            value.push_str(line);
        }
    }
}

/// Keys only: values may be secrets.
impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        result => result.map_err(|error| {
            Failure::Configuration(format!("cannot read {}: {error}", path.display()))
        }),
    }
}

/// A line without the comment at its end: `#` or `;` after white space, or at its beginning.
fn without_comment(line: &str) -> &str {
    let mut after_space = true;
    for (at, character) in line.char_indices() {
        if after_space && matches!(character, '#' | ';') {
            return &line[..at];
        }
        after_space = character.is_whitespace();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(config: &str, credentials: &str) -> Result<Files, Failure> {
        let mut files = Files::default();
        files.add(Path::new("config"), config, Kind::Config)?;
        files.add(Path::new("credentials"), credentials, Kind::Credentials)?;
        Ok(files)
    }

    #[test]
    fn profiles_stand_in_both_files() {
        let files = files(
            "# a comment\n\
             [default]\n\
             region = eu-central-1 ; where we are\n\
             aws_access_key_id = from-config\n\
             \n\
             [profile \"the other\"]\n\
             Region=us-east-1\n\
             output =\n\
             [sso-session ours]\n\
             sso_region = nowhere\n",
            "[default]\naws_access_key_id=AKIDEXAMPLE\naws_secret_access_key=a#b=c\n[dev]\nregion = x\n",
        )
        .unwrap();
        let default = files.profile("default").unwrap();
        assert_eq!(default.get("region"), Some("eu-central-1"));
        assert_eq!(default.get("aws_access_key_id"), Some("AKIDEXAMPLE"));
        assert_eq!(default.get("aws_secret_access_key"), Some("a#b=c"));
        let other = files.profile("the other").unwrap();
        assert_eq!(
            (other.get("region"), other.get("output")),
            (Some("us-east-1"), None)
        );
        assert_eq!(
            files.profile("dev").and_then(|dev| dev.get("region")),
            Some("x")
        );
        assert!(files.profile("ours").is_none());
    }

    #[test]
    fn endpoints_come_from_the_services_section_first() {
        let files = files(
            "[default]\n\
             endpoint_url = http://all\n\
             services = local\n\
             [profile plain]\n\
             endpoint_url = http://all\n\
             [services local]\n\
             s3 =\n\
             \x20 endpoint_url = http://s3\n\
             connect =\n\
             \x20 endpoint_url = http://connect\n",
            "",
        )
        .unwrap();
        let url = |profile| {
            let profile = files.profile(profile).unwrap();
            files.endpoint_url(profile, "connect")
        };
        assert_eq!(url("default"), Some("http://connect"));
        assert_eq!(url("plain"), Some("http://all"));
    }

    #[test]
    fn what_cannot_be_understood_is_named_with_its_line() {
        for (config, message) in [
            ("[default\n", "config, line 1: expected ]"),
            (
                "[default]\n\nregion\n",
                "config, line 3: expected a key, =, and a value",
            ),
        ] {
            let failure = files(config, "").unwrap_err();
            assert_eq!(
                (failure.to_string().as_str(), failure.exit_code()),
                (message, 253)
            );
        }
    }

    #[test]
    fn values_stay_out_of_debug() {
        let files = files("", "[default]\naws_secret_access_key = s3cr3t\n").unwrap();
        assert!(!format!("{files:?}").contains("s3cr3t"));
    }
}
