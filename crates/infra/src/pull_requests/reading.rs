//! Pull requests for people and programs: which there are, what is known of them, and commands without a comment.
//!
//! Who may see a repository sees its requests, and of their workspaces those that he may see.

use std::collections::HashMap;

use slipway_api::ids::{PullRequestId, RunId, WorkspaceId};
use slipway_api::pull_requests::PullRequestWorkspace;
use slipway_connections::forges::model::Reaction;
use slipway_connections::permissions::REPOSITORY_READ;
use slipway_connections::repositories::{self, Repository};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::commanding::{Order, Outcome};
use super::model::{Link, PullRequest, State};
use super::store::{self, Filter};
use crate::people::Known;
use crate::permissions::{RUN_PLAN, WORKSPACE_READ};
use crate::phases::model::{Phase, PhaseKind};
use crate::phases::store as phases;
use crate::runs::{Run, store as runs};
use crate::sources::store as sources;
use crate::workspaces::{Workspace, store as workspaces};

/// A page of the pull requests that the caller may see, the newest first.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn list(ctx: &Ctx, filter: &Filter<'_>, page: &Page) -> Result<Listed<PullRequest>> {
    let visible = ctx.visible(REPOSITORY_READ, filter.organization).await?;
    store::list(ctx.db.reader(), &visible, filter, page).await
}

/// A pull request with its repository, if the caller may see that.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible.
pub(super) async fn load(ctx: &Ctx, id: PullRequestId) -> Result<(PullRequest, Repository)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let missing = || Error::not_found("pull request", id);
    let request = store::find(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let repository = repositories::service::load(ctx, request.repository_id, REPOSITORY_READ).await;
    // Whoever may not see the repository is not told which one it is.
    let repository = repository.map_err(|error| match error.code() {
        slipway_api::Code::NotFound => missing(),
        _ => error,
    })?;
    Ok((request, repository))
}

/// What requests come to in the workspaces that the caller may see.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn workspaces_of(
    ctx: &Ctx,
    requests: &[PullRequest],
) -> Result<HashMap<PullRequestId, Vec<PullRequestWorkspace>>> {
    let reader = ctx.db.reader();
    let ids: Vec<PullRequestId> = requests.iter().map(|request| request.id).collect();
    let links = store::links_of_all(reader, &ids).await?;
    let mut workspace_ids: Vec<WorkspaceId> = links.iter().map(|link| link.workspace_id).collect();
    workspace_ids.sort_unstable();
    workspace_ids.dedup();
    let granted = ctx.granted().await?;
    let visible: HashMap<WorkspaceId, Workspace> = workspaces::of_ids(reader, &workspace_ids)
        .await?
        .into_iter()
        .filter(|workspace| granted.allows(WORKSPACE_READ, &workspace.scope()))
        .map(|workspace| (workspace.id, workspace))
        .collect();
    let run_ids: Vec<RunId> = links.iter().filter_map(newest).collect();
    let found: HashMap<RunId, Run> = runs::of_ids(reader, &run_ids)
        .await?
        .into_iter()
        .map(|run| (run.id, run))
        .collect();
    let phase_ids: Vec<String> = run_ids.iter().map(|run| Phase::id_of(*run, PhaseKind::Plan)).collect();
    let plans: HashMap<RunId, Phase> = phases::of_ids(reader, &phase_ids)
        .await?
        .into_iter()
        .map(|phase| (phase.run_id, phase))
        .collect();
    let mut shown: HashMap<PullRequestId, Vec<PullRequestWorkspace>> = HashMap::new();
    for link in links {
        let Some(workspace) = visible.get(&link.workspace_id) else {
            continue;
        };
        let run = newest(&link).and_then(|run| found.get(&run));
        let row = row(&link, workspace, run, run.and_then(|run| plans.get(&run.id)));
        shown.entry(link.pull_request_id).or_default().push(row);
    }
    Ok(shown)
}

