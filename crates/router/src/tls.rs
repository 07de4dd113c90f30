//! Certificates, chosen by the name that a client asks for.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::table::{Certificate, Table, TableError};

/// What is proven now; a new table changes it for connections that begin.
#[derive(Debug, Default)]
pub(crate) struct Certificates(RwLock<HashMap<String, Arc<CertifiedKey>>>);

/// The certificates of a table, ready to be used.
pub(crate) fn read(table: &Table) -> Result<HashMap<String, Arc<CertifiedKey>>, TableError> {
    let usable = |(host, certificate): (&String, &Certificate)| {
        let refused = |reason: String| TableError::Certificate {
            host: host.clone(),
            reason,
        };
        Ok((host.clone(), Arc::new(certified(certificate).map_err(refused)?)))
    };
    table.certificates.iter().map(usable).collect()
}

pub(crate) fn certified(certificate: &Certificate) -> Result<CertifiedKey, String> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate.chain.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| format!("its chain is not PEM: {error}"))?;
    if chain.is_empty() {
        return Err("its chain has no certificate".to_owned());
    }
    // Without the reason: it may quote the key.
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).map_err(|_| "its key is not PEM".to_owned())?;
    CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider()).map_err(|error| error.to_string())
}

impl Certificates {
    pub(crate) fn set(&self, certificates: HashMap<String, Arc<CertifiedKey>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = certificates;
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let host = hello.server_name()?.to_ascii_lowercase();
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let wild = || Some(format!("*.{}", host.split_once('.')?.1));
        known.get(&host).or_else(|| known.get(&wild()?)).cloned()
    }
}

/// How connections with TLS begin.
pub(crate) fn configuration(certificates: Arc<Certificates>) -> Result<rustls::ServerConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut configuration = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}
