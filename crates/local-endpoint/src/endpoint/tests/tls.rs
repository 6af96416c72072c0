//! TLS, over a socket.

use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use super::*;

/// A certificate for this machine and its key, in PEM and as a client trusts it.
fn pair() -> (String, String, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    (cert.pem(), signing_key.serialize_pem(), cert.der().clone())
}

async fn encrypted() -> (LocalEndpoint, TlsConnector) {
    let (certificate, key, root) = pair();
    let tls = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    let endpoint = builder().samples().tls(tls).start().await.unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(root).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (endpoint, Arc::new(config).into())
}

#[tokio::test]
async fn calls_are_encrypted_and_no_others_are_served() {
    let (endpoint, connector) = encrypted().await;
    let address = endpoint.local_addr();
    assert_eq!(endpoint.url(), format!("https://{address}"));
    let request = Signer::default().last_text("GET", &of(samples::CONTACT_ID), "");
    let name = ServerName::from(address.ip());
    let stream = TcpStream::connect(address).await.unwrap();
    let mut stream = connector.connect(name, stream).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");

    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(request.as_bytes()).await.unwrap();
    let mut response = Vec::new();
    // An alert of TLS and an end.
    let _ = plain.read_to_end(&mut response).await;
    assert!(!response.starts_with(b"HTTP"), "{response:?}");
}

#[tokio::test(start_paused = true)]
async fn nobody_holds_the_endpoint_by_not_shaking_hands() {
    let (endpoint, _) = encrypted().await;
    let begun = Instant::now();
    let mut silent = TcpStream::connect(endpoint.local_addr()).await.unwrap();
    assert_eq!(silent.read_to_end(&mut Vec::new()).await.unwrap(), 0);
    assert_eq!(begun.elapsed().as_secs(), 30);
    let begun = Instant::now();
    let _silent = TcpStream::connect(endpoint.local_addr()).await.unwrap();
    endpoint.shutdown().await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[test]
fn what_cannot_be_used_is_named_without_the_key() {
    let ((certificate, key, _), (_, other_key, _)) = (pair(), pair());
    let broken = key.replace("-----END PRIVATE KEY-----", "");
    for (certificate, key, expected) in [
        ("", &key, "there is no certificate in PEM"),
        (
            "-----BEGIN CERTIFICATE-----\n",
            &key,
            "the certificates are no PEM: ",
        ),
        (&certificate, &certificate, "there is no private key in PEM"),
        (&certificate, &broken, "there is no private key in PEM"),
        (
            &certificate,
            &other_key,
            "certificate and key cannot be used: ",
        ),
    ] {
        let error = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.starts_with(expected), "{shown}");
        let mut lines = key.lines().filter(|line| line.len() > 40);
        assert!(!lines.any(|line| shown.contains(line)), "{shown}");
    }
    let tls = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    assert_eq!(format!("{tls:?}"), "Tls");
}
