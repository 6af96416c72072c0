//! TLS by rustls.

use std::sync::Arc;

use std::future::{Ready, ready};
use std::io;
use std::path::PathBuf;
use std::task::{Context, Poll};

use http::Uri;
use hyper_rustls::{FixedServerNameResolver, HttpsConnector};
use hyper_util::rt::TokioIo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::sync::OnceCell;
use tower_service::Service;

use super::stream::Transport;
use crate::error::BoxError;

/// The certificates to trust, loaded when the first connection needs them.
#[derive(Debug, Default)]
pub(super) struct Tls {
    system_roots: bool,
    extra_roots: Vec<CertificateDer<'static>>,
    bundle: Option<Bundle>,
    any_certificate: bool,
    config: OnceCell<Arc<ClientConfig>>,
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
    #[error("{host} is no name that a certificate can be for")]
    Name { host: String },
    #[error("TLS handshake with {host} failed")]
    Handshake { host: String, source: io::Error },
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
    pub(super) fn new(
        system_roots: bool,
        extra_roots: Vec<CertificateDer<'static>>,
        bundle: Option<Bundle>,
        any_certificate: bool,
    ) -> Self {
        Self {
            system_roots,
            extra_roots,
            bundle,
            any_certificate,
            config: OnceCell::new(),
        }
    }

    /// Shakes hands with `host` over `stream`. `http2` offers HTTP/2 as well, where this crate was built with it.
    pub(super) async fn handshake(
        &self,
        host: &str,
        stream: Transport,
        http2: bool,
    ) -> Result<Transport, TlsError> {
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
        let name = Arc::new(FixedServerNameResolver::new(name));
        let stream = Connected(Some(TokioIo::new(stream)));
        let mut connector = HttpsConnector::new(stream, config, true, name);
        // The name is fixed and the stream is there: of the URI only the scheme counts.
        let handshake = connector.call(Uri::from_static("https://host"));
        let stream = handshake.await.map_err(|error| TlsError::Handshake {
            host: host.to_owned(),
            source: cause(error),
        })?;
        Ok(Transport::Tls(Box::new(TokioIo::new(stream))))
    }

    async fn load(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let provider = provider()?;
        let config = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|source| TlsError::Setup {
                source: source.into(),
            })?;
        let config = if self.any_certificate {
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
        if let Some(bundle) = &self.bundle {
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

/// A connector that hands over the stream that is there already: through a proxy, or from a dialler of our own.
struct Connected(Option<TokioIo<Transport>>);

impl Service<Uri> for Connected {
    type Response = TokioIo<Transport>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(
            self.0
                .take()
                .ok_or_else(|| io::ErrorKind::NotConnected.into()),
        )
    }
}

/// The error of the handshake itself, out of the one that the connector wraps around it.
fn cause(error: BoxError) -> io::Error {
    match error.downcast::<io::Error>() {
        Ok(error)
            if error
                .get_ref()
                .is_some_and(<dyn std::error::Error + Send + Sync>::is::<io::Error>) =>
        {
            error
                .into_inner()
                .map_or_else(|| io::ErrorKind::Other.into(), cause)
        }
        Ok(error) => *error,
        Err(error) => io::Error::other(error),
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
