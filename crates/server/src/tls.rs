//! The server's certificate, read again when its file changes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How often the files are looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// A certificate chain with its key.
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    config: RwLock<Arc<ServerConfig>>,
}

impl Certificate {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// When one cannot be read, is no PEM, or the two do not belong together.
    pub fn load(chain: &Path, key: &Path) -> anyhow::Result<Self> {
        let config = RwLock::new(Arc::new(read(chain, key)?));
        Ok(Self {
            chain: chain.to_owned(),
            key: key.to_owned(),
            config,
        })
    }

    /// The certificate as it was read last.
    #[must_use]
    pub fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the files again whenever they change, for as long as the process lives. Files that cannot be used leave
    /// the certificate as it is.
    pub async fn follow(&self) {
        let mut seen = self.modified();
        loop {
            tokio::time::sleep(INTERVAL).await;
            let current = self.modified();
            if current == seen {
                continue;
            }
            seen = current;
            match read(&self.chain, &self.key) {
                Ok(config) => {
                    *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
                    tracing::info!(certificate = %self.chain.display(), "certificate read again");
                }
                Err(error) => tracing::error!("the new certificate cannot be used, the old one stays: {error:#}"),
            }
        }
    }

    fn modified(&self) -> [Option<SystemTime>; 2] {
        [&self.chain, &self.key].map(|path| std::fs::metadata(path).and_then(|file| file.modified()).ok())
    }
}

fn read(chain: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(chain)
        .with_context(|| format!("the certificate {} cannot be read", chain.display()))?
        .collect::<Result<_, _>>()
        .with_context(|| format!("the certificate {} is not PEM", chain.display()))?;
    if certificates.is_empty() {
        bail!("there is no certificate in {}", chain.display());
    }
    let private =
        PrivateKeyDer::from_pem_file(key).with_context(|| format!("the key {} cannot be read", key.display()))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(certificates, private)
        .with_context(|| format!("the key {} is not the key of {}", key.display(), chain.display()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
