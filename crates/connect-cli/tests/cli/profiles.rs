//! Settings from `~/.aws/config` and `~/.aws/credentials`.

use std::process::Command;

use tempfile::{TempDir, tempdir};

use crate::connect::{KEY, Ran, SECRET, Served, command, file, run};

const LIST: [&str; 7] = [
    "list-associated-contacts",
    "--instance-id",
    "5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48",
    "--contact-id",
    "c8399fe9-148a-46e7-a98f-d98b72099b2a",
    "--query",
    "length(ContactSummaryList)",
];

struct Home {
    folder: TempDir,
}

impl Home {
    fn new(config: &str, credentials: &str) -> Self {
        let folder = tempdir().expect("a folder");
        file(&folder, "config", config);
        file(&folder, "credentials", credentials);
        Self { folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(&[&LIST, arguments].concat());
        command.env("AWS_CONFIG_FILE", self.folder.path().join("config"));
        command.env(
            "AWS_SHARED_CREDENTIALS_FILE",
            self.folder.path().join("credentials"),
        );
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run(self.command(arguments))
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
    assert_eq!(home.run(&[]).ok(), "1\n");
    assert_eq!(home.run(&["--output", "yaml"]).ok(), "1\n...\n");
    assert_eq!(home.run(&["--profile", "process"]).ok(), "1\n");
    let mut chosen = home.command(&[]);
    chosen.env("AWS_PROFILE", "process");
    assert_eq!(run(chosen).ok(), "1\n");

    // A profile that the command line names goes before the environment's keys, one that the environment names after.
    let with_keys = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.envs([
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
        ]);
        command
    };
    let stderr = run(with_keys(&["--profile", "wrong"])).failed(254);
    assert!(stderr.contains("InvalidSignatureException"), "{stderr}");
    let mut by_name = with_keys(&[]);
    by_name.env("AWS_PROFILE", "wrong");
    assert_eq!(run(by_name).ok(), "1\n");
}

#[test]
fn the_environment_s_endpoint_goes_before_the_profile_s() {
    let served = Served::samples();
    let home = Home::new(
        "[default]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:1\n",
        "",
    );
    let mut command = home.command(&[]);
    command.envs([
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_CONNECT", &served.url),
    ]);
    assert_eq!(run(command).ok(), "1\n");
}

#[test]
fn a_profile_says_how_often_to_try() {
    let home = Home::new(
        "[default]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:1\nmax_attempts = 2\n",
        "",
    );
    let with_keys = |variable: &str, value: &str| {
        let mut command = home.command(&[]);
        command.envs([
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
        ]);
        command.env(variable, value);
        run(command).failed(255)
    };
    let stderr = with_keys("TZ", "UTC");
    assert!(stderr.contains("(2 attempts)"), "{stderr}");
    let stderr = with_keys("AWS_MAX_ATTEMPTS", "1");
    assert!(stderr.contains("(1 attempt)"), "{stderr}");
}

#[test]
fn what_cannot_be_used_is_named() {
    let home = Home::new("[default]\nregion\n", "");
    let stderr = home.run(&[]).failed(253);
    assert!(
        stderr.contains("config, line 2: expected a key, =, and a value"),
        "{stderr}"
    );
    let home = Home::new(
        "[default]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:1\ncredential_process = false\n",
        "",
    );
    let stderr = home.run(&[]).failed(253);
    assert!(stderr.contains("credential_process failed"), "{stderr}");
}

#[cfg(not(feature = "aws-config"))]
#[test]
fn credentials_of_other_services_name_the_feature() {
    let home = Home::new("[default]\nregion = us-east-1\nsso_session = ours\n", "");
    let stderr = home.run(&[]).failed(253);
    assert!(
        stderr.contains("sso_session") && stderr.contains("--features aws-config"),
        "{stderr}"
    );
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
    assert_eq!(home.run(&["--profile", ""]).ok(), "1\n");
    let time = home
        .run(&["--query", "ContactSummaryList[0].InitiationTimestamp"])
        .ok();
    assert!(time.trim().parse::<f64>().is_ok(), "{time}");
    let mut by_home = home.command(&[]);
    by_home.env("HOME", home.folder.path());
    by_home.env("AWS_CONFIG_FILE", "~/config");
    by_home.env("AWS_SHARED_CREDENTIALS_FILE", "$HOME/credentials");
    assert_eq!(run(by_home).ok(), "1\n");
}

#[test]
fn messages_name_the_file_or_variable_at_fault() {
    let keys = "aws_access_key_id = k\naws_secret_access_key = s\n";
    let region = "[default]\nregion = us-east-1\n";
    for (setting, message) in [
        (
            "max_attempts = x\n",
            "config, line 3: max_attempts: expected a positive number",
        ),
        (
            "retry_mode = x\n",
            "config, line 3: retry_mode: expected standard or adaptive",
        ),
        (
            "use_fips_endpoint = x\n",
            "config, line 3: use_fips_endpoint: expected true or false",
        ),
        (
            "endpoint_url = no:url\n",
            "config, line 3: endpoint_url: the endpoint \"no:url\" has neither http nor https",
        ),
        (
            "endpoint_url = http://127.0.0.1:$PORT\n",
            "config, line 3: endpoint_url: the endpoint \"http://127.0.0.1:$PORT\" has a port",
        ),
        (
            "region = evil.test/\n",
            "config, line 3: region: expected a region",
        ),
        (
            "output = x\n",
            "config, line 3: output: Unknown output type: x",
        ),
        (
            "cli_timestamp_format = x\n",
            "config, line 3: Unknown cli_timestamp_format value: x",
        ),
        (
            "aws_access_key_id = x\n",
            "config, line 3, missing: aws_secret_access_key",
        ),
        (
            "credential_process = false\n",
            "config, line 3: credential_process failed",
        ),
    ] {
        let region = if setting.starts_with("region") {
            "[default]\n\n"
        } else {
            region
        };
        let home = Home::new(&format!("{region}{setting}"), "");
        let stderr = home.run(&[]).failed(253);
        assert!(stderr.contains(message), "{stderr}");
    }
    let home = Home::new("region = us-east-1\n", "");
    let stderr = home.run(&[]).failed(253);
    assert!(
        stderr.contains("config, line 1: expected a [section] first"),
        "{stderr}"
    );

    let home = Home::new("", &format!("[default]\n{keys}"));
    let without = |variable: &str, more: &[&str]| {
        let mut command = home.command(more);
        command.env(variable, "/no/such/file");
        let stderr = run(command).failed(253);
        let named = format!("{variable} names /no/such/file, which is not there");
        assert!(stderr.contains(&named), "{stderr}");
    };
    without("AWS_CONFIG_FILE", &[]);
    without("AWS_CONFIG_FILE", &["--profile", "gone"]);
    #[cfg(not(feature = "aws-config"))]
    without("AWS_SHARED_CREDENTIALS_FILE", &["--region", "us-east-1"]);
    let mut command = home.command(&[]);
    command.env("AWS_PROFILE", "gone");
    let stderr = run(command).failed(253);
    assert!(
        stderr.contains("(gone) could not be found: AWS_PROFILE names it"),
        "{stderr}"
    );
}
