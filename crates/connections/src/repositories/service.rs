//! What the server and people do with repositories that are known.

use std::collections::BTreeSet;

use serde_json::json;
use slipway_api::ids::{IntegrationId, OrganizationId, RepositoryId};
use slipway_git::{CommitId, Mirror, Remote};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::directory::{self, Edge, Object};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::fetching::record;
use super::model::{RefUpdate, Repository};
use super::store::Filter;
use super::trouble::Trouble;
use super::{fetching, opening, store};
use crate::forges::Forge;
use crate::permissions::{INTEGRATION_USE, REPOSITORY_READ};
use crate::webhooks;

pub use super::connecting::{Wanted, ensure};

/// The word for repositories in the directory and in events.
pub const KIND: &str = "repository";
/// Why a workspace depends on a repository.
pub const SOURCE: &str = "source";
/// Why a repository depends on an integration.
const OPENED_BY: &str = "repository";
/// Longer than connecting a repository takes, in milliseconds.
const CONNECTING_MS: i64 = 3_600_000;

/// The repository, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: RepositoryId, permission: Permission) -> Result<Repository> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let repository = get(ctx, id).await?;
    ctx.authorize(permission, &repository.target()).await?;
    Ok(repository)
}

/// The repository, whoever asks.
///
/// # Errors
///
/// `NotFound`.
pub async fn get(ctx: &Ctx, id: RepositoryId) -> Result<Repository> {
    let found = store::find(ctx.db.reader(), id).await?;
    found.ok_or_else(|| Error::not_found(KIND, id))
}

/// These repositories, whoever asks, in no order; what is gone is left out.
///
/// # Errors
///
/// Those of the database.
pub async fn all(ctx: &Ctx, ids: &[RepositoryId]) -> Result<Vec<Repository>> {
    store::with_ids(ctx.db.reader(), ids).await
}

/// A page of an organization's repositories that the caller may see, by full name.
pub(crate) async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<Repository>> {
    let visible = ctx.visible(REPOSITORY_READ, organization.id).await?;
    store::list(ctx.db.reader(), organization.id, &visible, filter, page).await
}

/// Fetches it, once for all who ask meanwhile, and announces what changed (`repository.pushed`). `refs` are wanted beside
/// branches and tags: those of pull requests, whole.
///
/// # Errors
///
/// With the reason in a sentence when it cannot be fetched: `Unavailable` when another try may help, `Conflict` when a
/// person has to change something. The row says it, too.
pub async fn synchronize(ctx: &Ctx, repository: &Repository, refs: &[String]) -> Result<Vec<RefUpdate>> {
    let refs: BTreeSet<String> = refs.iter().cloned().collect();
    Ok(fetching::synchronize(ctx, repository.id, &refs).await?)
}

/// Its mirror, to read from and never to fetch into. Where this process has none yet, it is fetched.
///
/// # Errors
///
/// Those of [`synchronize`].
pub async fn mirror(ctx: &Ctx, repository: &Repository) -> Result<Mirror> {
    let mirror = opening::mirror(ctx, repository.id)?;
    let head = opening::directory(ctx, repository.id).join("HEAD");
    if !tokio::fs::try_exists(head).await.unwrap_or(false) {
        synchronize(ctx, repository, &[]).await?;
    }
    Ok(mirror)
}

/// Its mirror with a commit in it: another replica may have fetched it. `refs` are where it can be found beside branches and
/// tags.
///
/// # Errors
///
/// Those of [`synchronize`]; `NotFound` when the forge does not have the commit either.
pub async fn mirror_with(ctx: &Ctx, repository: &Repository, commit: &CommitId, refs: &[String]) -> Result<Mirror> {
    let mirror = mirror(ctx, repository).await?;
    let has = async || mirror.resolve(commit.as_str()).await.map_err(Trouble::from);
    if has().await?.is_some() {
        return Ok(mirror);
    }
    synchronize(ctx, repository, refs).await?;
    if has().await?.is_none() {
        return Err(Error::not_found("commit", commit));
    }
    Ok(mirror)
}

