//! Connections to outside systems: integrations (clouds, forges, chat), repositories with their mirrors, webhooks in, buckets
//! for states of other tools.
//!
//! One folder per concept. What must stay true: a secret that came in never goes out but to the system that it opens;
//! nothing that a forge says is believed before its signature was checked; a delivery that was accepted is never lost and
//! never carried out twice; a repository is fetched once for all who use it. Read `integrations` first, then `forges`,
//! `repositories`, `webhooks`.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod forges;
pub mod fuzzing;
pub mod integrations;
mod jobs;
pub mod oauth;
pub mod permissions;
pub mod registries;
pub mod repositories;
mod sealed_columns;
pub mod ssh_keys;
pub mod storages;
mod uses;
pub mod webhooks;

use slipway_kernel::db::migrations::Migration;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::Routes;
use slipway_kernel::{Ctx, Result};

pub use jobs::jobs;
pub use sealed_columns::sealed_columns;
pub use webhooks::http::open_routes;

/// This domain's tables, in the order of their making.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    vec![
        integrations::store::MIGRATION,
        ssh_keys::store::MIGRATION,
        integrations::authorization::store::MIGRATION,
        repositories::store::MIGRATION,
        webhooks::store::MIGRATION,
        repositories::store::TOLD,
        webhooks::store::HELD,
        integrations::store::AUTHORIZATION_ERROR,
        storages::store::MIGRATION,
    ]
}

/// What can be allowed in this domain, with a sentence each.
#[must_use]
pub fn permissions() -> Vec<(Permission, &'static str)> {
    permissions::all()
}

/// This domain's part of the API.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(integrations::http::routes())
        .merge(integrations::authorization::http::routes())
        .merge(ssh_keys::http::routes())
        .merge(storages::http::routes())
        .merge(oauth::http::routes())
        .merge(repositories::http::routes())
        .merge(webhooks::http::routes())
}

/// Removes what is not needed any more; to be called now and then.
///
/// # Errors
///
/// Those of the database; what was removed until then stays removed.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    repositories::service::sweep(ctx).await?;
    storages::service::sweep(ctx).await?;
    integrations::service::sweep(ctx).await?;
    ssh_keys::service::sweep(ctx).await?;
    webhooks::retention::sweep(ctx).await
}
