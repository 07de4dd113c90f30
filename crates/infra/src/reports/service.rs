//! Noting what runs mean for their commits, and telling forges.

use std::time::Duration;

use serde_json::json;
use slipway_api::ids::{RepositoryId, RunId};
use slipway_connections::forges::ForgeError;
use slipway_connections::repositories::{self, Repository};
use slipway_identity::organizations;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::queue::{NewItem, enqueue};
use slipway_kernel::{Ctx, Result, Tx};

use super::model::{OVERALL, State, Status, of_run, overall};
use super::store;
use crate::http::links::absolute;
use crate::jobs::COMMIT_STATUSES;
use crate::phases::model::PhaseKind;
use crate::phases::store as phases;
use crate::pull_requests;
use crate::runs::{Run, store as runs};
use crate::sources::commit::Commit;
use crate::sources::store as sources;
use crate::workspaces::{Workspace, store as workspaces};

/// How often a forge is tried before somebody has to look: for more than a day.
const ATTEMPTS: i64 = 200;
/// How often it is tried when a forge does not have what it is told about: for more than an hour. A repository that was
/// renamed is followed by then.
const MISSING_ATTEMPTS: i64 = 16;
/// For how long statuses are kept that do not change.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3_600);
/// How long to wait for more before a forge is told: many runs of one commit change at once.
const GATHERING: Duration = Duration::from_millis(200);

/// A run changed: its commit's status follows, and the comment of its pull request.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn run_changed(ctx: &Ctx, id: &str) -> Result<()> {
    let Ok(id) = id.parse::<RunId>() else {
        return Ok(());
    };
    let reader = ctx.db.reader();
    let Some(run) = runs::find(reader, id).await? else {
        return Ok(());
    };
    let Some(commit) = sources::commit_of(reader, run.configuration_version_id).await? else {
        return Ok(());
    };
    let Some(workspace) = workspaces::find(reader, run.workspace_id).await? else {
        return Ok(());
    };
    note(ctx, &run, &workspace, &commit).await?;
    match commit.pull_request_number {
        Some(number) => pull_requests::service::run_changed(ctx, &commit, number, &run).await,
        None => Ok(()),
    }
}

async fn note(ctx: &Ctx, run: &Run, workspace: &Workspace, commit: &Commit) -> Result<()> {
    let organization = organizations::by_id(ctx, workspace.organization_id).await?;
    let (state, description) = of_run(run, &counts(ctx, run).await?);
    let context = format!("{OVERALL}/{}/{}", organization.name, workspace.name);
    let status = Status {
        repository_id: commit.repository_id,
        commit_sha: commit.head_sha.clone().unwrap_or_else(|| commit.commit_sha.clone()),
        context: context.chars().take(190).collect(),
        state,
        description,
        target_url: run_url(ctx, organization.name.as_str(), workspace, run.id),
        run_id: Some(run.id.to_string()),
        version: 1,
        sent_version: 0,
        updated_at: ctx.now(),
    };
    put(ctx, status).await
}

/// Where people look at a run.
pub(crate) fn run_url(ctx: &Ctx, organization: &str, workspace: &Workspace, run: RunId) -> String {
    absolute(
        ctx,
        &format!("/{organization}/workspaces/{}/runs/{run}", workspace.name),
    )
}

/// What a run's plan found, or its apply did, in a few words.
pub(crate) async fn counts(ctx: &Ctx, run: &Run) -> Result<String> {
    let kind = match run.status {
        slipway_api::runs::RunStatus::Applied => PhaseKind::Apply,
        _ => PhaseKind::Plan,
    };
    let phase = phases::of_run(ctx.db.reader(), run.id, kind).await?;
    let counts = &phase.report.counts;
    if !counts.has_changes() && !run.has_changes {
        return Ok("No changes".to_owned());
    }
    Ok(format!(
        "{} to add, {} to change, {} to destroy",
        counts.add, counts.change, counts.destroy
    ))
}

/// Writes a status and the one over all; the forge is told by a job, if there is anything new.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn put(ctx: &Ctx, status: Status) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let (repository, commit) = (status.repository_id, status.commit_sha.clone());
    if !write(&tx, status).await? {
        return Ok(());
    }
    put_overall(&mut tx, ctx, repository, &commit).await?;
    tx.commit().await
}

