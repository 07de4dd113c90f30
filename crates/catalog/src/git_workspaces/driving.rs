//! Driving a git workspace: the server's job, one at a time for each.

use std::time::Duration;

use serde_json::json;
use slipway_api::Code;
use slipway_api::git_workspaces::{GitWorkspaceMode, ProposedState};
use slipway_api::ids::GitWorkspaceId;
use slipway_connections::repositories;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::queue::WorkItem;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::asking::Desk;
use super::carrying_out::follow;
use super::hearing::wake;
use super::model::{GitWorkspace, KIND, Member};
use super::moves::{Opened, Step};
use super::store;

/// How often a resource is looked at anew because somebody moved a branch meanwhile.
const TRIES: usize = 4;
/// What has a problem is looked at again after so long.
const QUIET: Duration = Duration::from_secs(600);

/// Drives the git workspace that is the item's subject.
///
/// # Errors
///
/// Of what may pass: it is tried again. What people have to mend is said at the resources.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id: GitWorkspaceId = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no git workspace", item.subject)))?;
    match drive(ctx, id).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(JobError::Retry(
            "somebody pushes to the repository all the time".to_owned(),
        )),
        Err(error) if may_pass(&error) => Err(JobError::Retry(error.to_string())),
        // It is said at the resources, and looked at again now and then.
        Err(_) => Ok(()),
    }
}

/// Brings the code of every resource that something happened to, to where it shall be; false when somebody was faster all the time.
///
/// # Errors
///
/// Why the repository cannot be read or written.
pub async fn drive(ctx: &Ctx, id: GitWorkspaceId) -> Result<bool> {
    let Some(workspace) = store::find(ctx.db.reader(), id).await? else {
        return Ok(true);
    };
    let due = store::due(ctx.db.reader(), id).await?;
    if due.is_empty() {
        return Ok(true);
    }
    let mut at = match open(ctx, &workspace, &due).await {
        Ok(at) => at,
        Err(error) => {
            for member in due {
                note(ctx, &workspace, (&member.clone(), member), &error).await?;
            }
            return Err(error);
        }
    };
    let count = due.len();
    let mut is_all = true;
    for member in due {
        is_all &= one(ctx, &workspace, &mut at, member).await?;
    }
    if is_all && count >= store::AT_ONCE {
        let mut tx = ctx.begin().await?;
        wake(&mut tx, ctx, (id, workspace.organization_id)).await?;
        tx.commit().await?;
    }
    Ok(is_all)
}

/// Its repository, as it is now.
async fn open(ctx: &Ctx, workspace: &GitWorkspace, due: &[Member]) -> Result<Opened> {
    let repository = repositories::service::get(ctx, workspace.repository_id).await?;
    repositories::service::synchronize(ctx, &repository, &[]).await?;
    // The first fetch says which branch is the default.
    let repository = repositories::service::get(ctx, workspace.repository_id).await?;
    let mirror = repositories::service::mirror(ctx, &repository).await?;
    let remote = repositories::service::remote(ctx, &repository).await?;
    let branch = workspace.branch.clone().or_else(|| repository.default_branch.clone());
    let is_open = |member: &Member| member.request_state == Some(ProposedState::Open);
    let desk = match workspace.mode == GitWorkspaceMode::PullRequest || due.iter().any(is_open) {
        true => Desk::of(ctx, repository).await?,
        false => None,
    };
    let branch = branch.unwrap_or_else(|| "main".to_owned());
    Ok(Opened::new(mirror, remote, branch, desk))
}

