//! This domain's work that the server does itself, later and repeatably.

use std::str::FromStr;

use futures::FutureExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use slipway_api::Code;
use slipway_kernel::queue::WorkItem;
use slipway_kernel::queue::jobs::{Job, JobError};
use slipway_kernel::{Ctx, Error};

use crate::phases::store as phases;
use crate::{commits, pull_requests, reports, schedules, sources};

/// Moves the logs of a phase that has ended to the object store. Subject: the phase.
pub const SEAL_LOGS: &str = "infra.seal-logs";

/// Makes the configuration of the newest commit that a workspace follows. Subject: the workspace.
pub const INGEST: &str = "infra.ingest";

/// Carries out what happened to a repository. Subject: the repository, so that one thing goes after the other.
pub const REPOSITORY_EVENT: &str = "infra.repository-event";
/// That a branch moved to which pull requests go. An action of [`REPOSITORY_EVENT`] that no event tells of.
pub const BASE_MOVED: &str = "base-moved";
/// Tells the forge how far a commit's runs are. Subject: the commit.
pub const COMMIT_STATUSES: &str = "infra.commit-statuses";
/// Writes the comment of a pull request. Subject: the pull request.
pub const PULL_REQUEST_COMMENT: &str = "infra.pull-request-comment";
/// Starts what a schedule of a workspace says. Subject: the schedule.
pub const SCHEDULE: &str = "infra.schedule";

/// Every job of this domain.
#[must_use]
pub fn jobs() -> Vec<Job> {
    vec![
        Job {
            kind: SEAL_LOGS,
            run: |ctx, item| {
                async move {
                    let Some(phase) = phases::find(ctx.db.reader(), &item.subject).await? else {
                        return Ok(());
                    };
                    ctx.logs.seal(ctx, phase.log_id).await?;
                    ctx.logs.seal(ctx, phase.events_log_id).await?;
                    Ok::<(), JobError>(())
                }
                .boxed()
            },
        },
        Job {
            kind: INGEST,
            run: |ctx, item| {
                async move {
                    let starts = item.payload.get("start").and_then(Value::as_bool).unwrap_or(false);
                    sources::service::ingest(ctx, subject(&item.subject)?, starts)
                        .await
                        .map_err(tried)
                }
                .boxed()
            },
        },
        Job {
            kind: REPOSITORY_EVENT,
            run: |ctx, item| repository_event(ctx, item).boxed(),
        },
        Job {
            kind: COMMIT_STATUSES,
            run: |ctx, item| {
                async move {
                    let repository = field(&item.payload, "repository")?;
                    reports::service::send(ctx, repository, &item.subject, item.attempt).await
                }
                .boxed()
            },
        },
        Job {
            kind: SCHEDULE,
            run: |ctx, item| schedules::firing::fire(ctx, item, schedules::ACTIONS).boxed(),
        },
        Job {
            kind: PULL_REQUEST_COMMENT,
            run: |ctx, item| {
                async move { pull_requests::comment::write(ctx, subject(&item.subject)?, item.attempt).await }.boxed()
            },
        },
    ]
}

/// What an event told, handed to whom it concerns.
async fn repository_event(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let repository = subject(&item.subject)?;
    let action: String = field(&item.payload, "action")?;
    let position: i64 = field(&item.payload, "position")?;
    let done = match action.as_str() {
        "repository.pushed" => {
            commits::service::pushed(ctx, repository, position, &field(&item.payload, "changes")?).await
        }
        "release.published" => {
            commits::service::released(ctx, repository, position, &field(&item.payload, "changes")?).await
        }
        "pull-request.changed" => {
            pull_requests::service::changed(ctx, repository, position, &field(&item.payload, "changes")?).await
        }
        BASE_MOVED => {
            let branch: String = field(&item.payload, "changes")?;
            pull_requests::following::base_moved(ctx, repository, &branch).await
        }
        "pull-request.commented" => {
            pull_requests::commanding::commented(ctx, repository, position, &field(&item.payload, "changes")?).await
        }
        _ => Ok(()),
    };
    done.map_err(tried)
}

fn field<T: DeserializeOwned>(payload: &Value, name: &str) -> Result<T, JobError> {
    let value = payload.get(name).cloned().unwrap_or_default();
    serde_json::from_value(value)
        .map_err(|error| JobError::Fail(format!("the field \"{name}\" cannot be read: {error}")))
}

fn subject<T: FromStr>(text: &str) -> Result<T, JobError> {
    text.parse()
        .map_err(|_| JobError::Fail(format!("\"{text}\" is no subject of this job")))
}

/// Trying again helps when something was away or somebody else was faster; what a person has to mend shows where it is.
fn tried(error: Error) -> JobError {
    match error.code() {
        Code::Unavailable | Code::Internal | Code::Conflict | Code::PreconditionFailed | Code::TooManyRequests => {
            JobError::Retry(error.to_string())
        }
        _ => JobError::Fail(error.to_string()),
    }
}
