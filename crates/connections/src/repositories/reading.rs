//! What is in a repository: branches, tags, files, commits, roots. Read from the mirror and the table of refs.

use slipway_api::Timestamp;
use slipway_api::ids::RepositoryId;
use slipway_api::repositories::{RepositoryCommit, RepositoryEntry, RepositoryFile, RepositoryRoot, RepositoryTree};
use slipway_git::{
    Commit as GitCommit, CommitId, Content, EntryKind, GitError, Mirror, ObjectId, TreeEntry, tree_path,
};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Repository, refs};
use super::roots::{self, Found};
use super::trouble::Trouble;
use super::{service, store};
use crate::permissions::REPOSITORY_READ;

/// Entries of a directory that are shown.
const MOST_ENTRIES: usize = 5_000;
/// Bytes of a file that is shown.
const FILE_BYTES: u64 = 1 << 20;
/// Bytes of a file of configuration that is looked into for roots, and such files at most.
const CONFIGURATION_BYTES: u64 = 512 << 10;
const MOST_FILES: usize = 50_000;

/// Which refs: what their names begin with.
pub(super) const BRANCHES: &str = "refs/heads/";
/// The same of tags.
pub(super) const TAGS: &str = "refs/tags/";

/// A page of branches or tags.
pub(super) async fn list_refs(
    ctx: &Ctx,
    id: RepositoryId,
    (prefix, text): (&str, &str),
    page: &Page,
) -> Result<(Repository, Listed<refs::Model>)> {
    let repository = service::load(ctx, id, REPOSITORY_READ).await?;
    let listed = store::list_refs(ctx.db.reader(), id, (prefix, text), page).await?;
    Ok((repository, listed))
}

/// The mirror and the commit that a ref stands for; the default branch's without one.
async fn opened(ctx: &Ctx, id: RepositoryId, name: Option<&str>) -> Result<(Mirror, CommitId)> {
    let repository = service::load(ctx, id, REPOSITORY_READ).await?;
    let name = name
        .or(repository.default_branch.as_deref())
        .ok_or_else(|| Error::conflict(format!("{} is empty.", repository.full_name)))?;
    let missing = || Error::not_found("branch, tag or commit", name);
    let mirror = service::mirror(ctx, &repository).await?;
    match mirror.resolve(name).await.map_err(Trouble::from)? {
        Some(commit) => Ok((mirror, commit)),
        None => {
            // Another replica may have fetched it.
            service::synchronize(ctx, &repository, &[]).await?;
            let found = mirror.resolve(name).await.map_err(Trouble::from)?;
            Ok((mirror, found.ok_or_else(missing)?))
        }
    }
}

fn checked_path(path: Option<&str>) -> Result<String> {
    let path = path.unwrap_or_default();
    tree_path(path).ok_or_else(|| Error::malformed_parameter("path", format!("\"{path}\" is no path in a repository.")))
}

fn missing_path(path: &str) -> impl FnOnce(GitError) -> Error {
    let path = path.to_owned();
    move |error| match error {
        GitError::Missing(_) => Error::not_found("path", path),
        GitError::TooLarge { limit_bytes, .. } => Error::new(
            slipway_api::Code::TooLarge,
            format!("{path} is larger than {limit_bytes} bytes, which is more than is shown."),
        ),
        other => Trouble::from(other).into(),
    }
}

/// What is in a directory.
pub(super) async fn tree(
    ctx: &Ctx,
    id: RepositoryId,
    name: Option<&str>,
    path: Option<&str>,
) -> Result<RepositoryTree> {
    let path = checked_path(path)?;
    let (mirror, commit) = opened(ctx, id, name).await?;
    let mut found = mirror.tree(&commit, &path).await.map_err(missing_path(&path))?;
    let is_cut = found.len() > MOST_ENTRIES;
    found.truncate(MOST_ENTRIES);
    let mut entries: Vec<RepositoryEntry> = found.into_iter().map(entry).collect();
    entries.sort_by(|left, right| {
        let is_directory = |entry: &RepositoryEntry| entry.kind == "directory";
        is_directory(right)
            .cmp(&is_directory(left))
            .then_with(|| left.name.cmp(&right.name))
    });
    Ok(RepositoryTree {
        commit: commit.to_string(),
        path,
        entries,
        is_cut,
    })
}

