//! Where the server is, and how it is trusted.

use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;

/// How long a connection may take to come about, where the connection string does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a server may be silent, and not acknowledge what is sent, until the connection counts as lost; where the connection
/// string does not say.
const SILENCE: Duration = Duration::from_secs(30);

/// What a connection string says. Beyond what the driver knows, it may name a file of certificates to trust (`sslrootcert`), and
/// modes that check certificates, as is always done.
pub(super) fn parse(url: &str) -> Result<(Config, MakeRustlsConnect), StoreError> {
    let Some((place, parameters)) = url.rsplit_once('?') else {
        return complete(url, None);
    };
    let (mut known, mut certificates) = (Vec::new(), None);
    for parameter in parameters.split('&').filter(|it| !it.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslrootcert", "system")) => {}
            Some(("sslrootcert", path)) => certificates = Some(path),
            Some(("sslmode", "verify-ca" | "verify-full")) => known.push("sslmode=require"),
            _ => known.push(parameter),
        }
    }
    complete(&format!("{place}?{}", known.join("&")), certificates)
}

fn complete(
    url: &str,
    certificates: Option<&str>,
) -> Result<(Config, MakeRustlsConnect), StoreError> {
    // What is wrong with it is not said: it may be a part of the password.
    let mut config: Config = url.parse().map_err(|_| StoreError::ConnectionString)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    if config.get_keepalives_idle() == Config::new().get_keepalives_idle() {
        config.keepalives_idle(SILENCE / 2);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(SILENCE / 6);
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(3);
    }
    if config.get_application_name().is_none() {
        config.application_name("connect");
    }
    Ok((config, tls(certificates)?))
}

/// Certificates are checked by those of a file, or as the system trusts them.
fn tls(file: Option<&str>) -> Result<MakeRustlsConnect, StoreError> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(path) => {
            let path = percent_decode_str(path).decode_utf8_lossy();
            let unusable = |error: &dyn std::fmt::Display| {
                StoreError::Certificates(path.to_string(), error.to_string())
            };
            let certificates = CertificateDer::pem_file_iter(&*path);
            for certificate in certificates.map_err(|error| unusable(&error))? {
                let certificate = certificate.map_err(|error| unusable(&error))?;
                roots.add(certificate).map_err(|error| unusable(&error))?;
            }
            if roots.is_empty() {
                return Err(unusable(&"it has none"));
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
