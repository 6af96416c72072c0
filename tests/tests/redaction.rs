//! Secrets show nowhere: not in logs, not in errors, not in `Debug`.
//!
//! In a program of its own: a subscriber sees all of its process or, where tests share one, less than it should.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

use std::fmt::Write;
use std::io;
use std::sync::{Arc, Mutex};

use connect_local_endpoint::{Credentials, LocalEndpoint};
use connect_sdk::Client;
use connect_sdk::error::DisplayErrorContext;
use connect_tests::client::{config, large_tree};
use tracing_subscriber::fmt::MakeWriter;

const SECRET: &str = "wJalrXUtnFEMI-secret-k7MDENG";
const SESSION_TOKEN: &str = "IQoJb3JpZ2luX2Vj-session-token";

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn credentials(id: &str, secret: &str) -> Credentials {
    Credentials::new(id, secret, Some(SESSION_TOKEN.to_owned()), None, "test")
}

/// A run with a success, a refusal and a wrong signature; gives everything that a program could print of it.
async fn run(log: &Log) -> String {
    let right = credentials("AKIDRIGHT", SECRET);
    let endpoint = LocalEndpoint::builder()
        .samples()
        .credentials(right.clone())
        .start()
        .await
        .unwrap();
    let mut seen = format!("{endpoint:?}\n{right:?}\n");
    for credentials in [right, credentials("AKIDRIGHT", &format!("{SECRET}-wrong"))] {
        let builder = config(&endpoint.url(), credentials);
        write!(seen, "{builder:?}").unwrap();
        let config = builder.build();
        let client = Client::from_conf(config.clone());
        let request = large_tree(&client);
        write!(seen, "{config:?}\n{client:?}\n{request:?}\n").unwrap();
        write!(
            seen,
            "{:?}\n{:#?}\n",
            request.clone().into_paginator(),
            client.config()
        )
        .unwrap();
        for request in [request.clone(), request.contact_id("nobody")] {
            match request.send().await {
                Ok(page) => writeln!(seen, "{page:?}").unwrap(),
                Err(error) => {
                    write!(seen, "{error}\n{error:?}\n{error:#?}\n").unwrap();
                    writeln!(seen, "{}", DisplayErrorContext(&error)).unwrap();
                    let error = connect_sdk::Error::from(error);
                    write!(seen, "{error}\n{error:?}\n").unwrap();
                }
            }
        }
    }
    endpoint.shutdown().await;
    seen + &log.text()
}

#[tokio::test]
async fn no_secret_shows_in_a_whole_run() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .init();
    let seen = run(&log).await;

    // The run was seen: values that are no secret, refusals, the logs of both sides.
    for known in [
        "eu-central-1",
        "contact_id",
        "AKIDRIGHT",
        "ResourceNotFoundException",
        "InvalidSignatureException",
        "connect_local_endpoint",
        "connect_transport",
    ] {
        assert!(seen.contains(known), "{known} does not show in {seen}");
    }
    for secret in [SECRET, SESSION_TOKEN, "Signature=", "AWS4-HMAC-SHA256 "] {
        let at = seen.find(secret);
        let around = at.map(|at| &seen[at.saturating_sub(200)..seen.len().min(at + 100)]);
        assert_eq!(around, None, "{secret} shows");
    }
}
