//! The pull request of a change at its forge: looked at, merged, closed and commented on.
//!
//! What must stay true: what an event said counts for nothing, the forge is asked; what was asked for may be asked for again,
//! wherever this was killed.

use slipway_api::git_workspaces::ProposedState;
use slipway_api::ids::ResourceChangeId;
use slipway_api::resource_changes::ResourceChangeStatus;
use slipway_connections::forges::model::PullRequestState;
use slipway_connections::forges::proposals::Merging;
use slipway_connections::forges::{Forge, ForgeError};
use slipway_connections::repositories::{self, Repository};
use slipway_git::CommitId;
use slipway_kernel::{Ctx, Error, Result};

use super::carrying_out::{Place, commit};
use super::model::Member;
use super::moves::{Opened, Step};
use super::wording::comment_mark;
use super::{counting, store};
use crate::resource_changes::{ResourceChange, store as changes};

/// What our comment says when it said before why something did not go on.
const SETTLED: &str = "What was in the way is settled.";

/// The forge of a repository.
pub(super) struct Desk {
    pub(super) forge: Box<dyn Forge>,
    pub(super) repository: Repository,
}

impl Desk {
    /// Where it has one with pull requests.
    pub(super) async fn of(ctx: &Ctx, repository: Repository) -> Result<Option<Self>> {
        let forge = repositories::service::forge(ctx, &repository).await?;
        let forge = forge.filter(|forge| forge.capabilities().pull_requests);
        Ok(forge.map(|forge| Self { forge, repository }))
    }

    /// The repository as the forge calls it.
    pub(super) fn name(&self) -> &str {
        &self.repository.full_name
    }
}

/// What a forge did not do, as what may pass and what people have to mend.
pub(super) fn of_forge(error: ForgeError) -> Error {
    match error {
        ForgeError::Away(_) | ForgeError::Busy { .. } => Error::unavailable(error.to_string()),
        other => Error::conflict(other.to_string()),
    }
}

/// Asks what became of the pull request, and lets that count as what whoever did it said about the change. Why it does not,
/// while the change waits, is the answer.
pub(super) async fn look(place: &Place<'_>, at: &mut Opened, member: &mut Member) -> Result<Option<String>> {
    let Some((id, number)) = request(member) else {
        return Ok(None);
    };
    let change = changes::find(place.ctx.db.reader(), id).await?;
    // What was tried again after its request was merged has no branch yet, and gets another request.
    let is_proposed = member.change_id == Some(id);
    let waiting = change.filter(|change| is_proposed && change.status == ResourceChangeStatus::Waiting);
    let is_worth_asking = match member.request_state {
        Some(ProposedState::Open) => true,
        // Whoever merged it may have been given the right since.
        Some(ProposedState::Merged) => waiting.is_some(),
        Some(ProposedState::Closed) | None => false,
    };
    let Some(desk) = at.desk.as_ref().filter(|_| is_worth_asking) else {
        return Ok(None);
    };
    let outcome = match desk.forge.outcome(desk.name(), number).await {
        Ok(outcome) => outcome,
        Err(ForgeError::Missing(_)) => {
            // Its forge has forgotten it; another is opened where it is still wanted.
            member.request_state = Some(ProposedState::Closed);
            return Ok(None);
        }
        Err(error) => return Err(of_forge(error)),
    };
    let state = match outcome.pull_request.state {
        PullRequestState::Open => return Ok(None),
        PullRequestState::Merged => ProposedState::Merged,
        PullRequestState::Closed => ProposedState::Closed,
    };
    member.request_state = Some(state);
    member.request_by = outcome.by.as_ref().map(|by| by.login.clone());
    if state == ProposedState::Merged {
        adopt(place, at, member, id).await?;
    }
    let (Some(desk), Some(change)) = (&at.desk, waiting) else {
        return Ok(None);
    };
    let why = match state {
        ProposedState::Merged => counting::merged(place.ctx, desk, member, (&change, &outcome)).await?,
        ProposedState::Open | ProposedState::Closed => {
            counting::closed(place.ctx, desk, member, (&change, &outcome)).await?
        }
    };
    if let Some(why) = &why {
        say(desk, member, why).await?;
    }
    Ok(why)
}

fn request(member: &Member) -> Option<(ResourceChangeId, u64)> {
    let number = member.request_number.and_then(|number| u64::try_from(number).ok())?;
    Some((member.request_change_id?, number))
}

/// The code on the branch is that of the change now, whatever becomes of the change.
async fn adopt(place: &Place<'_>, at: &mut Opened, member: &mut Member, id: ResourceChangeId) -> Result<()> {
    let Some(seen) = commit(member.branch_commit.as_ref()) else {
        return Ok(());
    };
    if member.change_id != Some(id) || member.kept_change_id == Some(id) || place.resource.is_none() {
        return Ok(());
    }
    let target = at.target().await?;
    if !at.contains(target.as_ref(), &seen).await? {
        // It was merged after the repository was fetched, or in another way than by a merge.
        let repository = repositories::service::get(place.ctx, place.workspace.repository_id).await?;
        repositories::service::synchronize(place.ctx, &repository, &[]).await?;
        at.refetched();
    }
    let written = place.written(member, id).await?;
    member.kept_tree = at.tree(Some(&seen), &written.directory).await?;
    member.kept_commit = at.target().await?.map(|commit| commit.to_string());
    member.kept_change_id = Some(id);
    member.directory = written.directory;
    Ok(())
}

