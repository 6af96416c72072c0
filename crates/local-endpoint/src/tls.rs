//! TLS, by rustls.

use std::fmt;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// What an endpoint speaks TLS with: certificates and their key. `Debug` shows neither.
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

/// Why there is nothing to speak TLS with. The key is not shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificates cannot be read.
    #[error("the certificates are no PEM: {0}")]
    Certificates(rustls::pki_types::pem::Error),
    /// There is no certificate.
    #[error("there is no certificate in PEM")]
    NoCertificate,
    /// There is no key.
    #[error("there is no private key in PEM")]
    NoKey,
    /// They cannot be used together.
    #[error("certificate and key cannot be used: {0}")]
    Pair(rustls::Error),
}

impl Tls {
    /// The server's certificate, followed by those that lead to the root, and its private key (PKCS #8, PKCS #1 or SEC1),
    /// both in PEM.
    ///
    /// # Errors
    /// One cannot be read, or they do not belong together.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain = CertificateDer::pem_slice_iter(certificates).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(TlsError::Certificates)?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate);
        }
        // What is wrong with it could quote it.
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::NoKey)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key));
        let mut config = config.map_err(TlsError::Pair)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        Arc::clone(&self.0).into()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}
