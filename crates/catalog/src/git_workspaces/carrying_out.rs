//! Bringing the code of one resource to where it shall be.
//!
//! Every step looks at what the repository has and pushes at most one branch, so that it can be done again wherever it was killed.
//! The row says what was written from here, and tells that from what somebody else wrote.

use std::collections::BTreeMap;

use slipway_api::git_workspaces::{GitStatus, GitWorkspaceMode, ProposedState};
use slipway_api::ids::ResourceChangeId;
use slipway_api::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use slipway_git::CommitId;
use slipway_kernel::{Ctx, Error, Result};

use super::decide::{Facts, Kept, Known, Open, Proposed, decide};
use super::hearing::named_by;
use super::model::{GitWorkspace, Member};
use super::moves::{Layout, Opened, Step, Words};
use super::wording::{mark, put_back, removal, words};
use super::{anew, asking, opening};
use crate::generated_code::facts::State;
use crate::generated_code::service::code_of_change;
use crate::resource_changes::{ResourceChange, store as changes};
use crate::resources::{Resource, revisions, store as resources};

/// Paths of a conflict that are named.
const NAMED: usize = 5;
/// No files: of a directory that goes.
static NOTHING: BTreeMap<String, String> = BTreeMap::new();

/// A change with its code.
pub(super) struct Written {
    pub(super) change: ResourceChange,
    pub(super) directory: String,
    pub(super) files: BTreeMap<String, String>,
    pub(super) words: Words,
}

/// Goes as far as it can. What became of it is in the row; whether the row is still needed is the answer.
pub(super) async fn follow(
    ctx: &Ctx,
    workspace: &GitWorkspace,
    at: &mut Opened,
    member: &mut Member,
) -> Result<(Step, bool)> {
    let resource = resources::find(ctx.db.reader(), member.resource_id).await?;
    let place = Place {
        ctx,
        workspace,
        resource: resource.as_ref(),
    };
    // What people did at the forge may decide about the change.
    let unheard = asking::look(&place, at, member).await?;
    let facts = facts(ctx, workspace, resource.as_ref()).await?;
    let mut step = bring(&place, at, member, decide(&facts)).await?;
    if let (Step::Done, Some(why)) = (&step, unheard) {
        step = Step::Stuck(why);
    }
    asking::say_where_it_stands(at, member, &step).await?;
    member.status = match (&step, &member.branch, member.kept_change_id) {
        (Step::Stuck(_), ..) => GitStatus::Blocked,
        (_, Some(_), _) => GitStatus::Proposed,
        (_, None, Some(_)) => GitStatus::Merged,
        (_, None, None) if !member.directory.is_empty() => GitStatus::Removed,
        (_, None, None) => GitStatus::Pending,
    };
    let is_over = facts.resource.is_none() || !facts.is_named;
    let is_needed = !is_over || step != Step::Done;
    Ok((step, is_needed))
}

async fn bring(
    place: &Place<'_>,
    at: &mut Opened,
    member: &mut Member,
    (kept, proposed): (Kept, Proposed),
) -> Result<Step> {
    if let Proposed::Change(id) = proposed
        && (member.kept_change_id, member.change_id) == (Some(id), Some(id))
        && member.request_in(id, ProposedState::Merged).is_some()
    {
        // Its code was merged before the change was approved: it is right when that happens, and put back when it does not.
        return Ok(Step::Done);
    }
    match keep(place, at, member, kept).await? {
        Step::Done => {}
        other => return Ok(other),
    }
    match proposed {
        Proposed::AsItIs => Ok(Step::Done),
        Proposed::Nothing => match (take_back(place, at, member).await?, kept) {
            (Step::Done, Kept::Code(id)) => anew::write(place, at, member, id).await,
            (step, _) => Ok(step),
        },
        Proposed::Change(id) => propose(place, at, member, id).await,
    }
}

/// Whose code it is.
pub(super) struct Place<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) workspace: &'a GitWorkspace,
    pub(super) resource: Option<&'a Resource>,
}

async fn facts(ctx: &Ctx, workspace: &GitWorkspace, resource: Option<&Resource>) -> Result<Facts> {
    let Some(resource) = resource else {
        return Ok(Facts {
            is_named: true,
            resource: None,
        });
    };
    let last = match resource.source_code_version_id {
        Some(_) => revisions::store::find(ctx.db.reader(), resource.id, resource.revision).await?,
        None => None,
    };
    let open = match resource.change_id {
        Some(id) => changes::find(ctx.db.reader(), id).await?,
        None => None,
    };
    let named = named_by(ctx, resource).await?;
    Ok(Facts {
        is_named: named.is_some_and(|named| named.id == workspace.id),
        resource: Some(Known {
            state: resource.state,
            last: last.map(|change| change.id),
            open: open.filter(|change| !change.status.is_over()).map(|change| Open {
                id: change.id,
                kind: change.kind,
                status: change.status,
            }),
        }),
    })
}

