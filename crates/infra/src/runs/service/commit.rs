//! Starting a run because of a commit: by the server itself, once for each commit, in the place of what an older commit
//! left waiting.

use slipway_api::ids::{RepositoryId, RunId, UserId, WorkspaceId};
use slipway_api::runs::{NewRun, RunStatus};
use slipway_kernel::queue::model::Stop;
use slipway_kernel::{Ctx, Result, Tx};

use super::start::{blank, place, shortened};
use super::{change, decide};
use crate::configuration_versions::ConfigurationVersion;
use crate::runs::model::{Options, Run};
use crate::runs::store;
use crate::sources::store as sources;
use crate::workspaces::Workspace;
use crate::workspaces::store as workspaces;

/// What started a run: a commit.
pub(crate) const VCS: &str = "vcs";
/// Waiting runs that are looked at for a newer commit.
const MOST_PENDING: u64 = 100;

/// What a commit starts.
pub(crate) struct CommitRun<'a> {
    /// Where.
    pub workspace: &'a Workspace,
    /// The commit's files.
    pub configuration: &'a ConfigurationVersion,
    /// What becomes of the plan.
    pub purpose: Purpose,
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
}

/// What becomes of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It is looked at.
    Show,
    /// It is kept until somebody applies exactly that, and holds up nobody until then.
    Keep,
    /// It is applied, after somebody confirmed it or by itself, as the workspace says.
    Apply,
}

/// Starts the run, unless it was started before or a newer commit was faster; what an older commit of the same branch or
/// pull request left waiting is discarded.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn start(ctx: &Ctx, wish: CommitRun<'_>) -> Result<Option<Run>> {
    let key = match free_key(ctx, &wish).await? {
        Ok(key) => key,
        Err(run) => return Ok(Some(*run)),
    };
    let request = NewRun {
        plan_only: Some(wish.purpose == Purpose::Show),
        save_plan: wish.purpose == Purpose::Keep,
        ..NewRun::default()
    };
    let auto_apply = wish.workspace.auto_apply && wish.purpose == Purpose::Apply;
    let mut options = Options::from_request(&request, auto_apply, wish.configuration.speculative)?;
    options.is_untrusted = wish.is_untrusted;
    let mut run = Run {
        message: shortened(&wish.message),
        source: VCS.to_owned(),
        created_by: wish.created_by,
        request_key: Some(key),
        ..blank(ctx, wish.workspace, wish.configuration.id, options)?
    };
    if let Some(step) = run.history.0.first_mut() {
        step.by = wish.by;
    }
    let mut tx = ctx.begin().await?;
    workspaces::hold(&tx, wish.workspace.id).await?;
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

/// The key of a new run, or the run that was started with it. A branch of a pull request may come back to a commit that
/// another one superseded meanwhile: what was taken back then is made again.
async fn free_key(ctx: &Ctx, wish: &CommitRun<'_>) -> Result<Result<String, Box<Run>>> {
    let mut key = wish.key.clone();
    loop {
        let Some(run) = store::of_request(ctx.db.reader(), &key).await? else {
            return Ok(Ok(key));
        };
        let is_gone = matches!(
            run.status,
            RunStatus::Discarded | RunStatus::Canceled | RunStatus::ForceCanceled
        ) || run.cancel_requested_at.is_some();
        if wish.position.is_some() || !is_gone {
            return Ok(Err(Box::new(run)));
        }
        key = format!("after {}", run.id);
    }
}

/// Takes back what older commits left where `run` is now: what waits is discarded, and of a pull request what is being
/// planned is stopped. A push's plan goes on; if it may not apply by itself, it gives way when it is done.
async fn supersede(tx: &mut Tx, ctx: &Ctx, run: &Run, commit: &str) -> Result<()> {
    let older: Vec<Run> = store::active(&**tx, run.workspace_id)
        .await?
        .into_iter()
        .filter(|other| other.id < run.id && other.source == VCS)
        .collect();
    if older.is_empty() {
        return Ok(());
    }
    let Some(own) = origin(tx, run).await? else {
        return Ok(());
    };
    for other in older {
        if origin(tx, &other).await?.as_ref() == Some(&own) {
            take_back(tx, ctx, &other, &superseded_by(run.id, commit)).await?;
        }
    }
    Ok(())
}

