//! Certificates and time limits, against servers that send one response at most.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::connect::{KEYS, Served, call, connect, contains, file, folder, run, text};

/// A server with a self-signed certificate for `name`: its address and the certificate.
fn https(name: &str) -> (SocketAddr, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec![name.to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows them")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("the key is the certificate's");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.expect("a connection");
            let mut tls =
                ServerConnection::new(config.clone()).expect("the configuration is sound");
            let mut stream = Stream::new(&mut tls, &mut socket);
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !is_whole(&request) {
                match stream.read(&mut buffer) {
                    Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
                    // A client that does not like the certificate.
                    _ => break,
                }
            }
            let response = b"HTTP/1.1 200 OK\r\ncontent-length: 25\r\nconnection: close\r\n\r\n{\"ContactSummaryList\":[]}";
            let _ = stream.write_all(response);
        }
    });
    (address, cert.pem())
}

/// Whether a request has come with its body.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
        let length = head.split("content-length: ").nth(1);
        let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
        body.len() >= length.unwrap_or(0)
    })
}

fn list(url: &str, arguments: &str) -> Command {
    let line = format!("list-associated-contacts --instance-id i --contact-id c {arguments}");
    let mut command = call(url, &line);
    command.env("AWS_MAX_ATTEMPTS", "1");
    command
}

const NOTHING: &str = "{\n    \"ContactSummaryList\": []\n}\n";

#[test]
fn a_certificate_counts_if_its_authority_is_trusted() {
    let (address, pem) = https("localhost");
    let url = format!("https://localhost:{}", address.port());
    let folder = folder();
    let bundle = file(&folder, "bundle.pem", &pem);
    contains(&run(list(&url, "")).failed(255), "certificate");
    let by_flag = |path: &str| run(list(&url, &format!("--ca-bundle '{path}'")));
    let by = |variable: &str, path: &str| {
        let mut command = list(&url, "");
        command.env(variable, path);
        run(command)
    };
    let profile = |path: &str| {
        let config = format!("[default]\nca_bundle = {path}\n");
        file(&folder, "config", &config)
    };
    assert_eq!(by_flag(&bundle).ok(), NOTHING);
    assert_eq!(by("AWS_CA_BUNDLE", &bundle).ok(), NOTHING);
    assert_eq!(by("AWS_CONFIG_FILE", &profile(&bundle)).ok(), NOTHING);
    let config = profile("/nonexistent.pem");
    let expected = format!("{config}, line 2: ca_bundle: /nonexistent.pem: No such file");
    contains(&by("AWS_CONFIG_FILE", &config).failed(255), &expected);
    let path = text(folder.path());
    let expected = format!("--ca-bundle: {path}: ");
    contains(&by_flag(path).failed(253), &expected);
}

#[cfg(unix)]
#[test]
fn events_go_to_a_webhook_whose_certificate_is_trusted() {
    let (address, pem) = https("localhost");
    let url = format!("https://localhost:{}", address.port());
    for is_trusted in [true, false] {
        let folder = folder();
        let records = file(&folder, "records.jsonl", &connect("samples").ok());
        let trusted = if is_trusted {
            pem.clone()
        } else {
            https("localhost").1
        };
        let bundle = file(&folder, "bundle.pem", &trusted);
        let mut environment = KEYS.to_vec();
        environment.push(("SSL_CERT_FILE", &bundle));
        let arguments = format!("--seed '{records}' --events {url}");
        let (mut served, _) = Served::serve(folder, &environment, &arguments);
        let instance = "--instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48";
        let start = format!("start-task-contact {instance} --name x");
        served.connect(&start).ok();
        let stderr = served.interrupt();
        let lost = format!("events not delivered: 1 to {url}\n");
        assert_eq!(stderr.contains(&lost), !is_trusted, "{stderr}");
    }
}

#[test]
fn any_certificate_counts_where_none_is_verified() {
    let (address, _) = https("example.com");
    let url = format!("https://{address}");
    run(list(&url, "")).failed(255);
    assert_eq!(run(list(&url, "--no-verify-ssl")).ok(), NOTHING);
}

/// The switch is for the command's own calls: those that get credentials verify certificates.
#[cfg(feature = "aws-config")]
#[test]
fn a_token_service_is_verified_all_the_same() {
    let (address, _) = https("example.com");
    let url = format!("https://{address}");
    let folder = folder();
    let token = file(&folder, "token", "a.web.token");
    let mut command = list(&url, "--no-verify-ssl");
    for (name, _) in KEYS {
        command.env_remove(name);
    }
    command.envs([
        ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/desk"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", &token),
        ("AWS_ENDPOINT_URL_STS", &url),
    ]);
    let stderr = run(command).failed(253);
    contains(&stderr, "credentials");
    contains(&stderr, "TLS handshake with 127.0.0.1 failed");
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let begin = Instant::now();
    let stderr = run(list(&url, "--cli-read-timeout 0.2")).failed(255);
    assert!(begin.elapsed() < Duration::from_secs(30));
    assert!(
        stderr.contains("200ms") || stderr.contains("0.2"),
        "{stderr}"
    );
}
