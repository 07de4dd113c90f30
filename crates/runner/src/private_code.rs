//! What opens private modules: files and environment that are there while `init` runs, and gone before any provider does.
//!
//! The files are not in the run's directory: a module whose source is a place on the disk could copy them into what the
//! plan reads. They have a name that nothing in the run can know. While they are there, the workspace's own variables
//! cannot choose which `git` and `ssh` are started, or where those connect to.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use slipway_api::runner::{GIT_DIRECTORY, WorkGit};
use tempfile::TempDir;

use crate::item::{Stop, Work};
use crate::prepare::Prepared;

/// What `init` may need of a workspace's environment: its own settings, and credentials of clouds for modules that lie in
/// their storage.
const NEEDED: [&str; 6] = ["TF_", "AWS_", "ARM_", "AZURE_", "GOOGLE_", "CLOUDSDK_"];
/// What the directory's name begins with.
const PREFIX: &str = "git-";
/// How much of the directory's name is chance, in letters.
const LETTERS: usize = 24;

/// Files that lie there until this is dropped or taken away.
pub(crate) struct Laid {
    folder: TempDir,
    /// The environment of everything but `init`.
    environment: BTreeMap<String, String>,
}

impl Laid {
    /// Removes the files and gives the run its own environment again. A run whose files cannot be removed does not go on.
    pub(crate) fn take_away(self, prepared: &mut Prepared) -> Result<(), Stop> {
        prepared.environment = self.environment;
        prepared.private = None;
        self.folder.close().map_err(|error| Stop::failed(&error))
    }
}

/// Writes the files of the claim, and gives `init` the environment that points to them; nothing where the claim has none.
pub(crate) fn lay_out(work: &Work, prepared: &mut Prepared) -> Result<Option<Laid>, Stop> {
    let Some(git) = &work.claim.context.git else {
        return Ok(None);
    };
    let folder = tempfile::Builder::new()
        .prefix(PREFIX)
        .rand_bytes(LETTERS)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(work.spool.folder())
        .map_err(|error| Stop::failed(&error))?;
    let environment = write(folder.path(), git).map_err(|error| Stop::failed(&error))?;
    let mut of_init = needed(&prepared.environment);
    of_init.extend(environment);
    let before = std::mem::replace(&mut prepared.environment, of_init);
    prepared.private = Some(folder.path().to_owned());
    Ok(Some(Laid {
        folder,
        environment: before,
    }))
}

/// Removes what a runner left that was killed while `init` ran.
pub(crate) fn remove_left(spool: &Path) {
    for entry in fs::read_dir(spool).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX)
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::error!(%error, "credentials of a run stay in its spool");
        }
    }
}

fn needed(environment: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_needed = |name: &str| NEEDED.iter().any(|start| name.starts_with(start));
    let needed = environment.iter().filter(|(name, _)| is_needed(name));
    needed.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn write(folder: &Path, git: &WorkGit) -> io::Result<BTreeMap<String, String>> {
    let place = folder.display().to_string();
    let placed = |text: &str| text.replace(GIT_DIRECTORY, &place);
    for (name, content) in &git.files {
        // A name and never a path.
        if name.contains('/') {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(folder.join(name))?;
        file.write_all(placed(content).as_bytes())?;
    }
    let environment = git.environment.iter();
    Ok(environment.map(|(name, value)| (name.clone(), placed(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_cannot_choose_programs_and_networks_for_init() {
        let all = [
            "PATH",
            "LD_PRELOAD",
            "GIT_EXEC_PATH",
            "GIT_TRACE_CURL",
            "HTTPS_PROXY",
            "SSL_CERT_FILE",
            "TF_TOKEN_x",
            "AWS_REGION",
        ];
        let environment = all.map(|name| (name.to_owned(), "x".to_owned())).into();
        assert_eq!(
            needed(&environment).into_keys().collect::<Vec<_>>(),
            ["AWS_REGION", "TF_TOKEN_x"]
        );
    }

    #[test]
    fn files_are_private_and_point_to_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let map = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let git = WorkGit {
            files: map("gitconfig", "file=@git@/store"),
            environment: map("GIT_CONFIG_GLOBAL", "@git@/gitconfig"),
            secrets: Vec::new(),
        };
        let environment = write(folder.path(), &git).unwrap();
        let file = folder.path().join("gitconfig");
        assert_eq!(environment["GIT_CONFIG_GLOBAL"], file.display().to_string());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            format!("file={}/store", folder.path().display())
        );
        let escaping = WorkGit {
            files: map("../x", ""),
            ..git
        };
        assert!(write(folder.path(), &escaping).is_err());
    }

    #[test]
    fn what_a_killed_runner_left_goes_when_its_spool_is_adopted() {
        let spool = tempfile::tempdir().unwrap();
        fs::create_dir_all(spool.path().join("git-abc")).unwrap();
        fs::write(spool.path().join("git-abc/store"), "secret").unwrap();
        fs::write(spool.path().join("log.raw"), "log").unwrap();
        drop(crate::spool::Spool::adopt(spool.path().to_owned()).unwrap());
        assert!(!spool.path().join("git-abc").exists() && spool.path().join("log.raw").exists());
    }
}