impl Place<'_> {
    /// A change with the code that it describes; nothing of one that destroys.
    pub(super) async fn written(&self, member: &Member, id: ResourceChangeId) -> Result<Written> {
        let change = changes::find(self.ctx.db.reader(), id).await?;
        let change = change.ok_or_else(|| Error::conflict("The change is not there any more."))?;
        let resource = self
            .resource
            .ok_or_else(|| Error::internal(format!("{id} has no resource")))?;
        if change.kind == ResourceChangeKind::Destroy {
            let words = words(&change, &member.name);
            return Ok(Written {
                change,
                directory: member.directory.clone(),
                files: BTreeMap::new(),
                words,
            });
        }
        let (facts, files) = code_of_change(self.ctx, resource, &change, State::Elsewhere).await?;
        let of = (facts.template.as_str(), facts.project.as_str(), facts.name.as_str());
        Ok(Written {
            directory: self.workspace.directory_of(of),
            files,
            words: words(&change, &format!("{}/{}", facts.template, facts.name)),
            change,
        })
    }
}

/// What shall be on the git workspace's branch.
async fn keep(place: &Place<'_>, at: &mut Opened, member: &mut Member, kept: Kept) -> Result<Step> {
    let wanted = match kept {
        Kept::AsItIs => return Ok(Step::Done),
        Kept::Nothing if member.kept_change_id.is_none() => return Ok(Step::Done),
        Kept::Nothing => None,
        Kept::Code(id) if member.kept_change_id == Some(id) => return as_merged(at, member, id).await,
        Kept::Code(id) => Some(place.written(member, id).await?),
    };
    let target = at.target().await?;
    let found = match merging(place, at, member, wanted.as_ref()).await? {
        Found::Commit(commit) => Ok(Some(commit)),
        Found::Stuck(reason) => Err(reason),
        Found::Asked => return Ok(Step::Moved),
        Found::None => directly(at, member, (target.as_ref(), wanted.as_ref())).await?,
    };
    let to = match found {
        Ok(commit) => commit,
        Err(reason) => return Ok(Step::Stuck(reason)),
    };
    if let Some(to) = to.as_ref().filter(|to| Some(*to) != target.as_ref()) {
        let branch = at.branch.clone();
        match at.forward(&branch, to).await? {
            Step::Done => {}
            other => return Ok(other),
        }
    }
    let to = to.or(target);
    let directory = wanted
        .as_ref()
        .map_or_else(|| member.directory.clone(), |wanted| wanted.directory.clone());
    member.kept_tree = match wanted {
        Some(_) => at.tree(to.as_ref(), &directory).await?,
        None => None,
    };
    member.kept_commit = to.map(|commit| commit.to_string());
    member.kept_change_id = wanted.as_ref().map(|wanted| wanted.change.id);
    member.directory = directory;
    if let Some(wanted) = &wanted {
        member.name = called(wanted, member);
    }
    Ok(Step::Done)
}

/// What somebody merged at the forge is what was pushed there, or somebody has to look.
async fn as_merged(at: &Opened, member: &Member, id: ResourceChangeId) -> Result<Step> {
    if member.request_in(id, ProposedState::Merged).is_none() || member.branch.is_none() {
        return Ok(Step::Done);
    }
    let target = at.target().await?;
    Ok(
        match at.tree(target.as_ref(), &member.directory).await? == member.kept_tree {
            true => Step::Done,
            false => Step::Stuck(changed_by_others(at, member)),
        },
    )
}

fn called(written: &Written, member: &Member) -> String {
    let mut parts = written.directory.rsplit('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), Some(_), Some(template)) => format!("{template}/{name}"),
        _ => member.name.clone(),
    }
}

/// What a branch of the resource brings.
enum Found {
    /// There is none that does.
    None,
    /// The branch's commit, or one that has both.
    Commit(CommitId),
    /// The forge merged it: it has to be fetched.
    Asked,
    /// It cannot be.
    Stuck(String),
}

