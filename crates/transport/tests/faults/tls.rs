//! TLS: certificates, versions, HTTP/2.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use connect_transport::Handle;
use connect_transport::config::Environment;
use connect_transport::sender::HttpSender;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::Seen::Dispatch;
use crate::certificates::Authority;
use crate::server::{Read, Reset, Server, Stall, response, send};
use crate::service::{config, handle};
use crate::{Seen, call, ok};

async fn serve(tls: Arc<ServerConfig>, scripts: Vec<crate::server::Script>) -> Server {
    Server::start_with(scripts, move |stream| {
        let acceptor = TlsAcceptor::from(tls.clone());
        async move { acceptor.accept(stream).await.ok() }
    })
    .await
}

fn https(server: &Server) -> String {
    format!("https://{}", server.address)
}

/// A client that trusts this authority and no other.
fn trusting(url: &str, authority: &Authority) -> Handle {
    let sender = HttpSender::builder()
        .system_roots(false)
        .ca_bundle(authority.pem().as_bytes())
        .unwrap();
    handle(config(url).sender(sender.build()))
}

/// A call to a server with a certificate for `name`, from an authority that the client trusts.
async fn row(
    builder: impl FnOnce(&Authority) -> crate::certificates::Builder,
    scripts: Vec<crate::server::Script>,
) -> (Seen, usize, Seen) {
    let authority = Authority::new();
    let server = serve(authority.issue(builder(&authority)), scripts).await;
    let client = trusting(&https(&server), &authority);
    let seen = call(&client).await;
    (seen, server.connections(), call(&client).await)
}

#[tokio::test]
async fn both_versions_of_tls() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let row = row(
            |authority| authority.server("127.0.0.1").only(version),
            Vec::new(),
        )
        .await;
        assert_eq!(row, (ok(), 1, ok()), "{version:?}");
    }
}

