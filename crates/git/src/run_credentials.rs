//! What lets the `git` of a run reach private repositories, by host: files and an environment that points to them. No secret
//! is in the environment, in an address or in a command line.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::error::GitError;

/// Credentials of one host. No `Debug`: it holds secrets.
#[derive(Clone)]
pub enum HostCredentials {
    /// For `https://host[:port]/…` (and `http:` where that was said).
    Basic {
        /// `https` or `http`.
        is_clear: bool,
        /// The host.
        host: String,
        /// The port, where it is not the transport's own.
        port: Option<u16>,
        /// The name.
        username: String,
        /// The password or token.
        password: Zeroizing<String>,
        /// Certificates (PEM) that may vouch for the host.
        certificates: Option<String>,
    },
    /// For `ssh://user@host[:port]/…` and `user@host:…`.
    SshKey {
        /// The host.
        host: String,
        /// The port, where it is not 22.
        port: Option<u16>,
        /// A private key without a passphrase.
        key: Zeroizing<String>,
        /// Lines of a `known_hosts` file that name the host.
        known_hosts: String,
    },
}

/// What to lay out for a run.
pub struct RunFiles {
    /// Contents by file name; to be readable by the run alone, and to be removed as soon as the phase is over.
    pub files: BTreeMap<String, Zeroizing<String>>,
    /// Names and values without secrets.
    pub environment: BTreeMap<String, String>,
    /// What must be masked in logs.
    pub secrets: Vec<Zeroizing<String>>,
}

/// Files and environment for a run. `directory` stands for the directory of the files until that is known.
///
/// # Errors
/// [`GitError::Refused`] for a host, name or key that cannot be written into the files.
pub fn run_files(credentials: &[HostCredentials], directory: &str) -> Result<RunFiles, GitError> {
    todo!()
}
