//! Following a pull request: opened, changed, closed; and what its runs mean for its comment.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::{PullRequestId, RepositoryId};
use slipway_api::runs::RunStatus;
use slipway_connections::forges::model::{Person, PullRequest as Offered};
use slipway_connections::repositories::{self, Repository};
use slipway_kernel::queue::{NewItem, enqueue};
use slipway_kernel::{Ctx, Result, Tx};

use super::answered::{Outcome, answered};
use super::model::{Asks, Link, PullRequest, State};
use super::planning::{self, Cause, Wish};
use super::store;
use crate::jobs::PULL_REQUEST_COMMENT;
use crate::people::{self, Known};
use crate::runs::Run;
use crate::runs::service::commit::{VCS, withdraw};
use crate::sources::commit::Commit;
use crate::sources::store as sources;
use crate::workspaces::service::{Event, change_lock};
use crate::workspaces::{self, Lock, Workspace};

/// How often a forge is tried before somebody has to look: for more than a day.
const ATTEMPTS: i64 = 200;
/// How long to wait for more before the comment is written: many runs change at once.
const GATHERING: Duration = Duration::from_millis(300);

/// For how long a request is kept that was merged or closed, as long as the statuses of its commits.
const KEPT: Duration = Duration::from_secs(90 * 86_400);
/// Requests that are removed at once.
const BATCH: u64 = 200;

/// A change of a pull request, as the event tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Changed {
    pull_request: Offered,
    #[serde(default)]
    sender: Person,
}

/// A pull request was opened, changed or closed. It may be told twice, and late: what is older than what is known changes
/// nothing.
///
/// # Errors
///
/// Those of Git and of the database; what is away is tried again.
pub(crate) async fn changed(ctx: &Ctx, id: RepositoryId, position: i64, changed: &Changed) -> Result<()> {
    let repository = match repositories::service::get(ctx, id).await {
        Ok(repository) => repository,
        Err(error) if error.code() == Code::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let person = people::known(ctx, &repository, &changed.sender).await?;
    follow(ctx, &repository, position, &changed.pull_request, &person).await
}

/// Notes what the forge says of a request, and does what follows from that.
///
/// # Errors
///
/// Those of [`changed`].
pub(super) async fn follow(
    ctx: &Ctx,
    repository: &Repository,
    position: i64,
    offered: &Offered,
    person: &Known,
) -> Result<()> {
    let Some((request, asks)) = note(ctx, repository, position, offered).await? else {
        return Ok(());
    };
    match asks {
        Asks::Nothing => Ok(()),
        Asks::Plan => {
            let wish = Wish {
                person,
                cause: Cause::Change,
                only: &[],
            };
            planning::plan(ctx, repository, request, &wish).await.map(drop)
        }
        Asks::Close => close(ctx, repository, &request).await,
    }
}

/// Writes what the forge says of a request, and tells what that asks for; nothing for what no workspace could be concerned
/// by, and for what is older than what is known.
pub(super) async fn note(
    ctx: &Ctx,
    repository: &Repository,
    position: i64,
    offered: &Offered,
) -> Result<Option<(PullRequest, Asks)>> {
    let number = i64::try_from(offered.number).unwrap_or(i64::MAX);
    let tx = ctx.begin().await?;
    let before = store::of_number(&*tx, repository.id, number).await?;
    if before.as_ref().is_some_and(|before| before.position > position) {
        return Ok(None);
    }
    if before.is_none() && sources::of_repository(&*tx, repository.id).await?.is_empty() {
        return Ok(None);
    }
    let fresh = match &before {
        Some(before) => before.clone(),
        None => PullRequest::new(ctx.new_id()?, repository, offered, ctx.now()),
    };
    let mut request = fresh.as_offered(offered, ctx.now());
    // The same event again finds what it left half done, and does it.
    let asks = request.asks(before.as_ref());
    request.position = position;
    if asks == Asks::Close {
        request.state = State::Ending;
    }
    match before {
        Some(_) => store::set_offered(&tx, &request).await?,
        None => store::insert(&tx, &request).await?,
    }
    tx.commit().await?;
    request.state = offered.state.into();
    Ok(Some((request, asks)))
}

/// Takes back what waits, gives locks back, and says so.
async fn close(ctx: &Ctx, repository: &Repository, request: &PullRequest) -> Result<()> {
    let what = match request.state {
        State::Merged => "merged",
        _ => "closed",
    };
    for link in store::links_of(ctx.db.reader(), request.id).await? {
        let reason = format!("The pull request {} was {what}.", request.name(repository));
        withdraw(ctx, link.workspace_id, request.place(), &reason).await?;
        give_back(ctx, request, &link).await?;
    }
    let mut tx = ctx.begin().await?;
    store::set_ended(&tx, request.id, request.state).await?;
    if request.comment_id.is_some() {
        comment_soon(&mut tx, ctx, request.id).await?;
    }
    answered(&mut tx, ctx, repository, request, Outcome::Ended).await?;
    tx.commit().await
}

/// Unlocks a workspace that the pull request locked; says whether it had.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn give_back(ctx: &Ctx, request: &PullRequest, link: &Link) -> Result<bool> {
    let is_ours = |workspace: &Workspace| workspace.lock.as_ref().is_some_and(|lock| is_of(request, lock));
    let workspace = workspaces::store::find(ctx.db.reader(), link.workspace_id).await?;
    if !workspace.as_ref().is_some_and(is_ours) {
        return Ok(false);
    }
    let event = Event::new("workspace.unlocked", json!({"pull-request": request.url}));
    change_lock(ctx, link.workspace_id, event, |workspace| {
        if is_ours(workspace) {
            workspace.lock = None;
        }
        Ok(())
    })
    .await?;
    let tx = ctx.begin().await?;
    store::set_apply(&tx, request.id, link.workspace_id, None).await?;
    tx.commit().await?;
    Ok(true)
}