/// The newest run of a request in a workspace.
fn newest(link: &Link) -> Option<RunId> {
    link.apply_run_id.max(link.plan_run_id)
}

fn row(link: &Link, workspace: &Workspace, run: Option<&Run>, plan: Option<&Phase>) -> PullRequestWorkspace {
    let owner = link.pull_request_id.to_string();
    PullRequestWorkspace {
        workspace_id: workspace.id,
        name: workspace.name.to_string(),
        reason: link.reason.clone(),
        skipped: link.skipped.clone(),
        run_id: run.map(|run| run.id),
        status: run.map(|run| run.status),
        counts: plan.map(|plan| plan.report.counts),
        is_applied_before: link.is_applied_before,
        is_locked: workspace.lock.as_ref().is_some_and(|lock| lock.id == owner),
    }
}

/// Plans a request again, where the caller may, as `slipway plan` in a comment does.
///
/// # Errors
///
/// `Forbidden` for whoever may plan none of its workspaces; `Conflict` with the reason when nothing is planned.
pub(super) async fn plan(ctx: &Ctx, id: PullRequestId, only: &[String]) -> Result<PullRequest> {
    let (request, repository) = commandable(ctx, id).await?;
    let (system, person, key) = (Ctx::system(ctx.kernel()), person(ctx), key(ctx)?);
    let order = order(&system, ctx, (&person, &key), &repository, only);
    let mut tx = system.begin().await?;
    order.record(&mut tx, "pull-request.planned", &request).await?;
    tx.commit().await?;
    done(ctx, id, order.plan(request).await?).await
}

/// Lets the newest commit of a fork be planned, as `slipway allow` in a comment does.
///
/// # Errors
///
/// Those of [`plan`].
pub(super) async fn allow(ctx: &Ctx, id: PullRequestId) -> Result<PullRequest> {
    let (request, repository) = commandable(ctx, id).await?;
    let (system, person, key) = (Ctx::system(ctx.kernel()), person(ctx), key(ctx)?);
    let order = order(&system, ctx, (&person, &key), &repository, &[]);
    done(ctx, id, order.allow(request).await?).await
}

fn order<'a>(
    system: &'a Ctx,
    commander: &'a Ctx,
    (person, key): (&'a Known, &'a str),
    repository: &'a Repository,
    workspaces: &'a [String],
) -> Order<'a> {
    Order {
        ctx: system,
        commander,
        person,
        repository,
        workspaces,
        key,
    }
}

fn person(ctx: &Ctx) -> Known {
    Known {
        user: ctx.user().ok(),
        actor: Some(ctx.actor().clone()),
        login: None,
    }
}

/// What tells this command from others.
fn key(ctx: &Ctx) -> Result<String> {
    Ok(format!("by hand {}", ctx.new_id::<slipway_api::ids::kind::Run>()?))
}

/// A request that is open, if the caller may plan a workspace of its repository.
async fn commandable(ctx: &Ctx, id: PullRequestId) -> Result<(PullRequest, Repository)> {
    let (request, repository) = load(ctx, id).await?;
    let mut refusal = Error::conflict("No workspace comes from the repository any more.");
    let mut may = false;
    for (_, workspace) in sources::of_repository(ctx.db.reader(), repository.id).await? {
        match ctx.authorize(RUN_PLAN, &workspace.target()).await {
            Ok(()) => {
                may = true;
                break;
            }
            Err(error) => refusal = error,
        }
    }
    match (may, request.state) {
        (false, _) => Err(refusal),
        (true, State::Open) => Ok((request, repository)),
        (true, _) => Err(Error::conflict("The request is not open any more.")),
    }
}

/// The request after a command, or why nothing came of that.
async fn done(ctx: &Ctx, id: PullRequestId, outcome: Outcome) -> Result<PullRequest> {
    if outcome.reaction == Reaction::Refused {
        return Err(Error::conflict(outcome.note.unwrap_or_default()));
    }
    load(ctx, id).await.map(|(request, _)| request)
}
