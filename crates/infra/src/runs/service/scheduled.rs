//! Starting a run because its time has come: once for each time, and not beside what is waiting or running.

use slipway_api::ids::WorkspaceId;
use slipway_api::runs::NewRun;
use slipway_kernel::{Ctx, Error, Result};

use super::start::{blank, configuration, place, shortened};
use crate::managed;
use crate::runs::model::{Options, Run};
use crate::runs::store;
use crate::schedules::{Firing, Started};
use crate::workspaces::store as workspaces;

/// What started a run: a schedule.
pub(crate) const SCHEDULE: &str = "schedule";

/// Only plans.
pub(crate) const PLAN: &str = "plan";
/// Plans, and applies without asking.
pub(crate) const APPLY: &str = "apply";
/// Destroys everything without asking.
pub(crate) const DESTROY: &str = "destroy";
/// Brings the state up to date without asking.
pub(crate) const REFRESH: &str = "refresh";
/// Only looks at what differs between the state and the real resources.
pub(crate) const CHECK_DRIFT: &str = "check-drift";

/// Starts the run as the caller, who was asked for its permissions. The run that was started with the same key is found again.
///
/// # Errors
///
/// A workspace without a configuration, or that does not allow what is wanted.
pub(crate) async fn start(ctx: &Ctx, workspace: WorkspaceId, firing: &Firing) -> Result<Started> {
    if let Some(run) = store::of_request(ctx.db.reader(), &firing.key).await? {
        return Ok(Started::As(run.id.to_string()));
    }
    let workspace = workspaces::get(ctx.db.reader(), workspace).await?;
    let request = request(&firing.action)?;
    if request.plan_only != Some(true) {
        managed::require_own(ctx, &workspace).await?;
    }
    if request.is_destroy && !workspace.allow_destroy_plan {
        let detail = format!(
            "Workspace {} does not allow destroy runs. Its setting allow-destroy-plan permits them.",
            workspace.name
        );
        return Err(Error::invalid("/data/attributes/action", detail));
    }
    let configuration = configuration(ctx, &workspace, None).await?;
    let options = Options::from_request(&request, false, false)?;
    let run = Run {
        message: shortened(&firing.message),
        source: SCHEDULE.to_owned(),
        request_key: Some(firing.key.clone()),
        ..blank(ctx, &workspace, configuration.id, options)?
    };
    let mut tx = ctx.begin().await?;
    workspaces::hold(&tx, workspace.id).await?;
    let active = store::active(&*tx, workspace.id).await?;
    if let Some(other) = active.iter().find(|other| is_in_the_way(other, &run, firing.can_wait)) {
        return Ok(Started::Skipped(format!(
            "Run {} of the workspace is not done yet ({}); no other was started beside it.",
            other.id,
            other.status.as_str().replace('_', " ")
        )));
    }
    let run = place(&mut tx, ctx, run).await?;
    tx.commit().await?;
    Ok(Started::As(run.id.to_string()))
}

/// Whether a run that is not done stands in the way of one whose time has come: what comes once waits its turn behind it,
/// unless the very same waits already.
fn is_in_the_way(other: &Run, wanted: &Run, can_wait: bool) -> bool {
    let is_same = other.source == SCHEDULE && other.options == wanted.options;
    is_same || (!can_wait && other.holds_workspace())
}

fn request(action: &str) -> Result<NewRun> {
    let applies = |request: NewRun| NewRun {
        plan_only: Some(false),
        auto_apply: Some(true),
        ..request
    };
    let plans = |request: NewRun| NewRun {
        plan_only: Some(true),
        ..request
    };
    Ok(match action {
        PLAN => plans(NewRun::default()),
        APPLY => applies(NewRun::default()),
        DESTROY => applies(NewRun {
            is_destroy: true,
            ..NewRun::default()
        }),
        REFRESH => applies(NewRun {
            refresh_only: true,
            ..NewRun::default()
        }),
        CHECK_DRIFT => plans(NewRun {
            refresh_only: true,
            ..NewRun::default()
        }),
        other => return Err(Error::internal(format!("nothing is started by the action {other}"))),
    })
}
