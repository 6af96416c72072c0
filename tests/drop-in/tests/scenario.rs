//! The program of this package against an endpoint: every operation, every kind of error.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

use std::process::Command;

use connect_local_endpoint::{Credentials, Key, LocalEndpoint, samples};
use tokio::task::block_in_place;

/// What it prints, on aws-sdk-connect too: `cargo xtask verify peer` compares.
const EXPECTED: &str = include_str!("scenario.txt");

#[tokio::test(flavor = "multi_thread")]
async fn a_service_desk_sees_what_it_would_see_of_aws() {
    let key = |id| Key::new(Credentials::new(id, "secret", None, None, "test"));
    let endpoint = LocalEndpoint::builder()
        .samples()
        .key(key("AKIDDESK"))
        .key(key("AKIDREADER").operations(["CreateUser"; 0]))
        .quota("0.001/40".parse().unwrap());
    let endpoint = endpoint.start().await.unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_connect-drop-in"));
    program.args([&endpoint.url(), samples::INSTANCE_ID, samples::CONTACT_ID]);
    let output = block_in_place(|| program.output()).unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), EXPECTED);
}
