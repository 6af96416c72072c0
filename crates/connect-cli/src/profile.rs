//! The AWS configuration files: `~/.aws/config` and `~/.aws/credentials`.

use std::collections::HashMap;
use std::fmt;
use std::io::ErrorKind;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use crate::failure::Failure;

/// Both files, read.
#[derive(Debug, Default)]
pub(crate) struct Files {
    profiles: HashMap<String, Section>,
    services: HashMap<String, Section>,
    /// What to add to a message that something is missing: the files that a variable names and that are not there.
    pub(crate) missing: String,
}

impl Files {
    /// Reads the files that `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name, or the usual ones. One that is not
    /// there is empty.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, a line that cannot be understood.
    pub(crate) fn load(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let mut files = Self::default();
        // What stands in both files is taken from the second.
        for (name, usual, kind) in [
            ("AWS_CONFIG_FILE", "config", Kind::Config),
            (
                "AWS_SHARED_CREDENTIALS_FILE",
                "credentials",
                Kind::Credentials,
            ),
        ] {
            let named = variable(name).map(|path| expanded(&path, &variable));
            let usual = || std::env::home_dir().map(|home| home.join(".aws").join(usual));
            let Some(path) = named.clone().or_else(usual) else {
                continue;
            };
            match std::fs::read_to_string(&path) {
                Ok(text) => files.add(&path, &text, kind)?,
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    if named.is_some() {
                        let path = path.display();
                        files.missing += &format!(" ({name} names {path}, which is not there)");
                    }
                }
                Err(error) => {
                    let message = format!("cannot read {}: {error}", path.display());
                    return Err(Failure::Configuration(message));
                }
            }
        }
        Ok(files)
    }

    /// A profile by its name.
    pub(crate) fn profile(&self, name: &str) -> Option<&Section> {
        self.profiles.get(name)
    }

    /// The endpoint URL that a profile sets for a service, in its `services` section or else for all services, and the
    /// file and line of it.
    pub(crate) fn endpoint_url<'a>(
        &'a self,
        profile: &'a Section,
        service: &str,
    ) -> Option<(&'a str, &'a str)> {
        let at = |section: &'a Section, key: &str| Some((section.get(key)?, section.place(key)?));
        profile
            .get("services")
            .and_then(|name| at(self.services.get(name)?, &format!("{service}.endpoint_url")))
            .or_else(|| at(profile, "endpoint_url"))
    }

    fn add(&mut self, path: &Path, text: &str, kind: Kind) -> Result<(), Failure> {
        // The section, if it says something to us.
        let mut section: Option<&mut Section> = None;
        let mut begun = false;
        // The key of the lines above, and how far it is indented.
        let mut outer: Option<(String, usize)> = None;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            let place = format!("{}, line {}", path.display(), index + 1);
            let wrong = |what: &str| Failure::Configuration(format!("{place}: {what}"));
            let content = without_comment(line).trim();
            if content.is_empty() {
                continue;
            }
            let indent = line.len() - line.trim_start().len();
            if let Some((key, _)) = outer.as_ref().filter(|(_, outer)| indent > *outer) {
                if let Some(section) = &mut section {
                    section.add_line(key, content, &place).map_err(wrong)?;
                }
                continue;
            }
            if let Some(header) = content.strip_prefix('[') {
                let (header, _) = header.split_once(']').ok_or_else(|| wrong("expected ]"))?;
                section = self.section(header.trim(), kind);
                begun = true;
                outer = None;
                continue;
            }
            if !begun {
                return Err(wrong("expected a [section] first"));
            }
            let (key, value) = pair(content, &['=', ':']).map_err(wrong)?;
            if let Some(section) = &mut section {
                section.set(&key, value, &place);
            }
            outer = Some((key, indent));
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

/// Splits a line into its key in lower case and its value.
fn pair<'a>(line: &'a str, separators: &[char]) -> Result<(String, &'a str), &'static str> {
    let pair = line.split_once(separators);
    let pair = pair.map(|(key, value)| (key.trim().to_lowercase(), value.trim()));
    pair.filter(|(key, _)| !key.is_empty())
        .ok_or("expected a key, =, and a value")
}

/// A section: keys in lower case, those of nested settings after the outer key and a dot.
#[derive(Default)]
pub(crate) struct Section(HashMap<String, Setting>);

struct Setting {
    value: String,
    /// The file and line.
    place: String,
}

impl Section {
    /// The value of a key; `None` where it is empty.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.raw(key).filter(|value| !value.is_empty())
    }

    /// The value of a key for which empty means something else than absent.
    pub(crate) fn raw(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|setting| setting.value.as_str())
    }

    /// The file and line where a key is set.
    pub(crate) fn place(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|setting| setting.place.as_str())
    }

    fn set(&mut self, key: &str, value: &str, place: &str) {
        let (value, place) = (value.to_owned(), place.to_owned());
        self.0.insert(key.to_owned(), Setting { value, place });
    }

    /// Takes a line that is indented deeper than its key: nested where the key itself has no value, else more of it.
    fn add_line(&mut self, key: &str, line: &str, place: &str) -> Result<(), &'static str> {
        match self.0.get_mut(key) {
            Some(setting) if !setting.value.is_empty() => {
                setting.value.push('\n');
                setting.value.push_str(line);
            }
            _ => {
                let (name, value) = pair(line, &['='])?;
                self.set(&format!("{key}.{name}"), value, place);
            }
        }
        Ok(())
    }
}

