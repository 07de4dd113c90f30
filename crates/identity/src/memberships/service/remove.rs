//! Withdrawing an invitation, taking a member out, and leaving.

use serde_json::json;
use slipway_api::ids::{MembershipId, OrganizationId, UserId};
use slipway_kernel::grants::store as grants;
use slipway_kernel::{Ctx, Error, Result, events};

use super::{KIND, event, get_visible};
use crate::memberships::store;
use crate::organizations;
use crate::permissions::MEMBERS_MANAGE;
use crate::roles::PermissionTree;
use crate::{links, role_assignments, teams, users};

/// Takes somebody out of an organization, with all roles there, or withdraws an invitation. A member may leave himself.
///
/// # Errors
///
/// `NotFound`; `Forbidden` when the caller may not manage access there, or lacks himself a permission of a role that the
/// member has; `Conflict` for the last owner.
pub async fn remove(ctx: &Ctx, tree: &PermissionTree, id: MembershipId) -> Result<()> {
    let membership = get_visible(ctx, id).await?.membership;
    let organization = organizations::service::by_id(ctx, membership.organization_id).await?;
    let leaves = membership
        .user_id
        .is_some_and(|user| users::service::is_self(ctx, user));
    if leaves {
        ctx.require_unlimited()?;
    } else {
        organizations::service::require(ctx, MEMBERS_MANAGE, &organization).await?;
    }
    let held = match membership.user_id {
        Some(user) => role_assignments::store::of_subject(ctx.db.reader(), &user.to_string()).await?,
        None => Vec::new(),
    };
    let held = held
        .into_iter()
        .filter(|assignment| assignment.organization_id == Some(organization.id));
    let held: Vec<_> = held.collect();
    if !leaves {
        role_assignments::service::require_each_covered(ctx, tree, &held).await?;
        require_teams_covered(ctx, tree, membership.user_id, organization.id).await?;
    }
    let mut tx = ctx.begin().await?;
    for assignment in &held {
        role_assignments::service::take(&mut tx, ctx, assignment).await?;
    }
    if let Some(user) = membership.user_id {
        teams::service::leave_all(&mut tx, organization.id, user).await?;
    }
    links::store::delete_of_membership(&tx, id).await?;
    if !store::delete(&tx, id).await? {
        return Err(Error::not_found(KIND, id));
    }
    grants::changed(&mut tx).await?;
    let changes = json!({"user": membership.user_id, "roles": held.len()});
    let removed = event("organization-membership.removed", &membership, changes);
    events::record(&mut tx, ctx, removed).await?;
    tx.commit().await
}

/// Refuses to take somebody out of a team that has what the caller lacks.
async fn require_teams_covered(
    ctx: &Ctx,
    tree: &PermissionTree,
    user: Option<UserId>,
    organization: OrganizationId,
) -> Result<()> {
    let Some(user) = user else {
        return Ok(());
    };
    let ids = teams::store::of_user(ctx.db.reader(), user).await?;
    for team in teams::store::by_ids(ctx.db.reader(), &ids).await? {
        if team.organization_id == organization {
            role_assignments::service::require_all_covered(ctx, tree, &team.id.to_string()).await?;
        }
    }
    Ok(())
}
