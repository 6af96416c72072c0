//! What `aws_config` loads from environment and profile, over this client's connections; and what the client takes from the
//! environment without it.
//!
//! The chain reads the process's environment, so each case runs this program again with an environment of its own.
#![cfg(feature = "aws-config")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which clippy does not recognise as such"
)]

mod credentials;
mod settings;

use std::path::PathBuf;

use connect_sdk::Client;
use connect_sdk::config::aws_config_loader;
use connect_sdk::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use connect_tests::script::{Server, header};
use connect_transport::SdkConfig;

/// What a case's own process does: one call under what the chain loads.
#[tokio::test]
#[ignore = "run by the others, with an environment"]
async fn call() {
    print_outcome(&Client::new(&aws_config_loader().load().await)).await;
}

/// The same without the chain, and without an HTTP client.
#[tokio::test]
#[ignore = "run by the others, with an environment"]
async fn call_without_the_chain() {
    let credentials = Credentials::new("AKIDCODE", "secret", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-2"))
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    print_outcome(&Client::new(&config.build())).await;
}

async fn print_outcome(client: &Client) {
    let request = client.list_associated_contacts();
    let outcome = request.instance_id("i").contact_id("c").send().await;
    match outcome {
        Ok(page) => println!("outcome: {:?}", page.next_token()),
        Err(error) => println!("outcome: {error}"),
    }
}

/// Makes a call in a process with these variables and no others that matter, and this profile; what it prints.
async fn run(variables: &[(&str, &str)], profile: &str) -> String {
    outcome_of("call", variables, profile).await
}

async fn outcome_of(case: &str, variables: &[(&str, &str)], profile: &str) -> String {
    let file = file(profile);
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", case, "--ignored", "--nocapture"])
        .env_clear()
        .env("AWS_CONFIG_FILE", file.path())
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied());
    let output = command.output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let outcome = text
        .split_once("outcome: ")
        .and_then(|(_, rest)| rest.lines().next());
    let error = String::from_utf8_lossy(&output.stderr);
    outcome
        .unwrap_or_else(|| panic!("{text}{error}"))
        .to_owned()
}

/// A file with this text, until it is dropped.
fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn path(file: &tempfile::NamedTempFile) -> String {
    PathBuf::from(file.path())
        .into_os_string()
        .into_string()
        .unwrap()
}

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
];
const REGION: (&str, &str) = ("AWS_REGION", "eu-west-2");
/// The outcome of a call that worked.
const WORKED: &str = r#"Some("hello")"#;

/// The access key and the region that a request is signed with.
fn signed_with(server: &Server) -> (String, String) {
    let requests = server.requests();
    let authorization = header(&requests[0], "authorization").unwrap();
    let mut scope = authorization.split(['=', '/']);
    let key = scope.nth(1).unwrap().to_owned();
    (key, scope.nth(1).unwrap().to_owned())
}
