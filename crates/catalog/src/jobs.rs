//! This domain's work that the server does itself, later and repeatably.

use futures::FutureExt;
use slipway_api::Code;
use slipway_infra::schedules::firing::fire;
use slipway_kernel::Error;
use slipway_kernel::queue::jobs::{Job, JobError};

use crate::executors;
use crate::git_workspaces::driving as git_workspaces;
use crate::resource_changes::{carrying_out, following, scheduled};
use crate::source_code_versions::moving;
use crate::workflows::driving;

/// Looks where the refs are now that a push told of. Subject: the repository.
pub const REFS_MOVED: &str = "catalog.refs-moved";
/// Starts what a schedule of an executor says. Subject: the schedule.
pub const EXECUTOR_SCHEDULE: &str = "catalog.executor-schedule";

/// Brings the code of resources into a repository. Subject: the git workspace.
pub const GIT_WORKSPACE: &str = "catalog.git-workspace";

/// Takes a change of a resource as far as it can go now. Subject: the change.
pub const RESOURCE_CHANGE: &str = "catalog.resource-change";

/// Brings a resource up to date that stands on something new, as its project wants it. Subject: the resource.
pub const RESOURCE_FOLLOW: &str = "catalog.resource-follow";

/// Starts what a schedule of a resource says. Subject: the schedule.
pub const SCHEDULE: &str = "catalog.schedule";

/// Takes a workflow as far as it can go now. Subject: the workflow.
pub const WORKFLOW: &str = "catalog.workflow";

/// Every job of this domain.
#[must_use]
pub fn jobs() -> Vec<Job> {
    vec![
        Job {
            kind: REFS_MOVED,
            run: |ctx, item| {
                async move {
                    let (repository, refs) = moving::read(&item.subject, &item.payload).map_err(tried)?;
                    moving::look(ctx, repository, &refs).await.map_err(tried)
                }
                .boxed()
            },
        },
        Job {
            kind: RESOURCE_CHANGE,
            run: |ctx, item| carrying_out::job(ctx, item).boxed(),
        },
        Job {
            kind: RESOURCE_FOLLOW,
            run: |ctx, item| following::job(ctx, item).boxed(),
        },
        Job {
            kind: SCHEDULE,
            run: |ctx, item| fire(ctx, item, scheduled::ACTIONS).boxed(),
        },
        Job {
            kind: WORKFLOW,
            run: |ctx, item| driving::job(ctx, item).boxed(),
        },
        Job {
            kind: GIT_WORKSPACE,
            run: |ctx, item| git_workspaces::job(ctx, item).boxed(),
        },
        Job {
            kind: EXECUTOR_SCHEDULE,
            run: |ctx, item| fire(ctx, item, executors::ACTIONS).boxed(),
        },
    ]
}

/// Trying again helps when something was away or somebody else was faster.
fn tried(error: Error) -> JobError {
    match error.code() {
        Code::Unavailable | Code::Internal | Code::Conflict | Code::TooManyRequests => {
            JobError::Retry(error.to_string())
        }
        _ => JobError::Fail(error.to_string()),
    }
}
