//! Certificates made for a test.
#![allow(clippy::unwrap_used, reason = "a helper of tests, which may panic")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use connect_sdk::sender::{HttpSender, HttpSenderBuilder};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};

/// An authority that vouches for servers.
#[derive(Debug)]
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// A new one, with a key and a name of its own.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "no two are the same")]
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Two authorities of one name would be taken for each other.
        let name = format!("test authority {}", COUNT.fetch_add(1, Ordering::Relaxed));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its certificate, for clients that are to trust it.
    #[must_use]
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A sender in the making that trusts it and no other.
    pub fn trusting(&self) -> HttpSenderBuilder {
        let sender = HttpSender::builder().system_roots(false);
        sender.ca_bundle(self.pem().as_bytes()).unwrap()
    }

    /// What a server of this name speaks TLS with.
    #[must_use]
    pub fn issue(&self, server: Certificate) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = server.params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&server.versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = server.protocols;
        Arc::new(config)
    }
}

/// A server's certificate in the making, with the versions of TLS that the server speaks.
#[derive(Debug)]
pub struct Certificate {
    params: CertificateParams,
    versions: Vec<&'static SupportedProtocolVersion>,
    protocols: Vec<Vec<u8>>,
}

impl Certificate {
    /// For a server of this name, with TLS 1.2 and 1.3.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2120, 1, 1);
        Self {
            params,
            versions: vec![&rustls::version::TLS12, &rustls::version::TLS13],
            protocols: Vec::new(),
        }
    }

    /// The same, expired since 2021.
    #[must_use]
    pub fn expired(mut self) -> Self {
        self.params.not_after = date_time_ymd(2021, 1, 1);
        self
    }

    /// The same, with this version of TLS alone.
    #[must_use]
    pub fn only(mut self, version: &'static SupportedProtocolVersion) -> Self {
        self.versions = vec![version];
        self
    }

    /// The same, and the server chooses HTTP/2.
    #[must_use]
    pub fn http2(mut self) -> Self {
        self.protocols = vec![b"h2".to_vec()];
        self
    }
}
