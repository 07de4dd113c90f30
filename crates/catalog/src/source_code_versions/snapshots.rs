//! From a module in a repository to a snapshot, and back to its files.
//!
//! What must stay true: a snapshot has the module's directory and the local modules and files that it refers to, by their
//! paths in the repository, and nothing that leads out of it; every entry is checked, as of an upload.

use std::io::Read;

use bytes::Bytes;
use slipway_api::Code as ErrorCode;
use slipway_api::source_code_versions::{RefKind, VersionStatus};
use slipway_api::workspaces::EngineKind;
use slipway_connections::repositories::of_git;
use slipway_connections::repositories::{self, Repository, archives};
use slipway_git::{CommitId, EntryKind, Mirror};
use slipway_infra::commits::module_paths;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};
use slipway_tofu::archive::{Limits, inspect};
use slipway_tofu::digest::sha256_hex;
use slipway_tofu::engines::Kind;
use slipway_tofu::events::{Diagnostic, Severity, SourceRange};

use super::differing::Files;
use super::model::{Code, SourceCodeVersion};
use crate::source_codes::reading;

/// Largest snapshot, in bytes of its files; the server's limit on configurations counts, too.
const SNAPSHOT_BYTES: u64 = 100 << 20;
/// Things left out of a snapshot that are named.
const NAMED: usize = 20;

/// Which program reads the module.
#[must_use]
pub(crate) fn kind(engine: EngineKind) -> Kind {
    match engine {
        EngineKind::Opentofu => Kind::OpenTofu,
        EngineKind::Terraform => Kind::Terraform,
    }
}

/// Where the module is.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Its repository.
    pub repository: &'a Repository,
    /// The ref.
    pub of: (RefKind, &'a str),
    /// Its directory.
    pub directory: &'a str,
    /// Which program reads it.
    pub kind: Kind,
}

/// The ref's field in descriptions.
pub(crate) fn field(kind: RefKind) -> &'static str {
    match kind {
        RefKind::Tag => "tag",
        RefKind::Branch => "branch",
        RefKind::Commit => "commit",
    }
}

/// The whole name of a ref, as Git has it.
fn whole_name((kind, name): (RefKind, &str)) -> String {
    match kind {
        RefKind::Tag => format!("refs/tags/{name}"),
        RefKind::Branch => format!("refs/heads/{name}"),
        RefKind::Commit => name.to_owned(),
    }
}

/// The commit that a ref is on; none when there is no such ref in the mirror.
pub(crate) async fn resolved(mirror: &Mirror, of: (RefKind, &str)) -> Result<Option<CommitId>> {
    mirror.resolve(&whole_name(of)).await.map_err(of_git)
}

/// Fetches the repository, so that a branch or a tag is where the forge has it; a commit never moves, and is fetched only
/// where it is not here yet.
///
/// # Errors
///
/// Those of fetching.
pub(crate) async fn fetch(ctx: &Ctx, repository: &Repository, (kind, name): (RefKind, &str)) -> Result<()> {
    if kind == RefKind::Commit {
        let mirror = repositories::service::mirror(ctx, repository).await?;
        if resolved(&mirror, (kind, name)).await?.is_some() {
            return Ok(());
        }
    }
    repositories::service::synchronize(ctx, repository, &[]).await.map(drop)
}

/// The code of a module at the commit that its ref is on in the mirror: see [`fetch`]. `base` is the pointer to its description.
///
/// # Errors
///
/// `Invalid`, when there is no such ref, no module in the directory, or when it is too large to be kept; those of fetching.
pub(crate) async fn take(ctx: &Ctx, place: Place<'_>, base: &str) -> Result<Code> {
    let mirror = repositories::service::mirror(ctx, place.repository).await?;
    let commit = commit_of(&mirror, place, base).await?;
    let of_commit = code(ctx, &mirror, &commit, place)
        .await
        .map_err(|error| match error.code() {
            ErrorCode::TooLarge => Error::invalid(&format!("{base}/directory"), too_large(place, error.detail())),
            _ => error,
        })?;
    of_commit.ok_or_else(|| no_module(place, base))
}

