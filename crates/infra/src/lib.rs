//! Infrastructure: workspaces with their variables, configurations, states and runs, and the pools that run them.
//!
//! One folder per concept. A workspace's state changes only under its lock, one run at a time holds it, and nothing that
//! a run produced is ever dropped. Read `workspaces` first, then `states`.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod approvals;
pub mod commits;
pub mod configuration_versions;
pub mod fuzzing;
mod http;
pub mod integrations;
mod jobs;
pub mod managed;
pub mod people;
pub mod permissions;
pub mod phases;
pub mod plan_changes;
pub mod private_code;
pub mod pull_requests;
mod reports;
pub mod retention;
pub mod runner_pools;
pub mod runs;
pub mod schedules;
mod sealed_columns;
pub mod sources;
pub mod states;
pub mod triggers;
pub mod variable_sets;
pub mod variables;
pub mod work;
mod workload_identity;
pub mod workspaces;

use slipway_kernel::db::migrations::Migration;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::Routes;
use slipway_kernel::settings::Limits;
use slipway_kernel::{Ctx, Result};

pub use jobs::jobs;
pub use sealed_columns::sealed_columns;

/// This domain's tables, in the order of their making.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    vec![
        runner_pools::store::MIGRATION,
        workspaces::store::MIGRATION,
        variables::store::MIGRATION,
        variable_sets::store::MIGRATION,
        configuration_versions::store::MIGRATION,
        states::store::MIGRATION,
        runs::store::MIGRATION,
        phases::store::MIGRATION,
        work::store::MIGRATION,
        plan_changes::store::MIGRATION,
        runs::store::BY_STATUS,
        sources::store::MIGRATION,
        triggers::store::MIGRATION,
        reports::store::MIGRATION,
        pull_requests::store::MIGRATION,
        integrations::store::MIGRATION,
        private_code::store::MIGRATION,
        integrations::promises::store::MIGRATION,
        pull_requests::store::KEPT_PLANS,
        schedules::store::MIGRATION,
        workspaces::store::MANAGED,
        approvals::store::MIGRATION,
    ]
}

/// What can be allowed in this domain, with a sentence each.
#[must_use]
pub fn permissions() -> Vec<(Permission, &'static str)> {
    permissions::all()
}

/// This domain's part of the API. `scheduled` is what schedules can start, in all domains.
#[must_use]
pub fn routes(limits: &Limits, scheduled: Vec<schedules::Action>) -> Routes {
    Routes::new()
        .merge(workspaces::http::routes())
        .merge(variables::http::routes())
        .merge(variable_sets::http::routes())
        .merge(configuration_versions::http::routes())
        .merge(states::http::routes())
        .merge(runs::http::routes())
        .merge(approvals::http::routes())
        .merge(phases::http::routes())
        .merge(plan_changes::http::routes())
        .merge(runner_pools::http::routes())
        .merge(integrations::http::routes())
        .merge(private_code::http::routes())
        .merge(triggers::http::routes())
        .merge(commits::http::routes())
        .merge(pull_requests::http::routes())
        .merge(schedules::http::routes(scheduled))
        .merge(work::http::routes(limits))
}

/// What every process does at its start, after the migrations.
///
/// # Errors
///
/// Those of the database.
pub async fn prepare(ctx: &Ctx) -> Result<()> {
    runner_pools::service::ensure_site_pool(ctx).await.map(|_| ())
}
