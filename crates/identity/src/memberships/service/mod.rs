//! What people do with memberships; a file per verb.

pub mod accept;
pub mod invite;
pub mod remove;

use slipway_api::Name;
use slipway_api::ids::{MembershipId, OrganizationId, RoleId, TeamId, UserId};
use slipway_kernel::events::NewEvent;
use slipway_kernel::grants::Scope;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{Membership, Status, Teams};
use super::store;
use crate::callers::require_somebody;
use crate::organizations::{self, Organization};
use crate::permissions::ACCESS_READ;
use crate::{role_assignments, roles, teams, users};

pub(crate) const KIND: &str = "organization membership";

/// A membership with the names of what it ties together.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The row.
    pub membership: Membership,
    /// The organization's name.
    pub organization: Name,
    /// The member's name.
    pub username: Option<Name>,
    /// The name of the role that accepting gives.
    pub role: Option<Name>,
}

/// The memberships of an organization that the caller sees, oldest first.
///
/// # Errors
///
/// `Forbidden` for who may not see who may do what there.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    status: Option<Status>,
    email: Option<&str>,
    page: &Page,
) -> Result<Listed<Named>> {
    organizations::service::require(ctx, ACCESS_READ, organization).await?;
    let filter = store::Filter {
        organization: Some(organization.id),
        status,
        email: email.map(str::to_owned),
        ..store::Filter::default()
    };
    let Listed { rows, total } = store::list(ctx.db.reader(), &filter, page).await?;
    let rows = named(ctx, rows).await?;
    Ok(Listed { rows, total })
}

/// The caller's own memberships, oldest first.
///
/// # Errors
///
/// `Unauthenticated` for nobody, `Forbidden` for programs that are no users.
pub async fn list_own(ctx: &Ctx, page: &Page) -> Result<Listed<Named>> {
    let filter = store::Filter {
        user: Some(ctx.user()?),
        ..store::Filter::default()
    };
    let Listed { rows, total } = store::list(ctx.db.reader(), &filter, page).await?;
    let rows = named(ctx, rows).await?;
    Ok(Listed { rows, total })
}

/// A membership: the caller's own, or one of an organization where he sees who may do what.
///
/// # Errors
///
/// `NotFound` when it is missing or the caller may not see it.
pub async fn get_visible(ctx: &Ctx, id: MembershipId) -> Result<Named> {
    require_somebody(ctx)?;
    let missing = || Error::not_found(KIND, id);
    let membership = store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let is_own = membership
        .user_id
        .is_some_and(|user| users::service::is_self(ctx, user));
    let organization = organizations::service::by_id(ctx, membership.organization_id).await?;
    let target = organizations::target(&organization);
    if !is_own && !ctx.granted().await?.allows(ACCESS_READ, &target.scope) {
        return Err(missing());
    }
    one(ctx, membership).await
}

/// Makes sure that a user who was given something in an organization is a member of it. Who becomes one gets the
/// organization's default role. A service account belongs to its organization by itself.
///
/// # Errors
///
/// Those of the database.
pub async fn ensure_active(tx: &mut Tx, ctx: &Ctx, organization: OrganizationId, user: UserId) -> Result<()> {
    if store::of(&**tx, organization, user).await?.is_some() {
        return Ok(());
    }
    let found = users::store::by_id(&**tx, user).await?;
    if found.is_none_or(|user| user.is_service_account) {
        return Ok(());
    }
    let membership = Membership {
        id: ctx.new_id()?,
        organization_id: organization,
        user_id: Some(user),
        email: None,
        status: Status::Active,
        role_id: None,
        teams: Teams::default(),
        invited_by: None,
        created_at: ctx.now(),
    };
    store::insert(tx, &membership).await?;
    Box::pin(give_default_role(tx, ctx, organization, user)).await
}

/// Gives a new member the role that the organization gives to everybody.
pub(super) async fn give_default_role(
    tx: &mut Tx,
    ctx: &Ctx,
    organization: OrganizationId,
    user: UserId,
) -> Result<()> {
    let row = organizations::store::by_id(&**tx, organization).await?;
    let Some(role) = row.and_then(|row| row.default_member_role_id) else {
        return Ok(());
    };
    let Some(role) = roles::store::by_id(&**tx, role).await? else {
        return Ok(());
    };
    let held = role_assignments::store::of_subjects_at(&**tx, &[user.to_string()], &[organization.to_string()]).await?;
    if held.iter().any(|assignment| assignment.role_id == role.id) {
        return Ok(());
    }
    let scope = Scope::organization(organization);
    role_assignments::service::assign(tx, ctx, user, &role, &scope).await?;
    Ok(())
}

/// The membership with names.
pub(super) async fn one(ctx: &Ctx, membership: Membership) -> Result<Named> {
    let mut named = named(ctx, vec![membership]).await?;
    named
        .pop()
        .ok_or_else(|| Error::internal("the organization of a membership is gone"))
}

async fn named(ctx: &Ctx, memberships: Vec<Membership>) -> Result<Vec<Named>> {
    let reader = ctx.db.reader();
    let users: Vec<UserId> = memberships.iter().filter_map(|row| row.user_id).collect();
    let roles: Vec<RoleId> = memberships.iter().filter_map(|row| row.role_id).collect();
    let organizations: Vec<OrganizationId> = memberships.iter().map(|row| row.organization_id).collect();
    let in_teams = teams::store::of_users(reader, &users).await?;
    let users = users::store::by_ids(reader, &users).await?;
    let roles = roles::store::by_ids(reader, &roles).await?;
    let organizations = organizations::store::by_ids(reader, &organizations).await?;
    let named = memberships.into_iter().filter_map(|membership| {
        let organization = organizations.iter().find(|row| row.id == membership.organization_id)?;
        let user = users.iter().find(|user| Some(user.id) == membership.user_id);
        let role = roles.iter().find(|role| Some(role.id) == membership.role_id);
        Some(Named {
            organization: organization.name.clone(),
            username: user.map(|user| user.username.clone()),
            role: role.map(|role| role.name.clone()),
            membership: Membership {
                teams: match membership.user_id {
                    Some(user) => now_in(&in_teams, user, membership.organization_id),
                    None => membership.teams.clone(),
                },
                email: membership
                    .email
                    .clone()
                    .or_else(|| user.and_then(|user| user.email.clone())),
                ..membership
            },
        })
    });
    Ok(named.collect())
}

/// The teams that a member is in now; an invitation has those that it adds to.
fn now_in(in_teams: &[(UserId, TeamId, OrganizationId)], user: UserId, organization: OrganizationId) -> Teams {
    let own = in_teams.iter().filter(|row| row.0 == user && row.2 == organization);
    Teams(own.map(|row| row.1).collect())
}

pub(super) fn event(action: &'static str, membership: &Membership, changes: serde_json::Value) -> NewEvent {
    NewEvent {
        action,
        organization: Some(membership.organization_id),
        project: None,
        object_kind: "organization-membership",
        object_id: membership.id.to_string(),
        object_name: membership.email.clone().unwrap_or_default(),
        access_id: Some(membership.organization_id.to_string()),
        changes,
    }
}
