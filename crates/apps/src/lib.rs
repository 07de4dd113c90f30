//! Apps: from an image or from source to requests that are answered.
//!
//! One folder per concept. What must stay true: what an app runs changes by deploys alone, and a deploy that fails leaves what ran
//! before; a server that is killed at any moment goes on where it was; only units that are ready get requests. Read [`clusters`]
//! (where things run), [`apps`], [`versions`] and [`deploys`], then [`running`]; `processes`, `env`, [`plans`] and [`pools`] are
//! what these stand on.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod apps;
pub mod clusters;
pub mod deploys;
pub mod env;
mod jobs;
pub mod permissions;
pub mod plans;
pub mod platforms;
pub mod pools;
pub mod processes;
pub mod running;
mod sealed_columns;
pub mod sources;
pub mod uploads;
pub mod versions;

use slipway_kernel::db::migrations::Migration;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::Api;
use slipway_kernel::{Ctx, Result};

pub use jobs::jobs;
pub use sealed_columns::sealed_columns;

/// This domain's tables, in the order of their making.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    vec![
        clusters::store::MIGRATION,
        pools::store::MIGRATION,
        plans::store::MIGRATION,
        apps::store::MIGRATION,
        env::store::MIGRATION,
        versions::store::MIGRATION,
        uploads::store::MIGRATION,
        deploys::store::MIGRATION,
        clusters::store::CONNECTIONS,
    ]
}

/// What can be allowed in this domain, with a sentence each.
#[must_use]
pub fn permissions() -> Vec<(Permission, &'static str)> {
    permissions::all()
}

/// Adds this domain's part of the API.
#[must_use]
pub fn routes(api: Api) -> Api {
    api.merge(clusters::http::routes())
        .merge(pools::http::routes())
        .merge(plans::http::routes())
        .merge(apps::http::routes())
        .merge(env::http::routes())
        .merge(versions::http::routes())
        .merge(uploads::http::routes())
        .merge(deploys::http::routes())
        .merge(running::http::routes())
}

/// What every process does at its start, after the migrations.
///
/// # Errors
///
/// Those of the database.
pub async fn prepare(ctx: &Ctx) -> Result<()> {
    clusters::service::prepare(ctx).await
}

/// Removes what is not needed any more; to be called now and then.
///
/// # Errors
///
/// Those of the database; what was removed until then stays removed.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    apps::service::sweep(ctx).await?;
    uploads::service::sweep(ctx).await
}