/// Has the forge merge the pull request of a change, with exactly this commit; none where there is no open one. The error is
/// why it does not.
pub(super) async fn merge(
    at: &Opened,
    member: &Member,
    (id, head): (ResourceChangeId, &CommitId),
    message: &str,
) -> Result<Option<Result<(), String>>> {
    let (Some(desk), Some(number)) = (&at.desk, member.request_in(id, ProposedState::Open)) else {
        return Ok(None);
    };
    let head = head.to_string();
    let asked = desk.forge.merge(desk.name(), number, &head, message).await;
    let refused = match asked.map_err(of_forge)? {
        Merging::Done => None,
        Merging::Later(words) => return Err(Error::unavailable(words)),
        Merging::Refused(words) => Some(words),
    };
    let outcome = desk.forge.outcome(desk.name(), number).await.map_err(of_forge)?;
    match (outcome.pull_request.state, refused) {
        (PullRequestState::Merged, _) => Ok(Some(Ok(()))),
        (_, None) => Err(Error::unavailable(format!(
            "The forge merges the pull request #{number}."
        ))),
        (_, Some(words)) => Ok(Some(Err(format!(
            "The change is approved, and the pull request #{number} cannot be merged: {words}. Merge it by hand, or remove what stands \
             in the way; it is looked at again."
        )))),
    }
}

/// Closes the pull request of a change that is over, or that goes another way, and says so.
pub(super) async fn close(ctx: &Ctx, at: &Opened, member: &mut Member) -> Result<()> {
    let (Some(desk), Some((id, number))) = (&at.desk, request(member)) else {
        return Ok(());
    };
    if member.request_state != Some(ProposedState::Open) {
        return Ok(());
    }
    if member.request_text.take().is_some() {
        // Whoever goes on, if this is killed, must not take our closing for somebody's no.
        member.request_run_id = None;
        let tx = ctx.begin().await?;
        store::save(&tx, member).await?;
        tx.commit().await?;
    }
    let change = changes::find(ctx.db.reader(), id).await?;
    say(desk, member, &farewell(change.as_ref())).await?;
    match desk.forge.close(desk.name(), number).await {
        Ok(()) | Err(ForgeError::Missing(_)) => {}
        // It was merged at this moment: that is looked at first.
        Err(ForgeError::Refused(words)) => return Err(Error::unavailable(words)),
        Err(error) => return Err(of_forge(error)),
    }
    member.request_state = Some(ProposedState::Closed);
    member.request_by = None;
    Ok(())
}

fn farewell(change: Option<&ResourceChange>) -> String {
    let Some(change) = change else {
        return "The change is not there any more.".to_owned();
    };
    match &change.error {
        Some(error) => format!("Change {} is over: {error}", change.number),
        None => format!("Change {} does not wait for this request any more.", change.number),
    }
}

/// Says at an open pull request what is in the way, and that it is not any more.
pub(super) async fn say_where_it_stands(at: &Opened, member: &mut Member, step: &Step) -> Result<()> {
    let Some(desk) = at
        .desk
        .as_ref()
        .filter(|_| member.request_state == Some(ProposedState::Open))
    else {
        return Ok(());
    };
    match step {
        Step::Stuck(why) => say(desk, member, why).await,
        Step::Done if member.request_said.is_some() => say(desk, member, SETTLED).await,
        Step::Done | Step::Moved => Ok(()),
    }
}

/// Has our one comment on the pull request say this. A forge that takes no comment holds nothing up.
async fn say(desk: &Desk, member: &mut Member, words: &str) -> Result<()> {
    let Some((id, number)) = request(member) else {
        return Ok(());
    };
    if member.request_said.as_deref() == Some(words) {
        return Ok(());
    }
    let mark = comment_mark(id);
    let body = format!("{mark}\n{words}");
    match put(desk, number, (&mark, &body)).await {
        Ok(()) => {}
        Err(error @ (ForgeError::Away(_) | ForgeError::Busy { .. })) => return Err(of_forge(error)),
        Err(error) => {
            tracing::info!(repository.id = %desk.repository.id, number, %error, "a pull request got no comment")
        }
    }
    member.request_said = Some(words.to_owned());
    Ok(())
}

/// Changes our comment, which is looked for before one is written.
async fn put(desk: &Desk, number: u64, (mark, body): (&str, &str)) -> Result<(), ForgeError> {
    let found = desk.forge.own_comments(desk.name(), number, mark).await?;
    match found.into_iter().next() {
        Some(found) => desk.forge.change_comment(desk.name(), number, &found.id, body).await,
        None => desk.forge.comment(desk.name(), number, body).await.map(drop),
    }
}
