//! Planning a pull request: the result of the merge, in every workspace that it concerns.

use std::collections::BTreeSet;

use slipway_api::ids::{RunId, WorkspaceId};
use slipway_api::vcs::ForkPolicy;
use slipway_connections::repositories::{self, Repository};
use slipway_git::{Merge, Mirror, ObjectId};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Link, PullRequest};
use super::service::comment_soon;
use super::store;
use crate::commits::concern::{Concern, Happening, Place, Starts, concerned};
use crate::people::Known;
use crate::permissions::RUN_PLAN;
use crate::reports::model::State as StatusState;
use crate::reports::service as reports;
use crate::runs::service::commit::{CommitRun, start, withdraw};
use crate::sources::ingest::{Found, FoundPullRequest, Ingest};
use crate::sources::model::Texts;
use crate::sources::opening::of_git;
use crate::sources::service::forge_kind;
use crate::sources::store as sources;

/// Why a request is planned, and for whom.
pub(crate) struct Wish {
    /// Who made it known, or commanded it.
    pub person: Known,
    /// The comment that commanded it: another comment is another plan.
    pub comment: Option<String>,
    /// Only these workspaces, by name; all when empty.
    pub only: Vec<String>,
}

impl Wish {
    /// What a push or the opening asks for.
    pub(crate) fn of_change(person: Known) -> Self {
        Self {
            person,
            comment: None,
            only: Vec::new(),
        }
    }
}

/// What became of planning.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    /// Workspaces that are planned now.
    pub started: usize,
    /// Workspaces that whoever commanded may not plan.
    pub refused: Vec<String>,
}

/// The two ends of a request and their merge, in the mirror.
pub(super) struct Merged {
    pub mirror: Mirror,
    pub base: ObjectId,
    pub head: ObjectId,
    /// The merge, or the files that contradict each other.
    pub outcome: Merge,
}

/// Fetches what is not here yet, and merges.
pub(super) async fn merge(ctx: &Ctx, repository: &Repository, request: &PullRequest) -> Result<Merged> {
    let head: ObjectId = request.head_commit.parse().map_err(Error::internal)?;
    let refs = [request.head_ref.clone()];
    let mirror = repositories::service::mirror_with(ctx, repository, &head, &refs).await?;
    let base = mirror
        .resolve(&format!("refs/heads/{}", request.base_branch))
        .await
        .map_err(of_git)?;
    let base =
        base.ok_or_else(|| Error::conflict(format!("The branch {} is not there any more.", request.base_branch)))?;
    let message = format!("Merge {} into {}", request.name(repository), request.base_branch);
    let outcome = mirror.merge(&base, &head, &message).await.map_err(of_git)?;
    Ok(Merged {
        mirror,
        base,
        head,
        outcome,
    })
}

/// Plans a request in all workspaces that it concerns, or in those that were named.
///
/// # Errors
///
/// Those of Git and of the database; what is away is tried again.
pub(crate) async fn plan(ctx: &Ctx, repository: &Repository, mut request: PullRequest, wish: Wish) -> Result<Planned> {
    let merged = merge(ctx, repository, &request).await?;
    request.base_commit = Some(merged.base.to_string());
    let result = match &merged.outcome {
        Merge::Clean(result) => result.clone(),
        Merge::Conflicts(files) => {
            request.conflicts = Some(Texts(files.iter().take(100).cloned().collect()));
            request.merge_commit = None;
            conflicting(ctx, &request).await?;
            return Ok(Planned::default());
        }
    };
    request.conflicts = None;
    request.merge_commit = Some(result.to_string());
    let place = Place {
        repository,
        mirror: &merged.mirror,
        before: Some(&merged.base),
        after: &result,
    };
    let happening = Happening::PullRequest {
        base: &request.base_branch,
        head: &request.head_branch,
    };
    let all = sources::of_repository(ctx.db.reader(), repository.id).await?;
    let mut concerns = concerned(ctx, &place, happening, all).await?;
    if request.is_fork {
        concerns.retain(|concern| concern.source.fork_policy == ForkPolicy::Ask);
    }
    if !request.is_allowed() && !concerns.is_empty() {
        waiting(ctx, &request).await?;
        return Ok(Planned::default());
    }
    let concerned: BTreeSet<WorkspaceId> = concerns.iter().map(|concern| concern.workspace.id).collect();
    if wish.only.is_empty() {
        forget_others(ctx, repository, &request, &concerned).await?;
    }
    let (wanted, refused) = permitted(ctx, concerns, &wish).await?;
    let found = found(&request, &merged).await?;
    let started = begin(ctx, (&place, &request), &found, wanted, &wish).await?;
    finish(ctx, request, !concerned.is_empty()).await?;
    Ok(Planned { started, refused })
}

