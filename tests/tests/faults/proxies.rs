//! Proxies.

use std::sync::{Arc, Mutex};

use connect_sdk::Client;
use connect_sdk::config::Environment;
use connect_sdk::sender::{HttpSender, Proxy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::{Seen, call, client_of, config, ok};
use connect_tests::certificates::{Authority, Certificate};
use connect_tests::script::{Read, Script, Server, Stream, header, ok as good, response, send};

/// Heads of the requests to a proxy.
type Heads = Arc<Mutex<Vec<String>>>;

fn through(url: &str, proxy: &Server, authority: &Authority) -> Client {
    let proxy = Proxy::all(&format!("http://user:pass%20word@{}", proxy.address)).unwrap();
    client_of(config(url).sender(authority.trusting().proxy(proxy).build()))
}

/// A call to an HTTPS server through a proxy whose connections follow these scripts.
async fn row(scripts: Vec<Script>) -> (Seen, usize) {
    let authority = Authority::new();
    let proxy = Server::start(scripts).await;
    let client = through("https://faults.example.com", &proxy, &authority);
    let seen = call(&client).await;
    (seen, proxy.requests().len())
}

async fn rejected(status: &str, attempts: usize) {
    let script = vec![Read, response(status, "", "no")];
    let (seen, requests) = row(vec![script; 3]).await;
    let kind = if attempts == 1 { "other" } else { "io" };
    let text = seen.dispatch(kind);
    assert_eq!(requests, attempts, "{text}");
    let code = &status[..3];
    let expected = format!("refused a tunnel to faults.example.com:443 with status {code}");
    assert!(text.contains(&expected), "{text}");
    assert!(!text.contains("pass"), "{text}");
}

#[tokio::test]
async fn a_proxy_that_rejects_a_tunnel_is_believed() {
    rejected("407 Proxy Authentication Required", 1).await;
    rejected("403 Forbidden", 1).await;
}

#[tokio::test]
async fn a_proxy_whose_own_way_fails_is_asked_again() {
    rejected("502 Bad Gateway", 3).await;
    rejected("503 Service Unavailable", 3).await;
}

#[tokio::test]
async fn a_proxy_that_breaks_off_is_asked_again() {
    let (seen, requests) = row(vec![vec![Read]; 3]).await;
    let expected = "broke the connection off";
    assert!(seen.dispatch("io").contains(expected), "{seen:?}");
    assert_eq!(requests, 3);
}

#[tokio::test]
async fn a_proxy_that_is_none() {
    let (seen, requests) = row(vec![vec![Read, send("220 smtp.example.com ESMTP\r\n\r\n")]]).await;
    let expected = "something other than HTTP";
    assert!(seen.dispatch("other").contains(expected), "{seen:?}");
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn a_tunnel_with_credentials() {
    let authority = Authority::new();
    let tls = authority.issue(Certificate::of("faults.example.com"));
    let (tls, heads) = (TlsAcceptor::from(tls), Heads::default());
    let seen_heads = heads.clone();
    let proxy = Server::start_with(Vec::new(), move |stream: TcpStream| {
        tunnel(stream, tls.clone(), seen_heads.clone())
    })
    .await;
    let client = through("https://faults.example.com", &proxy, &authority);
    assert_eq!(call(&client).await, ok());
    assert_eq!(call(&client).await, ok());
    let heads = heads.lock().unwrap().clone();
    // user:pass word
    let expected = "CONNECT faults.example.com:443 HTTP/1.1\r\nhost: faults.example.com:443\r\nproxy-authorization: Basic dXNlcjpwYXNzIHdvcmQ=\r\n\r\n";
    assert_eq!(heads, [expected], "both calls use one tunnel");
    let request = &proxy.requests()[0];
    assert!(
        request.starts_with("GET /contact/associated/instance?contactId=contact%201 "),
        "{request}"
    );
    assert_eq!(header(request, "proxy-authorization"), None);
}

/// Accepts CONNECT on a stream and goes on to speak TLS on it: proxy and server in one.
async fn tunnel<S: Stream>(mut stream: S, tls: TlsAcceptor, heads: Heads) -> Option<TlsStream<S>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    heads.lock().unwrap().push(String::from_utf8(head).unwrap());
    let accepted = b"HTTP/1.1 200 Connection established\r\nvia: x\r\n\r\n";
    stream.write_all(accepted).await.ok()?;
    stream.flush().await.ok()?;
    tls.accept(stream).await.ok()
}

#[tokio::test]
async fn a_tunnel_through_a_proxy_that_is_spoken_to_over_tls() {
    let authority = Authority::new();
    let [outer, inner] = ["127.0.0.1", "faults.example.com"]
        .map(|name| TlsAcceptor::from(authority.issue(Certificate::of(name))));
    let heads = Heads::default();
    let seen_heads = heads.clone();
    let proxy = Server::start_with(Vec::new(), move |stream: TcpStream| {
        let (outer, inner, heads) = (outer.clone(), inner.clone(), seen_heads.clone());
        async move { tunnel(outer.accept(stream).await.ok()?, inner, heads).await }
    })
    .await;
    let setting = Proxy::all(&format!("https://user:word@{}", proxy.address)).unwrap();
    let sender = authority.trusting().proxy(setting).build();
    let client = client_of(config("https://faults.example.com").sender(sender));
    assert_eq!(call(&client).await, ok());
    assert_eq!(call(&client).await, ok());
    assert_eq!(
        (heads.lock().unwrap().len(), proxy.requests().len()),
        (1, 2)
    );
    assert_eq!(header(&proxy.requests()[0], "proxy-authorization"), None);
}

/// The proxy sends the server the host that it reads in the URL, so that has to be the one that was signed.
#[tokio::test]
async fn plaintext_through_a_proxy() {
    for (url, host) in [
        ("http://faults.example.com:8080", "faults.example.com:8080"),
        ("http://faults.example.com:80", "faults.example.com"),
    ] {
        let proxy = Server::start(vec![vec![Read, good()]]).await;
        let client = through(url, &proxy, &Authority::new());
        assert_eq!(call(&client).await, ok());
        let request = &proxy.requests()[0];
        let line =
            format!("GET http://{host}/contact/associated/instance?contactId=contact%201 HTTP/1.1");
        assert!(request.starts_with(&line), "{request}");
        assert_eq!(header(request, "host"), Some(host));
        assert!(header(request, "proxy-authorization").is_some());
    }
}

#[tokio::test]
async fn hosts_that_are_excepted_are_reached_directly() {
    let (proxy, server) = (
        Server::start(Vec::new()).await,
        Server::start(Vec::new()).await,
    );
    let environment = Environment::from_pairs([
        ("HTTP_PROXY", proxy.url().as_str()),
        ("NO_PROXY", "example.com,127.0.0.0/8"),
    ]);
    let setting = Proxy::from_environment(&environment);
    let sender = HttpSender::builder().proxy(setting).build();
    let seen = call(&client_of(config(&server.url()).sender(sender))).await;
    assert_eq!(seen, ok());
    assert_eq!((proxy.connections(), server.connections()), (0, 1));
}

#[tokio::test]
async fn a_proxy_that_is_spoken_to_over_tls() {
    let authority = Authority::new();
    let tls = authority.issue(Certificate::of("127.0.0.1"));
    let proxy = Server::start_tls(Vec::new(), tls).await;
    let setting = Proxy::all(&format!("https://{}", proxy.address)).unwrap();
    let sender = authority.trusting().proxy(setting).build();
    let client = client_of(config("http://faults.example.com").sender(sender));
    assert_eq!(call(&client).await, ok());
    assert!(
        proxy.requests()[0]
            .starts_with("GET http://faults.example.com/contact/associated/instance")
    );
}
