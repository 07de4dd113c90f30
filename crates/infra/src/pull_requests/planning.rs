//! Planning a pull request: the result of the merge, in every workspace that it concerns.

use std::collections::BTreeSet;

use slipway_api::ids::{RunId, WorkspaceId};
use slipway_api::vcs::ForkPolicy;
use slipway_connections::repositories::of_git;
use slipway_connections::repositories::{self, Repository};
use slipway_git::{Commit, Merge, Mirror, ObjectId};
use slipway_kernel::{Ctx, Error, Result};

use super::answered::{Outcome, answered};
use super::model::{Link, PullRequest};
use super::service::comment_soon;
use super::store;
use crate::commits::concern::{Concern, Happening, Place, Starts, concerned};
use crate::people::Known;
use crate::permissions::RUN_PLAN;
use crate::reports::model::State as StatusState;
use crate::reports::service as reports;
use crate::runs::service::commit::{CommitRun, Purpose, start, withdraw};
use crate::sources::ingest::{Found, FoundPullRequest, Ingest};
use crate::sources::model::Texts;
use crate::sources::service::forge_kind;
use crate::sources::store as sources;

/// Why a request is planned, and for whom.
pub(crate) struct Wish<'a> {
    /// Who made it known, or commanded it.
    pub person: &'a Known,
    /// Why.
    pub cause: Cause<'a>,
    /// Only these workspaces, by name; all when empty.
    pub only: &'a [String],
}

/// Why a request is planned.
#[derive(Clone, Copy)]
pub(crate) enum Cause<'a> {
    /// It was opened, or offers other commits. A push starts what the workspace says, whoever pushed.
    Change,
    /// The branch that it goes to moved on.
    Base,
    /// Somebody commanded it, and it is planned where he may.
    Command {
        /// Who.
        commander: &'a Ctx,
        /// What tells the command from others: another command is another plan.
        key: &'a str,
    },
}

/// What became of planning.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    /// Workspaces that are planned now.
    pub started: usize,
    /// Workspaces that whoever commanded may not plan.
    pub refused: Vec<String>,
    /// Why nothing could be planned at all, in a sentence.
    pub obstacle: Option<String>,
}

impl Planned {
    fn stopped(obstacle: String) -> Self {
        Self {
            obstacle: Some(obstacle),
            ..Self::default()
        }
    }
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
pub(crate) async fn plan(
    ctx: &Ctx,
    repository: &Repository,
    mut request: PullRequest,
    wish: &Wish<'_>,
) -> Result<Planned> {
    let merged = merge(ctx, repository, &request).await?;
    request.base_commit = Some(merged.base.to_string());
    let result = match &merged.outcome {
        Merge::Clean(result) => result.clone(),
        Merge::Conflicts(files) => {
            request.conflicts = Some(Texts(files.iter().take(100).cloned().collect()));
            request.merge_commit = None;
            // There is nothing more to be done about this commit until a branch moves.
            request.planned_commit = Some(request.head_commit.clone());
            return contradicts(ctx, repository, &request).await.map(Planned::stopped);
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
    let concerns = of_request(ctx, &place, &request, wish.happening(&request)).await?;
    if !request.is_allowed() && !concerns.is_empty() {
        return waits(ctx, repository, &request).await.map(Planned::stopped);
    }
    let concerned: BTreeSet<WorkspaceId> = concerns.iter().map(|concern| concern.workspace.id).collect();
    if wish.only.is_empty() && !matches!(wish.cause, Cause::Base) {
        forget_others(ctx, repository, &request, &concerned).await?;
    }
    let (wanted, refused) = permitted(concerns, wish).await;
    let head = merged.mirror.commit(&merged.head).await.map_err(of_git)?;
    let started = begin(ctx, (&place, &request), &head, wanted, wish).await?;
    finish(ctx, repository, request, wish, !concerned.is_empty()).await?;
    Ok(Planned {
        started,
        refused,
        obstacle: None,
    })
}

/// The workspaces that a request concerns.
///
/// # Errors
///
/// Those of Git and of the database.
pub(super) async fn of_request(
    ctx: &Ctx,
    place: &Place<'_>,
    request: &PullRequest,
    happening: Happening<'_>,
) -> Result<Vec<Concern>> {
    let all = sources::of_repository(ctx.db.reader(), place.repository.id).await?;
    let mut concerns = concerned(ctx, place, happening, all).await?;
    if request.is_fork {
        concerns.retain(|concern| concern.source.fork_policy == ForkPolicy::Ask);
        for concern in &mut concerns {
            concern.is_applied_before = false;
        }
    }
    Ok(concerns)
}

impl Wish<'_> {
    fn happening<'a>(&self, request: &'a PullRequest) -> Happening<'a> {
        let (base, head) = (&request.base_branch, &request.head_branch);
        match self.cause {
            Cause::Change | Cause::Base => Happening::PullRequest { base, head },
            Cause::Command { .. } => Happening::Comment { base, head },
        }
    }
}