/// The commit as it is shown: what the request offers, not our merge of it.
async fn found(request: &PullRequest, merged: &Merged) -> Result<Found> {
    Ok(Found {
        branch: Some(request.base_branch.clone()),
        tag: None,
        sender: Some(request.author.clone()),
        pull_request: Some(FoundPullRequest {
            number: u64::try_from(request.number).unwrap_or(0),
            url: request.url.clone(),
            head: merged.mirror.commit(&merged.head).await.map_err(of_git)?,
            is_speculative: true,
            is_fork: request.is_fork,
        }),
    })
}

/// Of the concerned workspaces those that were named and that whoever commanded may plan; and the others that were named.
async fn permitted(ctx: &Ctx, concerns: Vec<Concern>, wish: &Wish) -> Result<(Vec<Concern>, Vec<String>)> {
    let (mut wanted, mut refused) = (Vec::new(), Vec::new());
    let commander = match wish.comment {
        Some(_) => wish.person.ctx(ctx),
        None => None,
    };
    for concern in concerns {
        if !wish.only.is_empty() && !wish.only.iter().any(|name| *name == concern.workspace.name.as_str()) {
            continue;
        }
        let may = match &commander {
            Some(commander) => commander.authorize(RUN_PLAN, &concern.workspace.target()).await.is_ok(),
            // A push starts what the workspace says; who pushed may be unknown here.
            None => wish.comment.is_none(),
        };
        if may {
            wanted.push(concern);
        } else {
            refused.push(concern.workspace.name.to_string());
        }
    }
    Ok((wanted, refused))
}

