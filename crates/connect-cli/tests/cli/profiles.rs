//! Settings from `~/.aws/config` and `~/.aws/credentials`.

use std::process::Command;

use tempfile::TempDir;

use crate::connect::{KEY, KEYS, Ran, SECRET, Served, command, contains, file, folder, run};

const LIST: &str = "list-associated-contacts --instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48 \
    --contact-id c8399fe9-148a-46e7-a98f-d98b72099b2a --query length(ContactSummaryList)";

/// A default profile whose endpoint nobody listens at.
const NOWHERE: &str = "[default]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:1\n";

struct Home(TempDir);

impl Home {
    fn new(config: &str, credentials: &str) -> Self {
        let folder = folder();
        file(&folder, "config", config);
        file(&folder, "credentials", credentials);
        Self(folder)
    }

    fn command(&self, arguments: &str, variables: &[(&str, &str)]) -> Command {
        let mut command = command(&format!("{LIST} {arguments}"));
        let path = |name| self.0.path().join(name);
        command.env("AWS_CONFIG_FILE", path("config"));
        command.env("AWS_SHARED_CREDENTIALS_FILE", path("credentials"));
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command.envs(variables.iter().copied());
        command
    }

    fn run(&self, arguments: &str) -> Ran {
        run(self.command(arguments, &[]))
    }

    fn with(&self, variables: &[(&str, &str)]) -> Ran {
        run(self.command("", variables))
    }
}

#[test]
fn a_profile_says_where_and_who() {
    let served = Served::samples();
    let url = &served.url;
    let home = Home::new(
        &format!(
            "[default]\nregion = us-east-1\noutput = text\nservices = here\n\
             [services here]\nconnect =\n  endpoint_url = {url}\n\
             [profile process]\nregion = us-east-1\nendpoint_url = {url}\n\
             credential_process = echo '{{\"Version\": 1, \"AccessKeyId\": \"{KEY}\", \"SecretAccessKey\": \"{SECRET}\"}}'\n\
             [profile wrong]\nregion = us-east-1\nendpoint_url = {url}\n"
        ),
        &format!(
            "[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n\
             [wrong]\naws_access_key_id = {KEY}\naws_secret_access_key = wrong\n"
        ),
    );
    assert_eq!(home.run("").ok(), "1\n");
    assert_eq!(home.run("--output yaml").ok(), "1\n...\n");
    assert_eq!(home.run("--profile process").ok(), "1\n");
    assert_eq!(home.with(&[("AWS_PROFILE", "process")]).ok(), "1\n");

    // A profile that the command line names goes before the environment's keys, one that the environment names after.
    let stderr = run(home.command("--profile wrong", &KEYS)).failed(254);
    contains(&stderr, "InvalidSignatureException");
    let by_name = home.with(&[KEYS[0], KEYS[1], ("AWS_PROFILE", "wrong")]);
    assert_eq!(by_name.ok(), "1\n");
}

#[test]
fn the_environment_s_endpoint_goes_before_the_profile_s() {
    let served = Served::samples();
    let ran = Home::new(NOWHERE, "").with(&[
        KEYS[0],
        KEYS[1],
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_CONNECT", &served.url),
    ]);
    assert_eq!(ran.ok(), "1\n");
}

#[test]
fn a_profile_says_how_often_to_try() {
    let home = Home::new(&format!("{NOWHERE}max_attempts = 2\n"), "");
    for (variable, value, attempts) in [
        ("TZ", "UTC", "(2 attempts)"),
        ("AWS_MAX_ATTEMPTS", "1", "(1 attempt)"),
    ] {
        let ran = home.with(&[KEYS[0], KEYS[1], (variable, value)]);
        contains(&ran.failed(255), attempts);
    }
}

/// `retry_mode=legacy`, `--profile ""`, an indented file with a byte order mark, keys beside half a sign-in setup.
#[test]
fn what_the_aws_cli_takes_is_taken() {
    let served = Served::samples();
    let url = &served.url;
    let home = Home::new(
        &format!(
            "\u{feff}[default] ours\n  region: us-east-1\n  endpoint_url = {url}\n  retry_mode = legacy\n  \
             source_profile = other\n  credential_source = Environment\n  sso_session = ours\n  \
             cli_timestamp_format = wire\n"
        ),
        &format!("[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"),
    );
    assert_eq!(home.run("--profile ''").ok(), "1\n");
    let query = "--query ContactSummaryList[0].InitiationTimestamp";
    let time = home.run(query).ok();
    assert!(time.trim().parse::<f64>().is_ok(), "{time}");
    let by_home = home.with(&[
        ("HOME", crate::connect::text(home.0.path())),
        ("AWS_CONFIG_FILE", "~/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "$HOME/credentials"),
    ]);
    assert_eq!(by_home.ok(), "1\n");
}

#[test]
fn messages_name_the_file_or_variable_at_fault() {
    let region = "[default]\nregion = us-east-1\n";
    for (config, message) in [
        ("region = x\n", "1: expected a [section] first"),
        ("[default]\nregion\n", "2: expected a key, =, and a value"),
        (
            "[default]\n\nregion = evil.test/\n",
            "3: region: expected a region",
        ),
        (
            &format!("{NOWHERE}credential_process = false\n"),
            "4: credential_process failed",
        ),
    ] {
        let stderr = Home::new(config, "").run("").failed(253);
        contains(&stderr, &format!("config, line {message}"));
    }
    for (setting, message) in [
        (
            "max_attempts = x",
            ": max_attempts: expected a positive number",
        ),
        (
            "retry_mode = x",
            ": retry_mode: expected standard or adaptive",
        ),
        (
            "use_fips_endpoint = x",
            ": use_fips_endpoint: expected true or false",
        ),
        (
            "endpoint_url = no:url",
            ": endpoint_url: the endpoint \"no:url\" has neither http nor https",
        ),
        (
            "endpoint_url = http://127.0.0.1:$PORT",
            ": endpoint_url: the endpoint \"http://127.0.0.1:$PORT\" has a port",
        ),
        ("output = x", ": output: Unknown output type: x"),
        (
            "cli_timestamp_format = x",
            ": Unknown cli_timestamp_format value: x",
        ),
        ("aws_access_key_id = x", ", missing: aws_secret_access_key"),
        ("credential_process = false", ": credential_process failed"),
    ] {
        let home = Home::new(&format!("{region}{setting}\n"), "");
        let expected = format!("config, line 3{message}");
        contains(&home.run("").failed(253), &expected);
    }
    #[cfg(not(feature = "aws-config"))]
    {
        let stderr = Home::new(&format!("{region}sso_session = ours\n"), "").run("");
        let stderr = stderr.failed(253);
        contains(&stderr, "sso_session");
        contains(&stderr, "--features aws-config");
    }

    let keys = "aws_access_key_id = k\naws_secret_access_key = s\n";
    let home = Home::new("", &format!("[default]\n{keys}"));
    for (variable, arguments) in [
        ("AWS_CONFIG_FILE", ""),
        ("AWS_CONFIG_FILE", "--profile gone"),
        #[cfg(not(feature = "aws-config"))]
        ("AWS_SHARED_CREDENTIALS_FILE", "--region us-east-1"),
    ] {
        let ran = run(home.command(arguments, &[(variable, "/no/such/file")]));
        let named = format!("{variable} names /no/such/file, which is not there");
        contains(&ran.failed(253), &named);
    }
    let stderr = home.with(&[("AWS_PROFILE", "gone")]).failed(253);
    contains(&stderr, "(gone) could not be found: AWS_PROFILE names it");
}