fn superseded_by(run: RunId, commit: &str) -> String {
    format!("Superseded by run {run} of the newer commit {commit}.")
}

/// The plan of a push that would now wait for somebody gives way to a newer commit that waits already.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn give_way(tx: &mut Tx, ctx: &Ctx, run: Run) -> Result<Run> {
    if run.source != VCS || run.status != RunStatus::Planned {
        return Ok(run);
    }
    let own = origin(tx, &run).await?;
    for other in store::pending(&**tx, run.workspace_id, MOST_PENDING).await? {
        if other.source != VCS || other.id < run.id || origin(tx, &other).await? != own {
            continue;
        }
        let commit = sources::commit_of(&**tx, other.configuration_version_id).await?;
        let commit = commit.map(|commit| commit.commit_sha.chars().take(10).collect::<String>());
        return run.supersede(ctx.now(), superseded_by(other.id, &commit.unwrap_or_default()));
    }
    Ok(run)
}

/// What a run's commit came by: runs of one origin take each other's place.
#[derive(Debug, PartialEq, Eq)]
enum Origin {
    /// A pull request of a repository: its newest plan is the only one.
    PullRequest(RepositoryId, i64),
    /// A branch or a tag of a repository, by runs that may apply, or by runs that may not.
    Ref {
        repository: RepositoryId,
        branch: Option<String>,
        tag: Option<String>,
        is_plan_only: bool,
    },
}

async fn origin(tx: &Tx, run: &Run) -> Result<Option<Origin>> {
    let commit = sources::commit_of(&**tx, run.configuration_version_id).await?;
    Ok(commit.map(|commit| match commit.pull_request_number {
        Some(number) => Origin::PullRequest(commit.repository_id, number),
        None => Origin::Ref {
            repository: commit.repository_id,
            branch: commit.branch,
            tag: commit.tag,
            is_plan_only: run.options.plan_only,
        },
    }))
}

/// Discards a run that waits, and stops one that only makes a plan; what may apply by now goes on.
async fn take_back(tx: &mut Tx, ctx: &Ctx, run: &Run, reason: &str) -> Result<()> {
    // Every  change frees or gives the workspace anew.
    let mut workspace = workspaces::hold(tx, run.workspace_id).await?;
    let run = store::get(&**tx, run.id).await?;
    if run.is_supersedable() {
        let mut run = run.supersede(ctx.now(), reason.to_owned())?;
        change::write(tx, ctx, &mut workspace, &mut run, "run.superseded").await?;
        return Ok(());
    }
    if run.status == RunStatus::Planning && !run.holds_workspace() {
        decide::stop_runner(tx, &run, Stop::Cancel).await?;
        let mut run = run.abandon_plan(ctx.now(), reason.to_owned())?;
        change::write(tx, ctx, &mut workspace, &mut run, "run.cancel-requested").await?;
    }
    Ok(())
}

/// Takes back what a pull request has in a workspace: what waits there, for its turn or for somebody, and what is being
/// planned. What is being applied goes on.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn withdraw(
    ctx: &Ctx,
    workspace: WorkspaceId,
    (repository, number): (RepositoryId, i64),
    reason: &str,
) -> Result<()> {
    let mut tx = ctx.begin().await?;
    workspaces::hold(&tx, workspace).await?;
    let wanted = Some(Origin::PullRequest(repository, number));
    for run in store::active(&*tx, workspace).await? {
        if run.source == VCS && origin(&tx, &run).await? == wanted {
            take_back(&mut tx, ctx, &run, reason).await?;
        }
    }
    tx.commit().await
}
