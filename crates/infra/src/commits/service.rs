//! What pushes and tags start, and what a commit would start.

use serde::Deserialize;
use slipway_api::Code;
use slipway_api::ids::RepositoryId;
use slipway_connections::forges::model::Person;
use slipway_connections::permissions::REPOSITORY_READ;
use slipway_connections::repositories::of_git;
use slipway_connections::repositories::{self, Repository};
use slipway_git::{Commit, CommitId, GitError, Mirror};
use slipway_kernel::{Ctx, Error, Result};

use super::concern::{Concern, Happening, Place, Starts, concerned};
use crate::people::{self, Known};
use crate::permissions::WORKSPACE_READ;
use crate::pull_requests::following;
use crate::runs::service::commit::{CommitRun, Purpose, start};
use crate::runs::store as runs;
use crate::sources::ingest::{Found, Ingest};
use crate::sources::opening::short;
use crate::sources::service::forge_kind;
use crate::sources::store;

/// A ref that moved, as the event tells it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Update {
    #[serde(rename = "ref")]
    name: String,
    before: Option<CommitId>,
    after: Option<CommitId>,
    #[serde(default)]
    forced: bool,
}

/// What a push changed, as the event tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Pushed {
    updates: Vec<Update>,
    #[serde(default)]
    sender: Person,
}

/// A release, as the event tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Released {
    tag: String,
    #[serde(default)]
    sender: Person,
}

/// Starts what a push starts. It may be told twice: each commit starts its runs once.
///
/// # Errors
///
/// Those of Git and of the database; what is away is tried again.
pub(crate) async fn pushed(ctx: &Ctx, id: RepositoryId, position: i64, pushed: &Pushed) -> Result<()> {
    let Some(repository) = found(ctx, id).await? else {
        return Ok(());
    };
    let person = people::known(ctx, &repository, &pushed.sender).await?;
    for update in &pushed.updates {
        moved(ctx, &repository, position, update, &person).await?;
    }
    Ok(())
}

/// Starts what a release starts: the same as its tag.
///
/// # Errors
///
/// Those of [`pushed`].
pub(crate) async fn released(ctx: &Ctx, id: RepositoryId, position: i64, released: &Released) -> Result<()> {
    let Some(repository) = found(ctx, id).await? else {
        return Ok(());
    };
    let mirror = repositories::service::mirror(ctx, &repository).await?;
    let name = format!("refs/tags/{}", released.tag);
    let Some(after) = mirror.resolve(&name).await.map_err(of_git)? else {
        // The push of the tag comes, or came, as an event of its own.
        return Ok(());
    };
    let update = Update {
        name,
        before: None,
        after: Some(after),
        forced: false,
    };
    let person = people::known(ctx, &repository, &released.sender).await?;
    moved(ctx, &repository, position, &update, &person).await
}

