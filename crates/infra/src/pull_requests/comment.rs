//! Writing the one comment of a pull request. A job: it may end at any moment, and the next one finds the comment again.

use slipway_api::ids::PullRequestId;
use slipway_api::runs::RunStatus;
use slipway_connections::forges::{Forge, ForgeError};
use slipway_connections::repositories::{self, Repository};
use slipway_identity::organizations;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::{Ctx, Result};

use super::model::{Link, PullRequest, State};
use super::render::{Report, Row, Stage, render};
use super::service::is_of_pull_request;
use super::store;
use crate::phases::model::PhaseKind;
use crate::phases::store as phases;
use crate::reports::service::{run_url, tried};
use crate::runs::{Run, store as runs};
use crate::workspaces::{Workspace, store as workspaces};

/// Longest reason beside a workspace, in characters.
const LONGEST_REMARK: usize = 300;

/// The job: makes the comment say what is true.
///
/// # Errors
///
/// To be tried again while the forge is away.
pub(crate) async fn write(ctx: &Ctx, id: PullRequestId, attempt: i64) -> Result<(), JobError> {
    // What changes from here on asks again.
    let tx = ctx.begin().await?;
    store::set_due(&tx, id, false).await?;
    tx.commit().await?;
    let Some(request) = store::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    let repository = match repositories::service::get(ctx, request.repository_id).await {
        Ok(repository) => repository,
        Err(error) if error.code() == slipway_api::Code::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let (report, kept) = report(ctx, &request).await?;
    let text = render(&report);
    let digest = slipway_tofu::digest::sha256_hex(text.as_bytes());
    if request.comment_digest.as_deref() == Some(digest.as_str()) {
        return shown(ctx, &kept).await;
    }
    let Some(forge) = repositories::service::forge(ctx, &repository).await? else {
        return Ok(());
    };
    if !forge.capabilities().pull_requests {
        return Ok(());
    }
    let comment = match put(&*forge, &repository, &request, &text).await {
        Ok(comment) => comment,
        Err(error) => return Err(tried(ctx, &repository, error, attempt).await),
    };
    let tx = ctx.begin().await?;
    store::set_comment(&tx, id, &comment, &digest).await?;
    tx.commit().await?;
    shown(ctx, &kept).await
}

/// Notes that the comment shows these plans: only what it shows is applied by a command.
async fn shown(ctx: &Ctx, kept: &[Link]) -> Result<(), JobError> {
    for link in kept.iter().filter(|link| link.shown_run_id != link.plan_run_id) {
        let tx = ctx.begin().await?;
        store::set_shown(&tx, link).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Changes our comment, looked for where its id is not known or not true any more; writes one where there is none.
async fn put(
    forge: &dyn Forge,
    repository: &Repository,
    request: &PullRequest,
    text: &str,
) -> Result<String, ForgeError> {
    let number = u64::try_from(request.number).unwrap_or(0);
    let name = &repository.full_name;
    if let Some(known) = &request.comment_id {
        match forge.change_comment(name, number, known, text).await {
            Err(ForgeError::Missing(_)) => {}
            other => return other.map(|()| known.clone()),
        }
    }
    // A process may have ended between writing a comment and noting it.
    let found = forge.own_comments(name, number, &request.marker()).await?;
    match found.into_iter().next() {
        Some(found) => forge
            .change_comment(name, number, &found.id, text)
            .await
            .map(|()| found.id),
        None => forge.comment(name, number, text).await,
    }
}

/// What is true of a request now, and in which workspaces that is a plan that a command may apply.
async fn report(ctx: &Ctx, request: &PullRequest) -> Result<(Report, Vec<Link>)> {
    let organization = organizations::by_id(ctx, request.organization_id).await?;
    let (mut rows, mut kept) = (Vec::new(), Vec::new());
    for link in store::links_of(ctx.db.reader(), request.id).await? {
        let Some(workspace) = workspaces::find(ctx.db.reader(), link.workspace_id).await? else {
            continue;
        };
        // An apply is newer than the plan that it followed, until there is another plan.
        let run = match link.apply_run_id.max(link.plan_run_id) {
            Some(run) => runs::find(ctx.db.reader(), run).await?,
            None => None,
        };
        rows.push(
            row(
                ctx,
                organization.name.as_str(),
                request,
                (&link, &workspace, run.as_ref()),
            )
            .await?,
        );
        let is_kept = |run: &Run| run.status == RunStatus::PlannedAndSaved && Some(run.id) == link.plan_run_id;
        if run.as_ref().is_some_and(is_kept) {
            kept.push(link);
        }
    }
    let report = Report {
        marker: request.marker(),
        head: request.head_commit.chars().take(10).collect(),
        base: request.base_branch.clone(),
        rows,
        conflicts: request.conflicts.clone().map(|files| files.0).unwrap_or_default(),
        is_waiting_for_allow: request.state == State::Open && !request.is_allowed(),
        allowed_by: request
            .allowed_by
            .clone()
            .filter(|_| request.is_fork && request.is_allowed()),
        ended: match request.state {
            State::Open => None,
            State::Ending | State::Closed => Some("closed"),
            State::Merged => Some("merged"),
        },
        note: request.note.clone(),
    };
    Ok((report, kept))
}

async fn row(
    ctx: &Ctx,
    organization: &str,
    request: &PullRequest,
    (link, workspace, run): (&Link, &Workspace, Option<&Run>),
) -> Result<Row> {
    let mut row = Row {
        workspace: workspace.name.to_string(),
        is_applied_before: link.is_applied_before,
        remark: lock_remark(request, workspace),
        stage: Stage::Skipped,
        ..Row::default()
    };
    if let Some(skipped) = &link.skipped {
        row.remark = Some(skipped.clone());
        return Ok(row);
    }
    let Some(run) = run else {
        return Ok(row);
    };
    let kind = match run.status {
        RunStatus::Applied => PhaseKind::Apply,
        _ => PhaseKind::Plan,
    };
    let counts = phases::of_run(ctx.db.reader(), run.id, kind).await?.report.counts;
    row.url = run_url(ctx, organization, workspace, run.id);
    row.counts = [counts.add, counts.change, counts.destroy, counts.import];
    row.stage = match run.status {
        RunStatus::Errored => Stage::Failed,
        RunStatus::Discarded | RunStatus::Canceled | RunStatus::ForceCanceled => Stage::Stopped,
        RunStatus::PlannedAndFinished | RunStatus::Planned | RunStatus::PolicyChecked | RunStatus::PlannedAndSaved => {
            Stage::Planned
        }
        RunStatus::Applied => Stage::Applied,
        RunStatus::Confirmed | RunStatus::ApplyQueued | RunStatus::Applying => Stage::Applying,
        RunStatus::Pending | RunStatus::Fetching | RunStatus::PlanQueued | RunStatus::Planning => Stage::Going,
    };
    if matches!(row.stage, Stage::Failed | Stage::Stopped) && row.remark.is_none() {
        row.remark = run
            .error_message
            .as_ref()
            .map(|why| why.chars().take(LONGEST_REMARK).collect());
    }
    Ok(row)
}

fn lock_remark(request: &PullRequest, workspace: &Workspace) -> Option<String> {
    let lock = workspace.lock.as_ref()?;
    if lock.id == request.id.to_string() {
        return Some("Locked by this request until it is merged or closed".to_owned());
    }
    // A run's lock is over in a moment, and its name says nothing to who reads this.
    is_of_pull_request(lock).then(|| format!("Locked by {}", lock.name))
}
