//! Starting a run because of a commit: by the server itself, once for each commit, in the place of what an older commit
//! left waiting.

use slipway_api::ids::{ConfigurationVersionId, PullRequestId, RunId, UserId, WorkspaceId};
use slipway_api::runs::NewRun;
use slipway_kernel::{Ctx, Result, Tx};

use super::change;
use super::start::{blank, place, shortened};
use crate::configuration_versions::ConfigurationVersion;
use crate::runs::model::{Options, Run};
use crate::runs::store;
use crate::sources::store as sources;
use crate::workspaces::Workspace;
use crate::workspaces::store as workspaces;

/// What started a run: a commit.
pub(crate) const VCS: &str = "vcs";

/// What a commit starts.
pub(crate) struct CommitRun<'a> {
    /// Where.
    pub workspace: &'a Workspace,
    /// The commit's files.
    pub configuration: &'a ConfigurationVersion,
    /// Whether it can never apply.
    pub plan_only: bool,
    /// The same key again is the same run.
    pub key: String,
    /// Why, for people.
    pub message: String,
    /// Who made the commit known, for people.
    pub by: String,
    /// Who that is here.
    pub created_by: Option<UserId>,
    /// The event that told of the commit: what an older event tells of starts nothing any more.
    pub position: Option<i64>,
    /// How the commit is called to people.
    pub commit: String,
    /// Whether strangers wrote the code: it gets no secret.
    pub is_untrusted: bool,
    /// The pull request that it applies before the merge: without asking, and in spite of the request's own lock.
    pub applies_for: Option<PullRequestId>,
}

/// Starts the run, unless it was started before or a newer commit was faster; what an older commit of the same branch or
/// pull request left waiting is discarded.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn start(ctx: &Ctx, wish: CommitRun<'_>) -> Result<Option<Run>> {
    if let Some(run) = store::of_request(ctx.db.reader(), &wish.key).await? {
        return Ok(Some(run));
    }
    let request = NewRun {
        plan_only: Some(wish.plan_only),
        ..NewRun::default()
    };
    let auto_apply = wish.workspace.auto_apply || wish.applies_for.is_some();
    let mut options = Options::from_request(&request, auto_apply, wish.configuration.speculative)?;
    options.is_untrusted = wish.is_untrusted;
    let mut run = Run {
        message: shortened(&wish.message),
        source: VCS.to_owned(),
        created_by: wish.created_by,
        request_key: Some(wish.key),
        ..blank(ctx, wish.workspace, wish.configuration.id, options)?
    };
    if let Some(step) = run.history.0.first_mut() {
        step.by = wish.by;
    }
    let mut tx = ctx.begin().await?;
    let mut workspace = workspaces::hold(&tx, wish.workspace.id).await?;
    if let Some(request) = wish.applies_for
        && workspace
            .lock
            .as_ref()
            .is_some_and(|lock| lock.id == request.to_string())
    {
        workspace.lock = None;
        workspaces::update(&tx, &mut workspace).await?;
    }
    if let Some(position) = wish.position
        && !sources::note_started(&tx, wish.workspace.id, position).await?
    {
        return Ok(None);
    }
    let run = place(&mut tx, ctx, run).await?;
    supersede(&mut tx, ctx, &run, &wish.commit).await?;
    let run = store::get(&*tx, run.id).await?;
    tx.commit().await?;
    Ok(Some(run))
}

/// Discards what older commits left waiting where `run` is now.
async fn supersede(tx: &mut Tx, ctx: &Ctx, run: &Run, commit: &str) -> Result<()> {
    let waiting: Vec<Run> = store::active(&**tx, run.workspace_id)
        .await?
        .into_iter()
        .filter(|other| other.id < run.id && other.source == VCS && other.is_supersedable())
        .filter(|other| other.options.plan_only == run.options.plan_only)
        .collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let own = origin(tx, run.configuration_version_id).await?;
    for other in waiting {
        if origin(tx, other.configuration_version_id).await? != own {
            continue;
        }
        let reason = format!("Superseded by run {} of the newer commit {commit}.", run.id);
        discard(tx, ctx, other, reason).await?;
    }
    Ok(())
}

/// What a run's commit came by: runs of one origin take each other's place.
async fn origin(tx: &Tx, id: ConfigurationVersionId) -> Result<Option<(Option<String>, Option<String>, Option<i64>)>> {
    let commit = sources::commit_of(&**tx, id).await?;
    Ok(commit.map(|commit| (commit.branch, commit.tag, commit.pull_request_number)))
}

async fn discard(tx: &mut Tx, ctx: &Ctx, run: Run, reason: String) -> Result<()> {
    // Every change frees or gives the workspace anew.
    let mut workspace = workspaces::hold(tx, run.workspace_id).await?;
    let mut run = store::get(&**tx, run.id).await?;
    if run.is_supersedable() {
        run = run.supersede(ctx.now(), reason)?;
        change::write(tx, ctx, &mut workspace, &mut run, "run.superseded").await?;
    }
    Ok(())
}

/// Takes back what waits of a pull request in a workspace, or waits there for somebody to confirm it; says which.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn withdraw(ctx: &Ctx, workspace: WorkspaceId, number: i64, reason: &str) -> Result<Vec<RunId>> {
    let mut tx = ctx.begin().await?;
    workspaces::hold(&tx, workspace).await?;
    let mut withdrawn = Vec::new();
    for run in store::active(&*tx, workspace).await? {
        let commit = sources::commit_of(&*tx, run.configuration_version_id).await?;
        let is_of_request = commit.is_some_and(|commit| commit.pull_request_number == Some(number));
        if run.source != VCS || !is_of_request || run.is_on_runner() {
            continue;
        }
        let mut workspace = workspaces::hold(&tx, workspace).await?;
        let mut fresh = store::get(&*tx, run.id).await?;
        fresh = if fresh.is_supersedable() {
            fresh.supersede(ctx.now(), reason.to_owned())?
        } else if fresh.actions(ctx.now()).is_discardable {
            fresh.error_message = Some(reason.to_owned());
            fresh.discard(ctx.now(), "Slipway")?
        } else {
            continue;
        };
        change::write(&mut tx, ctx, &mut workspace, &mut fresh, "run.discarded").await?;
        withdrawn.push(run.id);
    }
    tx.commit().await?;
    Ok(withdrawn)
}