fn entry(entry: TreeEntry) -> RepositoryEntry {
    let kind = match entry.kind {
        EntryKind::File => "file",
        EntryKind::Program => "program",
        EntryKind::Link => "link",
        EntryKind::Directory => "directory",
        EntryKind::Submodule => "submodule",
    };
    RepositoryEntry {
        name: entry.name,
        kind: kind.to_owned(),
        size_bytes: entry.size_bytes,
    }
}

/// A file.
pub(super) async fn file(ctx: &Ctx, id: RepositoryId, name: Option<&str>, path: &str) -> Result<RepositoryFile> {
    let path = checked_path(Some(path))?;
    let (mirror, commit) = opened(ctx, id, name).await?;
    let found = mirror
        .read(&commit, &path, FILE_BYTES)
        .await
        .map_err(missing_path(&path))?;
    let content = found.ok_or_else(|| Error::not_found("file", &path))?;
    let size_bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
    Ok(RepositoryFile {
        commit: commit.to_string(),
        path,
        content: String::from_utf8(content).ok().filter(|text| !text.contains('\0')),
        size_bytes,
    })
}

/// Commits of a ref, newest first, with one more than the page has where there are more. `after` is the last one of the page
/// before.
pub(super) async fn commits(
    ctx: &Ctx,
    id: RepositoryId,
    name: Option<&str>,
    page: &Page,
) -> Result<Vec<(CommitId, RepositoryCommit)>> {
    let after = page.after.as_deref();
    let (mirror, commit) = opened(ctx, id, after.or(name)).await?;
    let skipped = usize::from(after.is_some());
    let limit = u32::try_from(page.limit()).unwrap_or(101) + u32::from(after.is_some());
    let found = mirror.log(None, &commit, limit).await.map_err(Trouble::from)?;
    Ok(found
        .into_iter()
        .skip(skipped)
        .map(|info| (info.id.clone(), shown(&info)))
        .collect())
}

fn shown(info: &GitCommit) -> RepositoryCommit {
    RepositoryCommit {
        subject: info.subject().to_owned(),
        message: info.message.clone(),
        author: info.author.clone(),
        author_email: info.author_email.clone(),
        committed_at: Timestamp::from_unix_ms(info.committed_at.saturating_mul(1_000)),
        parents: info.parents.iter().map(ToString::to_string).collect(),
    }
}

/// Directories that a workspace can run in.
pub(super) async fn list_roots(ctx: &Ctx, id: RepositoryId, name: Option<&str>) -> Result<Vec<RepositoryRoot>> {
    let (mirror, commit) = opened(ctx, id, name).await?;
    let files = mirror.files(&commit, &[]).await.map_err(Trouble::from)?;
    let is_file = |entry: &&TreeEntry| matches!(entry.kind, EntryKind::File | EntryKind::Program);
    let mut found = Found::default();
    let mut read: Vec<(&str, &ObjectId)> = Vec::new();
    for entry in files.iter().filter(is_file) {
        if roots::is_configuration(&entry.name) && read.len() < MOST_FILES {
            read.push((&entry.name, &entry.id));
        } else if roots::is_variables(&entry.name) {
            found.add_variables(&entry.name);
        }
    }
    let ids: Vec<ObjectId> = read.iter().map(|(_, id)| (*id).clone()).collect();
    let contents = mirror
        .read_objects(&ids, CONFIGURATION_BYTES)
        .await
        .map_err(Trouble::from)?;
    let files: Vec<(String, Content)> = read.iter().map(|(path, _)| (*path).to_owned()).zip(contents).collect();
    let looked = move || {
        for (path, content) in &files {
            if let Content::Bytes(bytes) = content {
                found.add(path, bytes);
            }
        }
        found.roots()
    };
    tokio::task::spawn_blocking(looked).await.map_err(Error::internal)
}
