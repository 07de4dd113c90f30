//! Which part of a repository the code of one directory can read, for whoever packs it.

use slipway_api::ids::RepositoryId;
use slipway_git::{CommitId, GitError, Mirror};

use super::reading::closures;

/// The directory with the local modules and files that its code refers to; empty where it may read anything, or where it is
/// the top of the repository.
///
/// # Errors
///
/// Those of Git.
pub async fn module_paths(
    repository: RepositoryId,
    mirror: &Mirror,
    commit: &CommitId,
    directory: &str,
) -> Result<Vec<String>, GitError> {
    if directory.is_empty() {
        return Ok(Vec::new());
    }
    let roots = [directory.to_owned()];
    let found = closures(repository, mirror, commit, None, &roots).await?;
    let Some(closure) = found
        .into_iter()
        .next()
        .filter(|closure| !closure.is_whole && closure.is_complete)
    else {
        return Ok(Vec::new());
    };
    let mut paths: Vec<String> = std::iter::once(closure.own)
        .chain(closure.modules)
        .chain(closure.paths)
        .collect();
    if paths.iter().any(String::is_empty) {
        return Ok(Vec::new());
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}
