//! TLS by rustls.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::sync::OnceCell;
use tower_service::Service;

use super::stream::Route;
use super::url::host_and_port;
use crate::error::{BoxError, ConnectorError};

/// Which certificates to trust.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    pub(super) system_roots: bool,
    pub(super) extra_roots: Vec<CertificateDer<'static>>,
    pub(super) bundle: Option<Bundle>,
    pub(super) any_certificate: bool,
}

/// The configuration of TLS. Certificates are loaded when the first connection needs them.
#[derive(Debug)]
pub(super) struct Tls {
    pub(super) trust: Trust,
    pub(super) config: OnceCell<Arc<ClientConfig>>,
}

/// A PEM file, and the setting that names it.
#[derive(Debug, Clone)]
pub(super) struct Bundle {
    pub(super) setting: String,
    pub(super) path: PathBuf,
}

/// Why there is no TLS connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsError {
    #[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
    #[error("built without cryptography for TLS: enable the feature `ring` or `aws-lc-rs`")]
    NoCryptography,
    #[error("no trusted root certificate was found")]
    NoRoots { source: Option<BoxError> },
    #[error("{}: {}", bundle.setting, bundle.path.display())]
    Bundle { bundle: Bundle, source: BoxError },
    #[error("cannot set TLS up")]
    Setup { source: BoxError },
    #[error("TLS handshake with {host} failed")]
    Handshake { host: String, source: BoxError },
}

/// A network that failed is worth another attempt; a certificate that is not trusted is not.
impl From<TlsError> for ConnectorError {
    fn from(error: TlsError) -> Self {
        match &error {
            TlsError::Handshake { source, .. } if network_failed(&**source) => {
                Self::io(error.into())
            }
            _ => Self::other(error.into(), None),
        }
    }
}

/// Whether this is an I/O error that rustls has not made of one of its own.
fn network_failed(error: &(dyn Error + 'static)) -> bool {
    let Some(error) = error.downcast_ref::<io::Error>() else {
        return false;
    };
    match error.get_ref() {
        Some(cause) if cause.is::<io::Error>() => network_failed(cause),
        cause => !cause.is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>),
    }
}

/// Connects by `dialler`, and shakes hands where there is a configuration for TLS.
pub(super) async fn connect<D>(
    mut dialler: D,
    config: Option<Arc<ClientConfig>>,
    uri: Uri,
) -> Result<MaybeHttpsStream<Route>, ConnectorError>
where
    D: Service<Uri, Response = Route, Error = ConnectorError>,
    D::Future: Send + 'static,
{
    let Some(config) = config else {
        return dialler.call(uri).await.map(MaybeHttpsStream::Http);
    };
    let host = host_and_port(&uri).0.to_owned();
    // Diallers are always ready, so there is nothing to wait for before the call.
    let connected = HttpsConnector::from((dialler, config)).call(uri).await;
    connected.map_err(|error| match error.downcast::<ConnectorError>() {
        Ok(error) => *error,
        Err(source) => TlsError::Handshake { host, source }.into(),
    })
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
    /// The configuration of a client. `http2` offers HTTP/2 as well, where this crate was built with it.
    pub(super) async fn config(&self, http2: bool) -> Result<Arc<ClientConfig>, TlsError> {
        let mut config = self.config.get_or_try_init(|| self.load()).await?.clone();
        if http2 && cfg!(feature = "http2") {
            Arc::make_mut(&mut config).alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        Ok(config)
    }

    async fn load(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let provider = provider()?;
        let config = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|source| TlsError::Setup {
                source: source.into(),
            })?;
        let config = if self.trust.any_certificate {
            tracing::warn!("certificates are not verified");
            let verifier = Arc::new(AnyCertificate(provider));
            config
                .dangerous()
                .with_custom_certificate_verifier(verifier)
        } else {
            config.with_root_certificates(self.roots().await?)
        };
        Ok(Arc::new(config.with_no_client_auth()))
    }

    async fn roots(&self) -> Result<RootCertStore, TlsError> {
        let mut roots = RootCertStore::empty();
        let mut failure = None;
        if self.trust.system_roots {
            // Reads and parses files: some ten milliseconds that the runtime's threads are spared.
            let loaded = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
            let mut loaded = loaded.map_err(|source| TlsError::Setup {
                source: source.into(),
            })?;
            roots.add_parsable_certificates(loaded.certs);
            failure = loaded.errors.pop();
        }
        roots.add_parsable_certificates(self.trust.extra_roots.iter().cloned());
        if let Some(bundle) = &self.trust.bundle {
            let pem = std::fs::read(&bundle.path).map_err(BoxError::from);
            let loaded = pem.and_then(|pem| certificates(&pem));
            roots.add_parsable_certificates(loaded.map_err(|source| TlsError::Bundle {
                bundle: bundle.clone(),
                source,
            })?);
        }
        if roots.is_empty() {
            let source = failure.map(BoxError::from);
            return Err(TlsError::NoRoots { source });
        }
        tracing::debug!(roots = roots.len(), "loaded trusted root certificates");
        Ok(roots)
    }
}

/// Takes any certificate of any name. That the server holds the certificate's key is checked all the same.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(feature = "aws-lc-rs")]
fn provider() -> Result<Arc<CryptoProvider>, TlsError> {
    Ok(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
fn provider() -> Result<Arc<CryptoProvider>, TlsError> {
    Ok(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
fn provider() -> Result<Arc<CryptoProvider>, TlsError> {
    Err(TlsError::NoCryptography)
}