/// Its forge with the integration's credentials; none where everybody may read it.
///
/// # Errors
///
/// When the integration is gone or disabled.
pub async fn forge(ctx: &Ctx, repository: &Repository) -> Result<Option<Box<dyn Forge>>> {
    opening::forge(ctx, repository).await
}

/// Follows a repository that its forge does not have under its name any more: renamed, or moved to another owner. Says
/// whether it is elsewhere now.
pub async fn follow(ctx: &Ctx, repository: &Repository) -> bool {
    webhooks::looking::has_moved(ctx, repository).await
}

/// The host whose accounts its forge speaks of: that of the forge's API, for which deliveries are signed, and never one that
/// a forge says of itself. None where it has no forge.
///
/// # Errors
///
/// Those of the database.
pub async fn accounts_host(ctx: &Ctx, repository: &Repository) -> Result<Option<String>> {
    let Some(id) = repository.integration_id else {
        return Ok(None);
    };
    match crate::integrations::service::of_system(ctx, id).await {
        Ok(integration) => Ok(integration.accounts_host()),
        Err(error) if error.code() == slipway_api::Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where it is and what opens it, with checked addresses of its host.
///
/// # Errors
///
/// With the reason when its host is in a closed network or unknown, or the integration does not open it any more.
pub async fn remote(ctx: &Ctx, repository: &Repository) -> Result<Remote> {
    Ok(opening::remote(ctx, repository).await?)
}

/// Notes in the directory that `object` (a workspace) comes from the repository; looks after its webhook soon.
///
/// # Errors
///
/// Those of the database.
pub async fn begin_use(tx: &mut Tx, ctx: &Ctx, repository: RepositoryId, object: &str) -> Result<()> {
    directory::store::connect(tx, &use_edge(repository, object)).await?;
    store::use_now(tx, repository, ctx.now()).await?;
    webhooks::poke(tx, ctx, repository).await
}

/// Notes that `object` does not come from the repository any more.
///
/// # Errors
///
/// Those of the database.
pub async fn end_use(tx: &mut Tx, ctx: &Ctx, repository: RepositoryId, object: &str) -> Result<()> {
    directory::store::disconnect(tx, &use_edge(repository, object)).await?;
    store::use_now(tx, repository, ctx.now()).await?;
    webhooks::poke(tx, ctx, repository).await
}

/// Whether something comes from the repository.
pub(crate) async fn is_used(ctx: &Ctx, repository: RepositoryId) -> Result<bool> {
    let users = directory::store::dependents(ctx.db.reader(), &repository.to_string(), SOURCE).await?;
    Ok(!users.is_empty())
}

fn use_edge(repository: RepositoryId, object: &str) -> Edge {
    Edge {
        from: object.to_owned(),
        to: repository.to_string(),
        why: SOURCE,
    }
}

/// Forgets a repository that nothing comes from.
///
/// # Errors
///
/// `Forbidden`; `Conflict` while something comes from it.
pub(crate) async fn disconnect(ctx: &Ctx, repository: &Repository) -> Result<()> {
    ctx.authorize(INTEGRATION_USE, &repository.target()).await?;
    let users = directory::store::dependents(ctx.db.reader(), &repository.id.to_string(), SOURCE).await?;
    if !users.is_empty() {
        return Err(Error::conflict(format!(
            "{} things come from {}; let them come from elsewhere first.",
            users.len(),
            repository.full_name
        )));
    }
    webhooks::unset(ctx, repository).await;
    remove(ctx, repository).await
}

/// Repositories that an integration opens and nothing comes from: they keep nobody from taking the integration away.
pub(crate) async fn idle(ctx: &Ctx, integration: IntegrationId) -> Result<Vec<Repository>> {
    let mut idle = Vec::new();
    for repository in store::of_integration(ctx.db.reader(), integration).await? {
        if !is_used(ctx, repository.id).await? {
            idle.push(repository);
        }
    }
    Ok(idle)
}

/// Forgets repositories, with their webhooks as far as their forge is there.
pub(crate) async fn forget(ctx: &Ctx, repositories: &[Repository]) -> Result<()> {
    for repository in repositories {
        webhooks::unset(ctx, repository).await;
        remove(ctx, repository).await?;
    }
    Ok(())
}

/// Removes the row and everything that belongs to it; the mirror goes with the next sweep.
pub(crate) async fn remove(ctx: &Ctx, repository: &Repository) -> Result<()> {
    let mut tx = ctx.begin().await?;
    if store::remove(&tx, repository.id).await? {
        directory::store::remove(&tx, &repository.id.to_string()).await?;
        let changes = json!({"full-name": repository.full_name, "address": repository.address});
        record(&mut tx, ctx, repository, "repository.disconnected", changes).await?;
        tx.commit().await?;
    }
    fetching::forget(ctx, repository.id);
    Ok(())
}

/// Notes that a repository cannot be read, unless that is known.
pub(crate) async fn set_trouble(ctx: &Ctx, seen: &Repository, trouble: &Trouble) -> Result<()> {
    if seen.status == trouble.status && seen.error.as_deref() == Some(trouble.sentence.as_str()) {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    store::set_status(&tx, seen.id, trouble.status, Some(&trouble.sentence)).await?;
    directory::store::set_status(&tx, &seen.id.to_string(), trouble.status.as_str()).await?;
    if seen.status != trouble.status {
        let action = match trouble.status {
            super::RepositoryStatus::Gone => "repository.gone",
            _ => "repository.unreadable",
        };
        record(&mut tx, ctx, seen, action, json!({"error": trouble.sentence})).await?;
    }
    tx.commit().await
}

pub(crate) fn object(repository: &Repository) -> Object {
    Object {
        id: repository.id.to_string(),
        kind: KIND,
        organization: Some(repository.organization_id),
        project: None,
        name: repository.full_name.chars().take(200).collect(),
        status: repository.status.as_str().to_owned(),
        labels: repository.address.clone(),
    }
}

pub(super) fn edge(repository: &Repository) -> Option<Edge> {
    let integration = repository.integration_id?;
    Some(Edge {
        from: repository.id.to_string(),
        to: integration.to_string(),
        why: OPENED_BY,
    })
}

/// Removes what organizations that are being deleted have, and mirrors that nothing needs; to be called now and then.
pub(crate) async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        for repository in of_organization(ctx, organization.id).await? {
            webhooks::unset(ctx, &repository).await;
            remove(ctx, &repository).await?;
        }
    }
    prune(ctx).await
}

async fn of_organization(ctx: &Ctx, organization: OrganizationId) -> Result<Vec<Repository>> {
    store::of_organization(ctx.db.reader(), organization).await
}

/// Removes directories of mirrors without a row. A repository that is being connected has its directory before its row: what
/// was begun within the hour stays.
async fn prune(ctx: &Ctx) -> Result<()> {
    let begun = RepositoryId::from_parts(ctx.now().unix_ms() - CONNECTING_MS, 0);
    let mut directories = match tokio::fs::read_dir(opening::mirrors(ctx)).await {
        Ok(directories) => directories,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::internal(error)),
    };
    let mut found: Vec<RepositoryId> = Vec::new();
    while let Some(entry) = directories.next_entry().await.map_err(Error::internal)? {
        found.extend(
            entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<RepositoryId>().ok())
                .filter(|id| *id < begun),
        );
    }
    for ids in found.chunks(200) {
        let known: BTreeSet<RepositoryId> = store::known(ctx.db.reader(), ids).await?.into_iter().collect();
        for id in ids.iter().filter(|id| !known.contains(id)) {
            if let Err(error) = tokio::fs::remove_dir_all(opening::directory(ctx, *id)).await {
                tracing::warn!(repository.id = %id, %error, "the mirror of a forgotten repository cannot be removed");
            }
        }
    }
    Ok(())
}
