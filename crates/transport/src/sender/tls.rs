//! TLS by rustls.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::error::BoxError;

/// The certificates to trust, loaded when the first connection needs them.
#[derive(Debug, Default)]
pub(super) struct Tls {
    system_roots: bool,
    extra_roots: Vec<CertificateDer<'static>>,
    config: OnceCell<Arc<ClientConfig>>,
}

/// Why there is no TLS connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsError {
    #[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
    #[error("built without cryptography for TLS: enable the feature `ring` or `aws-lc-rs`")]
    NoCryptography,
    #[error("no trusted root certificate was found")]
    NoRoots { source: Option<BoxError> },
    #[error("cannot set TLS up")]
    Setup { source: BoxError },
    #[error("{host} is no name that a certificate can be for")]
    Name { host: String },
    #[error("TLS handshake with {host} failed")]
    Handshake {
        host: String,
        source: std::io::Error,
    },
}

impl TlsError {
    /// Whether the network failed, and not the trust.
    pub(super) fn is_io(&self) -> bool {
        let Self::Handshake { source, .. } = self else {
            return false;
        };
        let cause = source.get_ref();
        !cause.is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
    }
}

/// The certificates of a PEM file.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, BoxError> {
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>()?;
    if certificates.is_empty() {
        return Err("it holds no certificate".into());
    }
    Ok(certificates)
}

impl Tls {
    pub(super) fn new(system_roots: bool, extra_roots: Vec<CertificateDer<'static>>) -> Self {
        Self {
            system_roots,
            extra_roots,
            config: OnceCell::new(),
        }
    }

    /// Shakes hands with `host` over `stream`. `http2` offers HTTP/2 as well, where this crate was built with it.
    pub(super) async fn handshake<S>(
        &self,
        host: &str,
        stream: S,
        http2: bool,
    ) -> Result<TlsStream<S>, TlsError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut config = self.config.get_or_try_init(|| self.load()).await?.clone();
        if http2 && cfg!(feature = "http2") {
            Arc::make_mut(&mut config).alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| TlsError::Name {
            host: host.to_owned(),
        })?;
        let handshake = TlsConnector::from(config).connect(name, stream);
        handshake.await.map_err(|source| TlsError::Handshake {
            host: host.to_owned(),
            source,
        })
    }

    async fn load(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let mut roots = RootCertStore::empty();
        let mut failure = None;
        if self.system_roots {
            // Reads and parses files: some ten milliseconds that the runtime's threads are spared.
            let loaded = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
            let mut loaded = loaded.map_err(|source| TlsError::Setup {
                source: source.into(),
            })?;
            roots.add_parsable_certificates(loaded.certs);
            failure = loaded.errors.pop();
        }
        roots.add_parsable_certificates(self.extra_roots.iter().cloned());
        if roots.is_empty() {
            let source = failure.map(BoxError::from);
            return Err(TlsError::NoRoots { source });
        }
        tracing::debug!(roots = roots.len(), "loaded trusted root certificates");
        let config = ClientConfig::builder_with_provider(provider()?)
            .with_safe_default_protocol_versions()
            .map_err(|source| TlsError::Setup {
                source: source.into(),
            })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }
}

#[cfg(feature = "aws-lc-rs")]
fn provider() -> Result<Arc<rustls::crypto::CryptoProvider>, TlsError> {
    Ok(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
fn provider() -> Result<Arc<rustls::crypto::CryptoProvider>, TlsError> {
    Ok(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
fn provider() -> Result<Arc<rustls::crypto::CryptoProvider>, TlsError> {
    Err(TlsError::NoCryptography)
}
