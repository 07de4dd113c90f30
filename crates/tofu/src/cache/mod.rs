//! Warm starts: what `init` made is kept, so that the next run of a workspace need not make it again, and providers are
//! downloaded once for all runs of a machine.
//!
//! Three kinds of things, each in a folder of the cache, each made in a draft folder and renamed into place, so that a
//! process may be killed at any instruction and two may do the same at once:
//! - `packages/<digest>`: unpacked providers by their content, never changed. Runs get symbolic links to them and only
//!   the right to read and run them. (Hard links would be shorter paths to the same bytes, but a run may write inside its
//!   own directory, and so would write into everybody's provider.)
//! - `mirrors/<key>`: for a set of provider requirements, the packages that OpenTofu selected, laid out as a mirror, and
//!   the lock file. Made by [`Cache::providers`] from the requirements alone, in a directory without the workspace's
//!   files, variables and environment, so that no workspace can put its provider into another's run.
//! - `warm/<key>`: what a whole `init` made in one workspace (modules, providers, backend record). Its key must hold the
//!   workspace, since its code and environment took part in making it.
//!
//! Reading order: `place` (drafts and locks), `tree` (copying what strangers made), `packages`, `providers`, `warm`, `prune`.

mod packages;
mod place;
mod providers;
mod prune;
mod tree;
mod warm;

use std::path::{Path, PathBuf};

pub use providers::{Mirror, ProviderRequest};
pub use warm::{Restored, WarmKey};

/// The cache of one machine; any number of processes may use the same directory.
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
}

/// Why something could not be kept or brought back. A run goes on without the cache then.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The system refused.
    #[error("cannot {verb} {path}")]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// What a run left cannot be kept.
    #[error("{path} cannot be kept: {reason}")]
    Unsuitable {
        /// Which file.
        path: String,
        /// Why.
        reason: &'static str,
    },
    /// The run's directory.
    #[error(transparent)]
    Directory(#[from] crate::commands::DirectoryError),
    /// The engine could not be started.
    #[error(transparent)]
    Process(#[from] crate::process::ProcessError),
}

impl Cache {
    /// The cache in a directory, made with mode 0700 when it is missing.
    ///
    /// # Errors
    /// The directory cannot be made.
    pub fn open(root: &Path) -> Result<Self, CacheError> {
        for folder in ["packages", "mirrors", "warm", "locks", "drafts"] {
            place::make_directory(&root.join(folder))?;
        }
        let root = root.canonicalize().map_err(|source| failed("open", root, source))?;
        Ok(Self { root })
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

fn failed(verb: &'static str, path: &Path, source: std::io::Error) -> CacheError {
    CacheError::Io {
        verb,
        path: path.display().to_string(),
        source,
    }
}