/// The branch of the change, if it was pushed: merged, unless it is.
async fn merging(place: &Place<'_>, at: &Opened, member: &Member, wanted: Option<&Written>) -> Result<Found> {
    let (Some(branch), Some(seen), Some(id)) =
        (&member.branch, commit(member.branch_commit.as_ref()), member.change_id)
    else {
        return Ok(Found::None);
    };
    let is_it = match wanted {
        Some(wanted) => wanted.change.id == id,
        None => is_destroyed_by(place, id).await?,
    };
    if !is_it {
        return Ok(Found::None);
    }
    let target = at.target().await?;
    let head = at.head(branch).await?;
    let now = head.as_ref().unwrap_or(&seen);
    if at.contains(target.as_ref(), now).await? {
        // Somebody merged it, or whoever was here before was killed.
        return Ok(target.map_or(Found::None, Found::Commit));
    }
    match head {
        None => return Ok(Found::None),
        Some(head) if head != seen => return Ok(Found::Stuck(pushed_to(branch, member))),
        Some(_) => {}
    }
    let Some(target) = target else {
        return Ok(Found::Commit(seen));
    };
    let message = format!("Merge {}\n\nThe change was confirmed.\n\n{}", member.name, mark(id));
    Ok(match at.merged(&target, &seen, &message).await? {
        Ok(commit) => match asking::merge(at, member, (id, &seen), &message).await? {
            Some(Ok(())) => Found::Asked,
            Some(Err(reason)) => Found::Stuck(reason),
            None => Found::Commit(commit),
        },
        Err(paths) => Found::Stuck(format!(
            "The branch {branch} cannot be merged into {}: {} changed there, too. Merge it by hand and push {}; it is looked at again.",
            at.branch,
            paths
                .iter()
                .take(NAMED)
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", "),
            at.branch
        )),
    })
}

/// Whether a change is what destroyed the resource.
async fn is_destroyed_by(place: &Place<'_>, id: ResourceChangeId) -> Result<bool> {
    let change = changes::find(place.ctx.db.reader(), id).await?;
    Ok(change.is_some_and(|change| {
        change.kind == ResourceChangeKind::Destroy && change.status == ResourceChangeStatus::Applied
    }))
}

fn pushed_to(branch: &str, member: &Member) -> String {
    match (member.request_state, member.request_number) {
        (Some(ProposedState::Open), Some(number)) => format!(
            "Somebody pushed to the branch {branch}: merging the pull request #{number} approves nothing any more. Take those commits \
             back, or decide about the change in Slipway; it is looked at again."
        ),
        _ => format!("Somebody pushed to the branch {branch}. Merge it or delete it; it is looked at again."),
    }
}

/// A commit on the branch itself: none where everything is as it shall be. The error says who is in the way.
async fn directly(
    at: &Opened,
    member: &Member,
    (target, wanted): (Option<&CommitId>, Option<&Written>),
) -> Result<Result<Option<CommitId>, String>> {
    let is_ahead = member
        .kept_change_id
        .is_some_and(|id| member.request_in(id, ProposedState::Merged).is_some() && member.branch.is_some());
    let words = match wanted {
        _ if is_ahead => put_back(member),
        Some(wanted) => wanted.words.clone(),
        None => removal(member),
    };
    let layouts = layouts(member, wanted);
    let made = at.composed(target, &layouts, &words).await?;
    if made.is_some()
        && let Some(reason) = in_the_way(at, member, (target, wanted)).await?
    {
        return Ok(Err(reason));
    }
    Ok(Ok(made))
}

/// What was written goes from where it was, and comes to where it belongs.
fn layouts<'a>(member: &'a Member, wanted: Option<&'a Written>) -> Vec<Layout<'a>> {
    let mut layouts = Vec::new();
    let is_elsewhere = wanted.is_none_or(|wanted| wanted.directory != member.directory);
    if is_elsewhere && member.kept_change_id.is_some() {
        layouts.push(Layout {
            directory: &member.directory,
            files: &NOTHING,
        });
    }
    if let Some(wanted) = wanted.filter(|wanted| !wanted.directory.is_empty()) {
        layouts.push(Layout {
            directory: &wanted.directory,
            files: &wanted.files,
        });
    }
    layouts
}

/// Whether something on the branch is not what was written from here, where something else shall be written.
async fn in_the_way(
    at: &Opened,
    member: &Member,
    (target, wanted): (Option<&CommitId>, Option<&Written>),
) -> Result<Option<String>> {
    if member.kept_change_id.is_some() {
        let there = at.tree(target, &member.directory).await?;
        if there.is_some() && there != member.kept_tree {
            return Ok(Some(changed_by_others(at, member)));
        }
    }
    let Some(wanted) = wanted.filter(|wanted| member.kept_change_id.is_none() || wanted.directory != member.directory)
    else {
        return Ok(None);
    };
    let there = at.tree(target, &wanted.directory).await?;
    Ok(there.map(|_| {
        format!(
            "{} is on {} already, with something else in it. Delete it there; it is looked at again.",
            wanted.directory, at.branch
        )
    }))
}

