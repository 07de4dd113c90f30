//! What people do with triggers.

use serde_json::json;
use slipway_api::ids::{TriggerId, WorkspaceId};
use slipway_api::triggers::{TriggerAction, TriggerEvent, TriggerSettings, TriggerTrial, TriggerVerdict};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::model::{Happened, MOST, Trigger, Verdict, decide};
use super::store;
use crate::managed;
use crate::permissions::{WORKSPACE_READ, WORKSPACE_UPDATE};
use crate::workspaces::{self, Workspace};

/// A workspace's triggers in the order in which they are asked.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list(ctx: &Ctx, workspace: WorkspaceId) -> Result<Vec<Trigger>> {
    let workspace = workspaces::load(ctx, workspace, WORKSPACE_READ).await?;
    store::of_workspaces(ctx.db.reader(), &[workspace.id]).await
}

/// The trigger with its workspace, if the caller may do `permission` to the workspace.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: TriggerId, permission: Permission) -> Result<(Trigger, Workspace)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let missing = || Error::not_found("trigger", id);
    let trigger = store::find(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let workspace = workspaces::store::find(ctx.db.reader(), trigger.workspace_id)
        .await?
        .ok_or_else(missing)?;
    let mut target = workspace.target_as(id.to_string());
    target.kind = "trigger";
    ctx.authorize(permission, &target).await?;
    Ok((trigger, workspace))
}

/// Adds a trigger to a workspace.
///
/// # Errors
///
/// `Invalid`; `Conflict` when there are too many.
pub async fn create(ctx: &Ctx, workspace: WorkspaceId, settings: TriggerSettings) -> Result<Trigger> {
    let workspace = workspaces::load(ctx, workspace, WORKSPACE_UPDATE).await?;
    managed::require_own(ctx, &workspace).await?;
    let trigger = Trigger::new(ctx.new_id()?, &workspace, settings, ctx.now())?;
    let mut tx = ctx.begin().await?;
    workspaces::store::hold(&tx, workspace.id).await?;
    if store::of_workspaces(&*tx, &[workspace.id]).await?.len() >= MOST {
        return Err(Error::conflict(format!(
            "Workspace {} has {MOST} triggers already; let some match more.",
            workspace.name
        )));
    }
    store::insert(&tx, &trigger).await?;
    record(&mut tx, ctx, &workspace, &trigger, "trigger.created").await?;
    tx.commit().await?;
    Ok(trigger)
}

/// Changes a trigger, from the row that the caller saw.
///
/// # Errors
///
/// `Invalid`; `PreconditionFailed` when somebody changed it since.
pub async fn update(ctx: &Ctx, seen: Trigger, workspace: &Workspace, settings: TriggerSettings) -> Result<Trigger> {
    let trigger = seen.with_settings(settings)?;
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &trigger).await? {
        return Err(workspaces::service::changed_meanwhile());
    }
    record(&mut tx, ctx, workspace, &trigger, "trigger.updated").await?;
    tx.commit().await?;
    Ok(trigger)
}

/// Removes a trigger.
///
/// # Errors
///
/// What the caller may not do.
pub async fn delete(ctx: &Ctx, id: TriggerId) -> Result<()> {
    let (trigger, workspace) = load(ctx, id, WORKSPACE_UPDATE).await?;
    let mut tx = ctx.begin().await?;
    store::delete(&tx, id).await?;
    record(&mut tx, ctx, &workspace, &trigger, "trigger.deleted").await?;
    tx.commit().await
}

/// Says which trigger would count for something that might happen, and what it would start.
///
/// # Errors
///
/// What the caller may not see.
pub async fn test(
    ctx: &Ctx,
    workspace: WorkspaceId,
    trial: &TriggerTrial,
) -> Result<(TriggerVerdict, Option<TriggerId>)> {
    let triggers = list(ctx, workspace).await?;
    let happened = Happened {
        event: trial.event,
        branch: trial
            .branch
            .trim_start_matches("refs/heads/")
            .trim_start_matches("refs/tags/"),
        paths: &trial.paths,
    };
    let (starts, reason, id) = match decide(&triggers, happened) {
        Verdict::Usual if trial.event == TriggerEvent::Comment => (
            "usual",
            "The workspace has no trigger for comments: commands plan, and apply where it is applied before the merge."
                .to_owned(),
            None,
        ),
        Verdict::None if trial.event == TriggerEvent::Comment => (
            "nothing",
            "No trigger for comments matches: commands do nothing here.".to_owned(),
            None,
        ),
        Verdict::Usual => (
            "usual",
            "The workspace has no trigger for this event: a push to its branch plans and applies, a pull request is \
             planned, a matching tag plans and applies."
                .to_owned(),
            None,
        ),
        Verdict::None => ("nothing", "No trigger for this event matches.".to_owned(), None),
        Verdict::Rule(rule) => (
            word(rule.action),
            rule.problem().unwrap_or_else(|| {
                format!(
                    "Trigger {} with priority {} is the first that matches.",
                    rule.id, rule.priority
                )
            }),
            Some(rule.id),
        ),
    };
    let verdict = TriggerVerdict {
        starts: starts.to_owned(),
        reason,
    };
    Ok((verdict, id))
}

/// An action in a word.
#[must_use]
pub const fn word(action: TriggerAction) -> &'static str {
    match action {
        TriggerAction::Plan => "plan",
        TriggerAction::PlanAndApply => "plan-and-apply",
        TriggerAction::Pipeline => "pipeline",
    }
}

async fn record(tx: &mut Tx, ctx: &Ctx, workspace: &Workspace, trigger: &Trigger, action: &'static str) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(workspace.organization_id),
        project: Some(workspace.project_id),
        object_kind: "trigger",
        object_id: trigger.id.to_string(),
        object_name: workspace.name.to_string(),
        access_id: Some(workspace.id.to_string()),
        changes: json!({
            "event": trigger.event,
            "branches": trigger.branches.0,
            "paths": trigger.paths.0,
            "action": trigger.action,
            "pipeline": trigger.pipeline,
            "priority": trigger.priority,
        }),
    };
    events::record(tx, ctx, event).await
}
