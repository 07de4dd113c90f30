//! What can go wrong, by meaning, in sentences for people. No text holds a secret: what `git` said is cut, freed of control
//! characters and of the password that was used.

use std::io;
use std::path::PathBuf;

/// Why `git` did not do it.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// `git` is not on this machine, or too old.
    #[error("{0}")]
    Program(String),
    /// A program does not start.
    #[error("cannot start {program}")]
    Start {
        /// Which one.
        program: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The remote does not believe the credentials, or wants some and has none.
    #[error("{address} does not accept the credentials: {said}")]
    Credentials {
        /// The repository.
        address: String,
        /// What it said.
        said: String,
    },
    /// There is no such repository, commit or path, or the credentials cannot see it.
    #[error("{0} is not there, or the credentials cannot see it")]
    Missing(String),
    /// The host does not prove to be the one that was pinned.
    #[error("{host} {problem}")]
    HostKey {
        /// The host.
        host: String,
        /// What is wrong with its key.
        problem: HostKeyProblem,
        /// The key that it showed, as `SHA256:…`, where it showed one.
        fingerprint: Option<String>,
    },
    /// The certificate of the host is not believed.
    #[error("the certificate of {host} is not believed: {said}")]
    Certificate {
        /// The host.
        host: String,
        /// What is wrong with it.
        said: String,
    },
    /// The remote cannot be reached, fails by itself or broke off: another try may succeed.
    #[error("{host} cannot be reached: {said}")]
    Away {
        /// The host.
        host: String,
        /// What `git` said.
        said: String,
    },
    /// The remote sends to another address, which is never followed.
    #[error("{0} redirects to another address, which is not followed: use the address that it redirects to")]
    Moved(String),
    /// Something that `git` must not be asked, or that the remote refuses for good.
    #[error("{0}")]
    Refused(String),
    /// More than a limit allows.
    #[error("{what} is larger than {limit_bytes} bytes")]
    TooLarge {
        /// What is too large.
        what: String,
        /// How much would be allowed.
        limit_bytes: u64,
    },
    /// More files than an archive may have.
    #[error("it has {count} files, and {most} can be packed: choose a smaller part of the repository")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// The mirror or what the remote sent is broken.
    #[error("the repository is damaged: {0}")]
    Damaged(String),
    /// It took too long and was stopped.
    #[error("{what} took longer than {seconds} seconds and was stopped")]
    TimedOut {
        /// What was done.
        what: String,
        /// The limit.
        seconds: u64,
    },
    /// A file beside the mirror cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// What is wrong with a host's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKeyProblem {
    /// No key was pinned for it.
    Unknown,
    /// It shows another key than the pinned one.
    Changed,
}

impl std::fmt::Display for HostKeyProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Unknown => "has no pinned key of the kind that it shows: look at its keys and pin them",
            Self::Changed => {
                "shows another key than the one that was pinned: somebody may be in between, or it was set up anew; \
                 compare the new key with what its operator says before pinning it"
            }
        })
    }
}
