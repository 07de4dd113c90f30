//! Reads modules from a mirror, without a checkout: which there are, and what each takes and gives.
//!
//! What was counted of a module is kept in memory by the digest of its files, so that a commit costs what it changed.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use slipway_connections::repositories;
use slipway_connections::repositories::of_git;
use slipway_git::{CommitId, Content, EntryKind, GitError, Mirror, ObjectId, TreeEntry, tree_path};
use slipway_kernel::{Ctx, Error, Result};
use slipway_tofu::engines::Kind;
use slipway_tofu::events::{Diagnostic, SourceRange};
use slipway_tofu::interface::{Reading, read};

use super::model::SourceCode;
use super::modules::{Counts, Place, below, is_configuration, led_to, places, split};

/// Largest file of configuration that is read, in bytes; the reader of modules takes no larger ones either.
const FILE_BYTES: u64 = 2 << 20;
/// Longest target of a link, in bytes.
const LINK_BYTES: u64 = 4_096;
/// Directories with modules of one commit at most.
const MOST_MODULES: usize = 5_000;
/// Files that are read at once.
const AT_ONCE: usize = 500;
/// Modules whose counts are kept.
const KEPT: usize = 100_000;

/// Counts by the digest of a module's files: what never changes needs no end.
static COUNTED: LazyLock<Mutex<HashMap<String, Counts>>> = LazyLock::new(Mutex::default);

/// A commit of a source code that can be read.
pub(crate) struct Opened {
    /// What it is read from.
    pub mirror: Mirror,
    /// The commit.
    pub commit: CommitId,
}

/// The commit that a ref stands for now; the default branch's without one.
///
/// # Errors
///
/// `NotFound` when there is no such branch, tag or commit; those of fetching, where the mirror is not here yet.
pub(crate) async fn open(ctx: &Ctx, source_code: &SourceCode, name: Option<&str>) -> Result<Opened> {
    let repository = repositories::service::get(ctx, source_code.repository_id).await?;
    let name = name
        .or(repository.default_branch.as_deref())
        .ok_or_else(|| Error::conflict(format!("{} is empty: push a commit to it first.", repository.full_name)))?
        .to_owned();
    let mirror = repositories::service::mirror(ctx, &repository).await?;
    let mut found = mirror.resolve(&name).await.map_err(of_git)?;
    if found.is_none() {
        // Another replica may have fetched it.
        repositories::service::synchronize(ctx, &repository, &[]).await?;
        found = mirror.resolve(&name).await.map_err(of_git)?;
    }
    let commit = found.ok_or_else(|| Error::not_found("branch, tag or commit", &name))?;
    Ok(Opened { mirror, commit })
}

/// A directory as people write it, as Git has it; the top is empty, and may be written as `.` or `/`.
///
/// # Errors
///
/// In a sentence, when it is no path in a repository.
pub(crate) fn directory(text: &str) -> Result<String, String> {
    let trimmed = text.trim().trim_start_matches("./").trim_matches('/');
    let trimmed = if trimmed == "." { "" } else { trimmed };
    tree_path(trimmed).ok_or_else(|| format!("\"{text}\" is no directory of a repository."))
}

/// The modules of a commit with what is counted of each, by directory.
///
/// # Errors
///
/// `TooLarge` where there are more than can be looked at; those of Git.
pub(crate) async fn modules(mirror: &Mirror, commit: &CommitId) -> Result<Vec<(Place, Counts)>> {
    let entries = mirror.files(commit, &[]).await.map_err(of_git)?;
    let links = links(mirror, &entries).await.map_err(of_git)?;
    let places = places(&entries, &links);
    if places.len() > MOST_MODULES {
        let detail = format!(
            "The repository has {} directories with configuration, and {MOST_MODULES} can be looked at.",
            places.len()
        );
        return Err(Error::new(slipway_api::Code::TooLarge, detail));
    }
    let digests: Vec<String> = places.iter().map(Place::digest).collect();
    let known: Vec<Option<Counts>> = {
        let counted = COUNTED.lock().unwrap_or_else(PoisonError::into_inner);
        digests.iter().map(|digest| counted.get(digest).copied()).collect()
    };
    let unknown: Vec<&Place> = places
        .iter()
        .zip(&known)
        .filter(|(_, known)| known.is_none())
        .map(|(place, _)| place)
        .collect();
    let mut found = count(mirror, &unknown).await?.into_iter();
    let counts: Vec<Counts> = known
        .into_iter()
        .map(|known| known.or_else(|| found.next()).unwrap_or_default())
        .collect();
    keep(digests.into_iter().zip(counts.iter().copied()));
    Ok(places.into_iter().zip(counts).collect())
}

fn keep(counts: impl Iterator<Item = (String, Counts)>) {
    let mut counted = COUNTED.lock().unwrap_or_else(PoisonError::into_inner);
    if counted.len() > KEPT {
        counted.clear();
    }
    counted.extend(counts);
}