fn changed_by_others(at: &Opened, member: &Member) -> String {
    let last = commit(member.kept_commit.as_ref());
    let last = last.as_ref().map_or("before", |commit| commit.short());
    format!(
        "Somebody changed {} on {}. Put it back as it is in the commit {last}, or delete it there; it is looked at again.",
        member.directory, at.branch
    )
}

/// A branch with the change.
async fn propose(place: &Place<'_>, at: &mut Opened, member: &mut Member, id: ResourceChangeId) -> Result<Step> {
    let written = place.written(member, id).await?;
    if written.directory.is_empty() {
        // There is no code of what shall be destroyed.
        return take_back(place, at, member).await;
    }
    let branch = branch_of(place, &written);
    if member.branch.as_ref().is_some_and(|other| *other != branch) {
        match take_back(place, at, member).await? {
            Step::Done => {}
            other => return Ok(other),
        }
    }
    let target = at.target().await?;
    let head = at.head(&branch).await?;
    let seen = commit(member.branch_commit.as_ref()).filter(|_| member.branch.is_some());
    if let Some(head) = &head
        && seen.as_ref() != Some(head)
        && (seen.is_some() || !is_ours(at, head, id).await?)
    {
        return Ok(Step::Stuck(pushed_to(&branch, member)));
    }
    if let Some(reason) = in_the_way(at, member, (target.as_ref(), Some(&written))).await?
        && at
            .composed(target.as_ref(), &layouts(member, Some(&written)), &written.words)
            .await?
            .is_some()
    {
        return Ok(Step::Stuck(reason));
    }
    let base = head.clone().or(target);
    let made = at
        .composed(base.as_ref(), &layouts(member, Some(&written)), &written.words)
        .await?;
    if let Some(made) = &made {
        match at.forward(&branch, made).await? {
            Step::Done => {}
            other => return Ok(other),
        }
    }
    let now = made.or(head);
    member.branch = now.as_ref().map(|_| branch);
    member.branch_commit = now.map(|commit| commit.to_string());
    member.change_id = Some(id);
    if member.kept_change_id.is_none() {
        member.name = called(&written, member);
    }
    match (place.workspace.mode, member.branch.is_some()) {
        (GitWorkspaceMode::PullRequest, true) => opening::open(place, at, member, &written).await,
        (GitWorkspaceMode::PullRequest, false) | (GitWorkspaceMode::Push, _) => Ok(Step::Done),
    }
}

/// Whether whoever was here before, and was killed, made it.
async fn is_ours(at: &Opened, head: &CommitId, change: ResourceChangeId) -> Result<bool> {
    let commit = at
        .mirror
        .commit(head)
        .await
        .map_err(slipway_connections::repositories::of_git)?;
    Ok(commit.message.lines().any(|line| line == mark(change)))
}

/// A name that no other change has: directories of resources are unique.
fn branch_of(place: &Place<'_>, written: &Written) -> String {
    let directory = written.directory.as_str();
    let own = directory
        .strip_prefix(place.workspace.directory.as_str())
        .unwrap_or(directory)
        .trim_start_matches('/');
    format!("slipway/{own}/{}", written.change.number)
}

/// Removes the branch of a change that is over, unless somebody else worked on it.
async fn take_back(place: &Place<'_>, at: &mut Opened, member: &mut Member) -> Result<Step> {
    asking::close(place.ctx, at, member).await?;
    let (Some(branch), Some(seen)) = (member.branch.clone(), commit(member.branch_commit.as_ref())) else {
        forget_branch(member);
        return Ok(Step::Done);
    };
    let head = at.head(&branch).await?;
    if let Some(head) = head {
        let target = at.target().await?;
        if head != seen && !at.contains(target.as_ref(), &head).await? {
            return Ok(Step::Stuck(pushed_to(&branch, member)));
        }
        match at.remove(&branch, &head).await? {
            Step::Done => {}
            other => return Ok(other),
        }
    }
    forget_branch(member);
    Ok(Step::Done)
}

fn forget_branch(member: &mut Member) {
    member.branch = None;
    member.branch_commit = None;
    member.change_id = None;
}

pub(super) fn commit(text: Option<&String>) -> Option<CommitId> {
    text.and_then(|text| text.parse().ok())
}
