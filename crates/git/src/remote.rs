//! A repository together with what opens it.

use std::net::IpAddr;

use zeroize::Zeroizing;

use crate::address::Address;

/// A repository somewhere else, and everything that is needed to reach it.
pub struct Remote {
    /// Where it is.
    pub address: Address,
    /// What opens it.
    pub credentials: Credentials,
    /// The addresses of its host that may be connected to, already checked; empty where `git` may resolve by itself.
    pub pinned: Vec<IpAddr>,
    /// Keys of its host as lines of a `known_hosts` file; needed for SSH.
    pub known_hosts: Option<String>,
    /// Certificates (PEM) that may vouch for it beside the system's; for HTTPS.
    pub certificates: Option<String>,
}

/// What opens a repository. No `Debug`: it holds secrets.
#[derive(Clone)]
pub enum Credentials {
    /// Nothing: everybody may read it.
    None,
    /// A user name with a password or token; over HTTPS.
    Basic {
        /// The name; forges that take only a token accept any.
        username: String,
        /// The password or token.
        password: Zeroizing<String>,
    },
    /// A private key in OpenSSH's or PEM form, without a passphrase; over SSH.
    SshKey(Zeroizing<String>),
}