/// A row that is not retried, and fails again: what is wrong is the certificate.
async fn refused(builder: impl FnOnce(&Authority) -> crate::certificates::Builder, expected: &str) {
    let (first, connections, second) = row(builder, Vec::new()).await;
    assert_eq!(connections, 1);
    for seen in [first, second] {
        let Dispatch("other", text) = &seen else {
            panic!("{seen:?}")
        };
        assert!(text.contains(expected), "{text}");
        assert!(text.ends_with("(1 attempt)"), "{text}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name() {
    refused(
        |authority| authority.server("example.com"),
        "not valid for name",
    )
    .await;
}

#[tokio::test]
async fn an_expired_certificate() {
    refused(
        |authority| authority.server("127.0.0.1").expired(),
        "certificate expired",
    )
    .await;
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority() {
    let (known, unknown) = (Authority::new(), Authority::new());
    let server = serve(unknown.issue(unknown.server("127.0.0.1")), Vec::new()).await;
    let seen = call(&trusting(&https(&server), &known)).await;
    assert!(
        matches!(&seen, Dispatch("other", text) if text.contains("UnknownIssuer")),
        "{seen:?}"
    );
    assert_eq!(server.connections(), 1);
    assert_eq!(
        call(&trusting(&https(&server), &unknown)).await,
        ok(),
        "the next call"
    );
}

#[tokio::test]
async fn a_ca_bundle_named_by_the_environment() {
    let authority = Authority::new();
    let server = serve(authority.issue(authority.server("127.0.0.1")), Vec::new()).await;
    let bundle = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(bundle.path(), authority.pem()).unwrap();
    let sender = |path: &str| {
        let environment = Environment::from_pairs([("AWS_CA_BUNDLE", path)]);
        HttpSender::builder()
            .system_roots(false)
            .environment(&environment)
    };
    let trusting = sender(bundle.path().to_str().unwrap()).unwrap().build();
    assert_eq!(
        call(&handle(config(&https(&server)).sender(trusting))).await,
        ok()
    );
    std::fs::write(bundle.path(), "no certificate").unwrap();
    for (path, reason) in [
        ("/nonexistent.pem", "No such file"),
        (bundle.path().to_str().unwrap(), "it holds no certificate"),
    ] {
        let error = sender(path).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("AWS_CA_BUNDLE: {path}: ")),
            "{error}"
        );
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn any_certificate_where_none_is_verified() {
    let authority = Authority::new();
    let builders = [
        authority.server("example.com"),
        authority.server("127.0.0.1").expired(),
        authority.server("127.0.0.1").only(&rustls::version::TLS12),
    ];
    for builder in builders {
        let server = serve(authority.issue(builder), Vec::new()).await;
        let sender = HttpSender::builder()
            .system_roots(false)
            .danger_accept_invalid_certs(true)
            .build();
        assert_eq!(
            call(&handle(config(&https(&server)).sender(sender))).await,
            ok()
        );
    }
}

#[tokio::test]
async fn no_trusted_roots_at_all() {
    let sender = HttpSender::builder().system_roots(false).build();
    let server = Server::start(Vec::new()).await;
    let seen = call(&handle(config(&https(&server)).sender(sender))).await;
    assert!(
        matches!(&seen, Dispatch("other", text) if text.contains("no trusted root certificate was found")),
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_server_without_tls() {
    let authority = Authority::new();
    let server = Server::start(vec![vec![
        crate::server::ReadSome(5),
        send("HTTP/1.1 400 Bad Request\r\n\r\n"),
    ]])
    .await;
    let seen = call(&trusting(&https(&server), &authority)).await;
    assert!(
        matches!(&seen, Dispatch("other", text) if text.contains("TLS handshake with 127.0.0.1 failed")),
        "{seen:?}"
    );
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_handshake_that_breaks_off_is_retried() {
    let authority = Authority::new();
    let tls = authority.issue(authority.server("127.0.0.1"));
    let broken = Arc::new(AtomicUsize::new(0));
    let count = broken.clone();
    let server = Server::start_with(Vec::new(), move |mut stream: tokio::net::TcpStream| {
        let (acceptor, number) = (
            TlsAcceptor::from(tls.clone()),
            count.fetch_add(1, Ordering::Relaxed),
        );
        async move {
            if number == 0 {
                crate::server::Stream::reset_on_close(&mut stream);
                return None;
            }
            acceptor.accept(stream).await.ok()
        }
    })
    .await;
    assert_eq!(call(&trusting(&https(&server), &authority)).await, ok());
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn breaking_off_under_tls_is_retried() {
    for script in [
        vec![Read],
        vec![Read, Reset],
        vec![Read, Stall],
        vec![Read, send("HTTP/1.1 200 OK\r\n"), Reset],
        vec![Read, response("503 Busy", "", "")],
    ] {
        let row = row(
            |authority| authority.server("127.0.0.1"),
            vec![script.clone()],
        )
        .await;
        assert_eq!(row, (ok(), 2, ok()), "{script:?}");
    }
}

/// An HTTP/2 server. Answers with its URL; counts connections and requests.
async fn http2(
    authority: &Authority,
    close_after: Option<usize>,
) -> (String, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let mut builder = authority.server("127.0.0.1");
    builder.protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(authority.issue(builder));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (connections.clone(), requests.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::Relaxed);
            let (acceptor, requests) = (acceptor.clone(), requests.clone());
            tokio::spawn(async move {
                let stream = acceptor.accept(stream).await.unwrap();
                let served = Arc::new(AtomicUsize::new(0));
                let answer = service_fn(|request: http::Request<hyper::body::Incoming>| {
                    requests.fetch_add(1, Ordering::Relaxed);
                    let served = served.fetch_add(1, Ordering::Relaxed);
                    async move {
                        assert_eq!(request.version(), http::Version::HTTP_2);
                        if close_after.is_some_and(|limit| served >= limit) {
                            // A stream reset: no answer.
                            return Err("enough");
                        }
                        Ok(http::Response::new(r#"{"Text":"hello"}"#.to_owned()))
                    }
                });
                let serving = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                let _ = serving.serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    });
    (url, counts.0, counts.1)
}

#[tokio::test]
async fn http2_shares_one_connection_among_calls() {
    let authority = Authority::new();
    let (url, connections, requests) = http2(&authority, None).await;
    let client = trusting(&url, &authority);
    assert_eq!(call(&client).await, ok());
    let calls = (0..50)
        .map(|_| client.clone())
        .map(|client| async move { call(&client).await });
    let calls: tokio::task::JoinSet<_> = calls.collect();
    assert!(calls.join_all().await.into_iter().all(|seen| seen == ok()));
    let counts = (
        connections.load(Ordering::Relaxed),
        requests.load(Ordering::Relaxed),
    );
    assert_eq!(counts, (1, 51));
}

#[tokio::test]
async fn an_http2_stream_that_is_reset_is_retried() {
    let authority = Authority::new();
    let (url, _, requests) = http2(&authority, Some(1)).await;
    let client = trusting(&url, &authority);
    assert_eq!(call(&client).await, ok());
    let seen = call(&client).await;
    assert!(
        matches!(&seen, Dispatch("io", text) if text.ends_with("(3 attempts)")),
        "{seen:?}"
    );
    assert_eq!(requests.load(Ordering::Relaxed), 4);
}
