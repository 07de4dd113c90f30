//! Bringing the code of one resource to where it shall be.
//!
//! Every step looks at what the repository has and pushes at most one branch, so that it can be done again wherever it was killed.
//! The row says what was written from here, and tells that from what somebody else wrote.

use std::collections::BTreeMap;

use slipway_api::git_workspaces::GitStatus;
use slipway_api::ids::ResourceChangeId;
use slipway_api::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use slipway_git::CommitId;
use slipway_kernel::{Ctx, Error, Result};

use super::decide::{Facts, Kept, Known, Open, Proposed, decide};
use super::hearing::named_by;
use super::model::{GitWorkspace, Member};
use super::moves::{Layout, Opened, Step, Words};
use crate::generated_code::facts::State;
use crate::generated_code::service::code_of_change;
use crate::resource_changes::{ResourceChange, store as changes};
use crate::resources::{Resource, revisions, store as resources};

/// Paths of a conflict that are named.
const NAMED: usize = 5;
/// No files: of a directory that goes.
static NOTHING: BTreeMap<String, String> = BTreeMap::new();

/// A change with its code.
struct Written {
    change: ResourceChange,
    directory: String,
    files: BTreeMap<String, String>,
    words: Words,
}

/// Goes as far as it can. What became of it is in the row; whether the row is still needed is the answer.
pub(super) async fn follow(
    ctx: &Ctx,
    workspace: &GitWorkspace,
    at: &mut Opened,
    member: &mut Member,
) -> Result<(Step, bool)> {
    let resource = resources::find(ctx.db.reader(), member.resource_id).await?;
    let facts = facts(ctx, workspace, resource.as_ref()).await?;
    let (kept, proposed) = decide(&facts);
    let place = Place {
        ctx,
        workspace,
        resource: resource.as_ref(),
    };
    let mut step = keep(&place, at, member, kept).await?;
    if step == Step::Done {
        step = match proposed {
            Proposed::AsItIs => Step::Done,
            Proposed::Nothing => take_back(at, member).await?,
            Proposed::Change(id) => propose(&place, at, member, id).await?,
        };
    }
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

/// Whose code it is.
struct Place<'a> {
    ctx: &'a Ctx,
    workspace: &'a GitWorkspace,
    resource: Option<&'a Resource>,
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
    async fn written(&self, member: &Member, id: ResourceChangeId) -> Result<Written> {
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

fn words(change: &ResourceChange, name: &str) -> Words {
    let verb = match change.kind {
        ResourceChangeKind::Create => "Create",
        ResourceChangeKind::Update => "Change",
        ResourceChangeKind::Destroy => "Destroy",
    };
    let mut message = format!("{verb} {name}\n\n");
    let reason = change.reason.trim();
    if !reason.is_empty() {
        message.push_str(reason);
        message.push_str("\n\n");
    }
    message.push_str(&format!(
        "Asked for by {}, as change {} of the resource.\n\n{}\nSlipway-Resource: {}",
        change.requested_by,
        change.number,
        mark(change.id),
        change.resource_id
    ));
    Words {
        author: author(&change.requested_by),
        message,
        at: change.created_at.unix_ms() / 1_000,
    }
}

/// By which a commit is known to be ours.
fn mark(change: ResourceChangeId) -> String {
    format!("Slipway-Change: {change}")
}

/// Git wants a name with letters, and an address.
fn author(name: &str) -> (String, String) {
    let is_fine = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
    let shown: String = name.chars().filter(is_fine).take(100).collect();
    let local: String = name
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
        .collect();
    match (shown.trim(), local.as_str()) {
        ("", _) | (_, "") => ("Slipway".to_owned(), "slipway@localhost".to_owned()),
        (shown, local) => (shown.to_owned(), format!("{local}@localhost")),
    }
}

/// What shall be on the git workspace's branch.
async fn keep(place: &Place<'_>, at: &mut Opened, member: &mut Member, kept: Kept) -> Result<Step> {
    let wanted = match kept {
        Kept::AsItIs => return Ok(Step::Done),
        Kept::Nothing if member.kept_change_id.is_none() => return Ok(Step::Done),
        Kept::Nothing => None,
        Kept::Code(id) if member.kept_change_id == Some(id) => return Ok(Step::Done),
        Kept::Code(id) => Some(place.written(member, id).await?),
    };
    let target = at.target().await?;
    let found = match merging(place, at, member, wanted.as_ref()).await? {
        Found::Commit(commit) => Ok(Some(commit)),
        Found::Stuck(reason) => Err(reason),
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
        Some(head) if head != seen => return Ok(Found::Stuck(pushed_to(branch))),
        Some(_) => {}
    }
    let Some(target) = target else {
        return Ok(Found::Commit(seen));
    };
    let message = format!("Merge {}\n\nThe change was confirmed.\n\n{}", member.name, mark(id));
    Ok(match at.merged(&target, &seen, &message).await? {
        Ok(commit) => Found::Commit(commit),
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

fn pushed_to(branch: &str) -> String {
    format!("Somebody pushed to the branch {branch}. Merge it or delete it; it is looked at again.")
}

/// A commit on the branch itself: none where everything is as it shall be. The error says who is in the way.
async fn directly(
    at: &Opened,
    member: &Member,
    (target, wanted): (Option<&CommitId>, Option<&Written>),
) -> Result<Result<Option<CommitId>, String>> {
    let removal = Words {
        author: author(""),
        message: format!("Destroy {}\n\nSlipway-Resource: {}", member.name, member.resource_id),
        at: member.updated_at.unix_ms() / 1_000,
    };
    let words = wanted.map_or(&removal, |wanted| &wanted.words);
    let layouts = layouts(member, wanted);
    let made = at.composed(target, &layouts, words).await?;
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
            let last = commit(member.kept_commit.as_ref());
            let last = last.as_ref().map_or("before", |commit| commit.short());
            return Ok(Some(format!(
                "Somebody changed {} on {}. Put it back as it is in the commit {last}, or delete it there; it is looked at again.",
                member.directory, at.branch
            )));
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

/// A branch with the change.
async fn propose(place: &Place<'_>, at: &mut Opened, member: &mut Member, id: ResourceChangeId) -> Result<Step> {
    let written = place.written(member, id).await?;
    if written.directory.is_empty() {
        // There is no code of what shall be destroyed.
        return take_back(at, member).await;
    }
    let branch = branch_of(place, &written);
    if member.branch.as_ref().is_some_and(|other| *other != branch) {
        match take_back(at, member).await? {
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
        return Ok(Step::Stuck(pushed_to(&branch)));
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
    Ok(Step::Done)
}

/// Whether whoever was here before, and was killed, made it.
async fn is_ours(at: &Opened, head: &CommitId, change: ResourceChangeId) -> Result<bool> {
    let commit = at
        .mirror
        .commit(head)
        .await
        .map_err(crate::source_codes::reading::of_git)?;
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
async fn take_back(at: &mut Opened, member: &mut Member) -> Result<Step> {
    let (Some(branch), Some(seen)) = (member.branch.clone(), commit(member.branch_commit.as_ref())) else {
        forget_branch(member);
        return Ok(Step::Done);
    };
    let head = at.head(&branch).await?;
    if let Some(head) = head {
        let target = at.target().await?;
        if head != seen && !at.contains(target.as_ref(), &head).await? {
            return Ok(Step::Stuck(pushed_to(&branch)));
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

fn commit(text: Option<&String>) -> Option<CommitId> {
    text.and_then(|text| text.parse().ok())
}
