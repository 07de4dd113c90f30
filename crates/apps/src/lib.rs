//! Apps: from an image or from source to requests that are answered.
//!
//! One folder per concept. What must stay true: what an app runs changes by deploys alone, and a deploy that fails leaves what ran
//! before; a server that is killed at any moment goes on where it was; only units that are ready get requests. Read [`clusters`]
//! (where things run), [`apps`], [`versions`] and [`deploys`], then [`running`]; `processes`, `env`, [`plans`] and [`pools`] are
//! what these stand on. [`mod@jobs`] run to an end, by the clock or when somebody wants it ([`job_runs`]). [`services`],
//! [`service_instances`] and [`binds`] join apps to the catalog, [`volumes`] are what they keep.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod acme_accounts;
pub mod apps;
pub mod binds;
pub mod certificates;
pub mod clusters;
pub mod commands;
pub mod deploys;
pub mod domains;
pub mod env;
pub mod images;
pub mod job_envs;
pub mod job_runs;
pub mod job_versions;
pub mod jobs;
pub mod logs;
pub mod metrics;
mod owner;
pub mod permissions;
pub mod plans;
pub mod platforms;
pub mod pool_constraints;
pub mod pools;
pub mod process_settings;
pub mod processes;
pub mod quotas;
pub mod repositories;
pub mod routers;
pub mod routings;
pub mod running;
mod sealed_columns;
pub mod service_instances;
pub mod services;
mod source_contents;
pub mod sources;
mod telling;
pub mod uploads;
pub mod versions;
pub mod volume_plans;
pub mod volumes;
mod work;

use slipway_kernel::db::migrations::Migration;
use slipway_kernel::events::consumers::Consumer;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::Routes;
use slipway_kernel::{Ctx, Result};

pub use routers::http::open_routes;
pub use sealed_columns::sealed_columns;
pub use work::jobs;

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
        domains::store::MIGRATION,
        certificates::store::MIGRATION,
        acme_accounts::store::MIGRATION,
        routings::store::MIGRATION,
        routers::store::MIGRATION,
        repositories::store::MIGRATION,
        uploads::store::PARTS,
        jobs::store::MIGRATION,
        job_versions::store::MIGRATION,
        job_envs::store::MIGRATION,
        job_runs::store::MIGRATION,
        versions::store::IMAGES,
        images::store::MIGRATION,
        volume_plans::store::MIGRATION,
        volumes::store::MIGRATION,
        uploads::store::LISTS,
        source_contents::store::MIGRATION,
        deploys::store::REQUESTS,
        binds::store::JOBS,
        volumes::store::JOBS,
        process_settings::store::MIGRATION,
        apps::store::AUTOSCALE,
        deploys::store::KEPT,
        clusters::store::IMAGES,
        deploys::store::RESTORED_ENV,
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
        .merge(clusters::http::routes())
        .merge(pools::http::routes())
        .merge(pool_constraints::http::routes())
        .merge(quotas::http::routes())
        .merge(plans::http::routes())
        .merge(apps::http::routes())
        .merge(process_settings::http::routes())
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
        .merge(domains::http::routes())
        .merge(certificates::http::routes())
        .merge(routings::http::routes())
        .merge(routers::http::routes())
        .merge(repositories::http::routes())
        .merge(jobs::http::routes())
        .merge(job_versions::http::routes())
        .merge(job_envs::http::routes())
        .merge(job_runs::http::routes())
        .merge(volume_plans::http::routes())
        .merge(volumes::http::routes())
}

/// What hears of events, each to be kept running by the server.
pub const CONSUMERS: &[Consumer] = &[binds::CONSUMER, repositories::CONSUMER];

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
    jobs::service::sweep(ctx).await?;
    quotas::service::sweep(ctx).await?;
    volumes::service::sweep(ctx).await?;
    pools::service::sweep(ctx).await?;
    logs::sweep(ctx).await?;
    service_instances::leaving::sweep(ctx).await?;
    services::service::sweep(ctx).await?;
    images::sweep(ctx).await?;
    uploads::service::sweep(ctx).await
}
