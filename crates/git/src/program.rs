//! The `git` program of this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::GitError;

/// Where programs are looked for, and what every child gets as its search path.
pub(crate) const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// `merge-tree --write-tree` and `cat-file -z` came with this one.
const OLDEST: (u32, u32) = (2, 38);

/// The program, found and known to be new enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Git {
    program: PathBuf,
}

impl Git {
    /// Looks for `git` on the search path of the system and asks its version.
    ///
    /// # Errors
    /// [`GitError::Program`] when there is none, or only one before 2.38.
    pub fn find() -> Result<Self, GitError> {
        let candidates = SEARCH_PATH.split(':').map(|folder| Path::new(folder).join("git"));
        let Some(program) = candidates.into_iter().find(|path| path.is_file()) else {
            return Err(GitError::Program(
                "git is not on this machine: install it (Debian: apt-get install git)".to_owned(),
            ));
        };
        Self::at(&program)
    }

    /// The program at a place of its own.
    ///
    /// # Errors
    /// [`GitError::Program`] when it does not answer, or is older than 2.38.
    pub fn at(program: &Path) -> Result<Self, GitError> {
        let answer = Command::new(program)
            .arg("--version")
            .env_clear()
            .env("PATH", SEARCH_PATH)
            .env("LC_ALL", "C")
            .output()
            .map_err(|source| GitError::Start {
                program: program.display().to_string(),
                source,
            })?;
        let said = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        match version(&said) {
            Some(version) if version >= OLDEST => Ok(Self {
                program: program.to_owned(),
            }),
            Some(_) => Err(GitError::Program(format!(
                "{} is {said}, and 2.38 or newer is needed",
                program.display()
            ))),
            None => Err(GitError::Program(format!(
                "{} does not say which version it is",
                program.display()
            ))),
        }
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }
}

/// The first two numbers of `git version 2.39.5 (Apple Git-154)`.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.strip_prefix("git version ")?.split(['.', ' ', '-']);
    let mut next = || numbers.next()?.parse().ok();
    Some((next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_every_system_writes_them() {
        assert_eq!(version("git version 2.39.5"), Some((2, 39)));
        assert_eq!(version("git version 2.50.1 (Apple Git-155)"), Some((2, 50)));
        assert_eq!(version("git version 2.38-rc1"), Some((2, 38)));
        assert_eq!(version("hub version 2"), None);
    }

    #[test]
    fn an_old_or_missing_program_is_named() {
        assert!(Git::find().is_ok());
        assert!(matches!(
            Git::at(Path::new("/nowhere/git")),
            Err(GitError::Start { .. })
        ));
        let error = Git::at(Path::new("/bin/true")).unwrap_err();
        assert_eq!(error.to_string(), "/bin/true does not say which version it is");
    }
}
