//! What people say about a change: approve, withdraw, reject, confirm, retry, cancel.
//!
//! Rights are asked first; then the change is held, and only one that is as it was seen is decided about. Of two who decide
//! at once the second is told that he was too late.

use slipway_api::ids::{ResourceChangeId, RunId};
use slipway_api::resource_changes::{ResourceChangeDecision, ResourceChangeKind, ResourceChangeStatus};
use slipway_infra::approvals::Verdict;
use slipway_infra::approvals::standing;
use slipway_infra::managed::runs;
use slipway_infra::workspaces::store as workspaces;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::Permission;
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::confirming::{self, require_waiting, word};
use super::decide::{Ground, Leave};
use super::facts::{self, Known};
use super::model::{KIND, ResourceChange};
use super::{ending, ground, leave, recording, store, waking};
use crate::permissions::{RESOURCE_APPROVE, RESOURCE_CREATE, RESOURCE_DESTROY, RESOURCE_UPDATE};
use crate::resource_imports;
use crate::resources::Resource;
use crate::resources::store as resources;

/// The change and its resource, if the caller may do `permission` to the resource.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: ResourceChangeId, permission: Permission) -> Result<(Resource, ResourceChange)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let missing = || Error::not_found(KIND, id);
    let change = store::find(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let resource = resources::find(ctx.db.reader(), change.resource_id).await?;
    let resource = resource.ok_or_else(missing)?;
    match ctx.authorize(permission, &resource.target()).await {
        Err(error) if error.code() == slipway_api::Code::NotFound => Err(missing()),
        allowed => allowed.map(|()| (resource, change)),
    }
}

/// Approves the plan. The last approval that was missing confirms it.
///
/// # Errors
///
/// `Forbidden` for programs and for who may not; `Conflict` when it does not wait, or when no rule wants the caller's yes.
pub async fn approve(ctx: &Ctx, id: ResourceChangeId, said: &ResourceChangeDecision) -> Result<ResourceChange> {
    let known = waiting(ctx, id, said.run).await?;
    standing::require_person(ctx).await?;
    let seen = known.standing.ok_or_else(leave::not_needed)?;
    let mut tx = ctx.begin().await?;
    let (resource, mut change) = confirming::held(&tx, &known.change).await?;
    require_waiting(&change)?;
    let now = standing::vote(&tx, ctx, seen, Verdict::Approve, &said.comment).await?;
    change.touch(ctx.now());
    recording::say(
        &mut tx,
        ctx,
        (&resource, &change),
        ("resource-change.approved", &said.comment),
    )
    .await?;
    if now.decision.lets_pass() {
        // The approval counts also where the apply has to wait.
        let around = ground::of(change.kind, &store::around(&*tx, &change).await?);
        change = match ground::worst([around, known.facts.ground]) {
            Ground::Firm => confirming::confirm_in(&mut tx, ctx, (&resource, change, known.facts.run), "").await?,
            Ground::Coming(_) | Ground::Lost(_) => {
                waking::look(&mut tx, ctx, &change).await?;
                change
            }
        };
    }
    tx.commit().await?;
    Ok(change)
}

/// Takes the caller's approval back.
///
/// # Errors
///
/// `Conflict` when it does not wait any more, or when there is nothing to take back.
pub async fn withdraw(ctx: &Ctx, id: ResourceChangeId, said: &ResourceChangeDecision) -> Result<ResourceChange> {
    let known = waiting(ctx, id, said.run).await?;
    let seen = known.standing.ok_or_else(leave::not_needed)?;
    let mut tx = ctx.begin().await?;
    let (resource, mut change) = confirming::held(&tx, &known.change).await?;
    require_waiting(&change)?;
    standing::withdraw(&tx, ctx, seen).await?;
    change.touch(ctx.now());
    recording::say(
        &mut tx,
        ctx,
        (&resource, &change),
        ("resource-change.approval-withdrawn", &said.comment),
    )
    .await?;
    tx.commit().await?;
    Ok(change)
}

/// Confirms a plan that no approval is missing for.
///
/// # Errors
///
/// `Forbidden`; `Conflict`, saying what is missing, or when it does not wait any more.
pub async fn confirm(ctx: &Ctx, id: ResourceChangeId, said: &ResourceChangeDecision) -> Result<ResourceChange> {
    let known = waiting(ctx, id, said.run).await?;
    confirming::confirm(ctx, &known, &said.comment).await
}

/// Says yes to the plan: an approval where approvals are missing, else a confirmation.
///
/// # Errors
///
/// Those of [`approve`] and of [`confirm`].
pub async fn agree(ctx: &Ctx, id: ResourceChangeId, said: &ResourceChangeDecision) -> Result<ResourceChange> {
    let known = waiting(ctx, id, said.run).await?;
    match known.facts.leave {
        Leave::Missing => approve(ctx, id, said).await,
        Leave::Free | Leave::Ask | Leave::Met => confirming::confirm(ctx, &known, &said.comment).await,
    }
}

/// What a change still waits for, in a sentence; none when nobody has to say more.
///
/// # Errors
///
/// Those of the database.
pub async fn missing(ctx: &Ctx, change: &ResourceChange) -> Result<Option<String>> {
    let known = facts::known(ctx, change.clone()).await?;
    leave::missing(ctx, known.standing.as_ref()).await
}

