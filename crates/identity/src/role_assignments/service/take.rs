//! Taking roles back, by people and with what goes.

use serde_json::json;
use slipway_api::ids::{OrganizationId, RoleAssignmentId, TeamId, UserId};
use slipway_kernel::grants::{Scope, Target, store as grants};
use slipway_kernel::{Ctx, Error, Result, Tx, events};

use super::cover::require_covered;
use super::scopes::stored_scope;
use super::{KIND, event};
use crate::callers::require_somebody;
use crate::permissions::{ACCESS_MANAGE, ACCESS_READ, SITE_ACCESS_READ, SITE_MANAGE};
use crate::role_assignments::RoleAssignment;
use crate::role_assignments::store;
use crate::roles::{self, OWNER, PermissionTree};
use crate::teams;

/// Takes back an assignment.
///
/// # Errors
///
/// `NotFound` when it is missing or the caller may not see it; `Forbidden` when he may not manage access there, or lacks
/// himself a permission of the role; `Conflict` for the last owner.
pub async fn remove(ctx: &Ctx, tree: &PermissionTree, id: RoleAssignmentId) -> Result<()> {
    require_somebody(ctx)?;
    let missing = || Error::not_found(KIND, id);
    let assignment = store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let (scope, read, manage) = match assignment.organization_id {
        Some(organization) => {
            let scope = stored_scope(ctx, organization, &assignment.scope).await?;
            (scope, ACCESS_READ, ACCESS_MANAGE)
        }
        None => (Scope::site(), SITE_ACCESS_READ, SITE_MANAGE),
    };
    let target = Target {
        kind: KIND,
        name: id.to_string().into(),
        scope: scope.clone(),
        read,
    };
    ctx.authorize(manage, &target).await?;
    let role = roles::store::by_id(ctx.db.reader(), assignment.role_id).await?;
    require_covered(ctx, tree, &role.ok_or_else(missing)?, &scope).await?;
    let mut tx = ctx.begin().await?;
    if !take(&mut tx, ctx, &assignment).await? {
        return Err(missing());
    }
    tx.commit().await
}

/// Takes an assignment back unless its scope would be left without an owner; false when it is gone already.
pub(crate) async fn take(tx: &mut Tx, ctx: &Ctx, assignment: &RoleAssignment) -> Result<bool> {
    if !store::delete(tx, assignment.id).await? {
        return Ok(false);
    }
    // This writes the one row that counts changes of grants, so that two who take back the last two owners wait for
    // each other, and the count below sees what the other did.
    grants::remove(tx, &assignment.id.to_string()).await?;
    require_owner_left(tx, assignment).await?;
    let changes = json!({"subject": assignment.subject, "scope": assignment.scope});
    events::record(tx, ctx, event("role-assignment.deleted", assignment, changes)).await?;
    Ok(true)
}

async fn require_owner_left(tx: &Tx, assignment: &RoleAssignment) -> Result<()> {
    let owner = OWNER.id()?;
    let is_kept = match assignment.organization_id {
        Some(organization) => assignment.scope == organization.to_string(),
        None => true,
    };
    if assignment.role_id != owner || !is_kept || has_owner(tx, &assignment.scope).await? {
        return Ok(());
    }
    Err(match assignment.organization_id {
        Some(_) => last_owner(),
        None => Error::conflict(
            "This is the last site administrator. Make another one first, with `slipway admin token create`.",
        ),
    })
}

pub(crate) fn last_owner() -> Error {
    Error::conflict("This is the last owner of the organization. Make somebody else an owner first.")
}

/// Whether somebody owns the organization or the site with this scope: a user, or a team that has a member.
pub(crate) async fn has_owner(tx: &Tx, scope: &str) -> Result<bool> {
    let subjects = store::subjects_at(&**tx, OWNER.id()?, scope).await?;
    if subjects.iter().any(|subject| subject.parse::<UserId>().is_ok()) {
        return Ok(true);
    }
    let teams: Vec<TeamId> = subjects.iter().filter_map(|subject| subject.parse().ok()).collect();
    Ok(!teams::store::members_of(&**tx, &teams).await?.is_empty())
}

/// Takes everything from a subject that is going, in the same transaction. Its last ownership goes with it: who may is
/// decided by the caller.
pub(crate) async fn take_all(tx: &mut Tx, ctx: &Ctx, subject: &str) -> Result<()> {
    for assignment in store::of_subject(&**tx, subject).await? {
        take(tx, ctx, &assignment).await?;
    }
    Ok(())
}

/// Removes every assignment at an object that is being removed, in the same transaction: for the object's own domain.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_at(tx: &mut Tx, object_id: &str) -> Result<()> {
    remove_all(tx, store::at(&**tx, object_id).await?).await
}

/// Removes every assignment of an organization that goes with them.
pub(crate) async fn remove_within(tx: &mut Tx, organization: OrganizationId) -> Result<()> {
    remove_all(tx, store::within(&**tx, organization).await?).await
}

async fn remove_all(tx: &mut Tx, assignments: Vec<RoleAssignment>) -> Result<()> {
    for assignment in assignments {
        store::delete(tx, assignment.id).await?;
        grants::remove(tx, &assignment.id.to_string()).await?;
    }
    Ok(())
}
