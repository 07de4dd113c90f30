//! Apps: from an image or from source to requests that are answered.
//!
//! One folder per concept. What must stay true: what an app runs changes by deploys alone, and a deploy that fails leaves what ran
//! before; a server that is killed at any moment goes on where it was; only units that are ready get requests. Read [`clusters`]
//! (where things run), [`apps`], [`versions`] and [`deploys`], then [`running`]; `processes`, `env`, [`plans`] and [`pools`] are
//! what these stand on. [`services`], [`service_instances`] and [`binds`] join apps to the catalog.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod apps;
pub mod binds;
pub mod clusters;
pub mod commands;
pub mod deploys;
pub mod env;
mod jobs;
pub mod logs;
pub mod metrics;
mod owner;
pub mod permissions;
pub mod plans;
pub mod platforms;
pub mod pool_constraints;
pub mod pools;
pub mod processes;
pub mod quotas;
pub mod running;
mod sealed_columns;
pub mod service_instances;
pub mod services;
pub mod sources;
pub mod uploads;
pub mod versions;

use slipway_kernel::db::migrations::Migration;
use slipway_kernel::events::consumers::Consumer;
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
        apps::store::UNITS_AND_PLANS,
        pool_constraints::store::MIGRATION,
        quotas::store::MIGRATION,
        commands::store::MIGRATION,
        logs::store::MIGRATION,
        metrics::store::MIGRATION,
        services::store::MIGRATION,
        service_instances::store::MIGRATION,
        binds::store::MIGRATION,
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
        .merge(pool_constraints::http::routes())
        .merge(quotas::http::routes())
        .merge(plans::http::routes())
        .merge(apps::http::routes())
        .merge(env::http::routes())
        .merge(versions::http::routes())
        .merge(uploads::http::routes())
        .merge(deploys::http::routes())
        .merge(running::http::routes())
        .merge(logs::http::routes())
        .merge(metrics::http::routes())
        .merge(commands::http::routes())
        .merge(services::http::routes())
        .merge(service_instances::http::routes())
        .merge(binds::http::routes())
}

/// What hears of events, each to be kept running by the server.
pub const CONSUMERS: &[Consumer] = &[binds::CONSUMER];

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
    pools::service::sweep(ctx).await?;
    logs::sweep(ctx).await?;
    service_instances::leaving::sweep(ctx).await?;
    services::service::sweep(ctx).await?;
    uploads::service::sweep(ctx).await
}