/// Writes the status over all of a commit, and has the forge told.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn put_overall(tx: &mut Tx, ctx: &Ctx, repository: RepositoryId, commit: &str) -> Result<()> {
    let statuses = store::of_commit(&**tx, repository, commit).await?;
    let (state, description) = overall(&statuses);
    say_overall(tx, ctx, (repository, commit), (state, description)).await
}

/// Writes a given status over all of a commit, and has the forge told.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn say_overall(
    tx: &mut Tx,
    ctx: &Ctx,
    (repository, commit): (RepositoryId, &str),
    (state, description): (State, String),
) -> Result<()> {
    let own = store::of_commit(&**tx, repository, commit).await?;
    let target_url = own
        .iter()
        .map(|status| status.target_url.clone())
        .find(|url| !url.is_empty());
    let status = Status {
        repository_id: repository,
        commit_sha: commit.to_owned(),
        context: OVERALL.to_owned(),
        state,
        description,
        target_url: target_url.unwrap_or_else(|| absolute(ctx, "/")),
        run_id: None,
        version: 1,
        sent_version: 0,
        updated_at: ctx.now(),
    };
    write(tx, status).await?;
    let item = NewItem {
        max_attempts: ATTEMPTS,
        run_after: Some(ctx.now().after(GATHERING)),
        ..NewItem::job(COMMIT_STATUSES, commit, json!({"repository": repository}))
    };
    enqueue(tx, ctx, item).await?;
    Ok(())
}

/// Writes a status if it is new or of a run at least as new; says whether it was.
async fn write(tx: &Tx, status: Status) -> Result<bool> {
    let Some(before) = store::find(&**tx, &status).await? else {
        store::insert(tx, &status).await?;
        return Ok(true);
    };
    let is_older = matches!((&before.run_id, &status.run_id), (Some(before), Some(now)) if now < before);
    let is_same = before.state == status.state
        && before.description == status.description
        && before.target_url == status.target_url;
    if is_older || is_same {
        return Ok(false);
    }
    let changed = Status {
        version: before.version + 1,
        sent_version: before.sent_version,
        ..status
    };
    store::update(tx, &changed).await?;
    Ok(true)
}

/// The job: tells the forge of a commit's statuses that it has not taken yet.
///
/// # Errors
///
/// To be tried again while the forge is away.
pub(crate) async fn send(ctx: &Ctx, repository: RepositoryId, commit: &str, attempt: i64) -> Result<(), JobError> {
    let repository = match repositories::service::get(ctx, repository).await {
        Ok(repository) => repository,
        Err(error) if error.code() == slipway_api::Code::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let statuses = store::of_commit(ctx.db.reader(), repository.id, commit).await?;
    let waiting: Vec<Status> = statuses
        .into_iter()
        .filter(|status| status.sent_version < status.version)
        .collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let Some(forge) = repositories::service::forge(ctx, &repository).await? else {
        return Ok(());
    };
    if !forge.capabilities().statuses {
        return Ok(());
    }
    for status in waiting {
        let taken = forge.set_status(&repository.full_name, commit, &status.on_wire()).await;
        if let Err(error) = taken {
            return Err(tried(ctx, &repository, error, attempt).await);
        }
        let tx = ctx.begin().await?;
        store::set_sent(&tx, &status).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whether it makes sense to ask a forge again, and when. What is missing may have been renamed: then it is followed.
pub(crate) async fn tried(ctx: &Ctx, repository: &Repository, error: ForgeError, attempt: i64) -> JobError {
    match error {
        ForgeError::Missing(_) if attempt < MISSING_ATTEMPTS => {
            repositories::service::follow(ctx, repository).await;
            JobError::Retry(error.to_string())
        }
        ForgeError::Missing(_) | ForgeError::Refused(_) | ForgeError::Unsupported(_) => {
            JobError::Fail(error.to_string())
        }
        ForgeError::Busy { until, .. } => JobError::Later {
            reason: error.to_string(),
            at: until,
        },
        // Credentials may be given anew, and rights added.
        ForgeError::Away(_) | ForgeError::Credentials(_) | ForgeError::Right { .. } => {
            JobError::Retry(error.to_string())
        }
    }
}

/// Removes statuses that nobody needs any more.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn sweep(ctx: &Ctx) -> Result<u64> {
    let tx = ctx.begin().await?;
    let removed = store::remove_before(&tx, ctx.now().before(KEPT)).await?;
    tx.commit().await?;
    Ok(removed)
}
