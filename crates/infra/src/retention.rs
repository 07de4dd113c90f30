//! Removes what the settings say is kept no longer: configurations, plans, logs. States never.

use std::time::Duration;

use slipway_kernel::blobs::store::release;
use slipway_kernel::{Ctx, Result, logs};

use crate::phases::model::Phase;
use crate::phases::store as phases;
use crate::{approvals, configuration_versions, plan_changes, pull_requests, reports, runner_pools, variable_sets};

/// Phases looked at in one go.
const BATCH: u64 = 200;
/// How long a runner may be silent before it is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(7 * 86_400);

/// Removes everything whose time has come.
///
/// # Errors
///
/// Those of the database; what was removed until then stays removed.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    configuration_versions::service::archive_old(ctx).await?;
    variable_sets::service::sweep(ctx).await?;
    approvals::service::sweep(ctx).await?;
    reports::service::sweep(ctx).await?;
    pull_requests::service::sweep(ctx).await?;
    let retention = &ctx.settings.retention;
    if let Some(before) = days_ago(ctx, retention.plan_days) {
        while remove_plans(ctx, before).await? == BATCH {}
    }
    if let Some(before) = days_ago(ctx, retention.log_days) {
        while remove_logs(ctx, before).await? == BATCH {}
    }
    forget_runners(ctx).await
}

/// Runners that nobody heard of for a week are gone.
async fn forget_runners(ctx: &Ctx) -> Result<()> {
    let tx = ctx.begin().await?;
    runner_pools::store::forget_runners(&tx, ctx.now().before(FORGOTTEN_AFTER)).await?;
    tx.commit().await
}

fn days_ago(ctx: &Ctx, days: u32) -> Option<slipway_api::Timestamp> {
    (days > 0).then(|| ctx.now().before(Duration::from_secs(u64::from(days) * 86_400)))
}

async fn remove_plans(ctx: &Ctx, before: slipway_api::Timestamp) -> Result<u64> {
    let old = phases::with_plan_before(ctx.db.reader(), before, BATCH).await?;
    for phase in &old {
        let tx = ctx.begin().await?;
        release(&tx, &phase.owner()).await?;
        plan_changes::store::remove(&tx, &phase.id).await?;
        let without = Phase {
            bundle_address: None,
            bundle_digest: None,
            plan_json_address: None,
            changes_address: None,
            ..phase.clone()
        };
        phases::update(&tx, &without).await?;
        tx.commit().await?;
    }
    Ok(u64::try_from(old.len()).unwrap_or(0))
}

async fn remove_logs(ctx: &Ctx, before: slipway_api::Timestamp) -> Result<u64> {
    let old = phases::with_log_before(ctx.db.reader(), before, BATCH).await?;
    for phase in &old {
        let tx = ctx.begin().await?;
        logs::remove(&tx, phase.log_id).await?;
        logs::remove(&tx, phase.events_log_id).await?;
        phases::update(
            &tx,
            &Phase {
                logs_removed: true,
                ..phase.clone()
            },
        )
        .await?;
        tx.commit().await?;
    }
    Ok(u64::try_from(old.len()).unwrap_or(0))
}