/// One resource; false when somebody was faster all the time.
async fn one(ctx: &Ctx, workspace: &GitWorkspace, at: &mut Opened, seen: Member) -> Result<bool> {
    let mut member = seen.clone();
    for _ in 0..TRIES {
        match follow(ctx, workspace, at, &mut member).await {
            Ok((Step::Moved, _)) => {
                let repository = repositories::service::get(ctx, workspace.repository_id).await?;
                repositories::service::synchronize(ctx, &repository, &[]).await?;
                at.refetched();
            }
            Ok((Step::Done, is_needed)) => {
                member.problem = None;
                answer(ctx, workspace, (&seen, member), is_needed).await?;
                return Ok(true);
            }
            Ok((Step::Stuck(reason), _)) => {
                member.problem = Some(reason);
                answer(ctx, workspace, (&seen, member), true).await?;
                return Ok(true);
            }
            Err(error) if may_pass(&error) => {
                note(ctx, workspace, (&seen, member), &error).await?;
                return Err(error);
            }
            Err(error) => {
                member.status = slipway_api::git_workspaces::GitStatus::Blocked;
                member.problem = Some(sentence(error.detail()));
                answer(ctx, workspace, (&seen, member), true).await?;
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Something was away, or somebody else was faster.
fn may_pass(error: &Error) -> bool {
    matches!(error.code(), Code::Unavailable | Code::Internal | Code::TooManyRequests)
}

/// Writes what became of a resource that was followed.
async fn answer(
    ctx: &Ctx,
    workspace: &GitWorkspace,
    (seen, mut member): (&Member, Member),
    is_needed: bool,
) -> Result<()> {
    member.answered = seen.asked;
    member.updated_at = ctx.now();
    let mut tx = ctx.begin().await?;
    match is_needed {
        true => store::save(&tx, &member).await?,
        false => store::forget(&tx, &member).await?,
    }
    tell(&mut tx, ctx, workspace, (seen, &member)).await?;
    tx.commit().await
}

/// Notes why a resource was not followed; it still has to be. What was done before the error is not forgotten.
async fn note(ctx: &Ctx, workspace: &GitWorkspace, (seen, mut member): (&Member, Member), error: &Error) -> Result<()> {
    member.problem = Some(sentence(error.detail()));
    member.updated_at = ctx.now();
    let mut tx = ctx.begin().await?;
    store::save(&tx, &member).await?;
    tell(&mut tx, ctx, workspace, (seen, &member)).await?;
    tx.commit().await
}

/// Tells what is new: that a change is on a branch, that code was merged or removed, that something is in the way.
async fn tell(tx: &mut Tx, ctx: &Ctx, workspace: &GitWorkspace, (seen, member): (&Member, &Member)) -> Result<()> {
    let action = match (&member.problem, &seen.problem) {
        (Some(new), old) if old.as_ref() != Some(new) => "git-workspace.blocked",
        (Some(_), _) => return Ok(()),
        (None, _) if member.kept_commit != seen.kept_commit => "git-workspace.merged",
        (None, _) if member.branch_commit != seen.branch_commit && member.branch.is_some() => "git-workspace.proposed",
        (None, _) => return Ok(()),
    };
    let event = NewEvent {
        action,
        organization: Some(workspace.organization_id),
        project: Some(member.project_id),
        object_kind: KIND,
        object_id: workspace.id.to_string(),
        object_name: workspace.name.to_string(),
        access_id: Some(member.resource_id.to_string()),
        changes: json!({
            "resource": member.resource_id,
            "directory": member.directory,
            "branch": member.branch,
            "commit": member.branch_commit.as_ref().or(member.kept_commit.as_ref()),
            "pull-request": member.request_number,
            "problem": member.problem,
        }),
    };
    events::record(tx, ctx, event).await
}

/// Has what has a problem looked at again; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn look_again(ctx: &Ctx) -> Result<()> {
    for member in store::quiet_since(ctx.db.reader(), ctx.now().before(QUIET)).await? {
        let mut tx = ctx.begin().await?;
        store::ask(&tx, (member.git_workspace_id, member.resource_id)).await?;
        wake(&mut tx, ctx, (member.git_workspace_id, member.organization_id)).await?;
        tx.commit().await?;
    }
    Ok(())
}
