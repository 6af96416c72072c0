//! Certificates made for a test.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority that vouches for servers.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Two authorities of one name would be taken for each other.
        let name = format!("test authority {}", fastrand::u64(..));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server for this name.
    pub(crate) fn server(&self, name: &str) -> Builder {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2120, 1, 1);
        Builder {
            params,
            versions: vec![&rustls::version::TLS12, &rustls::version::TLS13],
            protocols: Vec::new(),
        }
    }

    pub(crate) fn issue(&self, builder: Builder) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = builder.params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&builder.versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = builder.protocols;
        Arc::new(config)
    }
}

pub(crate) struct Builder {
    pub(crate) params: CertificateParams,
    pub(crate) versions: Vec<&'static rustls::SupportedProtocolVersion>,
    pub(crate) protocols: Vec<Vec<u8>>,
}

impl Builder {
    pub(crate) fn expired(mut self) -> Self {
        self.params.not_after = date_time_ymd(2021, 1, 1);
        self
    }

    pub(crate) fn only(mut self, version: &'static rustls::SupportedProtocolVersion) -> Self {
        self.versions = vec![version];
        self
    }
}
