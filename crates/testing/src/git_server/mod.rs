//! Real Git servers for tests: `git http-backend` behind a small server, in clear or in TLS, and an `sshd`, both over the
//! same folder of bare repositories that tests write commits into.

mod http;
mod repository;
mod ssh;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

pub use http::{Counters, HttpServer};
pub use repository::{Change, Repository};
pub use ssh::SshServer;

/// A folder of bare repositories; the servers end with this value.
pub struct GitServer {
    folder: tempfile::TempDir,
    http: HttpServer,
}

impl GitServer {
    /// Repositories served in clear at `http://127.0.0.1:PORT/NAME.git`.
    ///
    /// # Errors
    /// The server does not start.
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let http = HttpServer::start(folder.path(), None)?;
        Ok(Self { folder, http })
    }

    /// Repositories served in TLS at `https://localhost:PORT/NAME.git`, by a certificate that nobody believes yet.
    ///
    /// # Errors
    /// The server does not start.
    pub fn start_tls() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        let http = HttpServer::start(folder.path(), Some(Arc::new(certified)))?;
        Ok(Self { folder, http })
    }

    /// A new, empty repository; the name may have folders in it.
    ///
    /// # Errors
    /// `git` cannot make it.
    pub fn create(&self, name: &str) -> Result<Repository> {
        Repository::create(&self.folder.path().join(format!("{name}.git")))
    }

    /// The address of a repository.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}.git", self.http.origin())
    }

    /// The server, to decide how it behaves and to look at what it was asked.
    #[must_use]
    pub fn http(&self) -> &HttpServer {
        &self.http
    }

    /// The same repositories over SSH.
    ///
    /// # Errors
    /// `sshd` is not there or does not start; the message says how to get it.
    pub fn ssh(&self) -> Result<SshServer> {
        SshServer::start(self.folder.path())
    }

    /// Where the repositories are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Puts the content of a large file (Git LFS) on the server, and returns the pointer that stands for it in a commit.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn large_file(&self, sha256: &str, content: &[u8]) -> Result<String> {
        let place: PathBuf = self.folder.path().join("large-files");
        std::fs::create_dir_all(&place)?;
        std::fs::write(place.join(sha256), content)?;
        Ok(format!(
            "version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {}\n",
            content.len()
        ))
    }
}