/// What is counted of these, in their order.
async fn count(mirror: &Mirror, wanted: &[&Place]) -> Result<Vec<Counts>> {
    let mut counts = Vec::with_capacity(wanted.len());
    let mut rest = wanted;
    while !rest.is_empty() {
        let mut files = 0;
        let length = rest
            .iter()
            .take_while(|place| {
                let fits = files == 0 || files + place.files.len() <= AT_ONCE;
                files += place.files.len();
                fits
            })
            .count();
        let (batch, behind) = rest.split_at(length.max(1));
        rest = behind;
        let ids: Vec<ObjectId> = batch
            .iter()
            .flat_map(|place| place.files.iter().map(|(_, id)| id.clone()))
            .collect();
        let mut contents = mirror.read_objects(&ids, FILE_BYTES).await.map_err(of_git)?.into_iter();
        let modules: Vec<Vec<(String, Content)>> = batch
            .iter()
            .map(|place| {
                let names = place.files.iter().map(|(name, _)| name.clone());
                names.zip(contents.by_ref()).collect()
            })
            .collect();
        let counting = move || -> Vec<Counts> {
            let read = modules.iter().map(|files| Counts::of(&parsed(files, Kind::OpenTofu)));
            read.collect()
        };
        let counted = tokio::task::spawn_blocking(counting).await.map_err(Error::internal)?;
        counts.extend(counted);
    }
    Ok(counts)
}

/// Where the links lead to that are called as configuration.
async fn links(mirror: &Mirror, entries: &[TreeEntry]) -> Result<HashMap<String, String>, GitError> {
    let links: Vec<&TreeEntry> = entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::Link && is_configuration(split(&entry.name).1))
        .collect();
    if links.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<ObjectId> = links.iter().map(|entry| entry.id.clone()).collect();
    let targets = mirror.read_objects(&ids, LINK_BYTES).await?;
    let found = links.iter().zip(targets).filter_map(|(entry, target)| {
        let Content::Bytes(target) = target else { return None };
        let target = String::from_utf8(target).ok()?;
        Some((entry.name.clone(), led_to(split(&entry.name).0, &target)?))
    });
    Ok(found.collect())
}

/// What one module takes and gives, its files named from the top of the repository; none when there is no configuration.
///
/// # Errors
///
/// Those of Git.
pub(crate) async fn module(mirror: &Mirror, commit: &CommitId, path: &str, kind: Kind) -> Result<Option<Reading>> {
    let entries = match mirror.tree(commit, path).await {
        Err(GitError::Missing(_)) => return Ok(None),
        found => found.map_err(of_git)?,
    };
    let mut names = Vec::new();
    let mut ids = Vec::new();
    for entry in entries.into_iter().filter(|entry| is_configuration(&entry.name)) {
        match entry.kind {
            EntryKind::File | EntryKind::Program => ids.push(entry.id),
            EntryKind::Link => match linked(mirror, commit, path, &entry).await.map_err(of_git)? {
                Some(id) => ids.push(id),
                None => continue,
            },
            EntryKind::Directory | EntryKind::Submodule => continue,
        }
        names.push(entry.name);
    }
    if names.is_empty() {
        return Ok(None);
    }
    let contents = mirror.read_objects(&ids, FILE_BYTES).await.map_err(of_git)?;
    let files: Vec<(String, Content)> = names.into_iter().zip(contents).collect();
    let reading = move || parsed(&files, kind);
    let mut reading = tokio::task::spawn_blocking(reading).await.map_err(Error::internal)?;
    for problem in &mut reading.problems {
        if let Some(range) = &mut problem.range {
            range.filename = below(path, &range.filename);
        }
    }
    Ok(Some(reading))
}

/// The file that a link of a directory leads to.
async fn linked(
    mirror: &Mirror,
    commit: &CommitId,
    directory: &str,
    link: &TreeEntry,
) -> Result<Option<ObjectId>, GitError> {
    let target = mirror.read_objects(std::slice::from_ref(&link.id), LINK_BYTES).await?;
    let Some(Content::Bytes(target)) = target.into_iter().next() else {
        return Ok(None);
    };
    let Some(path) = String::from_utf8(target)
        .ok()
        .and_then(|target| led_to(directory, &target))
    else {
        return Ok(None);
    };
    let (directory, name) = split(&path);
    let entries = match mirror.tree(commit, directory).await {
        Err(GitError::Missing(_)) => return Ok(None),
        found => found?,
    };
    let is_file = |entry: &TreeEntry| matches!(entry.kind, EntryKind::File | EntryKind::Program);
    let found = entries.into_iter().find(|entry| entry.name == name && is_file(entry));
    Ok(found.map(|entry| entry.id))
}

/// Files as a module; what is too large is a problem of its own.
fn parsed(files: &[(String, Content)], kind: Kind) -> Reading {
    let readable = files.iter().filter_map(|(name, content)| match content {
        Content::Bytes(bytes) => Some((name.as_str(), bytes.as_slice())),
        Content::TooLarge(_) | Content::Missing => None,
    });
    let mut reading = read(readable, kind);
    for (name, content) in files {
        if let Content::TooLarge(size) = content {
            reading.problems.push(Diagnostic {
                summary: "The module cannot be read as it is".to_owned(),
                detail: format!("files are read up to {FILE_BYTES} bytes; this one has {size}"),
                range: Some(SourceRange {
                    filename: name.clone(),
                    ..SourceRange::default()
                }),
                ..Diagnostic::default()
            });
        }
    }
    reading
}