/// Says no: the plan is discarded, and the change is over.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when it does not wait any more.
pub async fn reject(ctx: &Ctx, id: ResourceChangeId, said: &ResourceChangeDecision) -> Result<ResourceChange> {
    let known = waiting(ctx, id, said.run).await?;
    let reason = match said.comment.trim() {
        "" => format!("Rejected by {}.", ctx.actor().name()),
        words => format!("Rejected by {} (\"{words}\").", ctx.actor().name()),
    };
    let mut tx = ctx.begin().await?;
    let (resource, mut change) = confirming::held(&tx, &known.change).await?;
    require_waiting(&change)?;
    if let Some(run) = change.run_id {
        runs::give_up(&mut tx, ctx, run, &reason).await?;
    }
    change.error = Some(reason);
    let change = ending::end_in(&mut tx, ctx, (resource, change), ResourceChangeStatus::Rejected).await?;
    tx.commit().await?;
    Ok(change)
}

/// A change that waits, for somebody who may decide about it, with the plan that he looked at.
async fn waiting(ctx: &Ctx, id: ResourceChangeId, run: Option<RunId>) -> Result<Known> {
    let (_, change) = load(ctx, id, RESOURCE_APPROVE).await?;
    require_waiting(&change)?;
    if run.is_some() && run != change.run_id {
        return Err(Error::conflict(
            "The change was planned again since you looked at it: look at the new plan first.",
        ));
    }
    facts::known(ctx, change).await
}

/// Tries a change again that failed: with a new run, whose plan has to be approved anew.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when it has not failed.
pub async fn retry(ctx: &Ctx, id: ResourceChangeId) -> Result<ResourceChange> {
    let seen = asked(ctx, id).await?;
    let mut tx = ctx.begin().await?;
    let (resource, mut change) = confirming::held(&tx, &seen).await?;
    if change.status != ResourceChangeStatus::Failed {
        return Err(refusal(&change, "tried again"));
    }
    standing::forget(&tx, &change.id.to_string()).await?;
    change.status = ResourceChangeStatus::Planning;
    change.run_id = None;
    change.resolved_at = None;
    change.error = None;
    change.touch(ctx.now());
    recording::save(&mut tx, ctx, (&resource, &change), "resource-change.retried").await?;
    waking::look(&mut tx, ctx, &change).await?;
    tx.commit().await?;
    Ok(change)
}

/// Takes a change back. One that is being applied is asked to stop, and ends as failed when it did.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when it is over, or when taking it back would forget what was made.
pub async fn cancel(ctx: &Ctx, id: ResourceChangeId, words: &str) -> Result<ResourceChange> {
    let seen = asked(ctx, id).await?;
    let is_import = match (seen.status, resources::find(ctx.db.reader(), seen.resource_id).await?) {
        // What is being applied is asked to stop.
        (ResourceChangeStatus::Applying, _) | (_, None) => false,
        (_, Some(resource)) => resource_imports::require_not_begun(ctx, &resource, &seen).await?,
    };
    let mut tx = ctx.begin().await?;
    let (resource, mut change) = confirming::held(&tx, &seen).await?;
    if change.status.is_over() {
        return Err(refusal(&change, "taken back"));
    }
    if let Some(run) = change.run_id {
        runs::give_up(&mut tx, ctx, run, words).await?;
    }
    let by = ctx.actor().name();
    let change = match change.status {
        ResourceChangeStatus::Applying => {
            change.detail = Some(format!("{by} asked it to stop."));
            change.touch(ctx.now());
            recording::save(&mut tx, ctx, (&resource, &change), "resource-change.cancel-requested").await?;
            change
        }
        _ => {
            if !is_import {
                require_nothing_made(&tx, &resource, &change).await?;
            }
            change.error = Some(match words.trim() {
                "" => format!("Taken back by {by}."),
                words => format!("Taken back by {by} (\"{words}\")."),
            });
            ending::end_in(&mut tx, ctx, (resource, change), ResourceChangeStatus::Canceled).await?
        }
    };
    tx.commit().await?;
    Ok(change)
}

/// The change, for somebody who may ask for one like it.
async fn asked(ctx: &Ctx, id: ResourceChangeId) -> Result<ResourceChange> {
    let (resource, change) = load(ctx, id, crate::permissions::RESOURCE_READ).await?;
    let permission = match change.kind {
        ResourceChangeKind::Create => RESOURCE_CREATE,
        ResourceChangeKind::Update => RESOURCE_UPDATE,
        ResourceChangeKind::Destroy => RESOURCE_DESTROY,
    };
    ctx.authorize(permission, &resource.target()).await?;
    Ok(change)
}

fn refusal(change: &ResourceChange, what: &str) -> Error {
    let status = word(change.status);
    Error::conflict(format!("Change {} cannot be {what}: it is {status}.", change.number)).with_meta("status", status)
}

/// A resource that was half made is not forgotten.
async fn require_nothing_made(tx: &Tx, resource: &Resource, change: &ResourceChange) -> Result<()> {
    let (ResourceChangeKind::Create, Some(workspace)) = (change.kind, resource.workspace_id) else {
        return Ok(());
    };
    match workspaces::find(&**tx, workspace).await? {
        Some(workspace) if workspace.resource_count > 0 => Err(Error::conflict(format!(
            "A part of {} was made before it failed: {} resources are in its state. Try the change again, or destroy {}.",
            resource.name, workspace.resource_count, resource.name
        ))),
        _ => Ok(()),
    }
}
