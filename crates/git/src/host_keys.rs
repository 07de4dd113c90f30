//! The keys that an SSH server shows, to be looked at by a person before they are pinned.

use std::net::IpAddr;

use crate::error::GitError;

/// A key of an SSH server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostKey {
    /// `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`.
    pub kind: String,
    /// `SHA256:` and the digest in base64, as every SSH program shows it.
    pub fingerprint: String,
    /// The line of a `known_hosts` file.
    pub line: String,
}

/// Asks a server for its keys. Nothing proves yet that they are its own. With `address`, that is where the server is.
///
/// # Errors
/// [`GitError::Away`]; [`GitError::Program`] when there is no `ssh-keyscan`.
pub async fn host_keys(host: &str, port: u16, address: Option<IpAddr>) -> Result<Vec<HostKey>, GitError> {
    todo!()
}

/// The keys in lines of a `known_hosts` file; `None` when a line is none.
#[must_use]
pub fn parse_known_hosts(text: &str) -> Option<Vec<HostKey>> {
    todo!()
}
