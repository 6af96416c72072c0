//! The credentials chain of `aws_config` over this crate's connections.
//!
//! The chain reads the process's environment, so each case runs this program again with an environment of its own.
#![cfg(feature = "aws-config")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which clippy does not recognise as such"
)]

#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../faults/server.rs"]
mod server;
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../faults/service.rs"]
mod service;

use connect_transport::Handle;
use connect_transport::config::{Config, aws_config_loader};
use server::{Read, Server, header, response};
use service::{SERVICE, greet};

/// What a case's own process does: one call under what the chain loads.
#[tokio::test]
#[ignore = "run by the others, with an environment"]
async fn call() {
    let shared = aws_config_loader().unwrap().load().await;
    let client = Handle::new(&SERVICE, Config::new(&shared));
    assert!(format!("{:?}", client.config().sender()).contains("HttpSender"));
    greet(&client).await.unwrap();
}

/// Runs `call` in a process with these variables and no others that matter.
async fn run(variables: &[(&str, &str)]) {
    let program = std::env::current_exe().unwrap();
    let mut command = tokio::process::Command::new(program);
    command
        .args(["--exact", "call", "--ignored", "--nocapture"])
        .env_clear();
    command.envs([
        ("AWS_CONFIG_FILE", "/nonexistent"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    let output = command
        .envs(variables.iter().copied())
        .output()
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn the_environment() {
    let server = Server::start(Vec::new()).await;
    run(&[
        ("AWS_REGION", "eu-west-2"),
        ("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_FAULTS", &server.url()),
        ("AWS_MAX_ATTEMPTS", "7"),
        ("AWS_SDK_UA_APP_ID", "desk"),
    ])
    .await;
    let request = &server.requests()[0];
    let authorization = header(request, "authorization").unwrap();
    assert!(
        authorization.contains("Credential=AKIDENVIRONMENT/"),
        "{authorization}"
    );
    assert!(
        authorization.contains("/eu-west-2/faults/"),
        "{authorization}"
    );
    assert_eq!(header(request, "amz-sdk-request"), Some("attempt=1; max=7"));
    assert!(
        header(request, "user-agent")
            .unwrap()
            .ends_with(" app/desk")
    );
}

#[tokio::test]
async fn a_container_that_gives_credentials() {
    let given = r#"{"AccessKeyId":"AKIDCONTAINER","SecretAccessKey":"secret","Token":"token","Expiration":"2099-01-01T00:00:00Z"}"#;
    let container = Server::start(vec![vec![
        Read,
        response("200 OK", "content-type: application/json\r\n", given),
    ]])
    .await;
    let server = Server::start(Vec::new()).await;
    run(&[
        ("AWS_REGION", "eu-west-2"),
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            &format!("{}/credentials", container.url()),
        ),
        ("AWS_ENDPOINT_URL", &server.url()),
    ])
    .await;
    assert!(container.requests()[0].starts_with("GET /credentials "));
    let request = &server.requests()[0];
    let authorization = header(request, "authorization").unwrap();
    assert!(
        authorization.contains("Credential=AKIDCONTAINER/"),
        "{authorization}"
    );
    assert_eq!(header(request, "x-amz-security-token"), Some("token"));
}
