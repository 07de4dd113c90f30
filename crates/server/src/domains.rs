//! The domains, each with what it gives to the server.

use std::collections::HashMap;

use slipway_identity::roles::PermissionTree;
use slipway_kernel::db::migrations::Migration;
use slipway_kernel::events;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::Routes;
use slipway_kernel::queue::jobs::Job;
use slipway_kernel::secrets::SealedColumn;
use slipway_kernel::settings::Limits;
use slipway_kernel::{Ctx, Result};

/// Every table, in the order of their making.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    let domains = [
        slipway_kernel::migrations(),
        slipway_identity::migrations(),
        slipway_connections::migrations(),
        slipway_infra::migrations(),
        slipway_catalog::migrations(),
        slipway_apps::migrations(),
    ];
    domains.into_iter().flatten().collect()
}

/// Everything that can be allowed, with a sentence each.
#[must_use]
pub fn permissions() -> Vec<(Permission, &'static str)> {
    let kernel = vec![
        (events::READ, "Read what happened, and who did it."),
        (events::EXPORT, "Export the whole audit log."),
        (events::webhooks::MANAGE, "See and change where audit events are sent."),
    ];
    let domains = [
        kernel,
        slipway_identity::permissions(),
        slipway_connections::permissions(),
        slipway_infra::permissions(),
        slipway_catalog::permissions(),
        slipway_apps::permissions(),
    ];
    domains.into_iter().flatten().collect()
}

/// Every route of the API.
#[must_use]
pub fn routes(limits: &Limits) -> Routes {
    slipway_identity::routes(PermissionTree::new(permissions()))
        .merge(slipway_connections::routes())
        .merge(slipway_infra::routes(limits, scheduled()))
        .merge(slipway_catalog::routes())
        .merge(slipway_apps::routes())
        .merge(crate::activity::routes())
        .merge(crate::audit::routes())
        .merge(crate::site::routes())
        .merge(crate::health::api_routes())
}

/// Kinds of objects that can be searched for, each with the permission to see them.
#[must_use]
pub fn kinds() -> Vec<(&'static str, Permission)> {
    vec![
        ("project", slipway_identity::permissions::PROJECT_READ),
        ("workspace", slipway_infra::permissions::WORKSPACE_READ),
        ("schedule", slipway_infra::permissions::SCHEDULE_READ),
        ("variable-set", slipway_infra::permissions::VARIABLE_SET_READ),
        ("runner-pool", slipway_infra::permissions::RUNNER_POOL_READ),
        ("repository", slipway_connections::permissions::REPOSITORY_READ),
        ("storage", slipway_connections::permissions::STORAGE_READ),
        ("source-code", slipway_catalog::permissions::SOURCE_CODE_READ),
        ("template", slipway_catalog::permissions::TEMPLATE_READ),
        ("blueprint", slipway_catalog::permissions::BLUEPRINT_READ),
        ("executor", slipway_catalog::permissions::EXECUTOR_READ),
        ("git-workspace", slipway_catalog::permissions::GIT_WORKSPACE_READ),
        ("resource", slipway_catalog::permissions::RESOURCE_READ),
        ("app", slipway_apps::permissions::APP_READ),
        ("job", slipway_apps::permissions::JOB_READ),
        ("service", slipway_apps::permissions::SERVICE_READ),
        ("service-instance", slipway_apps::permissions::SERVICE_INSTANCE_READ),
        ("volume", slipway_apps::permissions::VOLUME_READ),
    ]
}

/// Every column with sealed values, to be sealed again when keys are rotated.
#[must_use]
pub fn sealed_columns() -> Vec<SealedColumn> {
    let domains = [
        slipway_kernel::sealed_columns(),
        slipway_identity::sealed_columns(),
        slipway_connections::sealed_columns(),
        slipway_infra::sealed_columns(),
        slipway_catalog::sealed_columns(),
        slipway_apps::sealed_columns(),
    ];
    domains.into_iter().flatten().collect()
}

/// The server's own work, by kind.
#[must_use]
pub fn jobs() -> HashMap<&'static str, Job> {
    let kernel = vec![slipway_kernel::mail::job()];
    let all = [
        kernel,
        slipway_connections::jobs(),
        slipway_infra::jobs(),
        slipway_catalog::jobs(),
        slipway_apps::jobs(),
    ];
    all.into_iter().flatten().map(|job| (job.kind, job)).collect()
}

/// What schedules can start, by kind of object. A domain that has objects of its own adds its table here.
#[must_use]
pub fn scheduled() -> Vec<slipway_infra::schedules::Action> {
    let domains = [
        slipway_infra::schedules::ACTIONS,
        slipway_catalog::resource_changes::scheduled::ACTIONS,
        slipway_catalog::executors::ACTIONS,
    ];
    domains.concat()
}

/// What every process does at its start, after the migrations.
///
/// # Errors
///
/// Those of the database.
pub async fn prepare(ctx: &Ctx) -> Result<()> {
    slipway_identity::prepare(ctx).await?;
    slipway_infra::prepare(ctx).await?;
    slipway_apps::prepare(ctx).await
}
