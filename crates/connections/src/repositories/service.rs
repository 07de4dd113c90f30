//! What the server and people do with repositories.

use slipway_api::ids::{IntegrationId, OrganizationId, RepositoryId};
use slipway_kernel::grants::Permission;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{RefUpdate, Repository};
use super::store;
use crate::forges::Forge;

/// The word for repositories in the directory and in events.
pub const KIND: &str = "repository";

/// Which repository is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What opens it; none when everybody may read it.
    pub integration: Option<IntegrationId>,
    /// Its full name at the integration's forge, or its whole address.
    pub identifier: String,
}

/// The repository of an organization, known or new: it is looked up where it is, and what its refs are now counts as
/// announced.
///
/// # Errors
///
/// What the caller may not do (`integration.use`), `Invalid` at `/data/attributes/identifier` when there is none or the
/// credentials do not open it.
#[expect(clippy::unused_async, reason = "being written")]
pub async fn ensure(_ctx: &Ctx, _organization: OrganizationId, _wanted: &Wanted) -> Result<Repository> {
    Err(Error::unavailable("Repositories cannot be connected yet."))
}

/// The repository, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: RepositoryId, permission: Permission) -> Result<Repository> {
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
    found.ok_or_else(|| Error::not_found("repository", id))
}

/// Fetches it, once for all who ask meanwhile, and announces what changed (`repository.pushed`). `refs` are wanted beside
/// heads and tags: those of pull requests.
///
/// # Errors
///
/// `Unavailable` with the reason in a sentence when it cannot be fetched; the row says it, too.
#[expect(clippy::unused_async, reason = "being written")]
pub async fn synchronize(_ctx: &Ctx, _repository: &Repository, _refs: &[String]) -> Result<Vec<RefUpdate>> {
    Err(Error::unavailable("Repositories cannot be fetched yet."))
}

/// Its forge with the integration's credentials; none for what is no forge.
///
/// # Errors
///
/// When the integration is gone or disabled.
#[expect(clippy::unused_async, reason = "being written")]
pub async fn forge(_ctx: &Ctx, _repository: &Repository) -> Result<Option<Box<dyn Forge>>> {
    Err(Error::unavailable("Forges cannot be asked yet."))
}

/// Where it is and what opens it, with checked addresses of its host.
///
/// # Errors
///
/// `Unavailable` when its host is in a closed network or unknown, or the integration cannot open it any more.
#[expect(clippy::unused_async, reason = "being written")]
pub async fn remote(_ctx: &Ctx, _repository: &Repository) -> Result<slipway_git::Remote> {
    Err(Error::unavailable("Repositories cannot be fetched yet."))
}
