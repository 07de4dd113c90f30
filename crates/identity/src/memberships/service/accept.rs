//! Accepting an invitation, with a new account or with the one that one has.

use serde_json::json;
use slipway_api::Name;
use slipway_kernel::grants::Scope;
use slipway_kernel::{Ctx, Error, Result, Tx, events};

use super::event;
use crate::accounts::service::set_up::{NewAccount, new_user};
use crate::accounts::service::sign_in::{self, Browser};
use crate::accounts::service::{as_system, as_user};
use crate::links::{self, Link, LinkKind};
use crate::memberships::model::Membership;
use crate::memberships::store;
use crate::organizations::{self, Organization};
use crate::permissions::MEMBERS_MANAGE;
use crate::roles::{PermissionTree, Role};
use crate::sessions::service::Started;
use crate::users::User;
use crate::{role_assignments, roles, teams, users};

/// What an invitation says.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The row.
    pub membership: Membership,
    /// The organization's name.
    pub organization: Name,
    /// Who invites.
    pub inviter: Option<Name>,
    /// The role that accepting gives.
    pub role: Option<Role>,
    link: Link,
}

/// What the invitation behind a link says.
///
/// # Errors
///
/// `NotFound` when the link was used, withdrawn, has expired or never was one.
pub async fn look(ctx: &Ctx, text: &str) -> Result<Invitation> {
    let link = links::service::find(ctx, LinkKind::Invitation, text).await?;
    let reader = ctx.db.reader();
    let missing = || Error::internal("an invitation's link leads nowhere");
    let id = link.membership_id.ok_or_else(missing)?;
    let membership = store::by_id(reader, id).await?.ok_or_else(missing)?;
    let organization = organizations::service::by_id(ctx, membership.organization_id).await?;
    let inviter = match membership.invited_by {
        Some(id) => users::store::by_id(reader, id).await?.map(|user| user.username),
        None => None,
    };
    let role = match membership.role_id {
        Some(id) => roles::store::by_id(reader, id).await?,
        None => None,
    };
    Ok(Invitation {
        membership,
        organization: organization.name,
        inviter,
        role,
        link,
    })
}

/// Accepts with a new account, and signs in. The address counts as verified only if the link was sent to it.
///
/// # Errors
///
/// `NotFound` when the link cannot be used any more; `AlreadyExists` for a name that is taken; `Invalid`; `Forbidden`
/// when the inviter may no longer give what the invitation gives.
pub async fn with_new_account(
    ctx: &Ctx,
    tree: &PermissionTree,
    text: &str,
    wanted: NewAccount,
    browser: Browser,
) -> Result<Started> {
    let invitation = look(ctx, text).await?;
    require_still_given(ctx, tree, &invitation).await?;
    let system = as_system(ctx);
    let user = User {
        is_email_verified: invitation.link.sent_to.is_some() && invitation.link.sent_to == wanted.email,
        ..new_user(&system, wanted).await?
    };
    let mut tx = system.begin().await?;
    users::store::insert(&tx, &user).await?;
    let changes = json!({"username": user.username, "by": "invitation"});
    let made = users::service::event("user.created", &user, changes);
    events::record(&mut tx, &system, made).await?;
    join(&mut tx, &as_user(ctx, &user), &invitation, &user).await?;
    let started = sign_in::begin(&mut tx, ctx, &user, browser, json!({"with": "invitation"})).await?;
    tx.commit().await?;
    Ok(started)
}

/// Accepts as the user who is signed in.
///
/// # Errors
///
/// Those of [`with_new_account`]; `AlreadyExists` for who is a member already.
pub async fn as_signed_in(ctx: &Ctx, tree: &PermissionTree, text: &str) -> Result<Name> {
    let invitation = look(ctx, text).await?;
    require_still_given(ctx, tree, &invitation).await?;
    let user = users::service::me(ctx).await?;
    let mut tx = ctx.begin().await?;
    join(&mut tx, ctx, &invitation, &user).await?;
    tx.commit().await?;
    Ok(invitation.organization)
}

/// An invitation gives only what the inviter could give at this moment.
async fn require_still_given(ctx: &Ctx, tree: &PermissionTree, invitation: &Invitation) -> Result<()> {
    let Some(inviter) = invitation.membership.invited_by else {
        return Ok(());
    };
    let void = || {
        Error::new(
            slipway_api::Code::Forbidden,
            "Whoever invited you may no longer do so. Ask an administrator of the organization to invite you again.",
        )
    };
    let actor = users::service::actor(ctx.kernel(), inviter).await.map_err(|_| void())?;
    let inviter = Ctx::new(ctx.kernel().clone(), actor, ctx.origin().clone());
    let organization = organizations::service::by_id(ctx, invitation.membership.organization_id).await?;
    organizations::service::require(&inviter, MEMBERS_MANAGE, &organization)
        .await
        .map_err(|_| void())?;
    for team in &invitation.membership.teams.0 {
        role_assignments::service::require_all_covered(&inviter, tree, &team.to_string())
            .await
            .map_err(|_| void())?;
    }
    if let Some(role) = &invitation.role {
        let scope = Scope::organization(organization.id);
        role_assignments::service::require_covered(&inviter, tree, role, &scope)
            .await
            .map_err(|_| void())?;
    }
    Ok(())
}

async fn join(tx: &mut Tx, ctx: &Ctx, invitation: &Invitation, user: &User) -> Result<()> {
    links::service::take(tx, &invitation.link).await?;
    let organization: Organization = organizations::service::hold(tx, invitation.membership.organization_id).await?;
    let membership = match store::of(&**tx, organization.id, user.id).await? {
        // A member already: only what comes with the invitation is new.
        Some(before) => {
            store::delete(tx, invitation.membership.id).await?;
            before
        }
        None => {
            let accepted = invitation.membership.accepted(user.id)?;
            if !store::set_accepted(tx, &accepted).await? {
                return Err(Error::conflict("This invitation was accepted already."));
            }
            accepted
        }
    };
    let changes = json!({"user": user.id, "username": user.username});
    let joined = event("organization-membership.accepted", &membership, changes);
    events::record(tx, ctx, joined).await?;
    teams::service::join(tx, ctx, &invitation.membership.teams.0, user).await?;
    super::give_default_role(tx, ctx, organization.id, user.id).await?;
    let Some(role) = &invitation.role else {
        return Ok(());
    };
    let scope = Scope::organization(organization.id);
    let held = role_assignments::store::of_subject(&**tx, &user.id.to_string()).await?;
    let has_it = held
        .iter()
        .any(|assignment| assignment.role_id == role.id && assignment.scope == organization.id.to_string());
    if !has_it {
        role_assignments::service::assign(tx, ctx, user.id, role, &scope).await?;
    }
    Ok(())
}
