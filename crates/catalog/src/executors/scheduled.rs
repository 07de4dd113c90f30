//! What schedules start in executors.

use futures::FutureExt;
use futures::future::BoxFuture;
use slipway_api::executors::{ExecutorOperation, NewExecutorRun};
use slipway_api::ids::ExecutorId;
use slipway_infra::schedules::{Action, Firing, Object, Started};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Executor, KIND};
use super::running::{self, Wanted};
use super::runs::needed;
use super::store;
use crate::jobs::EXECUTOR_SCHEDULE;
use crate::permissions::EXECUTOR_READ;

/// What can be started in an executor at certain times.
pub const ACTIONS: &[Action] = &[
    Action {
        action: "plan",
        words: "plan",
        permissions: needed(ExecutorOperation::Plan),
        ..RUN
    },
    Action {
        action: "apply",
        words: "plan and apply",
        permissions: needed(ExecutorOperation::PlanAndApply),
        ..RUN
    },
    Action {
        action: "refresh",
        words: "bring the state up to date",
        permissions: needed(ExecutorOperation::Refresh),
        ..RUN
    },
    Action {
        action: "destroy",
        words: "destroy everything",
        permissions: needed(ExecutorOperation::Destroy),
        ..RUN
    },
];

const RUN: Action = Action {
    object_kind: KIND,
    action: "",
    words: "",
    job: EXECUTOR_SCHEDULE,
    permissions: &[],
    find,
    start,
};

fn find<'a>(ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Option<Object>>> {
    async move {
        Ok(executor(ctx, id).await?.map(|executor| Object {
            kind: KIND,
            id: executor.id.to_string(),
            name: executor.name.to_string(),
            organization: executor.organization_id,
            project: executor.project_id,
            read: EXECUTOR_READ,
        }))
    }
    .boxed()
}

async fn executor(ctx: &Ctx, id: &str) -> Result<Option<Executor>> {
    match id.parse::<ExecutorId>() {
        Ok(id) => store::find(ctx.db.reader(), id).await,
        Err(_) => Ok(None),
    }
}

fn start<'a>(ctx: &'a Ctx, firing: &'a Firing) -> BoxFuture<'a, Result<Started>> {
    async move {
        let executor = executor(ctx, &firing.object).await?;
        let executor = executor.ok_or_else(|| Error::not_found(KIND, &firing.object))?;
        if let Some(started) = store::run_of_request(ctx.db.reader(), &firing.key).await? {
            return Ok(Started::As(started.run_id.to_string()));
        }
        if !executor.is_enabled {
            return Ok(Started::Skipped("The executor is disabled.".to_owned()));
        }
        if !firing.can_wait
            && let Some(other) = running::in_the_way(ctx, &executor).await?
        {
            let why = running::is_not_done(&other);
            return Ok(Started::Skipped(format!("{why}; no other was started beside it.")));
        }
        let wanted = Wanted {
            attributes: NewExecutorRun {
                operation: Some(operation(&firing.action)?),
                auto_apply: Some(true),
                message: Some(firing.message.clone()),
                ..NewExecutorRun::default()
            },
            key: Some(firing.key.clone()),
            can_wait: firing.can_wait,
        };
        let started = running::start(ctx, &executor, wanted).await?;
        Ok(Started::As(started.run_id.to_string()))
    }
    .boxed()
}

fn operation(action: &str) -> Result<ExecutorOperation> {
    Ok(match action {
        "plan" => ExecutorOperation::Plan,
        "apply" => ExecutorOperation::PlanAndApply,
        "refresh" => ExecutorOperation::Refresh,
        "destroy" => ExecutorOperation::Destroy,
        other => return Err(Error::internal(format!("nothing is started by the action {other}"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_starts_what_its_permissions_are_of() {
        for action in ACTIONS {
            assert_eq!(action.permissions, needed(operation(action.action).unwrap()));
        }
    }
}