/// Keys only: values may be secrets.
impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A path with its variables, as `$NAME` or `${NAME}`, and a `~` at its beginning filled in. What is not set stays.
fn expanded(path: &str, variable: impl Fn(&str) -> Option<String>) -> PathBuf {
    let mut whole = String::new();
    let mut rest = path;
    while let Some(at) = rest.find('$') {
        whole += &rest[..at];
        rest = &rest[at..];
        let braced = rest
            .strip_prefix("${")
            .and_then(|rest| rest.split_once('}'));
        let (name, after) = braced.unwrap_or_else(|| {
            let is_part = |character: char| character == '_' || character.is_ascii_alphanumeric();
            let name = &rest[1..];
            name.split_at(
                name.find(|character| !is_part(character))
                    .unwrap_or(name.len()),
            )
        });
        match variable(name) {
            Some(value) => whole += &value,
            None => whole += &rest[..rest.len() - after.len()],
        }
        rest = after;
    }
    whole += rest;
    let home = whole
        .strip_prefix('~')
        .filter(|rest| rest.starts_with(['/', MAIN_SEPARATOR]));
    match (home, std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(&rest[1..]),
        _ => whole.into(),
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
            files.endpoint_url(profile, "connect").unzip()
        };
        let connect = (Some("http://connect"), Some("config, line 10"));
        assert_eq!(url("default"), connect);
        assert_eq!(url("plain"), (Some("http://all"), Some("config, line 5")));
    }

    /// As botocore 1.44 reads them; a byte order mark it rejects.
    #[test]
    fn files_are_read_as_botocore_reads_them() {
        for (config, expected) in [
            ("\u{feff}[default]\nregion = x", "x"),
            ("[default]\n  region = x\n  output = json", "x"),
            ("  [default]\n  output = json\n  region = x\n", "x"),
            ("[default]\n  s3 =\n    region = y\n  region = x", "x"),
            (
                "[default]\n\toutput = json\n\t\tregion = y\n\tregion = x",
                "x",
            ),
            ("[default] the usual one\nregion = x", "x"),
            ("[default]\nregion: x", "x"),
            ("[default]\nREGION : x", "x"),
            ("[default]\nregion = a:b", "a:b"),
            ("[default]\nregion : a=b", "a=b"),
            ("[default]\r\nregion = x\r\n", "x"),
            ("[default]\nregion = x\n  y = z\n", "x\ny = z"),
            ("[other]\nregion = y\n  [default]\nregion = x", ""),
        ] {
            let files = files(config, "").unwrap();
            let region = files
                .profile("default")
                .and_then(|profile| profile.get("region"));
            assert_eq!(region.unwrap_or_default(), expected, "{config}");
        }
    }

    #[test]
    fn paths_name_variables_and_the_home_directory() {
        let variable = |name: &str| (name == "HERE").then(|| "/some/where".to_owned());
        let home = std::env::home_dir().unwrap();
        for (path, expected) in [
            ("/a$HERE/b", Path::new("/a/some/where/b")),
            ("${HERE}x", Path::new("/some/wherex")),
            ("$HEREx/${GONE}/$", Path::new("$HEREx/${GONE}/$")),
            ("~/aws", &home.join("aws")),
            ("~other/aws", Path::new("~other/aws")),
        ] {
            assert_eq!(expanded(path, variable), expected, "{path}");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_named_with_its_line() {
        let pair = "expected a key, =, and a value";
        for (config, line, message) in [
            ("[default\n", 1, "expected ]"),
            ("[default]\n\nregion\n", 3, pair),
            ("[default]\n= x\n", 2, pair),
            ("[default]\ns3 =\n  path\n", 3, pair),
            (
                "# one\nregion = x\n[default]\n",
                2,
                "expected a [section] first",
            ),
        ] {
            let failure = files(config, "").unwrap_err();
            let message = format!("config, line {line}: {message}");
            assert_eq!((failure.to_string(), failure.exit_code()), (message, 253));
        }
    }

    #[test]
    fn values_stay_out_of_debug() {
        let files = files("", "[default]\naws_secret_access_key = s3cr3t\n").unwrap();
        assert!(!format!("{files:?}").contains("s3cr3t"));
    }
}