async fn found(ctx: &Ctx, id: RepositoryId) -> Result<Option<Repository>> {
    match repositories::service::get(ctx, id).await {
        Ok(repository) => Ok(Some(repository)),
        Err(error) if error.code() == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn moved(ctx: &Ctx, repository: &Repository, position: i64, update: &Update, person: &Known) -> Result<()> {
    let (Some((name, is_tag)), Some(after)) = (short(&update.name), &update.after) else {
        return Ok(());
    };
    if let (true, Some(before)) = (is_tag, &update.before) {
        return tag_moved(ctx, repository, name, before, after).await;
    }
    let all = store::of_repository(ctx.db.reader(), repository.id).await?;
    if all.is_empty() {
        return Ok(());
    }
    let (mirror, commit) = with_commit(ctx, repository, after).await?;
    if let (true, Some(before)) = (update.forced, &update.before) {
        replaced(ctx, repository, &mirror, name, before, after).await?;
    }
    let happening = match is_tag {
        true => Happening::Tag(name),
        false => Happening::Push {
            branch: name,
            is_new: update.before.is_none(),
        },
    };
    let before = match update.forced {
        true => present(&mirror, update.before.as_ref()).await?,
        // It led to what is there now.
        false => update.before.clone(),
    };
    let place = Place {
        repository,
        mirror: &mirror,
        before: before.as_ref(),
        after,
    };
    let concerns = concerned(ctx, &place, happening, all).await?;
    let found = Found {
        branch: (!is_tag).then(|| name.to_owned()),
        tag: is_tag.then(|| name.to_owned()),
        sender: person.login.clone(),
        pull_request: None,
    };
    begin(ctx, &place, &commit, &found, concerns, (position, person)).await?;
    match is_tag {
        true => Ok(()),
        false => following::branch_moved(ctx, repository, name).await,
    }
}

/// The mirror with a commit in it, and the commit.
async fn with_commit(ctx: &Ctx, repository: &Repository, id: &CommitId) -> Result<(Mirror, Commit)> {
    let mirror = repositories::service::mirror(ctx, repository).await?;
    match mirror.commit(id).await {
        // Another replica may have fetched it.
        Err(GitError::Missing(_)) => {}
        found => return Ok((mirror, found.map_err(of_git)?)),
    }
    let mirror = repositories::service::mirror_with(ctx, repository, id, &[]).await?;
    let commit = mirror.commit(id).await.map_err(of_git)?;
    Ok((mirror, commit))
}

/// What was there before, if the mirror still has it: after a forced push it may be gone.
async fn present(mirror: &Mirror, commit: Option<&CommitId>) -> Result<Option<CommitId>> {
    match commit {
        Some(commit) => mirror.resolve(commit.as_str()).await.map_err(of_git),
        None => Ok(None),
    }
}

/// Makes the configurations and starts the runs. One workspace's trouble does not hold up the others.
async fn begin(
    ctx: &Ctx,
    place: &Place<'_>,
    commit: &Commit,
    found: &Found,
    concerns: Vec<Concern>,
    (position, person): (i64, &Known),
) -> Result<()> {
    let kind = forge_kind(ctx, place.repository).await?;
    let mut ingest = Ingest::new(ctx, place.repository, kind, commit);
    let mut trouble = None;
    for concern in concerns
        .into_iter()
        .filter(|concern| concern.starts != Starts::Pipeline)
    {
        let started = begin_one(ctx, &mut ingest, commit, found, &concern, (position, person)).await;
        if let Err(error) = started {
            tracing::warn!(workspace.id = %concern.workspace.id, %error, "a commit started no run yet");
            trouble = Some(error);
        }
    }
    trouble.map_or(Ok(()), Err)
}

async fn begin_one(
    ctx: &Ctx,
    ingest: &mut Ingest<'_>,
    commit: &Commit,
    found: &Found,
    concern: &Concern,
    (position, person): (i64, &Known),
) -> Result<()> {
    let workspace = &concern.workspace;
    let configuration = ingest
        .configuration(workspace, &concern.source, Some(&concern.closure), found)
        .await?;
    if !configuration.is_usable() {
        // It says itself why.
        return Ok(());
    }
    let wish = CommitRun {
        workspace,
        configuration: &configuration,
        purpose: match concern.starts {
            Starts::Plan => Purpose::Show,
            Starts::PlanAndApply | Starts::Pipeline => Purpose::Apply,
        },
        key: format!(
            "commit {} {} {}",
            concern
                .source
                .repository_id
                .map(|id| id.to_string())
                .unwrap_or_default(),
            commit.id,
            workspace.id
        ),
        message: commit.subject().to_owned(),
        by: person.name(),
        created_by: person.user,
        position: Some(position),
        commit: commit.id.short().to_owned(),
        is_untrusted: false,
    };
    start(ctx, wish).await.map(drop)
}

/// A tag that moved starts nothing: who relied on it has to be told, and to decide.
async fn tag_moved(ctx: &Ctx, repository: &Repository, tag: &str, before: &CommitId, after: &CommitId) -> Result<()> {
    let notice = format!(
        "The tag {tag} was moved from this commit to {}. Nothing was started: start a run to take the new commit.",
        after.short()
    );
    let tx = ctx.begin().await?;
    store::set_notice(&tx, repository.id, &[before.to_string()], &notice).await?;
    tx.commit().await
}

/// After a forced push, says on unfinished runs whose commits are not on the branch any more that this is so. They go on:
/// who confirms them sees it.
async fn replaced(
    ctx: &Ctx,
    repository: &Repository,
    mirror: &Mirror,
    branch: &str,
    before: &CommitId,
    after: &CommitId,
) -> Result<()> {
    let mut gone = Vec::new();
    for (_, workspace) in store::of_repository(ctx.db.reader(), repository.id).await? {
        for run in runs::active(ctx.db.reader(), workspace.id).await? {
            let commit = store::commit_of(ctx.db.reader(), run.configuration_version_id).await?;
            let Some(commit) = commit.filter(|commit| commit.branch.as_deref() == Some(branch)) else {
                continue;
            };
            let Ok(id) = commit.commit_sha.parse() else { continue };
            if commit.pull_request_number.is_none() && !mirror.is_ancestor(&id, after).await.map_err(of_git)? {
                gone.push(commit.commit_sha);
            }
        }
    }
    if gone.is_empty() {
        return Ok(());
    }
    let notice = format!(
        "This commit is no longer on {branch}: a forced push replaced {} by {}.",
        before.short(),
        after.short()
    );
    let tx = ctx.begin().await?;
    store::set_notice(&tx, repository.id, &gone, &notice).await?;
    tx.commit().await
}

/// The workspaces that the caller may see and that a commit concerns, with what its push to `branch` would start.
///
/// # Errors
///
/// `NotFound` for a repository or commit that is not there or invisible; why the repository cannot be read.
pub async fn would_start(
    ctx: &Ctx,
    id: RepositoryId,
    commit: &str,
    branch: Option<&str>,
) -> Result<Vec<(slipway_api::ids::WorkspaceId, slipway_api::vcs::AffectedWorkspace)>> {
    let repository = repositories::service::load(ctx, id, REPOSITORY_READ).await?;
    let mirror = repositories::service::mirror(ctx, &repository).await?;
    let missing = || Error::not_found("commit", commit);
    let after = mirror.resolve(commit).await.map_err(of_git)?.ok_or_else(missing)?;
    let parents = mirror.commit(&after).await.map_err(of_git)?.parents;
    let place = Place {
        repository: &repository,
        mirror: &mirror,
        before: parents.first(),
        after: &after,
    };
    let branch = branch.or(repository.default_branch.as_deref()).unwrap_or_default();
    let granted = ctx.granted().await?;
    let visible = store::of_repository(ctx.db.reader(), id)
        .await?
        .into_iter()
        .filter(|(_, workspace)| granted.allows(WORKSPACE_READ, &workspace.scope()))
        .collect();
    let happening = Happening::Push { branch, is_new: false };
    let concerns = concerned(ctx, &place, happening, visible).await?;
    Ok(concerns
        .into_iter()
        .map(|concern| {
            let shown = slipway_api::vcs::AffectedWorkspace {
                name: concern.workspace.name.to_string(),
                starts: concern.starts.word().to_owned(),
                reason: concern.reason,
                working_directory: concern.workspace.working_directory,
            };
            (concern.workspace.id, shown)
        })
        .collect())
}
