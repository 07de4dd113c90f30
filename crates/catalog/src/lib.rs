//! The catalog: what a platform team publishes, and what people order from it.
//!
//! One folder per concept. What must stay true: what was published under a version never changes by itself; what somebody
//! orders is checked against what was published, in the transaction that keeps it; nothing runs here, everything does as a
//! run of a workspace. Read `source_codes`, `templates` and `source_code_versions` first.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod blueprints;
pub mod executors;
pub mod generated_code;
pub mod git_workspaces;
mod jobs;
pub mod permissions;
pub mod project_rules;
pub mod resource_changes;
pub mod resource_imports;
pub mod resources;
mod sealed_columns;
pub mod source_code_versions;
pub mod source_codes;
pub mod templates;
pub mod upgrades;
mod uses;
pub mod workflows;

use slipway_kernel::db::migrations::Migration;
use slipway_kernel::events::consumers::Consumer;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::Routes;
use slipway_kernel::{Ctx, Result};

pub use jobs::jobs;
pub use sealed_columns::sealed_columns;

/// This domain's tables, in the order of their making.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    vec![
        source_codes::store::MIGRATION,
        templates::store::MIGRATION,
        source_code_versions::store::MIGRATION,
        resources::store::MIGRATION,
        resource_changes::store::MIGRATION,
        project_rules::store::MIGRATION,
        workflows::store::MIGRATION,
        executors::store::MIGRATION,
        blueprints::store::MIGRATION,
        workflows::PARTS_MIGRATION,
        git_workspaces::store::MIGRATION,
        project_rules::store::GIT_WORKSPACE,
        git_workspaces::store::PULL_REQUESTS,
        resource_imports::store::MIGRATION,
        project_rules::store::SETTINGS,
        resources::planned_secrets::store::MIGRATION,
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
        .merge(source_codes::http::routes())
        .merge(templates::http::routes())
        .merge(source_code_versions::http::routes())
        .merge(resources::http::routes())
        .merge(generated_code::http::routes())
        .merge(git_workspaces::http::routes())
        .merge(resource_changes::http::routes())
        .merge(project_rules::http::routes())
        .merge(blueprints::http::routes())
        .merge(workflows::http::routes())
        .merge(upgrades::http::routes())
        .merge(executors::http::routes())
}

/// What hears of events, each to be kept running by the server.
pub const CONSUMERS: &[Consumer] = &[
    source_code_versions::CONSUMER,
    resource_changes::hearing::CONSUMER,
    resource_changes::hearing::OF_INTEGRATIONS,
    workflows::CONSUMER,
    executors::CONSUMER,
    git_workspaces::CONSUMER,
];

/// Removes what is not needed any more; to be called now and then.
///
/// # Errors
///
/// Those of the database; what was removed until then stays removed.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    resource_changes::sweeping::sweep(ctx).await?;
    resource_imports::look_again(ctx).await?;
    workflows::service::sweep(ctx).await?;
    git_workspaces::driving::look_again(ctx).await?;
    git_workspaces::service::sweep(ctx).await?;
    resources::service::sweep(ctx).await?;
    blueprints::service::sweep(ctx).await?;
    templates::service::sweep(ctx).await?;
    source_codes::service::sweep(ctx).await
}
