//! Who is in a team.

use serde_json::json;
use slipway_api::ids::{OrganizationId, TeamId, UserId};
use slipway_kernel::grants::store as grants;
use slipway_kernel::{Ctx, Error, Result, Tx, events};

use super::{event, require};
use crate::role_assignments::service as assignments;
use crate::roles::PermissionTree;
use crate::teams::model::{Source, Team};
use crate::teams::store;
use crate::users::{self, User};
use crate::{memberships, organizations, service_accounts};

/// The members of a team that the caller sees, by id.
///
/// # Errors
///
/// Those of the database.
pub async fn members(ctx: &Ctx, team: &Team) -> Result<Vec<User>> {
    let mut by_team = store::members_of(ctx.db.reader(), &[team.id]).await?;
    let ids = by_team.remove(&team.id).unwrap_or_default();
    let mut found = users::store::by_ids(ctx.db.reader(), &ids).await?;
    found.sort_by_key(|user| user.id);
    Ok(found)
}

/// Adds members of the organization, by id or name, to a team. They may do what it may from their next request on.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage teams, or lacks himself something that the team has, be it to add himself;
/// `Invalid` for somebody who is no member of the organization.
pub async fn add_members(ctx: &Ctx, tree: &PermissionTree, team: &Team, names: &[String]) -> Result<()> {
    require(ctx, team).await?;
    assignments::require_all_covered(ctx, tree, &team.id.to_string()).await?;
    let mut added = Vec::new();
    for (index, name) in names.iter().enumerate() {
        added.push(member(ctx, team.organization_id, index, name).await?);
    }
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, team.organization_id).await?;
    for user in &added {
        store::add(&tx, team.id, user.id, &Source::manual()).await?;
        let changes = json!({"user": user.id, "username": user.username});
        events::record(&mut tx, ctx, event("team.member-added", team, changes)).await?;
    }
    grants::changed(&mut tx).await?;
    tx.commit().await
}

/// Takes members out of a team. They lose at once what they had by it. Everybody may leave.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage teams, or lacks himself something that the team has; `Invalid` for somebody
/// who is no member of the organization; `Conflict` for the last owner.
pub async fn remove_members(ctx: &Ctx, tree: &PermissionTree, team: &Team, names: &[String]) -> Result<()> {
    let mut removed = Vec::new();
    for (index, name) in names.iter().enumerate() {
        removed.push(member(ctx, team.organization_id, index, name).await?);
    }
    if removed.iter().all(|user| users::service::is_self(ctx, user.id)) {
        ctx.require_unlimited()?;
    } else {
        require(ctx, team).await?;
        assignments::require_all_covered(ctx, tree, &team.id.to_string()).await?;
    }
    let mut tx = ctx.begin().await?;
    // First, so that two who leave at once wait for each other, and the second sees that he is the last owner.
    grants::changed(&mut tx).await?;
    let scope = team.organization_id.to_string();
    let had_owner = assignments::has_owner(&tx, &scope).await?;
    for user in &removed {
        if store::remove(&tx, team.id, user.id).await? {
            let changes = json!({"user": user.id, "username": user.username});
            events::record(&mut tx, ctx, event("team.member-removed", team, changes)).await?;
        }
    }
    if had_owner && !assignments::has_owner(&tx, &scope).await? {
        return Err(assignments::last_owner());
    }
    tx.commit().await
}

/// The member of an organization that a text means: a user's id or name, the number of the membership, or the name of a
/// service account. Whoever is no member reads as missing.
async fn member(ctx: &Ctx, organization: OrganizationId, index: usize, text: &str) -> Result<User> {
    let reader = ctx.db.reader();
    let found = if let Ok(id) = text.parse() {
        users::store::by_id(reader, id).await?
    } else if let Ok(id) = text.parse() {
        let membership = memberships::store::by_id(reader, id).await?;
        match membership.and_then(|membership| membership.user_id) {
            Some(id) => users::store::by_id(reader, id).await?,
            None => None,
        }
    } else if let Ok(name) = text.parse() {
        match users::store::by_name(reader, &name).await? {
            Some(user) => Some(user),
            None => service_accounts::store::user_by_name(reader, organization, &name).await?,
        }
    } else {
        None
    };
    if let Some(user) = found
        && belongs(ctx, organization, &user).await?
    {
        return Ok(user);
    }
    Err(Error::invalid(
        &format!("/data/{index}/id"),
        format!("There is no member \"{text}\" in this organization. Invite them first."),
    ))
}

async fn belongs(ctx: &Ctx, organization: OrganizationId, user: &User) -> Result<bool> {
    if user.is_service_account {
        return Ok(user.organization_id == Some(organization));
    }
    let membership = memberships::store::of(ctx.db.reader(), organization, user.id).await?;
    Ok(membership.is_some())
}

/// Adds a user to teams in the transaction that makes him a member of their organization. Who may is decided by the
/// caller; teams that are gone are left out.
pub(crate) async fn join(tx: &mut Tx, ctx: &Ctx, teams: &[TeamId], user: &User) -> Result<()> {
    for team in store::by_ids(&**tx, teams).await? {
        store::add(tx, team.id, user.id, &Source::manual()).await?;
        let changes = json!({"user": user.id, "username": user.username});
        events::record(tx, ctx, event("team.member-added", &team, changes)).await?;
    }
    grants::changed(tx).await
}

/// Takes a user out of every team of an organization that he leaves.
///
/// # Errors
///
/// `Conflict` for the last owner.
pub(crate) async fn leave_all(tx: &mut Tx, organization: OrganizationId, user: UserId) -> Result<()> {
    grants::changed(tx).await?;
    let scope = organization.to_string();
    let had_owner = assignments::has_owner(tx, &scope).await?;
    store::remove_within(tx, organization, user).await?;
    if had_owner && !assignments::has_owner(tx, &scope).await? {
        return Err(assignments::last_owner());
    }
    Ok(())
}
