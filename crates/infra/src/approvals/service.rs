//! What people do with rules.

use serde_json::{Value, json};
use slipway_api::approvals::ApprovalRuleSettings;
use slipway_api::ids::{ApprovalRuleId, ProjectId};
use slipway_identity::organizations::{self, Organization};
use slipway_identity::{projects, teams};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::directory::{self, Object};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::model::Rule;
use super::store;
use crate::permissions::{APPROVAL_RULE_MANAGE, APPROVAL_RULE_READ};
use crate::workspaces::service::changed_meanwhile;

/// The word for rules in the directory and in events.
pub const KIND: &str = "approval-rule";

/// The rule, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: ApprovalRuleId, permission: Permission) -> Result<Rule> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let rule = found.ok_or_else(|| Error::not_found("approval rule", id))?;
    ctx.authorize(permission, &rule.target()).await?;
    Ok(rule)
}

/// A page of an organization's rules that the caller may see.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, organization: &Organization, page: &Page) -> Result<Listed<Rule>> {
    let visible = ctx.visible(APPROVAL_RULE_READ, organization.id).await?;
    store::list(ctx.db.reader(), organization.id, &visible, page).await
}

/// Makes a rule, for the organization or for one of its projects.
///
/// # Errors
///
/// `Forbidden`, `AlreadyExists`, `Invalid`; `NotFound` for a project or team that is not there or not seen.
pub async fn create(
    ctx: &Ctx,
    organization: &Organization,
    project: Option<ProjectId>,
    settings: &ApprovalRuleSettings,
) -> Result<Rule> {
    let rule = Rule::new(ctx.new_id()?, (organization.id, project), settings, ctx.now())?;
    match project {
        None => organizations::require(ctx, APPROVAL_RULE_MANAGE, organization).await?,
        Some(id) => {
            let project = projects::get_visible(ctx, id).await?;
            if project.organization_id != organization.id {
                return Err(Error::not_found("project", id).at_field("/data/relationships/project"));
            }
            ctx.authorize(APPROVAL_RULE_MANAGE, &projects::target(&project)).await?;
        }
    }
    require_teams(ctx, &rule, &[]).await?;
    let mut tx = ctx.begin().await?;
    match project {
        None => drop(organizations::hold(&tx, organization.id).await?),
        Some(id) => drop(projects::hold(&tx, id).await?),
    }
    store::insert(&tx, &rule).await?;
    directory::store::put(&tx, &object(&rule)).await?;
    record(&mut tx, ctx, &rule, "approval-rule.created", told(&rule)).await?;
    tx.commit().await?;
    Ok(rule)
}

/// Changes a rule, from the row that the caller saw. What waits is looked at by the new rule at once.
///
/// # Errors
///
/// `Forbidden`, `AlreadyExists`, `Invalid`; `PreconditionFailed` when somebody changed it since.
pub async fn update(ctx: &Ctx, seen: &Rule, settings: &ApprovalRuleSettings) -> Result<Rule> {
    ctx.authorize(APPROVAL_RULE_MANAGE, &seen.target()).await?;
    let rule = seen.clone().with_settings(settings, ctx.now())?;
    let known: Vec<_> = seen.teams.0.iter().copied().collect();
    require_teams(ctx, &rule, &known).await?;
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &rule).await? {
        return Err(changed_meanwhile());
    }
    directory::store::put(&tx, &object(&rule)).await?;
    let changes = json!({"before": told(seen), "after": told(&rule)});
    record(&mut tx, ctx, &rule, "approval-rule.updated", changes).await?;
    tx.commit().await?;
    Ok(rule)
}

/// Deletes a rule. What waited for it alone can be confirmed from now on.
///
/// # Errors
///
/// `NotFound`, `Forbidden`.
pub async fn delete(ctx: &Ctx, id: ApprovalRuleId) -> Result<()> {
    let rule = load(ctx, id, APPROVAL_RULE_MANAGE).await?;
    remove(ctx, &rule).await
}

/// Removes the rules of organizations that are being deleted; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        for rule in store::of_organization(ctx.db.reader(), organization.id).await? {
            remove(ctx, &rule).await?;
        }
    }
    Ok(())
}

async fn remove(ctx: &Ctx, rule: &Rule) -> Result<()> {
    let mut tx = ctx.begin().await?;
    if !store::delete(&tx, rule.id).await? {
        return Err(Error::not_found("approval rule", rule.id));
    }
    directory::store::remove(&tx, &rule.id.to_string()).await?;
    record(&mut tx, ctx, rule, "approval-rule.deleted", told(rule)).await?;
    tx.commit().await
}

/// Refuses teams that are not in the organization, or that the caller may not see. Those that the rule had stay.
async fn require_teams(ctx: &Ctx, rule: &Rule, known: &[slipway_api::ids::TeamId]) -> Result<()> {
    for id in rule.teams.0.iter().filter(|id| !known.contains(id)) {
        let missing = || Error::not_found("team", id).at_field("/data/attributes/teams");
        let team = teams::service::get_visible(ctx, *id).await.map_err(|_| missing())?;
        if team.organization_id != rule.organization_id {
            return Err(missing());
        }
    }
    Ok(())
}

fn told(rule: &Rule) -> Value {
    json!({
        "name": rule.name,
        "template": rule.template,
        "tags": rule.tags,
        "operations": rule.operations,
        "approvals": rule.approvals,
        "teams": rule.teams,
        "own-approval-counts": rule.own_approval_counts,
    })
}

fn object(rule: &Rule) -> Object {
    Object {
        id: rule.id.to_string(),
        kind: KIND,
        organization: Some(rule.organization_id),
        project: rule.project_id,
        name: rule.name.to_string(),
        status: String::new(),
        labels: String::new(),
    }
}

async fn record(tx: &mut Tx, ctx: &Ctx, rule: &Rule, action: &'static str, changes: Value) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(rule.organization_id),
        project: rule.project_id,
        object_kind: KIND,
        object_id: rule.id.to_string(),
        object_name: rule.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