/// Of the concerned workspaces those that are wanted and that whoever commanded may plan; and the others that are wanted.
async fn permitted(concerns: Vec<Concern>, wish: &Wish<'_>) -> (Vec<Concern>, Vec<String>) {
    let (mut wanted, mut refused) = (Vec::new(), Vec::new());
    for concern in concerns {
        if !wish.only.is_empty() && !wish.only.iter().any(|name| *name == concern.workspace.name.as_str()) {
            continue;
        }
        let may = match wish.cause {
            Cause::Command { commander, .. } => {
                commander.authorize(RUN_PLAN, &concern.workspace.target()).await.is_ok()
            }
            Cause::Change | Cause::Base => true,
        };
        if may {
            wanted.push(concern);
        } else {
            refused.push(concern.workspace.name.to_string());
        }
    }
    (wanted, refused)
}

async fn begin(
    ctx: &Ctx,
    (place, request): (&Place<'_>, &PullRequest),
    head: &Commit,
    wanted: Vec<Concern>,
    wish: &Wish<'_>,
) -> Result<usize> {
    let kind = forge_kind(ctx, place.repository).await?;
    let commit = place.mirror.commit(place.after).await.map_err(of_git)?;
    let mut ingest = Ingest::new(ctx, place.repository, kind, &commit);
    let (mut started, mut trouble) = (0, None);
    for concern in wanted {
        let found = found(request, head, !concern.is_applied_before);
        match begin_one(ctx, &mut ingest, request, &found, &concern, wish).await {
            Ok(run) => started += usize::from(run.is_some()),
            Err(error) => {
                tracing::warn!(workspace.id = %concern.workspace.id, %error, "a pull request is not planned yet");
                trouble = Some(error);
            }
        }
    }
    trouble.map_or(Ok(started), Err)
}

/// The commit as it is shown: what the request offers, not our merge of it.
fn found(request: &PullRequest, head: &Commit, is_speculative: bool) -> Found {
    Found {
        branch: Some(request.base_branch.clone()),
        tag: None,
        sender: Some(request.author.clone()),
        pull_request: Some(FoundPullRequest {
            number: u64::try_from(request.number).unwrap_or(0),
            url: request.url.clone(),
            head: head.clone(),
            is_speculative,
            is_fork: request.is_fork,
        }),
    }
}

async fn begin_one(
    ctx: &Ctx,
    ingest: &mut Ingest<'_>,
    request: &PullRequest,
    found: &Found,
    concern: &Concern,
    wish: &Wish<'_>,
) -> Result<Option<RunId>> {
    let mut link = Link {
        pull_request_id: request.id,
        workspace_id: concern.workspace.id,
        plan_run_id: None,
        apply_run_id: None,
        reason: concern.reason.clone(),
        skipped: None,
        shown_run_id: None,
        is_applied_before: concern.is_applied_before,
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
    let result = request.merge_commit.as_deref().unwrap_or_default();
    let wanted = CommitRun {
        workspace: &concern.workspace,
        configuration: &configuration,
        purpose: match concern.is_applied_before {
            true => Purpose::Keep,
            false => Purpose::Show,
        },
        key: key(&format!(
            "plan {} {result} {} {}",
            request.id,
            link.workspace_id,
            wish.key()
        )),
        message: request.title.clone(),
        by: wish.person.name(),
        created_by: wish.person.user,
        position: None,
        commit: request.head_commit.chars().take(10).collect(),
        is_untrusted: request.is_fork,
    };
    let run = start(ctx, wanted).await?;
    link.plan_run_id = run.as_ref().map(|run| run.id);
    put(ctx, &link).await?;
    Ok(link.plan_run_id)
}

impl Wish<'_> {
    const fn key(&self) -> &str {
        match self.cause {
            Cause::Change | Cause::Base => "",
            Cause::Command { key, .. } => key,
        }
    }
}

/// A key that fits, whatever forges call their comments.
fn key(text: &str) -> String {
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
        withdraw(ctx, link.workspace_id, request.place(), &reason).await?;
        let tx = ctx.begin().await?;
        store::remove_link(&tx, &link).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Notes that the request was planned; says so where nothing will.
async fn finish(ctx: &Ctx, repository: &Repository, request: PullRequest, wish: &Wish<'_>, is_any: bool) -> Result<()> {
    let mut planned = request;
    if wish.only.is_empty() {
        planned.planned_commit = Some(planned.head_commit.clone());
    }
    let mut tx = ctx.begin().await?;
    store::set_planned(&tx, &planned).await?;
    if !is_any {
        let place = (planned.repository_id, planned.head_commit.as_str());
        let words = (StatusState::Success, "No workspace is concerned".to_owned());
        reports::say_overall(&mut tx, ctx, place, words).await?;
    }
    // Where nothing is concerned, only a comment that is there already is corrected.
    if is_any || planned.comment_id.is_some() {
        comment_soon(&mut tx, ctx, planned.id).await?;
    }
    let outcome = if is_any {
        Outcome::Planned
    } else {
        Outcome::NotConcerned
    };
    answered(&mut tx, ctx, repository, &planned, outcome).await?;
    tx.commit().await
}

/// Says that a request cannot be merged, and takes back the plans of what could.
async fn contradicts(ctx: &Ctx, repository: &Repository, request: &PullRequest) -> Result<String> {
    let words = format!("Cannot be merged into {}", request.base_branch);
    take_back(ctx, repository, request, "cannot be merged any more").await?;
    say(
        ctx,
        repository,
        request,
        (StatusState::Failure, words),
        Outcome::Conflicts,
    )
    .await?;
    Ok(format!("It cannot be merged into {} any more.", request.base_branch))
}

/// Says that the newest commit of a fork waits for a word, and takes back the plans of older ones.
async fn waits(ctx: &Ctx, repository: &Repository, request: &PullRequest) -> Result<String> {
    let words = "A fork: waits for somebody to write \"slipway allow\"".to_owned();
    take_back(ctx, repository, request, "offers another commit").await?;
    say(
        ctx,
        repository,
        request,
        (StatusState::Pending, words),
        Outcome::WaitingForAllow,
    )
    .await?;
    Ok("These commits come from a fork. Look at them, then write slipway allow.".to_owned())
}

async fn take_back(ctx: &Ctx, repository: &Repository, request: &PullRequest, why: &str) -> Result<()> {
    let reason = format!("{} {why}.", request.name(repository));
    for link in store::links_of(ctx.db.reader(), request.id).await? {
        withdraw(ctx, link.workspace_id, request.place(), &reason).await?;
    }
    Ok(())
}

async fn say(
    ctx: &Ctx,
    repository: &Repository,
    request: &PullRequest,
    words: (StatusState, String),
    outcome: Outcome,
) -> Result<()> {
    let mut tx = ctx.begin().await?;
    store::set_planned(&tx, request).await?;
    reports::say_overall(&mut tx, ctx, (request.repository_id, &request.head_commit), words).await?;
    comment_soon(&mut tx, ctx, request.id).await?;
    answered(&mut tx, ctx, repository, request, outcome).await?;
    tx.commit().await
}