/// Whether a lock is a pull request's.
#[must_use]
pub(crate) fn is_of_pull_request(lock: &Lock) -> bool {
    lock.id.parse::<PullRequestId>().is_ok()
}

/// Before a run takes the workspace that applies what a pull request offers: the request's own lock makes room, and comes
/// back with [`keep_lock`]. In the transaction that gives the run the workspace.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn take_lock(tx: &Tx, workspace: &mut Workspace, run: &Run) -> Result<()> {
    if let Some(request) = of_run(tx, run).await?
        && workspace.lock.as_ref().is_some_and(|lock| is_of(&request, lock))
    {
        workspace.lock = None;
    }
    Ok(())
}

/// After a run has ended that may have applied what a pull request offers, keeps the workspace for the request: an apply of
/// the base branch would undo it. In the transaction that ends the run, before the workspace is given on.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn keep_lock(tx: &Tx, ctx: &Ctx, workspace: &mut Workspace, run: &Run) -> Result<()> {
    if !run.has_reached(RunStatus::Confirmed) || workspace.is_locked() {
        return Ok(());
    }
    let Some(request) = of_run(tx, run).await?.filter(|request| request.state == State::Open) else {
        return Ok(());
    };
    if run.has_reached(RunStatus::Applying) {
        store::set_apply(tx, request.id, workspace.id, Some(run.id)).await?;
    } else if !store::has_applied(tx, request.id, workspace.id).await? {
        // It was stopped before it began, and nothing was applied before.
        return Ok(());
    }
    let reason = format!(
        "Applied before the merge; unlocked when {} is merged or closed.",
        request.url
    );
    let name = format!("pull request #{}", request.number);
    workspace.lock = Some(Lock::by_user(request.id.to_string(), name, &reason, ctx.now()));
    Ok(())
}

/// The pull request whose merge result a run may apply.
async fn of_run(tx: &Tx, run: &Run) -> Result<Option<PullRequest>> {
    if run.source != VCS || run.options.plan_only {
        return Ok(None);
    }
    let Some(commit) = sources::commit_of(&**tx, run.configuration_version_id).await? else {
        return Ok(None);
    };
    match commit.pull_request_number {
        Some(number) => store::of_number(&**tx, commit.repository_id, number).await,
        None => Ok(None),
    }
}

fn is_of(request: &PullRequest, lock: &Lock) -> bool {
    lock.id == request.id.to_string()
}

/// A run of a pull request changed: its comment is written anew, soon.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn run_changed(ctx: &Ctx, commit: &Commit, number: i64, run: &Run) -> Result<()> {
    let reader = ctx.db.reader();
    let Some(request) = store::of_number(reader, commit.repository_id, number).await? else {
        return Ok(());
    };
    let links = store::links_of(reader, request.id).await?;
    let is_shown = links
        .iter()
        .any(|link| link.plan_run_id == Some(run.id) || link.apply_run_id == Some(run.id));
    if !is_shown {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    comment_soon(&mut tx, ctx, request.id).await?;
    tx.commit().await
}

/// Has the comment written anew, once for all who ask until then.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn comment_soon(tx: &mut Tx, ctx: &Ctx, id: PullRequestId) -> Result<()> {
    if !store::set_due(tx, id, true).await? {
        return Ok(());
    }
    let item = NewItem {
        max_attempts: ATTEMPTS,
        run_after: Some(ctx.now().after(GATHERING)),
        ..NewItem::job(PULL_REQUEST_COMMENT, id, json!({}))
    };
    enqueue(tx, ctx, item).await?;
    Ok(())
}

/// Removes what is known of requests that ended long ago; their runs stay.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn sweep(ctx: &Ctx) -> Result<()> {
    loop {
        let tx = ctx.begin().await?;
        let removed = store::remove_ended_before(&tx, ctx.now().before(KEPT), BATCH).await?;
        tx.commit().await?;
        if u64::try_from(removed).unwrap_or(0) < BATCH {
            return Ok(());
        }
    }
}