/// Makes sure that there is a module where its ref is in the mirror: see [`fetch`]. What is wrong with its files is not asked.
///
/// # Errors
///
/// `Invalid`, when there is no such ref, or no module in the directory.
pub(crate) async fn require_module(ctx: &Ctx, place: Place<'_>, base: &str) -> Result<()> {
    let mirror = repositories::service::mirror(ctx, place.repository).await?;
    let commit = commit_of(&mirror, place, base).await?;
    match reading::module(&mirror, &commit, place.directory, place.kind).await? {
        Some(_) => Ok(()),
        None => Err(no_module(place, base)),
    }
}

async fn commit_of(mirror: &Mirror, place: Place<'_>, base: &str) -> Result<CommitId> {
    let (kind, name) = place.of;
    resolved(mirror, place.of).await?.ok_or_else(|| {
        let detail = format!("{} has no {} \"{name}\".", place.repository.full_name, field(kind));
        Error::invalid(&format!("{base}/{}", field(kind)), detail)
    })
}

fn no_module(place: Place<'_>, base: &str) -> Error {
    let detail = format!(
        "There are no {} files in {} at {}.",
        place.kind.name(),
        shown(place.directory),
        place.of.1
    );
    Error::invalid(&format!("{base}/directory"), detail)
}

fn too_large(place: Place<'_>, reason: &str) -> String {
    format!(
        "The module in {} is too large to be kept, with what it refers to: {reason} Keep large files elsewhere, or let it \
         refer to less of the repository.",
        shown(place.directory)
    )
}

fn shown(directory: &str) -> &str {
    if directory.is_empty() {
        "the top of the repository"
    } else {
        directory
    }
}

/// The code of a module at a commit; none when there is no configuration in its directory.
async fn code(ctx: &Ctx, mirror: &Mirror, commit: &CommitId, place: Place<'_>) -> Result<Option<Code>> {
    let Some(reading) = reading::module(mirror, commit, place.directory, place.kind).await? else {
        return Ok(None);
    };
    let status = match reading.is_complete() {
        true => VersionStatus::Ready,
        false => VersionStatus::Failed,
    };
    let (content, mut left_out) = packed(ctx, mirror, commit, (place, reading.is_complete())).await?;
    let mut diagnostics = reading.problems;
    diagnostics.append(&mut left_out);
    let snapshot = kept(ctx, place.repository, content).await?;
    Ok(Some(Code {
        commit: commit.to_string(),
        snapshot: Some(snapshot),
        interface: reading.interface,
        diagnostics,
        status,
    }))
}

/// A module with what it refers to, packed, and what had to be left out. What cannot be read may refer to anything, and is not
/// run: its own directory is enough.
async fn packed(
    ctx: &Ctx,
    mirror: &Mirror,
    commit: &CommitId,
    (place, is_whole): (Place<'_>, bool),
) -> Result<(Bytes, Vec<Diagnostic>)> {
    let paths = if is_whole || place.directory.is_empty() {
        let found = module_paths(place.repository.id, mirror, commit, place.directory).await;
        found.map_err(of_git)?
    } else {
        vec![place.directory.to_owned()]
    };
    let wanted = archives::Wanted {
        paths: &paths,
        limit_bytes: limit(ctx),
        submodules: false,
        large_files: false,
    };
    let archive = archives::archive(ctx, place.repository, commit, &wanted)
        .await
        .map_err(of_git)?;
    let entries = mirror.files(commit, &paths).await.map_err(of_git)?;
    let submodules = entries.into_iter().filter(|entry| entry.kind == EntryKind::Submodule);
    let submodules =
        submodules.map(|entry| warning(entry.name, "It is a submodule, whose files are in another repository."));
    let links = archive.left_out.into_iter().map(|path| {
        warning(
            path,
            "It is no file that may lie in a snapshot: a link that leads out, or a name that is no text.",
        )
    });
    let left_out = submodules.chain(links).take(NAMED).collect();
    Ok((Bytes::from(archive.bytes), left_out))
}

fn warning(path: String, detail: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        summary: "This is left out of the snapshot".to_owned(),
        detail: detail.to_owned(),
        range: Some(SourceRange {
            filename: path,
            ..SourceRange::default()
        }),
        ..Diagnostic::default()
    }
}