async fn begin(
    ctx: &Ctx,
    (place, request): (&Place<'_>, &PullRequest),
    found: &Found,
    wanted: Vec<Concern>,
    wish: &Wish,
) -> Result<usize> {
    let kind = forge_kind(ctx, place.repository).await?;
    let commit = place.mirror.commit(place.after).await.map_err(of_git)?;
    let mut ingest = Ingest::new(ctx, place.repository, kind, &commit);
    let (mut started, mut trouble) = (0, None);
    for concern in wanted {
        match begin_one(ctx, &mut ingest, (place, request), found, &concern, wish).await {
            Ok(run) => started += usize::from(run.is_some()),
            Err(error) => {
                tracing::warn!(workspace.id = %concern.workspace.id, %error, "a pull request is not planned yet");
                trouble = Some(error);
            }
        }
    }
    trouble.map_or(Ok(started), Err)
}

async fn begin_one(
    ctx: &Ctx,
    ingest: &mut Ingest<'_>,
    (place, request): (&Place<'_>, &PullRequest),
    found: &Found,
    concern: &Concern,
    wish: &Wish,
) -> Result<Option<RunId>> {
    let mut link = Link {
        pull_request_id: request.id,
        workspace_id: concern.workspace.id,
        plan_run_id: None,
        apply_run_id: None,
        reason: concern.reason.clone(),
        skipped: None,
    };
    if concern.starts == Starts::Pipeline {
        link.skipped = Some("Its trigger names a pipeline, and there are none yet.".to_owned());
        put(ctx, &link).await?;
        return Ok(None);
    }
    let configuration = ingest
        .configuration(&concern.workspace, &concern.source, Some(&concern.closure), found)
        .await?;
    if !configuration.is_usable() {
        link.skipped = configuration.error_message.clone();
        put(ctx, &link).await?;
        return Ok(None);
    }
    let comment = wish.comment.as_deref().unwrap_or_default();
    let wish = CommitRun {
        workspace: &concern.workspace,
        configuration: &configuration,
        plan_only: true,
        key: key(&format!(
            "plan {} {} {} {comment}",
            request.id, place.after, concern.workspace.id
        )),
        message: request.title.clone(),
        by: wish.person.name(),
        created_by: wish.person.user,
        position: None,
        commit: request.head_commit.chars().take(10).collect(),
        is_untrusted: request.is_fork,
        applies_for: None,
    };
    let run = start(ctx, wish).await?;
    link.plan_run_id = run.as_ref().map(|run| run.id);
    put(ctx, &link).await?;
    Ok(link.plan_run_id)
}

/// A key that fits, whatever forges call their comments.
pub(super) fn key(text: &str) -> String {
    if text.len() <= 190 {
        return text.to_owned();
    }
    format!("digest {}", slipway_tofu::digest::sha256_hex(text.as_bytes()))
}

async fn put(ctx: &Ctx, link: &Link) -> Result<()> {
    let tx = ctx.begin().await?;
    store::put_link(&tx, link).await?;
    tx.commit().await
}

/// Workspaces that an earlier commit of the request concerned and this one does not.
async fn forget_others(
    ctx: &Ctx,
    repository: &Repository,
    request: &PullRequest,
    concerned: &BTreeSet<WorkspaceId>,
) -> Result<()> {
    for link in store::links_of(ctx.db.reader(), request.id).await? {
        if concerned.contains(&link.workspace_id) || link.apply_run_id.is_some() {
            continue;
        }
        let reason = format!("{} does not concern the workspace any more.", request.name(repository));
        withdraw(ctx, link.workspace_id, request.number, &reason).await?;
        let tx = ctx.begin().await?;
        store::remove_link(&tx, &link).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Notes that the request was planned; says so where nothing will.
async fn finish(ctx: &Ctx, request: PullRequest, is_any: bool) -> Result<()> {
    let planned = PullRequest {
        planned_commit: Some(request.head_commit.clone()),
        ..request
    };
    let mut tx = ctx.begin().await?;
    store::update(&tx, &planned).await?;
    if !is_any {
        let place = (planned.repository_id, planned.head_commit.as_str());
        let words = (StatusState::Success, "No workspace is concerned".to_owned());
        reports::say_overall(&mut tx, ctx, place, words).await?;
    }
    // Where nothing is concerned, only a comment that is there already is corrected.
    if is_any || planned.comment_id.is_some() {
        comment_soon(&mut tx, ctx, planned.id).await?;
    }
    tx.commit().await
}

async fn conflicting(ctx: &Ctx, request: &PullRequest) -> Result<()> {
    let words = format!("Cannot be merged into {}", request.base_branch);
    say(ctx, request, (StatusState::Failure, words)).await
}

async fn waiting(ctx: &Ctx, request: &PullRequest) -> Result<()> {
    let words = "A fork: waits for somebody to write \"slipway allow\"".to_owned();
    say(ctx, request, (StatusState::Pending, words)).await
}

async fn say(ctx: &Ctx, request: &PullRequest, words: (StatusState, String)) -> Result<()> {
    let mut tx = ctx.begin().await?;
    store::update(&tx, request).await?;
    reports::say_overall(&mut tx, ctx, (request.repository_id, &request.head_commit), words).await?;
    comment_soon(&mut tx, ctx, request.id).await?;
    tx.commit().await
}
