//! What can be wrong with source.

use std::io;

use slipway_buildkit::TreeError;
use slipway_buildkit::ignored::PatternError;
use slipway_tofu::archive::{ArchiveError, PackError};

use super::manifest::{Digest, ManifestError};

/// Why source is not taken, or cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It is no archive, or a piece of one.
    #[error("this is no complete tar archive ({0}); make one with `tar -czf app.tar.gz .`")]
    NoArchive(#[source] io::Error),
    /// An entry of it, or all of it together, breaks a rule.
    #[error(transparent)]
    Archive(ArchiveError),
    /// The directory cannot be packed.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The ignore file does not say what it means.
    #[error("{file}: {error}")]
    Ignore {
        /// Its name.
        file: &'static str,
        /// Which line, and why.
        error: PatternError,
    },
    /// What a build would see cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The operating system does not let it be read.
    #[error("`{path}` could not be read: {source}")]
    Read {
        /// Below the directory.
        path: String,
        /// What it said.
        source: io::Error,
    },
    /// The operating system does not let it be written.
    #[error("`{path}` could not be written: {source}")]
    Write {
        /// Below the destination.
        path: String,
        /// What it said.
        source: io::Error,
    },
    /// A name that cannot be sent.
    #[error("the name of `{0}` is not UTF-8; rename it, or leave it out with a .slipwayignore")]
    NotText(String),
    /// More files than anybody wants to build.
    #[error("there are more than {0} files; leave out what is not needed with a .slipwayignore")]
    TooMany(u64),
    /// A file that says something is none that could be read.
    #[error("`{path}` {reason}")]
    Unreadable {
        /// At the top of the directory.
        path: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// The list of files breaks a rule.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// What was sent is something else than it was said to be.
    #[error("what was sent is not the file {digest}: {reason}; send it again")]
    Other {
        /// What it should be.
        digest: Digest,
        /// What it is instead.
        reason: String,
    },
    /// What was sent cannot be read.
    #[error("what was sent cannot be read ({0}); send it again")]
    NoContents(#[source] io::Error),
    /// Something else than what stands before a content.
    #[error("`{0}` is no line with a digest and a size, as it stands before each content")]
    NoLine(String),
    /// A content that no file of the source has, or that came before.
    #[error("the content {0} is not in the list of the source, or was sent twice; send what is missing, each once")]
    NotListed(Digest),
    /// A file that was never sent.
    #[error("the file {0} is not here; send it first")]
    Missing(Digest),
}

impl From<ArchiveError> for SourceError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Damaged(source) => Self::NoArchive(source),
            refused => Self::Archive(refused),
        }
    }
}