fn limit(ctx: &Ctx) -> u64 {
    ctx.settings.limits.configuration_unpacked_bytes.min(SNAPSHOT_BYTES)
}

fn limits(ctx: &Ctx) -> Limits {
    Limits {
        // The headers of the files count here.
        total_bytes: limit(ctx).saturating_mul(2),
        ..Limits::default()
    }
}

/// Checks and stores a snapshot.
async fn kept(
    ctx: &Ctx,
    repository: &Repository,
    content: Bytes,
) -> Result<(String, slipway_kernel::blobs::BlobAddress, i64)> {
    let too_large = content.len() > ctx.settings.limits.configuration_bytes;
    if too_large {
        let most = ctx.settings.limits.configuration_bytes;
        let detail = format!("Packed, it has {} bytes, and {most} are allowed.", content.len());
        return Err(Error::new(ErrorCode::TooLarge, detail));
    }
    let (limits, checked) = (limits(ctx), content.clone());
    let work = move || {
        let inspected = inspect(&checked[..], &limits).map_err(|error| sentence(&error.to_string()));
        inspected.map(|_| sha256_hex(&checked))
    };
    let digest = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    let digest = digest.map_err(Error::conflict)?;
    let size = i64::try_from(content.len()).map_err(Error::internal)?;
    let blob = ctx.blobs.put(ctx, repository.organization_id, content).await?;
    Ok((digest, blob, size))
}

/// The files of a version's snapshot by their paths.
///
/// # Errors
///
/// Those of the blobs.
pub(crate) async fn files(ctx: &Ctx, version: &SourceCodeVersion) -> Result<Files> {
    let Some(address) = &version.blob else {
        return Ok(Files::new());
    };
    let content = ctx.blobs.get(ctx, version.organization_id, address).await?;
    unpacked(limit(ctx), content).await
}

/// The files of the module at another commit, as a snapshot would have them, with what it takes and gives.
///
/// # Errors
///
/// Those of Git; `TooLarge`.
pub(crate) async fn at(
    ctx: &Ctx,
    commit: &CommitId,
    place: Place<'_>,
) -> Result<(Files, slipway_tofu::interface::Interface)> {
    let mirror = repositories::service::mirror(ctx, place.repository).await?;
    let Some(reading) = reading::module(&mirror, commit, place.directory, place.kind).await? else {
        return Ok((Files::new(), slipway_tofu::interface::Interface::default()));
    };
    let (content, _) = packed(ctx, &mirror, commit, (place, reading.is_complete())).await?;
    Ok((unpacked(limit(ctx), content).await?, reading.interface))
}

async fn unpacked(limit_bytes: u64, content: Bytes) -> Result<Files> {
    let work = move || -> std::io::Result<Files> {
        let mut files = Files::new();
        let unzipped = flate2::read::GzDecoder::new(&content[..]).take(limit_bytes.saturating_mul(2));
        for entry in tar::Archive::new(unzipped).entries()? {
            let mut entry = entry?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let link = entry.link_name_bytes().map(|target| target.into_owned());
            let mut bytes = Vec::new();
            match link {
                Some(target) => bytes = target,
                None if entry.header().entry_type().is_dir() => continue,
                None => {
                    entry.read_to_end(&mut bytes)?;
                }
            }
            files.insert(path, bytes);
        }
        Ok(files)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)
}
