//! TLS: certificates and versions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use connect_sdk::Client;
use connect_sdk::config::{Builder, Environment};
use connect_sdk::sender::HttpSender;
use tokio_rustls::TlsAcceptor;

use crate::{Seen, call, client_of, config, hurried, ok, page};
use connect_tests::certificates::{Authority, Certificate};
use connect_tests::script::{Read, ReadSome, Reset, Script, Server, Stall, Stream, response, send};

fn https(server: &Server) -> Builder {
    config(&format!("https://{}", server.address))
}

/// A client that trusts this authority and no other.
pub(crate) fn trusting(config: Builder, authority: &Authority) -> Client {
    client_of(config.sender(authority.trusting().build()))
}

/// A call to a server with a certificate for `name`, from an authority that the client trusts.
async fn row(certificate: Certificate, scripts: Vec<Script>) -> (Seen, usize, Seen) {
    let authority = Authority::new();
    let server = Server::start_tls(scripts, authority.issue(certificate)).await;
    let client = trusting(https(&server), &authority);
    let seen = call(&client).await;
    (seen, server.connections(), call(&client).await)
}

#[tokio::test]
async fn both_versions_of_tls() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let row = row(Certificate::of("127.0.0.1").only(version), Vec::new()).await;
        assert_eq!(row, (ok(), 1, ok()), "{version:?}");
    }
}

/// A row that is not retried, and fails again: what is wrong is the certificate.
async fn rejected(certificate: Certificate, expected: &str) {
    let (first, connections, second) = row(certificate, Vec::new()).await;
    assert_eq!(connections, 1);
    for seen in [first, second] {
        let text = seen.dispatch("other");
        assert!(text.contains(expected), "{text}");
        assert!(text.ends_with("(1 attempt)"), "{text}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name() {
    rejected(Certificate::of("example.com"), "not valid for name").await;
}

#[tokio::test]
async fn an_expired_certificate() {
    let expired = Certificate::of("127.0.0.1").expired();
    rejected(expired, "certificate expired").await;
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority() {
    let (known, unknown) = (Authority::new(), Authority::new());
    let server = Server::start_tls(Vec::new(), unknown.issue(Certificate::of("127.0.0.1"))).await;
    let seen = call(&trusting(https(&server), &known)).await;
    assert!(seen.dispatch("other").contains("UnknownIssuer"), "{seen:?}");
    assert_eq!(server.connections(), 1);
    let next = call(&trusting(https(&server), &unknown)).await;
    assert_eq!(next, ok());
}

#[tokio::test]
async fn a_ca_bundle_named_by_the_environment() {
    let authority = Authority::new();
    let server = Server::start_tls(Vec::new(), authority.issue(Certificate::of("127.0.0.1"))).await;
    let bundle = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(bundle.path(), authority.pem()).unwrap();
    let sender = |path: &str| {
        let environment = Environment::from_pairs([("AWS_CA_BUNDLE", path)]);
        HttpSender::builder()
            .system_roots(false)
            .environment(&environment)
    };
    let trusting = sender(bundle.path().to_str().unwrap()).build();
    let seen = call(&client_of(https(&server).sender(trusting))).await;
    assert_eq!(seen, ok());
    std::fs::write(bundle.path(), "no certificate").unwrap();
    for (path, reason) in [
        ("/nonexistent.pem", "No such file"),
        (bundle.path().to_str().unwrap(), "it holds no certificate"),
    ] {
        // A request that needs no TLS does not need the bundle either.
        let plain = Server::start(Vec::new()).await;
        let sender = sender(path).build();
        let client = client_of(config(&plain.url()).sender(sender.clone()));
        assert_eq!(call(&client).await, ok());
        let client = client_of(https(&server).sender(sender));
        let error = page(&client).await.unwrap_err().to_string();
        assert!(
            error.contains(&format!("AWS_CA_BUNDLE: {path}: ")),
            "{error}"
        );
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn any_certificate_where_none_is_verified() {
    let authority = Authority::new();
    let builders = [
        Certificate::of("example.com"),
        Certificate::of("127.0.0.1").expired(),
        Certificate::of("127.0.0.1").only(&rustls::version::TLS12),
    ];
    for builder in builders {
        let server = Server::start_tls(Vec::new(), authority.issue(builder)).await;
        let sender = HttpSender::builder()
            .system_roots(false)
            .danger_accept_invalid_certs(true)
            .build();
        assert_eq!(call(&client_of(https(&server).sender(sender))).await, ok());
    }
}

#[tokio::test]
async fn no_trusted_roots_at_all() {
    let sender = HttpSender::builder().system_roots(false).build();
    let server = Server::start(Vec::new()).await;
    let seen = call(&client_of(https(&server).sender(sender))).await;
    let expected = "no trusted root certificate was found";
    assert!(seen.dispatch("other").contains(expected), "{seen:?}");
}

#[tokio::test]
async fn a_server_without_tls() {
    let authority = Authority::new();
    let plaintext = send("HTTP/1.1 400 Bad Request\r\n\r\n");
    let server = Server::start(vec![vec![ReadSome(5), plaintext]]).await;
    let seen = call(&trusting(https(&server), &authority)).await;
    let expected = "TLS handshake with 127.0.0.1 failed";
    assert!(seen.dispatch("other").contains(expected), "{seen:?}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_handshake_that_breaks_off_is_retried() {
    let authority = Authority::new();
    let tls = authority.issue(Certificate::of("127.0.0.1"));
    let broken = Arc::new(AtomicUsize::new(0));
    let count = broken.clone();
    let server = Server::start_with(Vec::new(), move |mut stream: tokio::net::TcpStream| {
        let (acceptor, number) = (
            TlsAcceptor::from(tls.clone()),
            count.fetch_add(1, Ordering::Relaxed),
        );
        async move {
            if number == 0 {
                stream.reset_on_close();
                return None;
            }
            acceptor.accept(stream).await.ok()
        }
    })
    .await;
    assert_eq!(call(&trusting(https(&server), &authority)).await, ok());
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn breaking_off_under_tls_is_retried() {
    for script in [
        vec![Read],
        vec![Read, Reset],
        vec![Read, send("HTTP/1.1 200 OK\r\n"), Reset],
        vec![Read, response("503 Busy", "", "")],
    ] {
        let row = row(Certificate::of("127.0.0.1"), vec![script.clone()]).await;
        assert_eq!(row, (ok(), 2, ok()), "{script:?}");
    }
}

#[tokio::test]
async fn a_stall_under_tls_is_a_read_timeout() {
    let authority = Authority::new();
    let tls = authority.issue(Certificate::of("127.0.0.1"));
    let server = Server::start_tls(vec![vec![Read, Stall]], tls).await;
    let client = trusting(hurried(https(&server)), &authority);
    assert_eq!(call(&client).await, ok());
    assert_eq!((server.connections(), server.attempts()), (2, 2));
}
