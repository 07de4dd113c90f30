//! What schedules start in workspaces.

use futures::FutureExt;
use futures::future::BoxFuture;
use slipway_api::ids::WorkspaceId;
use slipway_kernel::{Ctx, Error, Result};

use super::action::{Action, Firing, Object, Started};
use crate::jobs;
use crate::permissions::{RUN_APPLY, RUN_DESTROY, RUN_PLAN, WORKSPACE_READ};
use crate::runs::service::scheduled;
use crate::workspaces::service::KIND;
use crate::workspaces::store as workspaces;

/// What can be started in a workspace at certain times.
pub const ACTIONS: &[Action] = &[
    Action {
        action: scheduled::PLAN,
        words: "plan",
        permissions: &[RUN_PLAN],
        ..RUN
    },
    Action {
        action: scheduled::APPLY,
        words: "plan and apply",
        permissions: &[RUN_PLAN, RUN_APPLY],
        ..RUN
    },
    Action {
        action: scheduled::DESTROY,
        words: "destroy everything",
        permissions: &[RUN_PLAN, RUN_APPLY, RUN_DESTROY],
        ..RUN
    },
    Action {
        action: scheduled::REFRESH,
        words: "bring the state up to date",
        permissions: &[RUN_PLAN, RUN_APPLY],
        ..RUN
    },
    Action {
        action: scheduled::CHECK_DRIFT,
        words: "look for drift",
        permissions: &[RUN_PLAN],
        ..RUN
    },
];

const RUN: Action = Action {
    object_kind: KIND,
    action: "",
    words: "",
    job: jobs::SCHEDULE,
    permissions: &[],
    find,
    start,
};

fn find<'a>(ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Option<Object>>> {
    async move {
        let Ok(id) = id.parse::<WorkspaceId>() else {
            return Ok(None);
        };
        let found = workspaces::find(ctx.db.reader(), id).await?;
        Ok(found.map(|workspace| Object {
            kind: KIND,
            id: workspace.id.to_string(),
            name: workspace.name.to_string(),
            organization: workspace.organization_id,
            project: workspace.project_id,
            read: WORKSPACE_READ,
        }))
    }
    .boxed()
}

fn start<'a>(ctx: &'a Ctx, firing: &'a Firing) -> BoxFuture<'a, Result<Started>> {
    async move {
        let workspace: WorkspaceId = firing
            .object
            .parse()
            .map_err(|error| Error::internal(format!("schedule {}: {error}", firing.schedule)))?;
        scheduled::start(ctx, workspace, firing).await
    }
    .boxed()
}
